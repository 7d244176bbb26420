/**
 * The unstable tree: the candidates met in the current full scan whose content did not change since their last visit.
 * It is thrown away at the start of each full scan: entries of an older scan are recognised by their stamp.
 */
import { UNSTABLE_PAGE, WORDS } from "./content.js";
import { PTE_ANON, PTE_MASK, UNSTABLE_FLAG, VMA_MERGEABLE, type KsmState } from "./state.js";

/**
 * The page + 1 of an equal candidate met earlier in this scan, or 0 after entering this page (unstable_tree_search_insert).
 *
 * Simplified: the kernel's tree is searched by comparing pages as they are now, so a page rewritten after it entered can
 * hide others from the search; here only the rewritten page itself is not found.
 */
export function unstableTreeSearchInsert(ksm: KsmState, page: number, contentClass: number): number {
  const { words } = ksm.contents;
  const at = contentClass * WORDS + UNSTABLE_PAGE;
  const entered = words[at]!;
  if (
    entered !== 0 &&
    entered !== page + 1 &&
    isInCurrentTree(ksm, entered - 1) &&
    ksm.content[entered - 1] === contentClass
  ) {
    const flags = ksm.flags[entered - 1]!;
    if ((flags & PTE_MASK) === PTE_ANON && (flags & VMA_MERGEABLE) !== 0) return entered;
  }
  words[at] = page + 1;
  ksm.flags[page] = ksm.flags[page]! | UNSTABLE_FLAG;
  ksm.stamp[page] = ksm.seqnr & 0xff;
  ksm.unstableNodes++;
  ksm.pagesUnshared++;
  return 0;
}

/** Takes the page's item out of the tree (unstable part of remove_rmap_item_from_tree). */
export function removeFromUnstableTree(ksm: KsmState, page: number): void {
  if (isInCurrentTree(ksm, page)) ksm.unstableNodes--;
  ksm.flags[page] = ksm.flags[page]! & ~UNSTABLE_FLAG;
  ksm.pagesUnshared--;
}

function isInCurrentTree(ksm: KsmState, page: number): boolean {
  return (ksm.flags[page]! & UNSTABLE_FLAG) !== 0 && ksm.stamp[page] === (ksm.seqnr & 0xff);
}
