/** Processes come and go: fork and exit, as far as KSM can tell. */
import { InputError } from "../../../base/errors.js";
import { ksmEnter, ksmExit } from "./mm-list.js";
import { addProcess, discard } from "./memory.js";
import { shareFrame } from "./shared-frames.js";
import {
  PTE_ANON,
  PTE_KSM,
  PTE_KSM_ZERO,
  PTE_MASK,
  VMA_MAPPED,
  VMA_MERGEABLE,
  type KsmState,
  type MmSlot,
} from "./state.js";

/** A process ends: its memory goes at once, its items when ksmd next comes by (ksm_exit, exit_mmap). */
export function exitProcess(ksm: KsmState, slot: MmSlot): void {
  if (slot.exited) throw new InputError("the process that exits", slot.name, "one that runs", "leave it out");
  slot.exited = true;
  ksmExit(ksm, slot);
  for (let page = slot.firstPage; page < slot.endPage; page++) {
    discard(ksm, page);
    ksm.flags[page] = ksm.flags[page]! & ~(VMA_MAPPED | VMA_MERGEABLE);
  }
}

/**
 * fork(): the child maps what the parent maps, private pages until one of the two stores to them. It has no items, and its
 * counters start at 0; it enters ksmd's list if the parent is on it (ksm_fork, copy_page_range).
 */
export function forkProcess(ksm: KsmState, parent: MmSlot, name?: string): MmSlot {
  if (parent.exited) throw new InputError("the process that forks", parent.name, "one that runs", "leave it out");
  const child = addProcess(ksm, parent.endPage - parent.firstPage, name);
  for (let page = parent.firstPage, copy = child.firstPage; page < parent.endPage; page++, copy++) {
    const f = ksm.flags[page]!;
    const pte = f & PTE_MASK;
    ksm.flags[copy] = f & (PTE_MASK | VMA_MAPPED | VMA_MERGEABLE);
    ksm.content[copy] = ksm.content[page]!;
    if (pte === PTE_ANON) {
      ksm.contents.hold(ksm.content[page]!);
      shareFrame(ksm, page, copy);
    } else if (pte === PTE_KSM) {
      ksm.sharers ??= new Int32Array(ksm.pages);
      ksm.nodes.mapCount[ksm.content[page]!]!++;
    } else if (pte === PTE_KSM_ZERO) ksm.zeroPages++;
  }
  if (parent.listed) ksmEnter(ksm, child);
  return child;
}
