/**
 * ksmd: one wake-up after the other through all candidates. Function names are those of mm/ksm.c in camelCase.
 */
import { checkInteger } from "../../../base/errors.js";
import { CHECKSUM, WORDS, ZERO_CLASS } from "./content.js";
import { advisorStartScan, advisorStopScan } from "./advisor.js";
import {
  PTE_ANON,
  PTE_KSM,
  PTE_KSM_ZERO,
  PTE_MASK,
  RMAP_ITEM,
  STABLE_FLAG,
  UNSTABLE_FLAG,
  VMA_MERGEABLE,
  type KsmState,
  type MmSlot,
} from "./state.js";
import { allocRmapItem, freeRmapItem, removeRmapItemFromTree } from "./rmap-item.js";
import {
  removeAllStableNodes,
  removeFromStableTree,
  stableTreeAppend,
  stableTreeInsert,
  stableTreeSearch,
} from "./stable-tree.js";
import type { CompiledPolicy } from "./skip-policy.js";
import { unstableTreeSearchInsert } from "./unstable-tree.js";
import { breakKsm } from "./memory.js";

/**
 * Processes up to `budget` pages, or up to the end of the full scan, whichever comes first (ksm_do_scan).
 * Returns true if the full scan was completed. Skipped pages do not count against the budget.
 */
export function doScan(ksm: KsmState, budget: number): boolean {
  if (budget !== Infinity) checkInteger("the budget of doScan", budget, { min: 1, unit: "pages, or Infinity" });
  if (!ksm.slots.some((slot) => slot.listed)) return true;
  if (ksm.cursorSlot < 0) startFullScan(ksm);
  const { flags, policy } = ksm;
  const smart = policy.enabled && ksm.knobs.smart_scan === 1;
  let left = budget;
  for (let slot = ksm.slots[ksm.cursorSlot]; slot !== undefined; slot = ksm.slots[ksm.cursorSlot]) {
    for (let page = ksm.cursorPage; page < slot.endPage; page++) {
      const f = flags[page]!;
      const pte = f & PTE_MASK;
      if ((f & VMA_MERGEABLE) === 0 || (pte !== PTE_ANON && pte !== PTE_KSM)) {
        if ((f & RMAP_ITEM) !== 0) freeRmapItem(ksm, page, slot);
        continue;
      }
      if ((f & RMAP_ITEM) === 0) allocRmapItem(ksm, page, slot);
      if (pte === PTE_ANON) {
        if (smart && shouldSkip(ksm, page, policy)) continue;
        compareAndMerge(ksm, page);
      }
      ksm.pagesScanned++;
      if (--left === 0) {
        // Even on the last page: the end of the scan is then left to the next wake-up.
        ksm.cursorPage = page + 1;
        return false;
      }
    }
    leaveSlot(ksm, slot);
  }
  advisorStopScan(ksm);
  ksm.seqnr++;
  ksm.cursorSlot = -1;
  return true;
}

/** Breaks all KSM pages and forgets all items: what writing 2 to "run" does (unmerge_and_remove_all_rmap_items). */
export function unmergeAndRemoveAllRmapItems(ksm: KsmState): void {
  for (const slot of ksm.slots) {
    for (let page = slot.firstPage; page < slot.endPage; page++) {
      const f = ksm.flags[page]!;
      if ((f & VMA_MERGEABLE) !== 0) breakKsm(ksm, page);
      if ((f & RMAP_ITEM) !== 0) freeRmapItem(ksm, page, slot);
    }
  }
  removeAllStableNodes(ksm);
  ksm.cursorSlot = -1;
  ksm.seqnr = 0;
}

function startFullScan(ksm: KsmState): void {
  advisorStartScan(ksm);
  ksm.unstableNodes = 0;
  ksm.cursorSlot = -1;
  nextListedSlot(ksm);
}

/** At the end of a process: it leaves ksmd's list if nothing mergeable was found in it. */
function leaveSlot(ksm: KsmState, slot: MmSlot): void {
  slot.listed = hasMergeableVma(ksm, slot);
  nextListedSlot(ksm);
}

