import type { Path } from "../../../machine/path.js";
import type { Step } from "../../../machine/step.js";
import { READ_ONCE, WRITE_ONCE } from "../../../primitives/cell.js";
import { spinLockBh, spinUnlockBh } from "../../../primitives/irq.js";
import { krefGetUnlessZero, krefPut } from "../../../primitives/kref.js";
import { kfree, kmalloc } from "../../../primitives/memory.js";
import { mutexLock, mutexUnlock } from "../../../primitives/mutex.js";
import { percpuRefIsZero, percpuRefKill, percpuRefPut, percpuRefTryget } from "../../../primitives/percpu-ref.js";
import {
  rcuAssignPointer,
  rcuDereference,
  rcuReadLock,
  rcuReadUnlock,
  synchronizeRcu,
} from "../../../primitives/rcu.js";
import { spinLock, spinUnlock } from "../../../primitives/spinlock.js";
import { warnOn } from "../../../primitives/warn.js";
import { queueWork } from "../../../primitives/workqueue.js";
import type { Pool, Zswap } from "./state.js";

/** Since 6.9 the last reference may go in a softirq, so the lock keeps those out. */
function lockPools(z: Zswap): Path | Step<void> {
  return z.variant === "percpu-ref" ? spinLockBh(z.poolsLock) : spinLock(z.poolsLock);
}

function unlockPools(z: Zswap): Path | Step<void> {
  return z.variant === "percpu-ref" ? spinUnlockBh(z.poolsLock) : spinUnlock(z.poolsLock);
}

/** zswap_pool_get() (6.6), zswap_pool_tryget() (6.9): a reference, unless there is none left. */
export function* zswapPoolGet(z: Zswap, pool: Pool): Path<boolean> {
  return z.variant === "percpu-ref" ? yield* percpuRefTryget(pool.ref) : yield* krefGetUnlessZero(pool.kref);
}

/** zswap_pool_put(): gives a reference back; whoever gives the last one has the pool released. */
export function* zswapPoolPut(z: Zswap, pool: Pool): Path {
  if (z.variant === "percpu-ref") yield* percpuRefPut(pool.ref);
  else yield* krefPut(pool.kref, () => zswapPoolEmpty(z, pool));
}

/** zswap_pool_current_get(): the pool that takes new entries, with a reference. */
export function* zswapPoolCurrentGet(z: Zswap): Path<Pool | null> {
  yield* rcuReadLock();
  const [first] = yield* rcuDereference(z.pools);
  const got = first !== undefined && (yield* zswapPoolGet(z, first)) ? first : null;
  yield* rcuReadUnlock();
  return got;
}

/** zswap_pool_last_get(): the oldest pool, with a reference; null if it is about to go, for it does not look further. */
export function* zswapPoolLastGet(z: Zswap): Path<Pool | null> {
  yield* rcuReadLock();
  const last = (yield* rcuDereference(z.pools)).at(-1);
  const got = last !== undefined && (yield* zswapPoolGet(z, last)) ? last : null;
  yield* rcuReadUnlock();
  return got;
}

/** The oldest pool, without a reference: for the twin that leaves the get out. */
export function* zswapPoolLast(z: Zswap): Path<Pool | null> {
  yield* rcuReadLock();
  const last = (yield* rcuDereference(z.pools)).at(-1) ?? null;
  yield* rcuReadUnlock();
  return last;
}

/** __zswap_pool_empty(): off the list, and to the work item that frees it. */
export function* zswapPoolEmpty(z: Zswap, pool: Pool): Path {
  yield* lockPools(z);
  const pools = yield* READ_ONCE(z.pools);
  if (pools[0] === pool) yield* warnOn(true, `the current ${pool.name} lost its last reference`);
  yield* rcuAssignPointer(
    z.pools,
    pools.filter((other) => other !== pool),
  );
  yield* queueWork(z.systemWq, pool.releaseWork);
  yield* unlockPools(z);
}

