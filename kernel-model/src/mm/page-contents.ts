import { checkInteger, checkKeys, checkNumber, checkOneOf, InputError } from "../base/errors.js";
import { Random } from "../base/random.js";
import { PAGE_BYTES } from "./page.js";
import { FILL, PAGE_KINDS, type PageKind } from "./page-kinds.js";

/** Share of each kind of page, 0 to 1; kinds that are left out have share 0. The shares sum to 1. */
export type ContentMix = Readonly<Partial<Record<PageKind, number>>>;

/**
 * 14 % zero and 3 % same-filled pages are what the change that taught zswap same-filled pages (Linux 4.16) reports for
 * applications on a 1.5 GB machine. How the rest divides is not in the sources: chosen by us.
 */
export const DEFAULT_MIX: ContentMix = Object.freeze({
  zero: 0.14,
  "same-filled": 0.03,
  text: 0.15,
  heap: 0.45,
  code: 0.08,
  random: 0.15,
});

/** Shares may miss 1 by this much: thirds and tenths have no exact binary form. */
const TOLERANCE = 1e-9;

/**
 * Checks a mix. Errors: InputError naming the value, what is accepted and what to do, for an unknown kind, a share that is
 * negative or above 1 or not a number, and shares that do not sum to 1.
 */
export function checkMix(mix: ContentMix): ContentMix {
  checkKeys("the content mix", mix, PAGE_KINDS);
  let sum = 0;
  for (const kind of PAGE_KINDS)
    if (mix[kind] !== undefined)
      sum += checkNumber(`the share of ${kind} pages`, mix[kind], {
        min: 0,
        max: 1,
        next: "give shares that sum to 1",
      });
  if (Math.abs(sum - 1) > TOLERANCE) {
    throw new InputError(
      "the sum of the content mix",
      Number(sum.toPrecision(12)),
      "1",
      sum > 0
        ? "divide each share by that sum, or add the kind that is missing"
        : `give at least one kind a share: ${PAGE_KINDS.join(", ")}`,
    );
  }
  return mix;
}

export interface GeneratedPage {
  readonly kind: PageKind;
  /** 4096 bytes. The generator's own buffer: it is overwritten by the next call. */
  readonly bytes: Uint8Array;
}

/**
 * An endless sequence of 4096-byte pages with the shares of a mix: the same seed and mix give the same pages on every
 * machine. A page takes up to about
 * 0.1 ms. A page's content depends on its place in the sequence only, so that a run that wants
 * pages in another order, or some of them again, asks by number.
 *
 * Errors: InputError for a mix as of {@link checkMix}, and for a seed that is not an integer from 0 to 2^32 - 1.
 *
 * @example
 * const pages = new zswap.PageContents(42, { heap: 0.7, text: 0.3 });
 * pages.page(0).kind; // "heap" or "text"
 */
export class PageContents {
  readonly #seed: number;
  readonly #kinds: readonly PageKind[];
  readonly #upTo: readonly number[];
  readonly #bytes = new Uint8Array(PAGE_BYTES);

  constructor(seed: number, mix: ContentMix = DEFAULT_MIX) {
    checkMix(mix);
    this.#seed = new Random(seed).uint32();
    this.#kinds = PAGE_KINDS.filter((kind) => (mix[kind] ?? 0) > 0);
    let sum = 0;
    this.#upTo = this.#kinds.map((kind) => (sum += mix[kind]!));
  }

  /** Page `number` of the sequence, 0 to 2^32 - 1. Errors: InputError for another number. */
  page(number: number): GeneratedPage {
    checkInteger("the page number", number, { min: 0, max: 0xffffffff });
    const random = new Random((this.#seed ^ Math.imul(number + 1, 0x9e3779b1)) >>> 0);
    const draw = random.next();
    // The last kind takes what rounding leaves between the sum of the shares and 1.
    const at = this.#upTo.findIndex((limit) => draw < limit);
    const kind = this.#kinds[at === -1 ? this.#kinds.length - 1 : at]!;
    FILL[kind](this.#bytes, random);
    return { kind, bytes: this.#bytes };
  }
}

/** A fresh page of one kind. Errors: InputError for an unknown kind, with the nearest name. */
export function makePage(kind: PageKind, seed: number): Uint8Array {
  const page = new Uint8Array(PAGE_BYTES);
  FILL[checkOneOf("the kind of page", kind, PAGE_KINDS)](page, new Random(seed));
  return page;
}

/**
 * Whether one machine word of 8 bytes, repeated, makes up the page: zswap keeps only the word of such a page and takes no
 * pool memory for it. zswap_is_page_same_filled() of mm/zswap.c, Linux 6.6, the comparison of the last word first included.
 */
export function isSameFilled(page: Uint8Array): boolean {
  const words = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const [low, high] = [words.getUint32(0, true), words.getUint32(4, true)];
  const differs = (at: number): boolean => words.getUint32(at, true) !== low || words.getUint32(at + 4, true) !== high;
  if (differs(page.length - 8)) return false;
  for (let at = 8; at < page.length - 8; at += 8) if (differs(at)) return false;
  return true;
}
