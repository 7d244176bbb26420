import { checkOneOf } from "../../../base/errors.js";
import { kernelPath, type Path } from "../../../machine/path.js";

import { spinLockBh, spinUnlockBh } from "../../../primitives/irq.js";
import { krefGetUnlessZero } from "../../../primitives/kref.js";
import { percpuRefIsZero, percpuRefKill, percpuRefPut, percpuRefTryget } from "../../../primitives/percpu-ref.js";
import { spinLock, spinUnlock } from "../../../primitives/spinlock.js";
import { VARIANTS, type Variant, type ZswapOptions } from "./options.js";
import {
  zswapPoolEmpty,
  zswapPoolFindGet,
  zswapPoolGet,
  zswapPoolLastGet,
  zswapPoolPut,
  zswapPoolRelease,
} from "./paths-pool.js";
import { shrinkUntilAccepting, shrinkWorker } from "./paths-shrink.js";
import { queueShrink, rejectAtLimit } from "./paths-store.js";
import { WORKERS, Zswap, type Entry, type Pool, type Release, type ZswapOperations } from "./state.js";
import { treeSearch, type Tree } from "./tree.js";

/** zswap_rb_search(), and whether it finds this very entry. */
function* findsEntry(tree: Tree<Entry>, entry: Entry): Path<boolean> {
  return (yield* treeSearch(tree, entry.offset)) === entry;
}

/** Linux 6.6: what the files of paths show. */
const fixed: Release = {
  workers: WORKERS,
  oneShrinker: false,
  references: ({ kref }) => kref.value,
  addReference({ kref }) {
    kref.refs++;
  },
  operations: {
    lockPools: ({ poolsLock }) => spinLock(poolsLock),
    unlockPools: ({ poolsLock }) => spinUnlock(poolsLock),
    poolGet: zswapPoolGet,
    poolPut: zswapPoolPut,
    poolRetire: (z, pool) => z.ops.poolPut(z, pool),
    poolReferenced: (_z, { kref }) => krefGetUnlessZero(kref),
    poolFindGet: zswapPoolFindGet,
    shrinkAtLimit: rejectAtLimit,
    shrinkWorker,
    poolEmpty: zswapPoolEmpty,
    poolRelease: zswapPoolRelease,
    noRoom: (z, pool) => z.ops.poolPut(z, pool),
    findsEntry,
    findsAgain: findsEntry,
  },
};

/** Before commit 969d63e1af3b a store took a reference, queued the worker, and did not look whether that was needed. */
const buggy: Release = {
  ...fixed,
  operations: {
    ...fixed.operations,
    shrinkAtLimit: kernelPath("zswap_store", function* (z: Zswap): Path {
      const pool = yield* zswapPoolLastGet(z);
      if (pool === null) return;
      z.counters.shrinkRequests++;
      yield* queueShrink(z, pool);
    }),
  },
};

/** Half of what percpu_ref adds to its shared count until the CPUs' own parts are in it. */
const NOT_COLLECTED = 2 ** 29;

/** Since 6.9 (94ace3fec847 and what came with it): pools have a percpu_ref, and one worker and one LRU serve all of them. */
const percpuRef: Release = {
  workers: 1,
  oneShrinker: true,
  references({ ref: { counts, count } }) {
    if (count.value < NOT_COLLECTED) return count.value;
    return counts.slots.reduce((sum, slot) => sum + slot.value, count.value - 2 * NOT_COLLECTED);
  },
  addReference({ ref }) {
    ref.counts.slots[0]!.current++;
  },
  operations: {
    ...fixed.operations,
    // The last reference may go in a softirq, so the lock keeps those out.
    lockPools: ({ poolsLock }) => spinLockBh(poolsLock),
    unlockPools: ({ poolsLock }) => spinUnlockBh(poolsLock),
    poolGet: kernelPath("zswap_pool_tryget", function* (_z: Zswap, { ref }: Pool): Path<boolean> {
      return yield* percpuRefTryget(ref);
    }),
    poolPut: kernelPath("zswap_pool_put", function* (_z: Zswap, { ref }: Pool): Path {
      yield* percpuRefPut(ref);
    }),
    poolRetire: (_z, { ref }) => percpuRefKill(ref),
    *poolReferenced(_z, { ref }): Path<boolean> {
      return !(yield* percpuRefIsZero(ref));
    },
    // The kernel resurrects such a pool; left out here, see the README.
    *poolFindGet(): Path<null> {
      return null;
    },
    // One worker for all pools, alive as long as zswap: no reference needed, none taken, none put.
    shrinkAtLimit: kernelPath("zswap_store", function* (z: Zswap): Path {
      z.counters.shrinkRequests++;
      yield* queueShrink(z, z.everyPool[0]!);
    }),
    shrinkWorker: kernelPath("shrink_worker", shrinkUntilAccepting),
  },
};

const RELEASES: Readonly<Record<Variant, Release>> = { buggy, fixed, "percpu-ref": percpuRef };

/**
 * zswap with its paths: what a program's `setup` makes.
 *
 * @param mutant operations in place of those of the release
 * @throws InputError for options out of range
 * @example
 * zswap.makeZswap({ maxPages: 0 }).everyPool.length; // => 1
 */
export function makeZswap(options: ZswapOptions = {}, mutant: Partial<ZswapOperations> = {}): Zswap {
  const variant = checkOneOf("variant", options.variant ?? "fixed", VARIANTS);
  return new Zswap(options, RELEASES[variant], mutant);
}
