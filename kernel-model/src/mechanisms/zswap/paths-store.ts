import type { Path } from "../../machine/path.js";
import { Cell, READ_ONCE, WRITE_ONCE } from "../../primitives/cell.js";
import { kfree, kmalloc } from "../../primitives/memory.js";
import { queueDelayedWork } from "../../primitives/delayed-work.js";
import { spinLock, spinUnlock } from "../../primitives/spinlock.js";
import { compute } from "../../primitives/time.js";
import { queueWork } from "../../primitives/workqueue.js";
import { zswapEntryGet, zswapEntryPut, zswapInvalidateEntry } from "./paths-entry.js";
import { zswapCanAccept, zswapIsFull, zswapUpdateTotalSize } from "./paths-limit.js";
import { zswapPoolCurrentGet, zswapPoolEmpty, zswapPoolLast, zswapPoolLastGet, zswapPoolPut, zswapPoolRelease } from "./paths-pool.js";
import { shrinkWorker } from "./paths-shrink.js";
import { PAGE_BYTES } from "./limits.js";
import { lruAdd } from "./lru.js";
import { type Entry, type Pool, Zswap, type ZswapOptions } from "./state.js";
import { treeInsert, treeSearch } from "./tree.js";
import { zpoolMalloc } from "./zpool.js";

/** zswap with its paths: what a program's `setup` makes. Throws InputError for options out of range. */
export function makeZswap(options: ZswapOptions = {}): Zswap {
  return new Zswap(options, { shrink: shrinkWorker, release: zswapPoolRelease, empty: zswapPoolEmpty });
}

/**
 * zswap_store(): takes a page that is on its way to the swap device. False if the page must go there after all.
 *
 * @param length bytes of the page once compressed; 0 for a same-filled page
 */
export function* zswapStore(z: Zswap, offset: number, length: number, device = 0): Path<boolean> {
  const tree = z.trees[device]!;
  yield* spinLock(tree.lock);
  const duplicate = yield* treeSearch(tree, offset);
  if (duplicate !== null) {
    z.counters.duplicateEntry++;
    yield* zswapInvalidateEntry(z, duplicate);
  }
  yield* spinUnlock(tree.lock);
  if (!(yield* withinLimit(z))) {
    yield* shrinkAtLimit(z);
    return false;
  }
  const memory = yield* kmalloc("entry", { mayFail: z.faults.allocation !== undefined, failureRate: z.faults.allocation ?? 0, heap: z.heap });
  if (memory === null) {
    z.counters.rejectKmemcacheFail++;
    return false;
  }
  const room = length === 0 ? { pool: null, handle: 0 } : yield* storeCompressed(z, length);
  if (room === null) {
    yield* kfree(memory);
    return false;
  }
  const name = `entry ${offset}`;
  const entry: Entry = { name, memory, device, offset, length, ...room, refs: new Cell(`${name}->refcount`, 1, memory) };
  yield* spinLock(tree.lock);
  for (let other = yield* treeInsert(tree, entry); other !== null; other = yield* treeInsert(tree, entry)) yield* zswapInvalidateEntry(z, other);
  if (entry.pool !== null) {
    yield* spinLock(entry.pool.lruLock);
    yield* lruAdd(entry.pool.lru, entry);
    yield* spinUnlock(entry.pool.lruLock);
  } else {
    z.counters.sameFilled++;
  }
  yield* spinUnlock(tree.lock);
  z.counters.stored++;
  yield* zswapUpdateTotalSize(z);
  return true;
}

/** The tests at the top of zswap_store(): full, or was full and has not shrunk below the threshold. */
function* withinLimit(z: Zswap): Path<boolean> {
  if (yield* zswapIsFull(z)) {
    z.counters.poolLimitHit++;
    yield* WRITE_ONCE(z.reachedFull, true);
    return false;
  }
  if (yield* READ_ONCE(z.reachedFull)) {
    if (!(yield* zswapCanAccept(z))) {
      z.counters.rejectStillFull++;
      return false;
    }
    yield* WRITE_ONCE(z.reachedFull, false);
  }
  return true;
}

/** Compresses the page into the current pool. Null if there is no pool or no room, or it did not shrink. */
function* storeCompressed(z: Zswap, length: number): Path<{ readonly pool: Pool; readonly handle: number } | null> {
  const pool = yield* zswapPoolCurrentGet(z);
  if (pool === null) return null;
  yield* compute(z.costs.compress);
  if (length > PAGE_BYTES) {
    z.counters.rejectCompressPoor++;
    yield* zswapPoolPut(z, pool);
    return null;
  }
  const handle = yield* zpoolMalloc(pool.zpool, length);
  if (handle < 0) {
    z.counters.rejectAllocFail++;
    yield* zswapPoolPut(z, pool);
    return null;
  }
  return { pool, handle };
}

/** The end of zswap_store() for a page that is rejected at the limit: have the oldest pool shrunk, for the stores to come. */
export function* shrinkAtLimit(z: Zswap): Path {
  if (z.variant === "percpu-ref") {
    // One worker for all pools, alive as long as zswap: no reference needed, none taken.
    z.counters.shrinkRequests++;
    yield* queueShrink(z, z.everyPool[0]!);
    return;
  }
  const pool = z.variant === "missing-get" ? yield* zswapPoolLast(z) : yield* zswapPoolLastGet(z);
  if (pool === null) return;
  z.counters.shrinkRequests++;
  if (z.variant === "put-before-queueing") yield* zswapPoolPut(z, pool);
  const queued = yield* queueShrink(z, pool);
  if (z.variant === "put-twice") yield* zswapPoolPut(z, pool);
  // Commit 969d63e1af3b: the run that is pending has its reference from the store that queued it.
  if (!queued && (z.variant === "fixed" || z.variant === "put-twice")) yield* zswapPoolPut(z, pool);
}

function* queueShrink(z: Zswap, { shrinkWork }: Pool): Path<boolean> {
  return z.shrinkDelay === 0 ? yield* queueWork(z.shrinkWq, shrinkWork) : yield* queueDelayedWork(z.shrinkWq, shrinkWork, z.shrinkDelay);
}

/** zswap_load(): reads a page back. False if it is not here. The entry stays, as the newest. */
export function* zswapLoad(z: Zswap, offset: number, device = 0): Path<boolean> {
  const tree = z.trees[device]!;
  yield* spinLock(tree.lock);
  const entry = yield* treeSearch(tree, offset);
  if (entry !== null) yield* zswapEntryGet(entry);
  yield* spinUnlock(tree.lock);
  if (entry === null) return false;
  if (entry.pool !== null) yield* compute(z.costs.decompress);
  yield* spinLock(tree.lock);
  if (entry.pool !== null) {
    yield* spinLock(entry.pool.lruLock);
    yield* lruAdd(entry.pool.lru, entry);
    yield* spinUnlock(entry.pool.lruLock);
  }
  yield* zswapEntryPut(z, entry);
  yield* spinUnlock(tree.lock);
  return true;
}

/** zswap_invalidate(): the page is gone, or changed. */
export function* zswapInvalidate(z: Zswap, offset: number, device = 0): Path {
  const tree = z.trees[device]!;
  yield* spinLock(tree.lock);
  const entry = yield* treeSearch(tree, offset);
  if (entry !== null) yield* zswapInvalidateEntry(z, entry);
  yield* spinUnlock(tree.lock);
}
