/**
 * The unstable tree: the candidates met in the current full scan whose content did not change since their last visit.
 * It is thrown away at the start of each full scan: entries of an older scan are recognised by their stamp.
 *
 * Its pages are not write-protected. A search compares with what they hold now, so that one page rewritten since it
 * entered can lead other searches astray, or be found under its new content. With "kernel" walks the model keeps the
 * kernel's red-black tree and searches it so. With "lazy" walks it looks the content up, which gives the same answer as
 * long as no page of the tree changes during the scan; else only the rewritten page itself is not found.
 */
import { UNSTABLE_PAGE, WORDS } from "./content.js";
import { isSameFrame } from "./shared-frames.js";
import { PTE_ANON, PTE_KSM, PTE_MASK, UNSTABLE_FLAG, VMA_MERGEABLE, type KsmState } from "./state.js";

/**
 * The page + 1 of an equal candidate met earlier in this scan, or 0 (unstable_tree_search_insert). With 0 this page has
 * entered the tree, unless the search met a page that is gone or shares its frame: then it is in no tree.
 */
export function unstableTreeSearchInsert(ksm: KsmState, page: number, contentClass: number): number {
  const tree = ksm.unstableTree;
  if (tree === null) return lookUp(ksm, page, contentClass);
  let parent = 0;
  let asLeft = false;
  for (let at = tree.root; at !== 0;) {
    if (!isMergeable(ksm, at - 1) || isSameFrame(ksm, page, at - 1)) return 0;
    const order = ksm.contents.compare(contentClass, ksm.classOf(at - 1));
    if (order === 0) return at;
    parent = at;
    asLeft = order < 0;
    at = asLeft ? tree.left[at]! : tree.right[at]!;
  }
  tree.insert(page + 1, parent, asLeft);
  enter(ksm, page);
  return 0;
}

function lookUp(ksm: KsmState, page: number, contentClass: number): number {
  const { words } = ksm.contents;
  const at = contentClass * WORDS + UNSTABLE_PAGE;
  const entered = words[at]! - 1;
  if (
    entered >= 0 &&
    entered !== page &&
    isInCurrentTree(ksm, entered) &&
    isMergeable(ksm, entered) &&
    ksm.classOf(entered) === contentClass
  )
    return isSameFrame(ksm, page, entered) ? 0 : entered + 1;
  words[at] = page + 1;
  enter(ksm, page);
  return 0;
}

function enter(ksm: KsmState, page: number): void {
  ksm.flags[page] = ksm.flags[page]! | UNSTABLE_FLAG;
  ksm.stamp[page] = ksm.seqnr & 0xff;
  ksm.unstableNodes++;
  ksm.pagesUnshared++;
}

/** Empties the tree for a new full scan; the items of the old one keep their flag until ksmd meets them. */
export function resetUnstableTree(ksm: KsmState): void {
  if (ksm.unstableTree !== null) ksm.unstableTree.root = 0;
  ksm.unstableNodes = 0;
}

/** Takes the page's item out of the tree (unstable part of remove_rmap_item_from_tree). */
export function removeFromUnstableTree(ksm: KsmState, page: number): void {
  if (isInCurrentTree(ksm, page)) {
    ksm.unstableTree?.erase(page + 1);
    ksm.unstableNodes--;
  }
  ksm.flags[page] = ksm.flags[page]! & ~UNSTABLE_FLAG;
  ksm.pagesUnshared--;
}

function isInCurrentTree(ksm: KsmState, page: number): boolean {
  return (ksm.flags[page]! & UNSTABLE_FLAG) !== 0 && ksm.stamp[page] === (ksm.seqnr & 0xff);
}

/** Whether there is still a page in a mergeable area (get_mergeable_page). */
function isMergeable(ksm: KsmState, page: number): boolean {
  const flags = ksm.flags[page]!;
  const pte = flags & PTE_MASK;
  return (flags & VMA_MERGEABLE) !== 0 && (pte === PTE_ANON || pte === PTE_KSM);
}
