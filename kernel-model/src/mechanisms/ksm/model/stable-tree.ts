/**
 * The stable tree: KSM pages by content, with chains of dups where max_page_sharing is reached.
 * Function names are those of mm/ksm.c in camelCase.
 *
 * Which node a content has is a table look-up. The kernel finds it by walking the tree from its root, and on the way
 * tidies what it passes: it drops stale nodes, and frees, collapses, reorders or cleans up chains. With "kernel" walks the
 * model keeps the kernel's tree and walks it whenever that could change something, so the outcome is that of walking
 * always. With "lazy" walks (for millions of pages) there is no tree: the next search passes every chain that needs
 * tidying, and a stale node goes when ksmd meets one of its own pages or its content.
 */
import { STABLE_ROOT, WORDS } from "./content.js";
import {
  chainAddDup,
  chainRemoveDup,
  collapse,
  freeChain,
  isSharingCandidate,
  linkDupFirst,
  linkInTree,
  settle,
  startChain,
  unlinkDup,
  unlinkFromTree,
} from "./stable-chains.js";
import { STABLE_FLAG, type KsmState } from "./state.js";

/**
 * A node whose content equals the page's and that has room for one more mapping, or 0 (stable_tree_search).
 * With 0 the page must find a partner in the unstable tree, even if (full) nodes with its content exist.
 */
export function stableTreeSearch(ksm: KsmState, contentClass: number): number {
  const dup = findDup(ksm, contentClass, true);
  return dup !== 0 && isSharingCandidate(ksm, dup, 0) ? dup : 0;
}

/** A new node for a KSM page that two pages were just merged into (stable_tree_insert). */
export function stableTreeInsert(ksm: KsmState, contentClass: number): number {
  const { nodes, contents } = ksm;
  findDup(ksm, contentClass, false);
  const node = nodes.allocate(contentClass);
  contents.hold(contentClass);
  const root = contents.words[contentClass * WORDS + STABLE_ROOT]!;
  if (root === 0) {
    linkInTree(ksm, node, contentClass);
    return node;
  }
  chainAddDup(ksm, node, nodes.isChain(root) ? root : startChain(ksm, root));
  return node;
}

/** Hangs the page's item on a node's list (stable_tree_append). */
export function stableTreeAppend(ksm: KsmState, page: number, node: number): void {
  const { nodes } = ksm;
  const first = nodes.first[node]!;
  ksm.head[page] = node;
  ksm.flags[page] = ksm.flags[page]! | STABLE_FLAG;
  ksm.next[page] = first;
  ksm.prev[page] = 0;
  if (first !== 0) ksm.prev[first - 1] = page + 1;
  nodes.first[node] = page + 1;
  nodes.length[node]!++;
  if (first !== 0) ksm.pagesSharing++;
  else ksm.pagesShared++;
  ksm.slotOf(page).mergingPages++;
  settle(ksm, nodes.chain[node]!);
}

/** Takes a merged page's item off its node, or the whole node away if its page is gone (stable part of remove_rmap_item_from_tree). */
export function removeFromStableTree(ksm: KsmState, page: number): void {
  const { nodes } = ksm;
  const node = ksm.head[page]!;
  if (nodes.mapCount[node] === 0) {
    removeNodeFromStableTree(ksm, node);
    return;
  }
  const next = ksm.next[page]!;
  const prev = ksm.prev[page]!;
  if (next !== 0) ksm.prev[next - 1] = prev;
  if (prev !== 0) ksm.next[prev - 1] = next;
  else nodes.first[node] = next;
  if (nodes.first[node] !== 0) ksm.pagesSharing--;
  else ksm.pagesShared--;
  nodes.length[node]!--;
  ksm.flags[page] = ksm.flags[page]! & ~STABLE_FLAG;
  ksm.head[page] = 0;
  ksm.slotOf(page).mergingPages--;
  settle(ksm, nodes.chain[node]!);
}

/** A mapping of the node's KSM page went away. With the last one the page is freed; ksmd finds the stale node later. */
export function unmapKsmPage(ksm: KsmState, node: number): void {
  const { nodes } = ksm;
  if (--nodes.mapCount[node]! > 0) return;
  nodes.stale++;
  settle(ksm, nodes.chain[node]!);
}

/**
 * Forgets every node whose page is gone (remove_all_stable_nodes). False if it met one that is still mapped, by a process
 * forked since ksmd last came by: then some nodes stay.
 */
export function removeAllStableNodes(ksm: KsmState): boolean {
  const { nodes } = ksm;
  for (const node of nodes.inUse()) {
    if (nodes.isChain(node)) continue;
    if (nodes.mapCount[node] !== 0) return false;
    removeNodeFromStableTree(ksm, node);
  }
  for (const chain of nodes.inUse()) freeChain(ksm, chain);
  return true;
}

