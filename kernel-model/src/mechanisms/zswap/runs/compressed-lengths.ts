import { checkInteger } from "../../../base/errors.js";
import type { Compressor } from "../../../mm/compressor.js";
import { isSameFilled, PageContents, type ContentMix } from "../../../mm/page-contents.js";

/**
 * Lengths of `pages` generated pages under a compressor, for the `lengths` of a load: 0 for a same-filled page.
 *
 * Errors: InputError for a mix that does not sum to 1, or a number of pages outside 1 to 1,000,000.
 */
export function compressedLengths(compressor: Compressor, pages = 2000, mix?: ContentMix, seed = 1): number[] {
  checkInteger("the number of pages", pages, { min: 1, max: 1_000_000, unit: "pages" });
  const contents = mix === undefined ? new PageContents(seed) : new PageContents(seed, mix);
  return Array.from({ length: pages }, (_, number) => {
    const { bytes } = contents.page(number);
    return isSameFilled(bytes) ? 0 : compressor.compress(bytes);
  });
}
