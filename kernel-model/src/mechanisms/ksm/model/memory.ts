/**
 * What a process does to its memory, as far as KSM can tell: map, write, read, discard, advise.
 * The counters of merged pages stay as they are until ksmd meets the page; only ksm_zero_pages moves at once.
 */
import { checkInteger, InputError } from "../../../base/errors.js";
import { checkContent, checkIncrement, ZERO_CLASS, type ContentNumber } from "./content.js";
import {
  PTE_ANON,
  PTE_KSM,
  PTE_KSM_ZERO,
  PTE_MASK,
  PTE_NONE,
  PTE_ZERO,
  RMAP_ITEM,
  VMA_MAPPED,
  VMA_MERGEABLE,
  type KsmState,
  type MmSlot,
} from "./state.js";
import { ksmEnter } from "./mm-list.js";
import { freeRmapItem } from "./rmap-item.js";
import { isFrameShared, leaveFrame } from "./shared-frames.js";
import { unmapKsmPage } from "./stable-tree.js";

/** A process that owns the next `pages` pages, mapped and not yet mergeable. ksmd hears of it from MADV_MERGEABLE. */
export function addProcess(ksm: KsmState, pages: number, name = `process ${ksm.slots.length}`): MmSlot {
  const firstPage = ksm.slots.at(-1)?.endPage ?? 0;
  const free = ksm.pages - firstPage;
  checkInteger(`the size of ${name}`, pages, {
    min: 1,
    max: free,
    unit: "pages",
    next: "make the model larger or the process smaller",
  });
  const endPage = firstPage + pages;
  const slot: MmSlot = { name, firstPage, endPage, listed: false, exited: false, rmapItems: 0, mergingPages: 0 };
  ksm.slots.push(slot);
  ksm.flags.fill(VMA_MAPPED, firstPage, slot.endPage);
  return slot;
}

/**
 * madvise(MADV_MERGEABLE) over [start, stop), which is ksm_madvise(). Unmapped pages in the range stay unmapped. A process with a page that was
 * not mergeable enters ksmd's list, if it is not on it.
 */
export function madviseMergeable(ksm: KsmState, start: number, stop: number): void {
  checkRange(ksm, "mergeable", start, stop);
  for (const slot of slotsIn(ksm, start, stop)) {
    const end = Math.min(stop, slot.endPage);
    for (let page = Math.max(start, slot.firstPage); page < end; page++) {
      const f = ksm.flags[page]!;
      if ((f & VMA_MAPPED) === 0 || (f & VMA_MERGEABLE) !== 0) continue;
      if (!slot.listed) ksmEnter(ksm, slot);
      ksm.flags[page] = f | VMA_MERGEABLE;
    }
  }
}

/** madvise(MADV_UNMERGEABLE), ksm_madvise() too: each merged page gets a private copy again. */
export function madviseUnmergeable(ksm: KsmState, start: number, stop: number): void {
  checkRange(ksm, "unmergeable", start, stop);
  for (let page = start; page < stop; page++) {
    if ((ksm.flags[page]! & VMA_MERGEABLE) === 0) continue;
    breakKsm(ksm, page);
    ksm.flags[page] = ksm.flags[page]! & ~VMA_MERGEABLE;
  }
}

/**
 * Stores to the whole of pages start, start + step, ... below stop; the k-th one gets content `first + k * increment`.
 * A merged page is copied first, even if its content does not change.
 */
export function fill(
  ksm: KsmState,
  start: number,
  stop: number,
  step: number,
  first: ContentNumber,
  increment: ContentNumber,
): void {
  checkRange(ksm, "fill", start, stop);
  checkInteger("the step of fill", step, { min: 1, unit: "pages" });
  checkIncrement("the increment of fill", increment);
  const count = Math.ceil((stop - start) / step);
  if (count <= 0) return;
  const last = BigInt(checkContent("the first content of fill", first)) + BigInt(count - 1) * BigInt(increment);
  checkContent("the last content of fill", last);
  const small = typeof first === "number" && typeof increment === "number" && last <= BigInt(Number.MAX_SAFE_INTEGER);
  for (let page = start; page < stop; page += step) checkMapped(ksm, page); // before the first store: all or nothing
  for (let k = 0, page = start; page < stop; k++, page += step) {
    store(ksm, page, small ? first + k * increment : BigInt(first) + BigInt(k) * BigInt(increment));
  }
}

/** Stores to one whole page: do_wp_page() where it is shared. O(1). */
export function writePage(ksm: KsmState, page: number, content: ContentNumber): void {
  checkMapped(ksm, page);
  store(ksm, page, checkContent("the content of a store", content));
}

