import { Memory } from "../../../machine/object.js";
import type { Path } from "../../../machine/path.js";
import type { Step } from "../../../machine/step.js";
import { Shared } from "../../../mm/shared.js";
import type { Allocator, Zpool } from "../../../mm/zpool.js";
import { Cell } from "../../../primitives/cell.js";
import { DelayedWork } from "../../../primitives/delayed-work.js";
import { Kref } from "../../../primitives/kref.js";
import { Heap } from "../../../primitives/memory.js";
import { Mutex } from "../../../primitives/mutex.js";
import { PercpuRef } from "../../../primitives/percpu-ref.js";
import { SpinLock } from "../../../primitives/spinlock.js";
import { WorkItem, Workqueue } from "../../../primitives/workqueue.js";
import { LruList, type Lru } from "../../../mm/lru.js";
import { checkOptions, type Faults, type Variant, type ZswapCosts, type ZswapOptions } from "./options.js";
import { Tree } from "./tree.js";

/** More workers than pools that are alive at once in any of our programs. */
export const WORKERS = 16;

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
  /** References taken by stores at the limit, and runs of the worker, each of which puts one. */
  shrinkRequests = 0;
  shrinkRuns = 0;
  poolsFreed = 0;
}

/** A path, or one that is a single step. */
type Act<R = void> = Path<R> | Step<R>;

/**
 * What differs from release to release, and what a mutant replaces. Paths call these by way of {@link Zswap.ops}, all
 * else directly, so that a path shows the one release that its file names.
 */
export interface ZswapOperations {
  lockPools(z: Zswap): Act;
  unlockPools(z: Zswap): Act;
  /** A reference on the pool, unless there is none left. */
  poolGet(z: Zswap, pool: Pool): Act<boolean>;
  /** Puts one; the last one has the pool released. */
  poolPut(z: Zswap, pool: Pool): Act;
  /** Puts the reference of being current. */
  poolRetire(z: Zswap, pool: Pool): Act;
  /** Whether a pool that is being released has a reference after all. */
  poolReferenced(z: Zswap, pool: Pool): Act<boolean>;
  /** A pool of this compressor with a reference. zswap_pools_lock is held. */
  poolFindGet(z: Zswap, compressor: string): Act<Pool | null>;
  /** The end of a store that is rejected at the limit. */
  shrinkAtLimit(z: Zswap): Path;
  shrinkWorker(z: Zswap, pool: Pool): Path;
  /** What the last reference has done, and the work item that this queues. */
  poolEmpty(z: Zswap, pool: Pool): Path;
  poolRelease(z: Zswap, pool: Pool): Path;
  /** The end of a store for which its pool has no room: puts the reference that it took. */
  noRoom(z: Zswap, pool: Pool): Act;
  /** Whether write-back still finds the entry that it took off the LRU. The tree's lock is held. */
  findsEntry(tree: Tree<Entry>, entry: Entry): Act<boolean>;
  /** Whether it does so again once it has the page of the slot. The tree's lock is held. */
  findsAgain(tree: Tree<Entry>, entry: Entry): Act<boolean>;
}

/** How the pools of a release are made, and its operations. */
export interface Release {
  /** Items of shrink_wq that may run at once. */
  readonly workers: number;
  /** Whether all pools have one LRU list and one worker. */
  readonly oneShrinker: boolean;
  /** References that the pool has, as far as they can be told from outside. */
  references(pool: Pool): number;
  /** For `setup`: one more. */
  addReference(pool: Pool): void;
  readonly operations: ZswapOperations;
}

/** zswap of one machine: what all its paths share (mm/zswap.c, Linux 6.6). Make it in `setup`. */
export class Zswap {
  readonly variant: Variant;
  readonly maxPages: number;
  readonly acceptPages: number;
  readonly maxReclaimRetries: number;
  readonly exclusiveLoads: boolean;
  readonly faults: Faults;
  readonly costs: ZswapCosts;
  readonly shrinkDelayNs: number;
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
  readonly ops: ZswapOperations;
  readonly #cpus: number;
  readonly #allocator: () => Allocator;
  readonly #release: Release;

  /** @param mutant operations in place of the release's */
  constructor(options: ZswapOptions, release: Release, mutant: Partial<ZswapOperations> = {}) {
    const checked = checkOptions(options);
    this.variant = checked.variant;
    this.maxPages = checked.maxPages;
    this.acceptPages = checked.acceptPages;
    this.maxReclaimRetries = checked.maxReclaimRetries;
    this.exclusiveLoads = checked.exclusiveLoads;
    this.faults = checked.faults;
    this.costs = checked.costs;
    this.shrinkDelayNs = checked.shrinkDelayNs;
    this.#cpus = checked.cpus;
    this.#allocator = checked.allocator;
    this.#release = release;
    this.ops = { ...release.operations, ...mutant };
    this.shrinkWq = new Workqueue("zswap-shrink", release.workers);
    this.trees = Array.from({ length: checked.devices }, (_, i) => new Tree<Entry>(`tree${i}`));
    this.totalSize = new Cell("zswap_pool_total_size", 0);
    this.compressor = new Cell("zswap_compressor", checked.compressor);
    this.pools = new Cell<readonly Pool[]>("zswap_pools", []);
    this.pools.current = [this.makePool(this.compressor.current)];
  }

  /** zswap_pool_create(): a pool with the reference of being current. Its memory is booked by who calls. */
  makePool(compressor: string, memory = this.heap.add(new Memory(`pool ${compressor}`))): Pool {
    const name = `pool ${compressor}`;
    const { oneShrinker } = this.#release;
    const shared = oneShrinker ? this.everyPool[0] && sharedParts(this.everyPool[0]) : undefined;
    const own = oneShrinker ? null : memory;
    const pool: Pool = {
      name,
      compressor,
      memory,
      kref: new Kref(`${name}->kref`, memory),
      ref: new PercpuRef(`${name}->ref`, this.#cpus, () => this.ops.poolEmpty(this, pool), memory),
      zpool: new Shared(`${name}->zpool`, this.#allocator(), memory),
      acompCtx: new Cell(`${name}->acomp_ctx`, compressor, memory),
      ...(shared ?? {
        lru: new Shared(`${name}->lru`, new LruList<Entry>(), own),
        lruLock: new SpinLock(`${name}->lru_lock`, own),
        shrinkWork: new DelayedWork(
          `${name}->shrink_work`,
          this.shrinkWq,
          () => this.ops.shrinkWorker(this, pool),
          own,
        ),
      }),
      releaseWork: new WorkItem(`${name}->release_work`, this.systemWq, () => this.ops.poolRelease(this, pool), null),
    };
    this.everyPool.push(pool);
    return pool;
  }

  /** References that the pool has now, as far as they can be told from outside. */
  references(pool: Pool): number {
    return this.#release.references(pool);
  }

  /** For `setup`: gives the pool one more. */
  addReference(pool: Pool): void {
    this.#release.addReference(pool);
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
