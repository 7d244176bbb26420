/**
 * ksmd: one wake-up after the other through all candidates. Function names are those of mm/ksm.c in camelCase.
 */
import { checkInteger } from "../../../base/errors.js";
import { advisorStartScan, advisorStopScan } from "./advisor.js";
import { adoptForkedPage, compareAndMerge, leaveTree } from "./merge.js";
import { breakKsm } from "./memory.js";
import { advanceCursor, setCursor } from "./mm-list.js";
import { allocRmapItem, freeRmapItem } from "./rmap-item.js";
import type { CompiledPolicy } from "./skip-policy.js";
import { removeAllStableNodes } from "./stable-tree.js";
import { PTE_ANON, PTE_KSM, PTE_MASK, RMAP_ITEM, VMA_MERGEABLE, type KsmState, type MmSlot } from "./state.js";
import { resetUnstableTree } from "./unstable-tree.js";

/**
 * One wake-up: processes up to `budget` pages, or up to the end of the full scan, whichever comes first (ksm_do_scan).
 * Returns true if the full scan was completed. Skipped pages do not count against the budget; 0 does nothing.
 */
export function doScan(ksm: KsmState, budget: number): boolean {
  if (budget !== Infinity) checkInteger("the budget of doScan", budget, { min: 0, unit: "pages, or Infinity" });
  ksm.run = 1;
  if (ksm.mmList.length === 0) return true;
  if (budget === 0) return false;
  if (ksm.cursor === null) startFullScan(ksm);
  let left = budget;
  for (let slot = ksm.cursor; slot !== null; slot = ksm.cursor) {
    if (!slot.exited) left = scanProcess(ksm, slot, left);
    // Even on the last page: the end of the scan is then left to the next wake-up.
    if (left === 0) return false;
    leaveProcess(ksm, slot);
  }
  advisorStopScan(ksm);
  ksm.seqnr++;
  return true;
}

/** Scans a process from the cursor on (scan_get_next_rmap_item); returns what is left of the budget, 0 if the cursor stopped in it. */
function scanProcess(ksm: KsmState, slot: MmSlot, budget: number): number {
  const { flags, policy } = ksm;
  const smart = policy.enabled && ksm.knobs.smart_scan === 1;
  let left = budget;
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
    } else if (ksm.sharers !== null) adoptForkedPage(ksm, page);
    ksm.pagesScanned++;
    if (--left === 0) {
      ksm.cursorPage = page + 1;
      ksm.cursorInVma = true;
      return 0;
    }
  }
  return left;
}

/** Breaks all KSM pages and forgets all items: what writing 2 to "run" does (unmerge_and_remove_all_rmap_items). */
export function unmergeAndRemoveAllRmapItems(ksm: KsmState): void {
  for (const slot of [...ksm.mmList]) {
    if (!slot.exited)
      for (let page = slot.firstPage; page < slot.endPage; page++)
        if ((ksm.flags[page]! & VMA_MERGEABLE) !== 0) breakKsm(ksm, page);
    freeItems(ksm, slot);
    if (slot.exited) advanceCursor(ksm, slot, true);
  }
  setCursor(ksm, null);
  removeAllStableNodes(ksm);
  ksm.seqnr = 0;
}

/** The start of scan_get_next_rmap_item() at the head of the list, lru_add_drain_all() included. */
function startFullScan(ksm: KsmState): void {
  advisorStartScan(ksm);
  ksm.lru.drain();
  resetUnstableTree(ksm);
  setCursor(ksm, ksm.mmList[0]!);
}

/**
 * At the end of a process. It leaves ksmd's list if it has exited, or if no mergeable VMA was found in it since the cursor
 * came to it: one that lost its last while the cursor was inside stays for another round (ksm_scan.address is not 0).
 */
function leaveProcess(ksm: KsmState, slot: MmSlot): void {
  if (slot.exited) freeItems(ksm, slot);
  advanceCursor(ksm, slot, slot.exited || !(ksm.cursorInVma || hasMergeableVma(ksm, slot)));
}

function freeItems(ksm: KsmState, slot: MmSlot): void {
  for (let page = slot.firstPage; page < slot.endPage; page++)
    if ((ksm.flags[page]! & RMAP_ITEM) !== 0) freeRmapItem(ksm, page, slot);
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
