/** What ksmd does with one page: leave it, or find it a partner (cmp_and_merge_page of mm/ksm.c). */
import { CHECKSUM, WORDS, ZERO_CLASS } from "./content.js";
import { removeRmapItemFromTree } from "./rmap-item.js";
import { leaveFrame, sharersOf } from "./shared-frames.js";
import {
  removeFromStableTree,
  stableTreeAppend,
  stableTreeInsert,
  stableTreeSearch,
  unmapKsmPage,
} from "./stable-tree.js";
import { PTE_ANON, PTE_KSM, PTE_KSM_ZERO, PTE_MASK, STABLE_FLAG, UNSTABLE_FLAG, type KsmState } from "./state.js";
import { unstableTreeSearchInsert } from "./unstable-tree.js";

/** Tries to find a partner for a private page. */
export function compareAndMerge(ksm: KsmState, page: number): void {
  leaveTree(ksm, page);
  const contentClass = ksm.content[page]!;
  const checksum = ksm.contents.words[contentClass * WORDS + CHECKSUM]!;
  const { work, nodes } = ksm;
  work.checksums++;
  if (ksm.oldChecksum[page] !== checksum) {
    if (ksm.policy.resetsOnChange && ksm.oldChecksum[page] !== 0) forgetAge(ksm, page);
    ksm.oldChecksum[page] = checksum;
    return;
  }
  if (contentClass === ZERO_CLASS && ksm.knobs.use_zero_pages === 1 && mapZeroPage(ksm, page)) return;
  work.comparisons += levels(nodes.treeNodes);
  const node = stableTreeSearch(ksm, contentClass);
  if (node !== 0) {
    if (mapKsmPage(ksm, page, node)) stableTreeAppend(ksm, page, node);
    return;
  }
  work.comparisons += levels(ksm.unstableNodes);
  const partner = unstableTreeSearchInsert(ksm, page, contentClass);
  if (partner !== 0) mergeTwoPages(ksm, page, partner - 1, contentClass);
}

/** A KSM page that the process has from its parent: its item joins the others at once. */
export function adoptForkedPage(ksm: KsmState, page: number): void {
  const node = ksm.content[page]!;
  const isListed = (ksm.flags[page]! & STABLE_FLAG) !== 0;
  if (isListed && ksm.head[page] === node) return;
  if (isListed || (ksm.flags[page]! & UNSTABLE_FLAG) !== 0) removeRmapItemFromTree(ksm, page);
  stableTreeAppend(ksm, page, node);
}

/** removeRmapItemFromTree for a page under the cursor: it was last seen a scan ago, so its unstable tree is gone already. */
export function leaveTree(ksm: KsmState, page: number): void {
  const f = ksm.flags[page]!;
  if ((f & UNSTABLE_FLAG) !== 0) {
    ksm.flags[page] = f & ~UNSTABLE_FLAG;
    ksm.pagesUnshared--;
  } else if ((f & STABLE_FLAG) !== 0) removeFromStableTree(ksm, page);
}

function forgetAge(ksm: KsmState, page: number): void {
  ksm.age[page] = 0;
  ksm.remainingSkips[page] = 0;
}

/** Makes this page a KSM page, maps it at its partner's address too, and enters it in the stable tree (try_to_merge_two_pages). */
function mergeTwoPages(ksm: KsmState, page: number, partner: number, contentClass: number): void {
  if (isHeld(ksm, page)) return;
  if (isHeld(ksm, partner)) {
    // The page is a KSM page already when that shows: it gets a fresh frame again (break_cow).
    leaveFrame(ksm, page);
    ksm.lru.add(page);
    return;
  }
  removeRmapItemFromTree(ksm, partner);
  ksm.work.comparisons += levels(ksm.nodes.treeNodes);
  const node = stableTreeInsert(ksm, contentClass);
  for (const sharer of sharersOf(ksm, page)) mapKsmPage(ksm, sharer, node);
  mapKsmPage(ksm, partner, node);
  stableTreeAppend(ksm, partner, node);
  stableTreeAppend(ksm, page, node);
}

/** Whether somebody besides the page tables holds the private page's frame, so that it cannot be write-protected. */
function isHeld(ksm: KsmState, page: number): boolean {
  return (ksm.flags[page]! & PTE_MASK) === PTE_ANON && sharersOf(ksm, page).some((sharer) => ksm.lru.holds(sharer));
}

/** Points the page's entry at the node's KSM page (replace_page). False if its frame is held. */
function mapKsmPage(ksm: KsmState, page: number, node: number): boolean {
  if (isHeld(ksm, page)) return false;
  if ((ksm.flags[page]! & PTE_MASK) === PTE_KSM) unmapKsmPage(ksm, ksm.content[page]!);
  else releaseFrame(ksm, page);
  ksm.flags[page] = (ksm.flags[page]! & ~PTE_MASK) | PTE_KSM;
  ksm.content[page] = node;
  ksm.nodes.mapCount[node]!++;
  ksm.work.merges++;
  return true;
}

/** Points the page's entry at the zero page (try_to_merge_with_zero_page, ksm_map_zero_page). False if its frame is held. */
function mapZeroPage(ksm: KsmState, page: number): boolean {
  if (isHeld(ksm, page)) return false;
  releaseFrame(ksm, page);
  ksm.flags[page] = (ksm.flags[page]! & ~PTE_MASK) | PTE_KSM_ZERO;
  ksm.zeroPages++;
  ksm.work.merges++;
  return true;
}

function releaseFrame(ksm: KsmState, page: number): void {
  leaveFrame(ksm, page);
  ksm.contents.drop(ksm.content[page]!);
}

/** Comparisons of a search in a balanced tree of n nodes. */
function levels(n: number): number {
  return 32 - Math.clz32(n);
}
