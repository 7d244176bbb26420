/** rmap items: what ksmd remembers of a page from scan to scan. The item of a page has the page's index. */
import { removeFromStableTree } from "./stable-tree.js";
import { RMAP_ITEM, STABLE_FLAG, UNSTABLE_FLAG, type KsmState, type MmSlot } from "./state.js";
import { removeFromUnstableTree } from "./unstable-tree.js";

export const IN_A_TREE = UNSTABLE_FLAG | STABLE_FLAG;

/** A fresh item for a candidate met for the first time: age and checksum are 0 (alloc_rmap_item). */
export function allocRmapItem(ksm: KsmState, page: number, slot: MmSlot): void {
  ksm.flags[page] = ksm.flags[page]! | RMAP_ITEM;
  ksm.age[page] = 0;
  ksm.remainingSkips[page] = 0;
  ksm.oldChecksum[page] = 0;
  ksm.rmapItems++;
  slot.rmapItems++;
}

/** Forgets a page that is no candidate any more (free_rmap_item). */
export function freeRmapItem(ksm: KsmState, page: number, slot: MmSlot): void {
  if ((ksm.flags[page]! & IN_A_TREE) !== 0) removeRmapItemFromTree(ksm, page);
  ksm.flags[page] = ksm.flags[page]! & ~RMAP_ITEM;
  ksm.rmapItems--;
  slot.rmapItems--;
}

/** Takes a page's item out of the tree it is in (remove_rmap_item_from_tree). */
export function removeRmapItemFromTree(ksm: KsmState, page: number): void {
  if ((ksm.flags[page]! & STABLE_FLAG) !== 0) removeFromStableTree(ksm, page);
  else removeFromUnstableTree(ksm, page);
}