/**
 * A store whose page and content have been checked. A private page is written where it is (wp_page_reuse); anything else
 * gets a fresh frame (do_anonymous_page, wp_page_copy).
 */
function store(ksm: KsmState, page: number, content: ContentNumber): void {
  const fresh = ksm.contents.take(content);
  if ((ksm.flags[page]! & PTE_MASK) === PTE_ANON && !isFrameShared(ksm, page)) ksm.contents.drop(ksm.content[page]!);
  else {
    clearPte(ksm, page);
    ksm.flags[page] = ksm.flags[page]! | PTE_ANON;
    ksm.lru.add(page);
  }
  ksm.content[page] = fresh;
}

/** Loads from each page: one that is not there is mapped to the shared zero page, which is no candidate. */
export function read(ksm: KsmState, start: number, stop: number): void {
  checkRange(ksm, "read", start, stop);
  for (let page = start; page < stop; page++) {
    const f = ksm.flags[page]!;
    if ((f & VMA_MAPPED) !== 0 && (f & PTE_MASK) === PTE_NONE) ksm.flags[page] = f | PTE_ZERO;
  }
}

/** madvise(MADV_DONTNEED): the pages go, the area stays. */
export function dontneed(ksm: KsmState, start: number, stop: number): void {
  checkRange(ksm, "dontneed", start, stop);
  for (let page = start; page < stop; page++) discard(ksm, page);
}

/**
 * Pages of a process that exits and whose place a new process takes: contents and rmap items go, the mergeable area
 * stays for the newcomer. Simplified: the kernel drops the items when ksmd next visits the process.
 */
export function replaceProcess(ksm: KsmState, start: number, stop: number): void {
  checkRange(ksm, "replaceProcess", start, stop);
  for (let page = start; page < stop; page++) {
    discard(ksm, page);
    if ((ksm.flags[page]! & RMAP_ITEM) !== 0) freeRmapItem(ksm, page, ksm.slotOf(page));
  }
}

/** munmap: the pages and the area go. ksmd drops their items when it next comes by. */
export function unmap(ksm: KsmState, start: number, stop: number): void {
  checkRange(ksm, "unmap", start, stop);
  for (let page = start; page < stop; page++) {
    discard(ksm, page);
    ksm.flags[page] = ksm.flags[page]! & ~(VMA_MAPPED | VMA_MERGEABLE);
  }
}

/** Gives a merged page a private copy with the same content (break_ksm). */
export function breakKsm(ksm: KsmState, page: number): void {
  const pte = ksm.flags[page]! & PTE_MASK;
  if (pte !== PTE_KSM && pte !== PTE_KSM_ZERO) return;
  const contentClass = pte === PTE_KSM ? ksm.classOf(page) : ZERO_CLASS;
  ksm.contents.hold(contentClass);
  clearPte(ksm, page);
  ksm.flags[page] = ksm.flags[page]! | PTE_ANON;
  ksm.content[page] = contentClass;
  ksm.lru.add(page);
}

/** Takes a page away from a process that unmaps or discards it; in Linux 6.12 that empties the LRU batch as well. */
export function discard(ksm: KsmState, page: number): void {
  if ((ksm.flags[page]! & VMA_MAPPED) === 0) return;
  if (ksm.release === "6.12") ksm.lru.drain();
  clearPte(ksm, page);
}

/** Empties a page table entry, whatever it maps. */
function clearPte(ksm: KsmState, page: number): void {
  const f = ksm.flags[page]!;
  const pte = f & PTE_MASK;
  if (pte === PTE_NONE) return;
  if (pte === PTE_KSM) unmapKsmPage(ksm, ksm.content[page]!);
  else if (pte === PTE_ANON) {
    leaveFrame(ksm, page);
    ksm.contents.drop(ksm.content[page]!);
  } else if (pte === PTE_KSM_ZERO) ksm.zeroPages--;
  ksm.flags[page] = f & ~PTE_MASK;
}

function checkMapped(ksm: KsmState, page: number): void {
  if (((ksm.flags[page] ?? 0) & VMA_MAPPED) === 0)
    throw new InputError("a store to page", page, "a mapped page", "map it, or leave it out");
}

function slotsIn(ksm: KsmState, start: number, stop: number): MmSlot[] {
  return ksm.slots.filter((slot) => slot.firstPage < stop && slot.endPage > start);
}

function checkRange(ksm: KsmState, what: string, start: number, stop: number): void {
  const end = ksm.slots.at(-1)?.endPage ?? 0;
  checkInteger(`the first page of ${what}`, start, { min: 0, max: end, unit: "(the pages of the model)" });
  checkInteger(`the end of ${what}`, stop, { min: start, max: end, unit: "(not before its start, within the model)" });
}
