import { checkInteger, checkKeys, checkNumber, checkOneOf } from "../../../base/errors.js";
import { Memory } from "../../../machine/object.js";
import { Cell } from "../../../primitives/cell.js";
import { DelayedWork } from "../../../primitives/delayed-work.js";
import { Kref } from "../../../primitives/kref.js";
import { Heap } from "../../../primitives/memory.js";
import { Mutex } from "../../../primitives/mutex.js";
import { PercpuRef } from "../../../primitives/percpu-ref.js";
import { SpinLock } from "../../../primitives/spinlock.js";
import { WorkItem, Workqueue } from "../../../primitives/workqueue.js";
import type { Path } from "../../../machine/path.js";
import { Lru } from "./lru.js";
import { SizeOnly, Zpool, type Allocator } from "../../../mm/zpool.js";
import { Tree } from "./tree.js";

/**
 * How a store at the limit treats the pool whose shrinker it wants to run:
 * - "buggy": Linux 5.6 to 6.6-rc5. It takes a reference, queues the worker and ignores whether that was needed.
 * - "fixed": since commit 969d63e1af3b. It gives the reference back if the worker was queued already.
 * - "percpu-ref": as since 6.9. One worker and one LRU for all pools, no reference at the limit, pools as percpu_ref.
 */
export const VARIANTS = ["buggy", "fixed", "percpu-ref"] as const;
export type Variant = (typeof VARIANTS)[number];

/**
 * Mistakes that no kernel made, one step left out or added each, for scenarios that must catch them:
 * - "put-before-queueing": a store at the limit gives its reference back first, and queues the worker then.
 * - "put-twice": it gives the reference back twice where the worker was queued already.
 * - "missing-get": it queues the worker, which gives a reference back, without having taken one.
 * - "drop-found-reference": a switch back to an existing pool gives the reference back that was to be the one of being current.
 * - "no-put-on-failure": a store that finds no room in the pool keeps its reference.
 * - "no-pointer-compare": write-back takes the entry off the LRU for alive without looking it up.
 * - "no-recheck": write-back does not look again once it has the page of the slot.
 */
export const TWINS = [
  "put-before-queueing",
  "put-twice",
  "missing-get",
  "drop-found-reference",
  "no-put-on-failure",
  "no-pointer-compare",
  "no-recheck",
] as const;
export type Twin = (typeof TWINS)[number];

/** What may go wrong on demand: both outcomes are explored; the simulator draws with these chances, 0 to 1. */
export interface Faults {
  /** Allocating an entry, room in the pool, a pool or its name fails. */
  readonly allocation?: number;
  /** A load finds no memory for its buffer. */
  readonly buffer?: number;
  /** Write-back finds no memory for the page. */
  readonly writeback?: number;
  /** The swap device has no free slot for a page that reclaim wants to swap out. Write-back needs none: its page has one. */
  readonly deviceFull?: number;
}

export interface ZswapOptions {
  /** Default "fixed". */
  readonly variant?: Variant;
  /** A mistake to put in on purpose. Default: none. */
  readonly twin?: Twin;
  /** Largest pool that is not full, pages; see maxPages. Default 4. */
  readonly maxPages?: number;
  /** A pool that was full must fall below this, pages; see acceptThresholdPages. Default 3. */
  readonly acceptPages?: number;
  /** Default: none. */
  readonly faults?: Faults;
  /** MAX_RECLAIM_RETRIES: failures after which the worker gives up, 1 to 1000. Default 16. */
  readonly maxReclaimRetries?: number;
  /** Whether a load drops the entry (the module parameter exclusive_loads). Default false, as in the kernel. */
  readonly exclusiveLoads?: boolean;
  /** Swap devices, each with a tree of its own, 1 to 64. Default 1. */
  readonly devices?: number;
  /** CPUs, for percpu_ref, 1 to 1024. Default 1. */
  readonly cpus?: number;
  /** How pools keep what they store. Default: a page for each entry. */
  readonly allocator?: () => Allocator;
  /** What each part of a path costs, ns. Default: nothing. */
  readonly costs?: Partial<ZswapCosts>;
  /** From queueing the shrink worker to its start, ns. Default 0. */
  readonly shrinkDelay?: number;
  /** Compressor of the first pool. Default "lzo". */
  readonly compressor?: string;
}

