/**
 * The links of the stable tree: dups on their chain, nodes and chains in the tree, and which chains a search that passes
 * would change. Nothing here drops a node: that is the business of stable-tree.ts.
 */
import { STABLE_ROOT, WORDS } from "./content.js";
import { STABLE_NODE_CHAIN } from "./stable-nodes.js";
import type { KsmState } from "./state.js";

/** Whether `node` can take one more mapping, after `offset` more (is_page_sharing_candidate). */
export function isSharingCandidate(ksm: KsmState, node: number, offset: number): boolean {
  const length = ksm.nodes.length[node]!;
  return length > 0 && length + offset < ksm.knobs.max_page_sharing;
}

/** Notes whether passing this chain in a search would change it. O(1) unless its first dup is full. */
export function settle(ksm: KsmState, chain: number): void {
  if (chain === 0) return;
  if (passingChanges(ksm, chain)) ksm.nodes.unsettled.add(chain);
  else ksm.nodes.unsettled.delete(chain);
}

function passingChanges(ksm: KsmState, chain: number): boolean {
  const { nodes } = ksm;
  const first = nodes.first[chain]!;
  if (first === 0 || nodes.nextDup[first] === 0) return true; // to be freed, or collapsed
  for (let dup = first; dup !== 0; dup = nodes.nextDup[dup]!) {
    if (nodes.mapCount[dup] === 0) return true; // to be dropped
    if (isSharingCandidate(ksm, dup, 0)) return dup !== first && isSharingCandidate(ksm, dup, 1); // to be moved to the front
  }
  return false;
}

/** Puts a chain where the node is and hangs the node on it (alloc_stable_node_chain). */
export function startChain(ksm: KsmState, node: number): number {
  const { nodes, contents } = ksm;
  const contentClass = nodes.contentClass[node]!;
  const chain = nodes.allocate(contentClass);
  contents.hold(contentClass);
  nodes.length[chain] = STABLE_NODE_CHAIN;
  nodes.prunedAt[chain] = ksm.nowMs;
  nodes.noPruneBefore = Math.min(nodes.noPruneBefore, ksm.nowMs + ksm.knobs.stable_node_chains_prune_millisecs);
  nodes.chains++;
  if (ksm.walks === "kernel") nodes.tree.replace(node, chain);
  contents.words[contentClass * WORDS + STABLE_ROOT] = chain;
  chainAddDup(ksm, node, chain);
  return chain;
}

export function collapse(ksm: KsmState, chain: number, lastDup: number): void {
  const { nodes, contents } = ksm;
  if (ksm.walks === "kernel") nodes.tree.replace(chain, lastDup);
  contents.words[nodes.contentClass[chain]! * WORDS + STABLE_ROOT] = lastDup;
  nodes.chain[lastDup] = 0;
  nodes.dups--;
  forgetChain(ksm, chain);
}

export function freeChain(ksm: KsmState, chain: number): void {
  unlinkFromTree(ksm, chain);
  forgetChain(ksm, chain);
}

function forgetChain(ksm: KsmState, chain: number): void {
  const { nodes } = ksm;
  ksm.contents.drop(nodes.contentClass[chain]!);
  nodes.unsettled.delete(chain);
  nodes.chains--;
  if (nodes.chains === 0) nodes.noPruneBefore = Infinity;
  nodes.release(chain);
}

export function chainAddDup(ksm: KsmState, node: number, chain: number): void {
  ksm.nodes.chain[node] = chain;
  ksm.nodes.dups++;
  linkDupFirst(ksm, node, chain);
  settle(ksm, chain);
}

export function chainRemoveDup(ksm: KsmState, dup: number): void {
  const chain = ksm.nodes.chain[dup]!;
  unlinkDup(ksm, dup, chain);
  ksm.nodes.dups--;
  settle(ksm, chain);
}

export function linkDupFirst(ksm: KsmState, dup: number, chain: number): void {
  const { nodes } = ksm;
  const first = nodes.first[chain]!;
  nodes.nextDup[dup] = first;
  nodes.prevDup[dup] = 0;
  if (first !== 0) nodes.prevDup[first] = dup;
  nodes.first[chain] = dup;
}

export function unlinkDup(ksm: KsmState, dup: number, chain: number): void {
  const { nodes } = ksm;
  const next = nodes.nextDup[dup]!;
  const prev = nodes.prevDup[dup]!;
  if (next !== 0) nodes.prevDup[next] = prev;
  if (prev !== 0) nodes.nextDup[prev] = next;
  else nodes.first[chain] = next;
}

export function linkInTree(ksm: KsmState, node: number, contentClass: number): void {
  const { nodes, contents } = ksm;
  contents.words[contentClass * WORDS + STABLE_ROOT] = node;
  nodes.treeNodes++;
  if (ksm.walks === "lazy") return;
  const { tree } = nodes;
  let parent = 0;
  let asLeft = false;
  for (let at = tree.root; at !== 0;) {
    parent = at;
    asLeft = contents.compare(contentClass, nodes.contentClass[at]!) < 0;
    at = asLeft ? tree.left[at]! : tree.right[at]!;
  }
  tree.insert(node, parent, asLeft);
}

export function unlinkFromTree(ksm: KsmState, node: number): void {
  const { nodes, contents } = ksm;
  if (ksm.walks === "kernel") nodes.tree.erase(node);
  nodes.treeNodes--;
  contents.words[nodes.contentClass[node]! * WORDS + STABLE_ROOT] = 0;
}