/** Drops a node and the items still on it (remove_node_from_stable_tree). */
function removeNodeFromStableTree(ksm: KsmState, node: number): void {
  const { nodes } = ksm;
  for (let item = nodes.first[node]!; item !== 0; item = ksm.next[item - 1]!) {
    const page = item - 1;
    if (ksm.next[page] !== 0) ksm.pagesSharing--;
    else ksm.pagesShared--;
    ksm.slotOf(page).mergingPages--;
    ksm.flags[page] = ksm.flags[page]! & ~STABLE_FLAG;
    ksm.head[page] = 0;
  }
  if (nodes.mapCount[node] === 0) nodes.stale--;
  if (nodes.chain[node] !== 0) chainRemoveDup(ksm, node);
  else unlinkFromTree(ksm, node);
  ksm.contents.drop(nodes.contentClass[node]!);
  nodes.release(node);
}

/**
 * The node of this content to look at: itself, or the dup that its chain offers; 0 if the content has none.
 * Leaves the tree as the kernel's walk from the root would (stale nodes dropped, passed chains tidied).
 */
function findDup(ksm: KsmState, contentClass: number, prune: boolean): number {
  const { nodes } = ksm;
  if (nodes.stale > 0 || nodes.chains > 0) {
    if (ksm.walks === "kernel") {
      const pruneIsDue = prune && ksm.nowMs >= nodes.noPruneBefore;
      if (nodes.stale > 0 || nodes.unsettled.size > 0 || pruneIsDue) return walkTo(ksm, contentClass, prune);
    } else if (nodes.unsettled.size > 0) {
      for (const chain of nodes.unsettled) offeredDup(ksm, chain, false);
    }
  }
  const root = ksm.contents.words[contentClass * WORDS + STABLE_ROOT]!;
  if (root === 0) return 0;
  if (nodes.isChain(root)) return offeredDup(ksm, root, prune);
  if (nodes.mapCount[root] !== 0) return root;
  removeNodeFromStableTree(ksm, root);
  return 0;
}

/** The search from the root that the kernel does, with all that it does to the nodes it passes. */
function walkTo(ksm: KsmState, contentClass: number, prune: boolean): number {
  const { nodes, contents } = ksm;
  const { tree } = nodes;
  let node = tree.root;
  while (node !== 0) {
    let dup = node;
    if (nodes.isChain(node)) {
      dup = offeredDup(ksm, node, prune);
      if (dup !== 0 && nodes.chain[dup] === 0) node = dup; // the chain collapsed into its last dup
    } else if (nodes.mapCount[node] === 0) {
      removeNodeFromStableTree(ksm, node);
      dup = 0;
    }
    if (dup === 0) {
      node = tree.root; // the tree was rebalanced under the search: start again
      continue;
    }
    const order = contents.compare(contentClass, nodes.contentClass[node]!);
    if (order === 0) return dup;
    node = order < 0 ? tree.left[node]! : tree.right[node]!;
  }
  return 0;
}

/**
 * The dup of a chain to merge with: the first with room, or in a clean-up the fullest with room; failing that the first.
 * Drops stale dups on the way, frees a chain left empty (returns 0), collapses one left with a single dup, and moves the
 * found dup to the front if it has room for two (stable_node_dup, chain_prune).
 */
function offeredDup(ksm: KsmState, chain: number, prune: boolean): number {
  const { nodes } = ksm;
  const cleanUp = prune && ksm.nowMs >= nodes.prunedAt[chain]! + ksm.knobs.stable_node_chains_prune_millisecs;
  if (cleanUp) {
    nodes.prunedAt[chain] = ksm.nowMs;
    if (nodes.chains === 1) nodes.noPruneBefore = ksm.nowMs + ksm.knobs.stable_node_chains_prune_millisecs;
  }
  let found = 0;
  let foundHasRoom = false;
  for (let dup = nodes.first[chain]!, after = 0; dup !== 0; dup = after) {
    after = nodes.nextDup[dup]!;
    if (nodes.mapCount[dup] === 0) {
      removeNodeFromStableTree(ksm, dup);
      continue;
    }
    const hasRoom = isSharingCandidate(ksm, dup, 0);
    if (found === 0 || (hasRoom && (!foundHasRoom || nodes.length[dup]! > nodes.length[found]!))) {
      found = dup;
      foundHasRoom = hasRoom;
      if (!cleanUp && hasRoom) break;
    }
  }
  if (found === 0) {
    freeChain(ksm, chain);
    return 0;
  }
  if (nodes.first[chain] === found && nodes.nextDup[found] === 0) collapse(ksm, chain, found);
  else if (nodes.first[chain] !== found && isSharingCandidate(ksm, found, 1)) {
    unlinkDup(ksm, found, chain);
    linkDupFirst(ksm, found, chain);
    settle(ksm, chain);
  }
  return found;
}
