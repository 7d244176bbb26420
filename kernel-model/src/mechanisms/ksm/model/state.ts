import { checkInteger, checkKeys, checkOneOf, InputError } from "../../../base/errors.js";
import { RbTree } from "../../../structures/rb-tree.js";
import { freshAdvisor } from "./advisor.js";
import { ContentTable } from "./content.js";
import { checkKnobs, type KsmKnobs } from "./knobs.js";
import { LruBatch } from "./lru-batch.js";
import { compilePolicy, type CompiledPolicy, type SkipPolicy } from "./skip-policy.js";
import { StableNodes } from "./stable-nodes.js";

/** What the page table entry of a page says (low three bits of {@link KsmState.flags}). */
export const PTE_MASK = 0x07;
export const PTE_NONE = 0;
/** The shared zero page, mapped by a read fault: not anonymous, so no candidate. */
export const PTE_ZERO = 1;
/** A private anonymous page: a candidate. */
export const PTE_ANON = 2;
/** A KSM page, write-protected and shared. */
export const PTE_KSM = 3;
/** The zero page put there by KSM under use_zero_pages. */
export const PTE_KSM_ZERO = 4;
/** A VMA covers the page. */
export const VMA_MAPPED = 0x08;
/** ... and it is VM_MERGEABLE. */
export const VMA_MERGEABLE = 0x10;
/** ksmd keeps an rmap item for the page. */
export const RMAP_ITEM = 0x20;
export const UNSTABLE_FLAG = 0x40;
export const STABLE_FLAG = 0x80;

/** One process whose memory ksmd visits: a run of page numbers (struct ksm_mm_slot). */
export interface MmSlot {
  readonly name: string;
  readonly firstPage: number;
  /** One past the last page. */
  readonly endPage: number;
  /** On ksmd's list (MMF_VM_MERGEABLE). Leaves it when a scan finds no mergeable VMA in it. */
  listed: boolean;
  /** No process any more; on the list until ksmd has dropped its items. */
  exited: boolean;
  /** rmap items and merged pages of this process, as in /proc/PID/ksm_stat. */
  rmapItems: number;
  mergingPages: number;
}

/** sizeof(struct ksm_rmap_item) on 64-bit: what general_profit charges for an item. */
export const RMAP_ITEM_BYTES = 64;
export const PAGE_BYTES = 4096;

/** Largest model: 512 GiB of 4 KiB pages. It takes 24 bytes a page and 32 a distinct content, 3 to 7 GiB. */
export const MAX_PAGES = 2 ** 27;

/** Checks a number of pages given by a user. */
export function checkPages(what: string, pages: unknown): number {
  return checkInteger(what, pages, { min: 1, max: MAX_PAGES, unit: "pages (at 24 to 56 bytes of memory each)" });
}

export interface KsmStateOptions {
  readonly knobs?: Partial<KsmKnobs>;
  readonly policy?: SkipPolicy;
  /** Distinct contents expected at a time. */
  readonly contentHint?: number;
  /** How the two trees are searched, see stable-tree.ts and unstable-tree.ts. Default "kernel". */
  readonly walks?: "kernel" | "lazy";
  /** Linux release whose rules hold where they differ. Default "6.18". */
  readonly release?: Release;
}

/** Releases that the model was compared with. They differ in what empties the LRU batch, since 6.14 (lru-batch.ts). */
export const RELEASES = ["6.12", "6.18"] as const;
export type Release = (typeof RELEASES)[number];

/**
 * Everything ksmd knows and touches: pages, rmap items (same index as their page), trees, counters, cursor.
 *
 * Plain arrays, 24 bytes a page, so that 20 million pages fit and a visit streams through memory. The functions of
 * this folder act on it under the names of their kernel counterparts in mm/ksm.c.
 */
export class KsmState {
  readonly flags: Uint8Array;
  /** Scan number (8 bits) at which an item entered the unstable tree. */
  readonly stamp: Uint8Array;
  readonly age: Uint8Array;
  readonly remainingSkips: Uint8Array;
  /** What a present page maps: the content class of a private page, the stable node of a KSM page. */
  readonly content: Int32Array;
  /** rmap_item.oldchecksum; 0 in a fresh item. */
  readonly oldChecksum: Int32Array;
  /**
   * Stable node of a merged page's item, and the item's neighbours on the node's list (page + 1, 0: none). The page
   * itself may map something else meanwhile: ksmd finds out at its next visit.
   */
  readonly head: Int32Array;
  readonly next: Int32Array;
  readonly prev: Int32Array;

