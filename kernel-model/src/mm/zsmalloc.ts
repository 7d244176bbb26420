import { grown } from "../base/arrays.js";
import { checkInteger, InputError } from "../base/errors.js";
import type { Allocator } from "./zpool.js";
import { PAGE_BYTES } from "./page.js";
import { DEFAULT_CHAIN_SIZE, HANDLE_BYTES, sizeClassIndex, sizeClassTable, type SizeClass } from "./size-classes.js";

/** What malloc() returns instead of a handle if the size is 0 or above a page; later releases than 6.6 return -ENOSPC for the latter. */
export const EINVAL = -22;

/** Fullness groups: empty, ten tenths (the last below 100 %), full. */
const EMPTY = 0;
const FULL = 11;
const GROUPS = 12;
const NONE = -1;

export interface ZsmallocOptions {
  /** Most pages of one zspage, 4 to 16 (CONFIG_ZSMALLOC_CHAIN_SIZE). Default 8. */
  readonly chainSize?: number;
}

/** Where the bytes of a pool are; the parts sum to `pages` x 4096. */
export interface ZsmallocUsage {
  /** Pages that the pool holds (zs_get_total_pages()). */
  readonly pages: number;
  readonly objects: number;
  /** Bytes that were asked for. */
  readonly storedBytes: number;
  /** 8 bytes in front of each object that is not huge. */
  readonly handleBytes: number;
  /** Lost because an object is smaller than its chunk. */
  readonly roundingBytes: number;
  /** Chunks that hold no object. */
  readonly freeChunkBytes: number;
  /** Ends of zspages that are too short for a chunk. */
  readonly tailBytes: number;
}

/**
 * The page accounting of a zsmalloc pool: which zspage each object goes to, and when pages come and go. Sequential, for
 * one CPU at a time (the kernel holds the pool's lock); contents are not kept.
 *
 * zs_malloc() and zs_free() of mm/zsmalloc.c, Linux 6.6, faithful while page locks are free. Left out: zs_compact(), which
 * the memory shrinker calls, and page migration; without them a pool is as fragmented as its frees made it.
 * malloc and free are O(1), usage() is O(classes); 6 bytes an object and 12 bytes a zspage.
 *
 * @example
 * const pool = new zswap.Zsmalloc();
 * const handle = pool.malloc(1560);
 * pool.pages; // 5: class 96 (1568 bytes with the handle) chains five pages for 13 objects
 * pool.free(handle);
 * pool.pages; // 0
 */
export class Zsmalloc implements Allocator {
  readonly #table: readonly SizeClass[];
  /** First zspage of each fullness list, by class index and group. */
  readonly #heads: Int32Array;
  /** By class index: zspages, objects in use, bytes asked for. */
  readonly #zspages: Uint32Array;
  readonly #objects: Uint32Array;
  readonly #bytes: Float64Array;

  #zspageClass = new Uint8Array(64);
  #fullness = new Uint8Array(64);
  #inUse = new Uint16Array(64);
  #next = new Int32Array(64);
  #previous = new Int32Array(64);
  readonly #freeZspages: number[] = [];
  #usedZspages = 0;

  /** By handle: its zspage (NONE: free) and its length. Handle 0 is never given out. */
  #zspageOf = new Int32Array(64).fill(NONE);
  #lengthOf = new Uint16Array(64);
  readonly #freeHandles: number[] = [];
  #usedHandles = 1;
  #pages = 0;

  constructor(options: ZsmallocOptions = {}) {
    this.#table = sizeClassTable(options.chainSize ?? DEFAULT_CHAIN_SIZE);
    this.#heads = new Int32Array(this.#table.length * GROUPS).fill(NONE);
    this.#zspages = new Uint32Array(this.#table.length);
    this.#objects = new Uint32Array(this.#table.length);
    this.#bytes = new Float64Array(this.#table.length);
  }

  describe(): string {
    return `${this.totalSizeBytes} bytes`;
  }

  /** Pages that the pool holds now. */
  get pages(): number {
    return this.#pages;
  }

  /** Bytes that the pool holds now: what zpool_get_total_size() reports. */
  get totalSizeBytes(): number {
    return this.#pages * PAGE_BYTES;
  }

  /** The class that an object of this length goes to; lengths from 1 to 4096 bytes. */
  classFor(lengthBytes: number): SizeClass {
    checkInteger("object length", lengthBytes, { min: 1, max: PAGE_BYTES, unit: "bytes" });
    return this.#table[sizeClassIndex(lengthBytes + HANDLE_BYTES)]!;
  }

  /** A handle (1 or more), or {@link EINVAL} if the length is 0 or above a page. Errors: InputError if it is no whole number of bytes. */
  malloc(lengthBytes: number): number {
    checkInteger("object length", lengthBytes, {
      min: 0,
      unit: "bytes",
      next: "give the length of the compressed page",
    });
    if (lengthBytes === 0 || lengthBytes > PAGE_BYTES) return EINVAL;
    const sizeClass = this.#table[sizeClassIndex(lengthBytes + HANDLE_BYTES)]!;
    let zspage = this.#fullestWithSpace(sizeClass.index);
    if (zspage === NONE) zspage = this.#allocateZspage(sizeClass);
    this.#inUse[zspage]!++;
    this.#fixFullness(zspage, sizeClass);
    this.#objects[sizeClass.index]!++;
    this.#bytes[sizeClass.index]! += lengthBytes;
    const handle = this.#freeHandles.pop() ?? this.#freshHandle();
    this.#zspageOf[handle] = zspage;
    this.#lengthOf[handle] = lengthBytes;
    return handle;
  }

