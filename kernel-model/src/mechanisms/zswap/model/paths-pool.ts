import { kernelPath, type Path } from "../../../machine/path.js";

import { READ_ONCE, WRITE_ONCE } from "../../../primitives/cell.js";
import { krefGetUnlessZero, krefPut } from "../../../primitives/kref.js";
import { kfree, kmalloc } from "../../../primitives/memory.js";
import { mutexLock, mutexUnlock } from "../../../primitives/mutex.js";
import {
  rcuAssignPointer,
  rcuDereference,
  rcuReadLock,
  rcuReadUnlock,
  synchronizeRcu,
} from "../../../primitives/rcu.js";
import { warnOn } from "../../../primitives/warn.js";
import { queueWork } from "../../../primitives/workqueue.js";
import type { Pool, Zswap } from "./state.js";

/** zswap_pool_get(): a reference, unless there is none left. */
export const zswapPoolGet = kernelPath("zswap_pool_get", function* (_z: Zswap, pool: Pool): Path<boolean> {
  return yield* krefGetUnlessZero(pool.kref);
});

/** zswap_pool_put(): puts a reference; whoever puts the last one has the pool released. */
export const zswapPoolPut = kernelPath("zswap_pool_put", function* (z: Zswap, pool: Pool): Path {
  yield* krefPut(pool.kref, () => z.ops.poolEmpty(z, pool));
});

/** zswap_pool_current_get(): the pool that takes new entries, with a reference. */
export const zswapPoolCurrentGet = kernelPath("zswap_pool_current_get", function* (z: Zswap): Path<Pool | null> {
  yield* rcuReadLock();
  const [first] = yield* rcuDereference(z.pools);
  const got = first !== undefined && (yield* z.ops.poolGet(z, first)) ? first : null;
  yield* rcuReadUnlock();
  return got;
});

/** zswap_pool_last_get(): the oldest pool, with a reference; null if it is about to go, for it does not look further. */
export const zswapPoolLastGet = kernelPath("zswap_pool_last_get", function* (z: Zswap): Path<Pool | null> {
  yield* rcuReadLock();
  const last = (yield* rcuDereference(z.pools)).at(-1);
  const got = last !== undefined && (yield* z.ops.poolGet(z, last)) ? last : null;
  yield* rcuReadUnlock();
  return got;
});

/** __zswap_pool_empty(): off the list, and to the work item that frees it. */
export const zswapPoolEmpty = kernelPath("__zswap_pool_empty", function* (z: Zswap, pool: Pool): Path {
  yield* z.ops.lockPools(z);
  const pools = yield* READ_ONCE(z.pools);
  if (pools[0] === pool) yield* warnOn(true, `the current ${pool.name} lost its last reference`);
  yield* rcuAssignPointer(
    z.pools,
    pools.filter((other) => other !== pool),
  );
  yield* queueWork(z.systemWq, pool.releaseWork);
  yield* z.ops.unlockPools(z);
});

/** __zswap_pool_release(), in a kworker: no reader can find the pool any more, so it can go. */
export const zswapPoolRelease = kernelPath("__zswap_pool_release", function* (z: Zswap, pool: Pool): Path {
  yield* synchronizeRcu();
  if (yield* z.ops.poolReferenced(z, pool)) yield* warnOn(true, `${pool.name} got a reference while it was released`);
  yield* kfree(pool.memory);
  z.counters.poolsFreed++;
});

/** zswap_pool_find_get(): a pool of this compressor with a reference. zswap_pools_lock is held. */
export const zswapPoolFindGet = kernelPath(
  "zswap_pool_find_get",
  function* (z: Zswap, compressor: string): Path<Pool | null> {
    for (const pool of yield* READ_ONCE(z.pools)) {
      if (pool.compressor === compressor && (yield* z.ops.poolGet(z, pool))) return pool;
    }
    return null;
  },
);

/** zswap_compressor_param_set(): another compressor, from now on. False if there is no memory for it. */
export const zswapCompressorSet = kernelPath(
  "zswap_compressor_param_set",
  function* (z: Zswap, compressor: string): Path<boolean> {
    yield* mutexLock(z.paramLock);
    const set = (yield* READ_ONCE(z.compressor)) === compressor || (yield* zswapParamSet(z, compressor));
    yield* mutexUnlock(z.paramLock);
    return set;
  },
);

/**
 * __zswap_param_set(): a new pool, or one of this compressor that is still there, becomes current. The old one loses the
 * reference of being current, and goes with its last entry.
 */
const zswapParamSet = kernelPath("__zswap_param_set", function* (z: Zswap, compressor: string): Path<boolean> {
  yield* z.ops.lockPools(z);
  const found = yield* z.ops.poolFindGet(z, compressor);
  if (found !== null) {
    // Until it is put back it is on no list: neither the total size nor the search for the oldest pool sees it.
    const pools = yield* READ_ONCE(z.pools);
    if (pools[0] === found) yield* warnOn(true, `${found.name} is current already`);
    yield* rcuAssignPointer(
      z.pools,
      pools.filter((pool) => pool !== found),
    );
  }
  yield* z.ops.unlockPools(z);
  const pool = found ?? (yield* zswapPoolCreate(z, compressor));
  if (pool === null) return false;
  const set = yield* paramSetCharp(z, compressor);
  yield* z.ops.lockPools(z);
  const pools = yield* READ_ONCE(z.pools);
  // Where the name could not be kept, the pool goes to the end of the list, and with its last entry.
  yield* rcuAssignPointer(z.pools, set ? [pool, ...pools] : [...pools, pool]);
  yield* z.ops.unlockPools(z);
  const [old] = set ? pools : [pool];
  if (old !== undefined) yield* z.ops.poolRetire(z, old);
  return set;
});

/** param_set_charp(): keeps the name of the compressor. False if there is no memory for it. */
const paramSetCharp = kernelPath("param_set_charp", function* (z: Zswap, name: string): Path<boolean> {
  if (z.faults.allocation !== undefined) {
    const memory = yield* kmalloc(name, { mayFail: true, failureRate: z.faults.allocation });
    if (memory === null) return false;
  }
  yield* WRITE_ONCE(z.compressor, name);
  return true;
});

/** zswap_pool_create(): null if there is no memory for it. */
const zswapPoolCreate = kernelPath("zswap_pool_create", function* (z: Zswap, compressor: string): Path<Pool | null> {
  const memory = yield* kmalloc(`pool ${compressor}`, {
    mayFail: z.faults.allocation !== undefined,
    failureRate: z.faults.allocation ?? 0,
    heap: z.heap,
  });
  return memory === null ? null : z.makePool(compressor, memory);
});
