import { kernelPath, type Path } from "../../../machine/path.js";

import { READ_ONCE } from "../../../primitives/cell.js";
import { rcuDereference, rcuReadLock, rcuReadUnlock } from "../../../primitives/rcu.js";
import { zswapPoolLastGet } from "../model/paths-pool.js";
import { shrinkWorker } from "../model/paths-shrink.js";
import { queueShrink } from "../model/paths-store.js";
import type { Pool, Zswap, ZswapOperations } from "../model/state.js";

/** Names of the mutants, for scenarios. */
export const MUTANTS = [
  "put-before-queueing",
  "put-twice",
  "missing-get",
  "worker-puts",
  "find-without-get",
  "get-takes-nothing",
  "no-put-on-failure",
  "no-pointer-compare",
  "no-recheck",
] as const;
export type Mutant = (typeof MUTANTS)[number];

/** The oldest pool, without a reference. */
const zswapPoolLast = kernelPath("zswap_pool_last_get", function* (z: Zswap): Path<Pool | null> {
  yield* rcuReadLock();
  const last = (yield* rcuDereference(z.pools)).at(-1) ?? null;
  yield* rcuReadUnlock();
  return last;
});

/** Mistakes that no kernel made, each in one operation, for scenarios that must catch them. */
export const mutants: Readonly<Record<Mutant, Partial<ZswapOperations>>> = {
  /** A store at the limit puts its reference first, and queues the worker then. */
  "put-before-queueing": {
    shrinkAtLimit: kernelPath("zswap_store", function* (z: Zswap): Path {
      const pool = yield* zswapPoolLastGet(z);
      if (pool === null) return;
      z.counters.shrinkRequests++;
      yield* z.ops.poolPut(z, pool);
      yield* queueShrink(z, pool);
    }),
  },

  /** It puts the reference twice where the worker was queued already. */
  "put-twice": {
    shrinkAtLimit: kernelPath("zswap_store", function* (z: Zswap): Path {
      const pool = yield* zswapPoolLastGet(z);
      if (pool === null) return;
      z.counters.shrinkRequests++;
      if (yield* queueShrink(z, pool)) return;
      yield* z.ops.poolPut(z, pool);
      yield* z.ops.poolPut(z, pool);
    }),
  },

  /** It queues the worker, whose run puts a reference, without having taken one. */
  "missing-get": {
    shrinkAtLimit: kernelPath("zswap_store", function* (z: Zswap): Path {
      const pool = yield* zswapPoolLast(z);
      if (pool === null) return;
      z.counters.shrinkRequests++;
      yield* queueShrink(z, pool);
    }),
  },

  /** The worker of 6.9, for which no reference is taken, puts one as that of 6.6 does. */
  "worker-puts": { shrinkWorker },

  /** A switch back to a pool that is still there takes no reference, which was to be the one of being current. */
  "find-without-get": {
    poolFindGet: kernelPath("zswap_pool_find_get", function* (z: Zswap, compressor: string): Path<Pool | null> {
      return (yield* READ_ONCE(z.pools)).find((pool) => pool.compressor === compressor) ?? null;
    }),
  },

  /** A store takes the current pool for alive, without a reference that would keep it so. */
  "get-takes-nothing": {
    *poolGet(): Path<boolean> {
      return true;
    },
  },

  /** A store that finds no room in the pool keeps its reference. */
  "no-put-on-failure": {
    *noRoom(): Path {
      // Nothing is put.
    },
  },

  /** Write-back takes the entry that was on the LRU for alive, without looking it up. */
  "no-pointer-compare": {
    *findsEntry(): Path<boolean> {
      return true;
    },
  },

  /** It does not look again once it has the page of the slot. */
  "no-recheck": {
    *findsAgain(): Path<boolean> {
      return true;
    },
  },
};