/** No room, and none after any write-back: each store is one at the limit, and a worker goes on until its list is empty. */
export const FULL: ZswapOptions = { maxPages: 0, acceptPages: 0 };

/** CPU time, and for `writebackIo` time of the device, ns each. */
export interface ZswapCosts {
  readonly compress: number;
  readonly decompress: number;
  readonly writebackIo: number;
}

/** More workers than pools that are alive at once in any of our programs. */
const WORKERS = 16;

/** struct zswap_pool: all entries of one compressor, until the last of them is gone. */
export interface Pool {
  readonly name: string;
  readonly compressor: string;
  readonly memory: Memory;
  /** Starts with the one reference of being current. */
  readonly kref: Kref;
  readonly ref: PercpuRef;
  readonly zpool: Zpool;
  /** What CPUs compress and decompress with: never written, gone with the pool. */
  readonly acompCtx: Cell<string>;
  /** One for all pools since 6.9, as is the worker. */
  readonly lru: Lru<Entry>;
  readonly lruLock: SpinLock;
  readonly shrinkWork: DelayedWork;
  readonly releaseWork: WorkItem;
}

/** struct zswap_entry: a compressed page, or the value of a same-filled one. */
export interface Entry {
  readonly name: string;
  readonly memory: Memory;
  readonly device: number;
  readonly offset: number;
  /** Bytes once compressed; 0 for a same-filled page, which is in no pool. */
  readonly length: number;
  readonly pool: Pool | null;
  readonly handle: number;
  /** Stands for the content of the page. */
  readonly data: number;
  /** A plain int under the tree's lock. */
  readonly refs: Cell<number>;
}

/** Events since the start. The kernel's plain counters may lose an increment to a race; these do not. */
export class Counters {
  poolLimitHit = 0;
  writtenBack = 0;
  rejectReclaimFail = 0;
  rejectAllocFail = 0;
  rejectCompressPoor = 0;
  rejectKmemcacheFail = 0;
  rejectStillFull = 0;
  duplicateEntry = 0;
  stored = 0;
  sameFilled = 0;
  /** References taken by stores at the limit, and runs of the worker, each of which gives one back. */
  shrinkRequests = 0;
  shrinkRuns = 0;
  poolsFreed = 0;
}

/** What the paths of a pool run when its work items do: the state does not know the paths. */
export interface PoolWork {
  shrink(z: Zswap, pool: Pool): Path;
  release(z: Zswap, pool: Pool): Path;
  empty(z: Zswap, pool: Pool): Path;
}

/** zswap of one machine: what all its paths share (mm/zswap.c, Linux 6.6). Make it in `setup`. */
export class Zswap {
  readonly variant: Variant;
  readonly twin: Twin | null;
  readonly maxPages: number;
  readonly acceptPages: number;
  readonly maxReclaimRetries: number;
  readonly exclusiveLoads: boolean;
  readonly faults: Faults;
  readonly costs: ZswapCosts;
  readonly shrinkDelay: number;
  /** The RCU list zswap_pools: the current pool first, the oldest that is still alive last. */
  readonly pools: Cell<readonly Pool[]>;
  readonly poolsLock = new SpinLock("zswap_pools_lock");
  /** The module parameter. */
  readonly compressor: Cell<string>;
  /** kernel_param_lock(): one parameter is set at a time. */
  readonly paramLock = new Mutex("param_lock");
  readonly trees: readonly Tree<Entry>[];
  /** zswap_pool_total_size, bytes. */
  readonly totalSize: Cell<number>;
  readonly reachedFull = new Cell("zswap_pool_reached_full", false);
  /** Per CPU in 6.6, one item at a time on each: workers of different pools may run at once. Unbound since 6.9, one at all. */
  readonly shrinkWq: Workqueue;
  readonly systemWq = new Workqueue("events", WORKERS);
  readonly heap = new Heap("zswap memory");
  readonly counters = new Counters();
  /** Every pool ever made, for properties. */
  readonly everyPool: Pool[] = [];
  readonly #cpus: number;
  readonly #allocator: () => Allocator;

