import { grown } from "../../../base/arrays.js";
import { RbTree } from "../../../structures/rb-tree.js";

/** rmap_hlist_len of a chain, as in mm/ksm.c: a node with this length holds dups instead of rmap items. */
export const STABLE_NODE_CHAIN = -1024;

const FREE = -1;

/**
 * Storage of the stable tree's nodes: regular nodes and dups (one KSM page each) and chains (the dups of one content).
 * A node is a small integer, 0 is none. About 57 bytes a node.
 */
export class StableNodes {
  readonly tree = new RbTree(1024);
  /** Content of the node's KSM page; for a chain, of its dups. */
  contentClass: Int32Array = new Int32Array(1025);
  /** rmap_hlist_len: items that map the KSM page, or {@link STABLE_NODE_CHAIN}. */
  length: Int32Array = new Int32Array(1025);
  /** Page table entries that map the KSM page: 0 once it is freed, and the node stale. */
  mapCount: Int32Array = new Int32Array(1025);
  /** First item of a node (page + 1), first dup of a chain. */
  first: Int32Array = new Int32Array(1025);
  /** Chain that a dup hangs off, 0 for a node in the tree. */
  chain: Int32Array = new Int32Array(1025);
  nextDup: Int32Array = new Int32Array(1025);
  prevDup: Int32Array = new Int32Array(1025);
  /** Of a chain: virtual time of its last clean-up, ms. */
  prunedAt: Float64Array = new Float64Array(1025);
  /** Chains that a search would change by passing them. */
  readonly unsettled = new Set<number>();

  /** stable_node_chains and stable_node_dups. */
  chains = 0;
  dups = 0;
  /** Nodes in the tree, chains counted once and dups not: how deep a search goes. */
  treeNodes = 0;
  /** Nodes whose page is gone and that ksmd has not met yet. */
  stale = 0;
  /** No chain is due for a clean-up before this time, ms. */
  noPruneBefore = Infinity;

  #capacity = 1024;
  #used = 1;
  #free: number[] = [];

  isChain(node: number): boolean {
    return this.length[node] === STABLE_NODE_CHAIN;
  }

  allocate(contentClass: number): number {
    if (this.#free.length === 0 && this.#used > this.#capacity) this.#grow();
    const node = this.#free.pop() ?? this.#used++;
    this.contentClass[node] = contentClass;
    this.length[node] = 0;
    this.mapCount[node] = 0;
    this.first[node] = 0;
    this.chain[node] = 0;
    return node;
  }

  release(node: number): void {
    this.contentClass[node] = FREE;
    this.#free.push(node);
  }

  /** The nodes in use, dups and chains included; nodes may be released meanwhile. O(nodes ever used at a time). */
  *inUse(): Generator<number> {
    for (let node = 1; node < this.#used; node++) if (this.contentClass[node] !== FREE) yield node;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.tree.reserve(this.#capacity);
    const size = this.#capacity + 1;
    for (const field of ["contentClass", "length", "mapCount", "first", "chain", "nextDup", "prevDup"] as const)
      this[field] = grown(this[field], size);
    this.prunedAt = grown(this.prunedAt, size);
  }
}