/** __zswap_pool_release(), in a kworker: no reader can find the pool any more, so it can go. */
export function* zswapPoolRelease(z: Zswap, pool: Pool): Path {
  yield* synchronizeRcu();
  const referenced =
    z.variant === "percpu-ref" ? !(yield* percpuRefIsZero(pool.ref)) : yield* krefGetUnlessZero(pool.kref);
  if (referenced) yield* warnOn(true, `${pool.name} got a reference while it was released`);
  yield* kfree(pool.memory);
  z.counters.poolsFreed++;
}

/** zswap_pool_find_get(): a pool of this compressor with a reference. zswap_pools_lock is held. */
function* zswapPoolFindGet(z: Zswap, compressor: string): Path<Pool | null> {
  // Since 6.9 such a pool is resurrected; left out here, see the README.
  if (z.variant === "percpu-ref") return null;
  for (const pool of yield* READ_ONCE(z.pools)) {
    if (pool.compressor === compressor && (yield* zswapPoolGet(z, pool))) return pool;
  }
  return null;
}

/** zswap_compressor_param_set(): another compressor, from now on. False if there is no memory for it. */
export function* zswapCompressorSet(z: Zswap, compressor: string): Path<boolean> {
  yield* mutexLock(z.paramLock);
  const set = (yield* READ_ONCE(z.compressor)) === compressor || (yield* zswapParamSet(z, compressor));
  yield* mutexUnlock(z.paramLock);
  return set;
}

/**
 * __zswap_param_set(): a new pool, or one of this compressor that is still there, becomes current. The old one loses the
 * reference of being current, and goes with its last entry.
 */
function* zswapParamSet(z: Zswap, compressor: string): Path<boolean> {
  yield* lockPools(z);
  const found = yield* zswapPoolFindGet(z, compressor);
  if (found !== null) {
    // Until it is put back it is on no list: neither the total size nor the search for the oldest pool sees it.
    const pools = yield* READ_ONCE(z.pools);
    if (pools[0] === found) yield* warnOn(true, `${found.name} is current already`);
    yield* rcuAssignPointer(
      z.pools,
      pools.filter((pool) => pool !== found),
    );
  }
  yield* unlockPools(z);
  const pool = found ?? (yield* zswapPoolCreate(z, compressor));
  if (pool === null) return false;
  const set = yield* paramSetCharp(z, compressor);
  yield* lockPools(z);
  const pools = yield* READ_ONCE(z.pools);
  // Where the name could not be kept, the pool goes to the end of the list, and with its last entry.
  yield* rcuAssignPointer(z.pools, set ? [pool, ...pools] : [...pools, pool]);
  yield* unlockPools(z);
  if (z.twin === "drop-found-reference" && found !== null) yield* zswapPoolPut(z, found);
  const [old] = set ? pools : [pool];
  if (old !== undefined) {
    if (z.variant === "percpu-ref") yield* percpuRefKill(old.ref);
    else yield* zswapPoolPut(z, old);
  }
  return set;
}

/** param_set_charp(): keeps the name of the compressor. False if there is no memory for it. */
function* paramSetCharp(z: Zswap, name: string): Path<boolean> {
  if (z.faults.allocation !== undefined) {
    const memory = yield* kmalloc(name, { mayFail: true, failureRate: z.faults.allocation });
    if (memory === null) return false;
  }
  yield* WRITE_ONCE(z.compressor, name);
  return true;
}

/** zswap_pool_create(): null if there is no memory for it. */
function* zswapPoolCreate(z: Zswap, compressor: string): Path<Pool | null> {
  const memory = yield* kmalloc(`pool ${compressor}`, {
    mayFail: z.faults.allocation !== undefined,
    failureRate: z.faults.allocation ?? 0,
    heap: z.heap,
  });
  return memory === null ? null : z.makePool(compressor, memory);
}