  constructor(
    options: ZswapOptions,
    readonly work: PoolWork,
  ) {
    checkKeys("zswap", options, [
      "variant",
      "twin",
      "maxPages",
      "acceptPages",
      "faults",
      "maxReclaimRetries",
      "exclusiveLoads",
      "devices",
      "cpus",
      "allocator",
      "costs",
      "shrinkDelay",
      "compressor",
    ]);
    this.variant = checkOneOf("variant", options.variant ?? "fixed", VARIANTS);
    this.twin = options.twin === undefined ? null : checkOneOf("twin", options.twin, TWINS);
    this.shrinkWq = new Workqueue("zswap-shrink", this.variant === "percpu-ref" ? 1 : WORKERS);
    this.exclusiveLoads = checkOneOf("exclusiveLoads", options.exclusiveLoads ?? false, [true, false]);
    this.maxPages = checkInteger("maxPages", options.maxPages ?? 4, { min: 0, unit: "pages" });
    this.acceptPages = checkInteger("acceptPages", options.acceptPages ?? 3, { min: 0, unit: "pages" });
    this.maxReclaimRetries = checkInteger("maxReclaimRetries", options.maxReclaimRetries ?? 16, { min: 1, max: 1000 });
    this.faults = options.faults ?? {};
    checkKeys("faults", this.faults, ["allocation", "buffer", "writeback", "deviceFull"]);
    for (const [name, rate] of Object.entries(this.faults))
      checkNumber(`faults.${name}`, rate, { min: 0, max: 1, next: "give the chance of the fault, 0 for never" });
    this.costs = { compress: 0, decompress: 0, writebackIo: 0, ...options.costs };
    checkKeys("costs", this.costs, ["compress", "decompress", "writebackIo"]);
    for (const [name, ns] of Object.entries(this.costs))
      checkNumber(`costs.${name}`, ns, { min: 0, max: 1e12, unit: "ns" });
    this.shrinkDelay = checkNumber("shrinkDelay", options.shrinkDelay ?? 0, { min: 0, max: 1e15, unit: "ns" });
    this.#cpus = checkInteger("cpus", options.cpus ?? 1, { min: 1, max: 1024 });
    this.#allocator = options.allocator ?? ((): Allocator => new SizeOnly());
    this.trees = Array.from(
      { length: checkInteger("devices", options.devices ?? 1, { min: 1, max: 64 }) },
      (_, i) => new Tree<Entry>(`tree${i}`),
    );
    this.totalSize = new Cell("zswap_pool_total_size", 0);
    this.compressor = new Cell("zswap_compressor", options.compressor ?? "lzo");
    this.pools = new Cell<readonly Pool[]>("zswap_pools", []);
    this.pools.current = [this.makePool(this.compressor.current)];
  }

  /** zswap_pool_create(): a pool with the reference of being current. Its memory is booked by who calls. */
  makePool(compressor: string, memory = this.heap.add(new Memory(`pool ${compressor}`))): Pool {
    const name = `pool ${compressor}`;
    const { work } = this;
    const shared = this.variant === "percpu-ref" ? this.everyPool[0] && sharedParts(this.everyPool[0]) : undefined;
    const own = this.variant === "percpu-ref" ? null : memory;
    const pool: Pool = {
      name,
      compressor,
      memory,
      kref: new Kref(`${name}->kref`, memory),
      ref: new PercpuRef(`${name}->ref`, this.#cpus, () => work.empty(this, pool), memory),
      zpool: new Zpool(`${name}->zpool`, this.#allocator(), memory),
      acompCtx: new Cell(`${name}->acomp_ctx`, compressor, memory),
      ...(shared ?? {
        lru: new Lru<Entry>(`${name}->lru`, own),
        lruLock: new SpinLock(`${name}->lru_lock`, own),
        shrinkWork: new DelayedWork(`${name}->shrink_work`, this.shrinkWq, () => work.shrink(this, pool), own),
      }),
      releaseWork: new WorkItem(`${name}->release_work`, this.systemWq, () => work.release(this, pool), null),
    };
    this.everyPool.push(pool);
    return pool;
  }

  /** References that the pool should have when nothing is under way: being current, and one for each of its entries. */
  base(pool: Pool): number {
    const entries = this.trees.reduce((sum, tree) => sum + tree.countIn(pool), 0);
    return (this.pools.value[0] === pool ? 1 : 0) + entries;
  }
}

const sharedParts = ({ lru, lruLock, shrinkWork }: Pool): Pick<Pool, "lru" | "lruLock" | "shrinkWork"> => ({
  lru,
  lruLock,
  shrinkWork,
});
