/**
 * ksmd's list of processes and its cursor on it. Where a process enters the list, and when it leaves, decides in which
 * full scan its pages are met.
 */
import type { KsmState, MmSlot } from "./state.js";

/**
 * A process enters the list just behind the cursor, so that it is met last in this round; while pages are unmerged
 * (run is 2) it enters at the end (__ksm_enter).
 */
export function ksmEnter(ksm: KsmState, slot: MmSlot): void {
  const { mmList, cursor } = ksm;
  slot.listed = true;
  if (ksm.run === 2 || cursor === null) mmList.push(slot);
  else mmList.splice(mmList.indexOf(cursor), 0, slot);
}

/**
 * A process exits (__ksm_exit). One without items leaves the list at once; another moves to just ahead of the cursor, so
 * that ksmd meets it next and drops its items; the one at the cursor stays where it is.
 */
export function ksmExit(ksm: KsmState, slot: MmSlot): void {
  const { mmList, cursor } = ksm;
  if (!slot.listed || cursor === slot) return;
  mmList.splice(mmList.indexOf(slot), 1);
  if (slot.rmapItems === 0) slot.listed = false;
  else mmList.splice(cursor === null ? 0 : mmList.indexOf(cursor) + 1, 0, slot);
}

/** Moves the cursor to the start of a process; null ends the round. */
export function setCursor(ksm: KsmState, slot: MmSlot | null): void {
  ksm.cursor = slot;
  ksm.cursorPage = slot?.firstPage ?? 0;
  ksm.cursorInVma = false;
}

/** Moves the cursor to the process after `slot`, which leaves the list if `dropped`. */
export function advanceCursor(ksm: KsmState, slot: MmSlot, dropped: boolean): void {
  const { mmList } = ksm;
  const at = mmList.indexOf(slot);
  setCursor(ksm, mmList[at + 1] ?? null);
  if (!dropped) return;
  mmList.splice(at, 1);
  slot.listed = false;
}
