import { kernelPath, type Path } from "../../../machine/path.js";

import { READ_ONCE } from "../../../primitives/cell.js";
import { rcuDereference, rcuReadLock, rcuReadUnlock } from "../../../primitives/rcu.js";
import { zswapPoolLastGet } from "../model/paths-pool.js";
import { shrinkWorker } from "../model/paths-shrink.js";
import { queueShrink } from "../model/paths-store.js";
import type { Pool, Zswap, ZswapOperations } from "../model/state.js";

/** A mistake that no kernel made, in one operation, for scenarios that must catch it. */
interface Mutation {
  /** What is wrong, in a few words. */
  readonly mistake: string;
  readonly operations: Partial<ZswapOperations>;
}

/** The oldest pool, without a reference. */
const zswapPoolLast = kernelPath("zswap_pool_last_get", function* (z: Zswap): Path<Pool | null> {
  yield* rcuReadLock();
  const last = (yield* rcuDereference(z.pools)).at(-1) ?? null;
  yield* rcuReadUnlock();
  return last;
});

/** The mutants of zswap by name. */
export const mutants = {
  "put-before-queueing": {
    mistake: "store: put first, queue then",
    operations: {
      shrinkAtLimit: kernelPath("zswap_store", function* (z: Zswap): Path {
        const pool = yield* zswapPoolLastGet(z);
        if (pool === null) return;
        z.counters.shrinkRequests++;
        yield* z.ops.poolPut(z, pool);
        yield* queueShrink(z, pool);
      }),
    },
  },
  "put-twice": {
    mistake: "store: two puts if it was queued",
    operations: {
      shrinkAtLimit: kernelPath("zswap_store", function* (z: Zswap): Path {
        const pool = yield* zswapPoolLastGet(z);
        if (pool === null) return;
        z.counters.shrinkRequests++;
        if (yield* queueShrink(z, pool)) return;
        yield* z.ops.poolPut(z, pool);
        yield* z.ops.poolPut(z, pool);
      }),
    },
  },
  "missing-get": {
    mistake: "store: no get, the worker puts",
    operations: {
      shrinkAtLimit: kernelPath("zswap_store", function* (z: Zswap): Path {
        const pool = yield* zswapPoolLast(z);
        if (pool === null) return;
        z.counters.shrinkRequests++;
        yield* queueShrink(z, pool);
      }),
    },
  },
  "worker-puts": { mistake: "worker of 6.9: puts what no store took", operations: { shrinkWorker } },
  "find-without-get": {
    mistake: "switch: no get in zswap_pool_find_get()",
    operations: {
      poolFindGet: kernelPath("zswap_pool_find_get", function* (z: Zswap, compressor: string): Path<Pool | null> {
        return (yield* READ_ONCE(z.pools)).find((pool) => pool.compressor === compressor) ?? null;
      }),
    },
  },
  "get-takes-nothing": {
    mistake: "store: no get on the pool of its entry",
    operations: {
      *poolGet(): Path<boolean> {
        return true;
      },
    },
  },
  "no-put-on-failure": {
    mistake: "store: no put where there is no room",
    operations: {
      *noRoom(): Path {
        // Nothing is put.
      },
    },
  },
  "no-pointer-compare": {
    mistake: "write-back: takes its entry for alive",
    operations: {
      *findsEntry(): Path<boolean> {
        return true;
      },
    },
  },
  "no-recheck": {
    mistake: "write-back: does not look again before it writes",
    operations: {
      *findsAgain(): Path<boolean> {
        return true;
      },
    },
  },
} satisfies Readonly<Record<string, Mutation>>;

export type Mutant = keyof typeof mutants;
