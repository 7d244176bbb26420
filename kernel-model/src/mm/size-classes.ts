import { checkInteger, checkOneOf } from "../base/errors.js";
import { PAGE_BYTES } from "./page.js";

/** Smallest chunk, bytes: ZS_MIN_ALLOC_SIZE on 64-bit machines. */
const MIN_ALLOC_BYTES = 32;
/** Step between the sizes of neighbouring classes, bytes: ZS_SIZE_CLASS_DELTA with pages of 4 KiB. */
const CLASS_DELTA_BYTES = 16;
/** ZS_SIZE_CLASSES: sizes before classes are merged. */
export const SIZE_CLASSES = (PAGE_BYTES - MIN_ALLOC_BYTES) / CLASS_DELTA_BYTES + 1;
/** ZS_HANDLE_SIZE: each object carries the address of its handle in front. */
export const HANDLE_BYTES = 8;
/** Default of CONFIG_ZSMALLOC_CHAIN_SIZE: most pages of one zspage. */
export const DEFAULT_CHAIN_SIZE = 8;

/** A class of objects that share zspages ("size_class" of mm/zsmalloc.c). */
export interface SizeClass {
  /** Number of the class, as in /sys/kernel/debug/zsmalloc: that of its largest size. */
  readonly index: number;
  /** Bytes of a chunk, the object's handle included. */
  readonly sizeBytes: number;
  readonly pagesPerZspage: number;
  readonly objectsPerZspage: number;
  /** A huge object has a page for itself and no handle in front. */
  readonly huge: boolean;
}

/**
 * How the number of pages of a zspage is chosen. least-waste: fewest bytes left over at its end, since 6.3.
 * most-used-percent: highest part in use in whole percent, until 6.2. The table of class counts in the kernel's own
 * documentation (Documentation/mm/zsmalloc.rst: 123 classes for chains of 8 pages) is that of the older rule, though the
 * same series of changes brought both; 6.6 has 119.
 */
export const CHAIN_RULES = ["least-waste", "most-used-percent"] as const;
export type ChainRule = (typeof CHAIN_RULES)[number];

/**
 * For each of the 255 sizes the class that serves it; sizes with equal zspages share the class of the largest of them.
 * zs_create_pool(), calculate_zspage_chain_size() and can_merge() of mm/zsmalloc.c, Linux 6.6. O(255 x chain size).
 *
 * Errors: InputError if the chain size is not an integer from 4 to 16, the range of CONFIG_ZSMALLOC_CHAIN_SIZE, or the rule
 * is unknown.
 */
export function sizeClassTable(chainSize = DEFAULT_CHAIN_SIZE, rule: ChainRule = "least-waste"): readonly SizeClass[] {
  checkInteger("chain size", chainSize, {
    min: 4,
    max: 16,
    unit: "pages",
    next: "give a value that CONFIG_ZSMALLOC_CHAIN_SIZE can have; the kernel's default is 8",
  });
  checkOneOf("the chain rule", rule, CHAIN_RULES);
  const table: SizeClass[] = [];
  let larger: SizeClass | undefined;
  for (let index = SIZE_CLASSES - 1; index >= 0; index--) {
    const sizeBytes = MIN_ALLOC_BYTES + index * CLASS_DELTA_BYTES;
    const pagesPerZspage = bestChain(sizeBytes, chainSize, rule);
    const objectsPerZspage = Math.floor((pagesPerZspage * PAGE_BYTES) / sizeBytes);
    // The kernel compares only with the class made last, not with all of them.
    if (larger?.pagesPerZspage !== pagesPerZspage || larger.objectsPerZspage !== objectsPerZspage) {
      larger = Object.freeze({
        index,
        sizeBytes,
        pagesPerZspage,
        objectsPerZspage,
        huge: pagesPerZspage === 1 && objectsPerZspage === 1,
      });
    }
    table[index] = larger;
  }
  return table;
}

/** The classes that are left after merging, smallest first: 119 for the default chain size. Errors: as of {@link sizeClassTable}. */
export function sizeClasses(chainSize = DEFAULT_CHAIN_SIZE, rule: ChainRule = "least-waste"): readonly SizeClass[] {
  return [...new Set(sizeClassTable(chainSize, rule))];
}

/**
 * Index into the table for a chunk of this size: get_size_class_index(). Sizes above the largest get the largest: an object
 * of a whole page fits, because huge objects drop the handle that was added.
 */
export function sizeClassIndex(chunkBytes: number): number {
  if (chunkBytes <= MIN_ALLOC_BYTES) return 0;
  return Math.min(SIZE_CLASSES - 1, Math.ceil((chunkBytes - MIN_ALLOC_BYTES) / CLASS_DELTA_BYTES));
}

/** Pages per zspage; of equally good numbers the smallest. */
function bestChain(sizeBytes: number, chainSize: number, rule: ChainRule): number {
  if ((sizeBytes & (sizeBytes - 1)) === 0) return 1;
  let best = 1;
  let leastLoss = Infinity;
  for (let pages = 1; pages <= chainSize; pages++) {
    const zspageBytes = pages * PAGE_BYTES;
    const waste = zspageBytes % sizeBytes;
    const loss = rule === "least-waste" ? waste : 100 - Math.floor((100 * (zspageBytes - waste)) / zspageBytes);
    if (loss < leastLoss) {
      leastLoss = loss;
      best = pages;
    }
  }
  return best;
}