function nextListedSlot(ksm: KsmState): void {
  do ksm.cursorSlot++;
  while (ksm.cursorSlot < ksm.slots.length && !ksm.slots[ksm.cursorSlot]!.listed);
  ksm.cursorPage = ksm.slots[ksm.cursorSlot]?.firstPage ?? 0;
}

function hasMergeableVma(ksm: KsmState, slot: MmSlot): boolean {
  for (let page = slot.firstPage; page < slot.endPage; page++)
    if ((ksm.flags[page]! & VMA_MERGEABLE) !== 0) return true;
  return false;
}

/** Whether smart scan leaves this (unmerged) page out now; counts the visit (should_skip_rmap_item). */
function shouldSkip(ksm: KsmState, page: number, policy: CompiledPolicy): boolean {
  const age = ksm.age[page]!;
  if (policy.agesOnVisits && age !== 255) ksm.age[page] = age + 1;
  if (age >= policy.graceAge) {
    if (ksm.remainingSkips[page] !== 0) {
      ksm.pagesSkipped++;
      ksm.remainingSkips[page]!--;
      leaveTree(ksm, page);
      return true;
    }
    ksm.remainingSkips[page] = policy.skipsByAge[age]!;
  }
  if (!policy.agesOnVisits && age !== 255) ksm.age[page] = age + 1;
  return false;
}

/** Tries to find a partner for an anonymous page (cmp_and_merge_page). */
function compareAndMerge(ksm: KsmState, page: number): void {
  leaveTree(ksm, page);
  const contentClass = ksm.content[page]!;
  const checksum = ksm.contents.words[contentClass * WORDS + CHECKSUM]!;
  const { work, nodes } = ksm;
  work.checksums++;
  if (ksm.oldChecksum[page] !== checksum) {
    ksm.oldChecksum[page] = checksum;
    return;
  }
  if (contentClass === ZERO_CLASS && ksm.knobs.use_zero_pages === 1) {
    mapZeroPage(ksm, page);
    return;
  }
  work.comparisons += levels(nodes.treeNodes);
  const node = stableTreeSearch(ksm, contentClass);
  if (node !== 0) {
    mapKsmPage(ksm, page, node);
    stableTreeAppend(ksm, page, node);
    return;
  }
  work.comparisons += levels(ksm.unstableNodes);
  const partner = unstableTreeSearchInsert(ksm, page, contentClass);
  if (partner !== 0) mergeTwoPages(ksm, page, partner - 1, contentClass);
}

/** removeRmapItemFromTree for a page under the cursor: it was last seen a scan ago, so its unstable tree is gone already. */
function leaveTree(ksm: KsmState, page: number): void {
  const f = ksm.flags[page]!;
  if ((f & UNSTABLE_FLAG) !== 0) {
    ksm.flags[page] = f & ~UNSTABLE_FLAG;
    ksm.pagesUnshared--;
  } else if ((f & STABLE_FLAG) !== 0) removeFromStableTree(ksm, page);
}

/** Makes this page a KSM page, maps it at its partner's address too, and enters it in the stable tree. */
function mergeTwoPages(ksm: KsmState, page: number, partner: number, contentClass: number): void {
  removeRmapItemFromTree(ksm, partner);
  ksm.work.comparisons += levels(ksm.nodes.treeNodes);
  const node = stableTreeInsert(ksm, contentClass);
  mapKsmPage(ksm, page, node);
  mapKsmPage(ksm, partner, node);
  stableTreeAppend(ksm, partner, node);
  stableTreeAppend(ksm, page, node);
}

/** Points the page's entry at the node's KSM page (replace_page). */
function mapKsmPage(ksm: KsmState, page: number, node: number): void {
  ksm.flags[page] = (ksm.flags[page]! & ~PTE_MASK) | PTE_KSM;
  ksm.head[page] = node;
  ksm.nodes.mapCount[node]!++;
  ksm.work.merges++;
}

function mapZeroPage(ksm: KsmState, page: number): void {
  ksm.flags[page] = (ksm.flags[page]! & ~PTE_MASK) | PTE_KSM_ZERO;
  ksm.contents.drop(ZERO_CLASS);
  ksm.zeroPages++;
  ksm.work.merges++;
}

/** Comparisons of a search in a balanced tree of n nodes. */
function levels(n: number): number {
  return 32 - Math.clz32(n);
}