  /** Gives an object back; the last one of a zspage takes its pages along. Errors: InputError for a handle that is not in use. */
  free(handle: number): void {
    const zspage = this.#zspageOf[handle] ?? NONE;
    if (zspage === NONE)
      throw new InputError(
        "handle",
        handle,
        "a handle that malloc returned and that was not freed",
        "free each object once",
      );
    const sizeClass = this.#table[this.#zspageClass[zspage]!]!;
    this.#zspageOf[handle] = NONE;
    this.#freeHandles.push(handle);
    this.#objects[sizeClass.index]!--;
    this.#bytes[sizeClass.index]! -= this.#lengthOf[handle]!;
    this.#inUse[zspage]!--;
    if (this.#fixFullness(zspage, sizeClass) === EMPTY) this.#freeZspage(zspage, sizeClass);
  }

  /** Where the pool's bytes are. */
  usage(): ZsmallocUsage {
    let [objects, storedBytes, handleBytes, roundingBytes, freeChunkBytes, tailBytes] = [0, 0, 0, 0, 0, 0];
    for (const { index, sizeBytes, pagesPerZspage, objectsPerZspage, huge } of new Set(this.#table)) {
      const used = this.#objects[index]!;
      const handles = huge ? 0 : used * HANDLE_BYTES;
      objects += used;
      storedBytes += this.#bytes[index]!;
      handleBytes += handles;
      roundingBytes += used * sizeBytes - handles - this.#bytes[index]!;
      freeChunkBytes += (this.#zspages[index]! * objectsPerZspage - used) * sizeBytes;
      tailBytes += this.#zspages[index]! * (pagesPerZspage * PAGE_BYTES - objectsPerZspage * sizeBytes);
    }
    return { pages: this.#pages, objects, storedBytes, handleBytes, roundingBytes, freeChunkBytes, tailBytes };
  }

  /** find_get_zspage(): fill the fullest first, so that the others may empty. */
  #fullestWithSpace(classIndex: number): number {
    for (let group = FULL - 1; group > EMPTY; group--) {
      const zspage = this.#heads[classIndex * GROUPS + group]!;
      if (zspage !== NONE) return zspage;
    }
    return NONE;
  }

  #allocateZspage(sizeClass: SizeClass): number {
    const zspage = this.#freeZspages.pop() ?? this.#freshZspage();
    this.#zspageClass[zspage] = sizeClass.index;
    this.#inUse[zspage] = 0;
    this.#insert(zspage, sizeClass.index, EMPTY);
    this.#zspages[sizeClass.index]!++;
    this.#pages += sizeClass.pagesPerZspage;
    return zspage;
  }

  #freeZspage(zspage: number, sizeClass: SizeClass): void {
    this.#remove(zspage, sizeClass.index);
    this.#freeZspages.push(zspage);
    this.#zspages[sizeClass.index]!--;
    this.#pages -= sizeClass.pagesPerZspage;
  }

  /** fix_fullness_group(): moves the zspage to the front of its new group's list; returns the group. */
  #fixFullness(zspage: number, sizeClass: SizeClass): number {
    const inUse = this.#inUse[zspage]!;
    const group =
      inUse === 0
        ? EMPTY
        : inUse === sizeClass.objectsPerZspage
          ? FULL
          : Math.floor(Math.floor((100 * inUse) / sizeClass.objectsPerZspage) / 10) + 1;
    if (group !== this.#fullness[zspage]) {
      this.#remove(zspage, sizeClass.index);
      this.#insert(zspage, sizeClass.index, group);
    }
    return group;
  }

  #insert(zspage: number, classIndex: number, group: number): void {
    const head = this.#heads[classIndex * GROUPS + group]!;
    this.#fullness[zspage] = group;
    this.#next[zspage] = head;
    this.#previous[zspage] = NONE;
    if (head !== NONE) this.#previous[head] = zspage;
    this.#heads[classIndex * GROUPS + group] = zspage;
  }

  #remove(zspage: number, classIndex: number): void {
    const next = this.#next[zspage]!;
    const previous = this.#previous[zspage]!;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else this.#heads[classIndex * GROUPS + this.#fullness[zspage]!] = next;
  }

  #freshZspage(): number {
    if (this.#usedZspages === this.#inUse.length) {
      this.#zspageClass = grown(this.#zspageClass);
      this.#fullness = grown(this.#fullness);
      this.#inUse = grown(this.#inUse);
      this.#next = grown(this.#next);
      this.#previous = grown(this.#previous);
    }
    return this.#usedZspages++;
  }

  #freshHandle(): number {
    if (this.#usedHandles === this.#zspageOf.length) {
      this.#zspageOf = grown(this.#zspageOf, 2 * this.#zspageOf.length, NONE);
      this.#lengthOf = grown(this.#lengthOf);
    }
    return this.#usedHandles++;
  }
}
