import { grown } from "../../../base/arrays.js";
import { InputError } from "../../../base/errors.js";
import { mix32 } from "../../../base/hash.js";

/**
 * A page's content as a model needs it: one 64-bit number. A page of content c is 4096 bytes of c, least significant
 * byte first, so 0 is the zero page and equal numbers are equal pages. Above 2^53 give a bigint.
 */
export type ContentNumber = number | bigint;

/** Fields of a content class, four 32-bit words side by side so that a visit touches one cache line. */
export const CHECKSUM = 0;
/** Root node of this content in the stable tree (a node or a chain), 0 if none. */
export const STABLE_ROOT = 1;
/** Page + 1 that last entered the unstable tree with this content; may be out of date, see unstable-tree.ts. */
export const UNSTABLE_PAGE = 2;
/** Pages and stable nodes that have this content. */
export const REFERENCES = 3;
export const WORDS = 4;

/** The class of all-zero pages always exists and is number 0. */
export const ZERO_CLASS = 0;

/**
 * Numbers the distinct page contents in use ("content classes"), so that comparing two pages is comparing two integers.
 *
 * A class lives while a page or a stable node has its content; its number is then given away again. The checksum stands
 * for ksmd's xxhash of the page: 32 bits of the content, not of the class, so it survives the class.
 * Interning is O(1) amortised; about 32 bytes a class.
 */
export class ContentTable {
  words: Int32Array;
  #low: Uint32Array;
  #high: Uint32Array;
  #capacity: number;
  #used = 1;
  #free: number[] = [];
  /** Hash buckets: first class + 1, then along #nextInBucket. */
  #buckets: Int32Array;
  #nextInBucket: Int32Array;
  #live = 1;

  constructor(capacityHint = 1024) {
    this.#capacity = Math.max(16, capacityHint);
    this.words = new Int32Array(this.#capacity * WORDS);
    this.#low = new Uint32Array(this.#capacity);
    this.#high = new Uint32Array(this.#capacity);
    this.#buckets = new Int32Array(bucketsFor(this.#capacity));
    this.#nextInBucket = new Int32Array(this.#capacity);
    this.words[CHECKSUM] = checksum(0, 0);
    this.words[REFERENCES] = 1; // never given away
    this.#enter(ZERO_CLASS);
  }

  /** Number of contents in use. */
  get size(): number {
    return this.#live;
  }

  /** The class of this content, made if it is new; takes one reference. */
  take(content: ContentNumber): number {
    let low: number;
    let high: number;
    if (typeof content === "bigint") {
      low = Number(content & 0xffffffffn);
      high = Number(content >> 32n);
    } else {
      low = content >>> 0;
      high = (content - low) / 4294967296;
    }
    for (let c = this.#buckets[this.#bucket(low, high)]!; c !== 0; c = this.#nextInBucket[c - 1]!) {
      if (this.#low[c - 1] === low && this.#high[c - 1] === high) {
        this.words[(c - 1) * WORDS + REFERENCES]!++;
        return c - 1;
      }
    }
    return this.#add(low, high);
  }

  hold(contentClass: number): void {
    this.words[contentClass * WORDS + REFERENCES]!++;
  }

  /** Drops one reference; the class is forgotten with its last one. */
  drop(contentClass: number): void {
    if (--this.words[contentClass * WORDS + REFERENCES]! === 0) this.#remove(contentClass);
  }

  /** Sign as of memcmp() over the two pages: bytes in address order, i.e. least significant byte first. */
  compare(a: number, b: number): number {
    const low = byteSwap(this.#low[a]!) - byteSwap(this.#low[b]!);
    return low !== 0 ? low : byteSwap(this.#high[a]!) - byteSwap(this.#high[b]!);
  }

  #add(low: number, high: number): number {
    if (this.#free.length === 0 && this.#used === this.#capacity) this.#grow();
    const fresh = this.#free.pop() ?? this.#used++;
    this.#low[fresh] = low;
    this.#high[fresh] = high;
    const at = fresh * WORDS;
    this.words[at + CHECKSUM] = checksum(low, high);
    this.words[at + STABLE_ROOT] = 0;
    this.words[at + UNSTABLE_PAGE] = 0;
    this.words[at + REFERENCES] = 1;
    this.#enter(fresh);
    this.#live++;
    return fresh;
  }

  #enter(contentClass: number): void {
    const bucket = this.#bucket(this.#low[contentClass]!, this.#high[contentClass]!);
    this.#nextInBucket[contentClass] = this.#buckets[bucket]!;
    this.#buckets[bucket] = contentClass + 1;
  }

  #remove(contentClass: number): void {
    const bucket = this.#bucket(this.#low[contentClass]!, this.#high[contentClass]!);
    const after = this.#nextInBucket[contentClass]!;
    let c = this.#buckets[bucket]!;
    if (c === contentClass + 1) this.#buckets[bucket] = after;
    else {
      while (this.#nextInBucket[c - 1] !== contentClass + 1) c = this.#nextInBucket[c - 1]!;
      this.#nextInBucket[c - 1] = after;
    }
    this.#free.push(contentClass);
    this.#live--;
  }

  /** Neighbouring numbers stay neighbours: workloads number their contents in the order ksmd meets them. */
  #bucket(low: number, high: number): number {
    return (low ^ Math.imul(low >>> 20, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) & (this.#buckets.length - 1);
  }

  #grow(): void {
    this.#capacity *= 2;
    this.words = grown(this.words, this.#capacity * WORDS);
    this.#low = grown(this.#low, this.#capacity);
    this.#high = grown(this.#high, this.#capacity);
    this.#nextInBucket = new Int32Array(this.#capacity);
    this.#buckets = new Int32Array(bucketsFor(this.#capacity));
    for (let c = 0; c < this.#used; c++) this.#enter(c);
  }
}

/** Checks a content number given by a user. Errors: negative, fractional, unsafe as a double, above 2^64 - 1. */
export function checkContent(what: string, content: unknown): ContentNumber {
  if (typeof content === "number" && Number.isSafeInteger(content) && content >= 0) return content;
  if (typeof content === "bigint" && content >= 0n && content < 1n << 64n) return content;
  throw new InputError(
    what,
    content,
    "an integer from 0 to 2^64 - 1 (a bigint above 2^53)",
    "give page contents as class numbers",
  );
}

/** Checks the difference of two content numbers. Errors: fractional, unsafe as a double, beyond +-(2^64 - 1). */
export function checkIncrement(what: string, increment: unknown): ContentNumber {
  if (typeof increment === "number" && Number.isSafeInteger(increment)) return increment;
  if (typeof increment === "bigint" && increment > -1n << 64n && increment < 1n << 64n) return increment;
  throw new InputError(
    what,
    increment,
    "an integer from -(2^64 - 1) to 2^64 - 1 (a bigint beyond 2^53)",
    "give the difference of two class numbers",
  );
}

/** Stands for calc_checksum(). */
function checksum(low: number, high: number): number {
  return mix32(low ^ mix32(high + 0x9e3779b9)) | 0;
}

function byteSwap(x: number): number {
  return ((x << 24) | ((x & 0xff00) << 8) | ((x >>> 8) & 0xff00) | (x >>> 24)) >>> 0;
}

function bucketsFor(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(capacity));
}