  readonly contents: ContentTable;
  readonly nodes: StableNodes;
  /** All processes in the order of their start. */
  readonly slots: MmSlot[] = [];
  /** The unstable tree of this full scan, by page + 1; null with lazy walks. */
  readonly unstableTree: RbTree | null;
  readonly lru = new LruBatch();
  /** Rings of pages that share a private frame, see shared-frames.ts; null before the first fork. */
  sharers: Int32Array | null = null;
  readonly walks: "kernel" | "lazy";
  readonly release: Release;
  knobs: KsmKnobs;
  policy: CompiledPolicy;

  pagesScanned = 0;
  pagesSkipped = 0;
  pagesShared = 0;
  pagesSharing = 0;
  pagesUnshared = 0;
  zeroPages = 0;
  rmapItems = 0;
  /** full_scans, and the stamp of the unstable tree (ksm_scan.seqnr). */
  seqnr = 0;
  /** Items in the current unstable tree, for the cost of a search in it. */
  unstableNodes = 0;

  /** What was last written to "run"; a scan that is asked for writes 1. */
  run: 0 | 1 | 2 = 0;
  /** ksmd's processes in the order of its rounds (ksm_mm_head), and the cursor: process (null: between two rounds) and next page. */
  readonly mmList: MmSlot[] = [];
  cursor: MmSlot | null = null;
  cursorPage = 0;
  /** A mergeable VMA was found since the cursor came to its process (ksm_scan.address is not 0). */
  cursorInVma = false;
  /** Virtual time, ms, and CPU time of ksmd, ms: kept by the host (simulate.ts), read by the advisor and the chains. */
  nowMs = 0;
  cpuMs = 0;
  advisor = freshAdvisor();
  /** Counts of the work done, costed by cost.ts. */
  readonly work = { checksums: 0, comparisons: 0, merges: 0 };

  constructor(
    readonly pages: number,
    options: KsmStateOptions = {},
  ) {
    checkPages("pages", pages);
    checkKeys("KsmState", options, ["knobs", "policy", "contentHint", "walks", "release"]);
    this.walks = checkOneOf("walks", options.walks ?? "kernel", ["kernel", "lazy"]);
    this.release = checkOneOf("release", options.release ?? "6.18", RELEASES);
    this.knobs = checkKnobs(options.knobs);
    this.policy = compilePolicy(options.policy);
    this.flags = new Uint8Array(pages);
    this.stamp = new Uint8Array(pages);
    this.age = new Uint8Array(pages);
    this.remainingSkips = new Uint8Array(pages);
    this.content = new Int32Array(pages);
    this.oldChecksum = new Int32Array(pages);
    this.head = new Int32Array(pages);
    this.next = new Int32Array(pages);
    this.prev = new Int32Array(pages);
    this.contents = new ContentTable(options.contentHint ?? Math.min(pages, 1 << 20) + 2);
    this.nodes = new StableNodes();
    this.unstableTree = this.walks === "kernel" ? new RbTree(pages) : null;
  }

  /** The process that a page belongs to. O(number of processes). */
  slotOf(page: number): MmSlot {
    for (const slot of this.slots) if (page < slot.endPage && page >= slot.firstPage) return slot;
    throw new InputError("page", page, `a page of one of ${this.slots.length} processes`, "add the process first");
  }

  /** Content class of a present page that is private or a KSM page. */
  classOf(page: number): number {
    const mapped = this.content[page]!;
    return (this.flags[page]! & PTE_MASK) === PTE_KSM ? this.nodes.contentClass[mapped]! : mapped;
  }

  get pagesVolatile(): number {
    return Math.max(0, this.rmapItems - this.pagesShared - this.pagesSharing - this.pagesUnshared);
  }

  /** Bytes saved minus bytes of rmap items (general_profit_show). */
  get generalProfit(): number {
    return (this.pagesSharing + this.zeroPages) * PAGE_BYTES - this.rmapItems * RMAP_ITEM_BYTES;
  }
}
