import type { Path } from "../../machine/path.js";
import { READ_ONCE } from "../../primitives/cell.js";
import { krefGetUnlessZero, krefPut } from "../../primitives/kref.js";
import { kfree, kmalloc } from "../../primitives/memory.js";
import { mutexLock, mutexUnlock } from "../../primitives/mutex.js";
import { percpuRefKill, percpuRefPut, percpuRefTryget } from "../../primitives/percpu-ref.js";
import { rcuAssignPointer, rcuDereference, rcuReadLock, rcuReadUnlock, synchronizeRcu } from "../../primitives/rcu.js";
import { spinLock, spinUnlock } from "../../primitives/spinlock.js";
import { warnOnce } from "../../primitives/warn.js";
import { queueWork } from "../../primitives/workqueue.js";
import { operation, Step } from "../../machine/step.js";
import type { Pool, Zswap } from "./state.js";

const warn = operation("WARN_ON", "none");

/** A condition of the kernel's own that should never hold. */
function warnOn(text: string): Step<void> {
  return new Step<void>(warn, null, (task, world) => warnOnce(world, task, text, text));
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
  yield* spinLock(z.poolsLock);
  const pools = yield* READ_ONCE(z.pools);
  if (pools[0] === pool) yield* warnOn(`the current ${pool.name} lost its last reference`);
  yield* rcuAssignPointer(z.pools, pools.filter((other) => other !== pool));
  yield* queueWork(z.systemWq, pool.releaseWork);
  yield* spinUnlock(z.poolsLock);
}

/** __zswap_pool_release(), in a kworker: no reader can find the pool any more, so it can go. */
export function* zswapPoolRelease(z: Zswap, pool: Pool): Path {
  yield* synchronizeRcu();
  if (z.variant !== "percpu-ref" && (yield* krefGetUnlessZero(pool.kref))) yield* warnOn(`${pool.name} got a reference while it was released`);
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

/** __zswap_param_set(): another compressor. The old pool loses the reference of being current, and goes with its last entry. */
export function* zswapCompressorSet(z: Zswap, compressor: string): Path<boolean> {
  yield* mutexLock(z.initLock);
  yield* spinLock(z.poolsLock);
  const found = yield* zswapPoolFindGet(z, compressor);
  if (found !== null) {
    const pools = yield* READ_ONCE(z.pools);
    yield* rcuAssignPointer(z.pools, pools.filter((pool) => pool !== found));
  }
  yield* spinUnlock(z.poolsLock);
  const pool = found ?? (yield* zswapPoolCreate(z, compressor));
  if (pool === null) {
    yield* mutexUnlock(z.initLock);
    return false;
  }
  yield* spinLock(z.poolsLock);
  const pools = yield* READ_ONCE(z.pools);
  yield* rcuAssignPointer(z.pools, [pool, ...pools]);
  yield* spinUnlock(z.poolsLock);
  const [old] = pools;
  if (old !== undefined) {
    if (z.variant === "percpu-ref") yield* percpuRefKill(old.ref);
    else yield* zswapPoolPut(z, old);
  }
  yield* mutexUnlock(z.initLock);
  return true;
}

/** zswap_pool_create(): null if there is no memory for it. */
function* zswapPoolCreate(z: Zswap, compressor: string): Path<Pool | null> {
  const memory = yield* kmalloc(`pool ${compressor}`, { mayFail: z.faults.allocation !== undefined, failureRate: z.faults.allocation ?? 0, heap: z.heap });
  return memory === null ? null : z.makePool(compressor, memory);
}
