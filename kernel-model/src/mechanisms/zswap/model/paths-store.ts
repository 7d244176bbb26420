import type { Memory } from "../../../machine/object.js";
import { kernelPath, type Path } from "../../../machine/path.js";

import type { Step } from "../../../machine/step.js";
import { Cell, READ_ONCE, WRITE_ONCE } from "../../../primitives/cell.js";
import { choose } from "../../../primitives/choose.js";
import { kfree, kmalloc } from "../../../primitives/memory.js";
import { queueDelayedWork } from "../../../primitives/delayed-work.js";
import { spinLock, spinUnlock } from "../../../primitives/spinlock.js";
import { compute } from "../../../primitives/time.js";
import { warnOn } from "../../../primitives/warn.js";
import { queueWork } from "../../../primitives/workqueue.js";
import { zswapEntryGet, zswapEntryPut, zswapInvalidateEntry } from "./paths-entry.js";
import { zswapCanAccept, zswapIsFull, zswapUpdateTotalSize } from "./paths-limit.js";
import { zswapPoolCurrentGet, zswapPoolLastGet } from "./paths-pool.js";
import { ENOMEM } from "./paths-shrink.js";
import { PAGE_BYTES } from "../../../mm/page.js";
import { lruAdd } from "../../../mm/lru.js";
import type { Entry, Pool, Zswap } from "./state.js";
import { treeInsert, treeSearch } from "./tree.js";
import { zpoolMalloc } from "../../../mm/zpool.js";

/**
 * zswap_store(): takes a page that is on its way to the swap device. False if the page must go there after all.
 *
 * @param length bytes of the page once compressed; 0 for a same-filled page
 * @param data stands for the content of the page
 */
export const zswapStore = kernelPath(
  "zswap_store",
  function* (z: Zswap, offset: number, length: number, device: number = 0, data: number = 0): Path<boolean> {
    const tree = z.trees[device]!;
    yield* spinLock(tree.lock);
    const duplicate = yield* treeSearch(tree, offset);
    if (duplicate !== null) {
      z.counters.duplicateEntry++;
      yield* zswapInvalidateEntry(z, duplicate);
    }
    yield* spinUnlock(tree.lock);
    if (!(yield* withinLimit(z))) {
      yield* z.ops.shrinkAtLimit(z);
      return false;
    }
    const memory = yield* allocate(z, `entry ${offset}`, z.faults.allocation);
    if (memory === null) {
      z.counters.rejectKmemcacheFail++;
      return false;
    }
    const room = length === 0 ? { pool: null, handle: 0 } : yield* storeCompressed(z, length);
    if (room === null) {
      yield* kfree(memory);
      return false;
    }
    if (length === 0) z.counters.sameFilled++;
    const { name } = memory;
    const entry: Entry = {
      name,
      memory,
      device,
      offset,
      length,
      ...room,
      data,
      refs: new Cell(`${name}->refcount`, 1, memory),
    };
    yield* spinLock(tree.lock);
    for (let other = yield* treeInsert(tree, entry); other !== null; other = yield* treeInsert(tree, entry)) {
      // Two stores of one slot at once, though its page is locked.
      yield* warnOn(true, `${name} was stored meanwhile`);
      z.counters.duplicateEntry++;
      yield* zswapInvalidateEntry(z, other);
    }
    if (entry.pool !== null) {
      yield* spinLock(entry.pool.lruLock);
      yield* lruAdd(entry.pool.lru, entry);
      yield* spinUnlock(entry.pool.lruLock);
    }
    yield* spinUnlock(tree.lock);
    z.counters.stored++;
    yield* zswapUpdateTotalSize(z);
    return true;
  },
);

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

/** Memory for something of zswap's, booked in its heap; null for failure, where that is a choice. */
function allocate({ heap }: Zswap, what: string, failureRate: number | undefined): Step<Memory | null> {
  return kmalloc(what, { mayFail: failureRate !== undefined, failureRate: failureRate ?? 0, heap });
}

/** Compresses the page into the current pool. Null if there is no pool or no room, or it did not shrink. */
function* storeCompressed(z: Zswap, length: number): Path<{ readonly pool: Pool; readonly handle: number } | null> {
  const pool = yield* zswapPoolCurrentGet(z);
  if (pool === null) return null;
  yield* READ_ONCE(pool.acompCtx);
  yield* compute(z.costs.compress);
  if (length > PAGE_BYTES) {
    z.counters.rejectCompressPoor++;
    yield* z.ops.poolPut(z, pool);
    return null;
  }
  const handle = (yield* noMemoryForPool(z)) ? ENOMEM : yield* zpoolMalloc(pool.zpool, length);
  if (handle < 0) {
    z.counters.rejectAllocFail++;
    yield* z.ops.noRoom(z, pool);
    return null;
  }
  return { pool, handle };
}

/** A choice, where memory may run out: the allocator finds no pages for the pool. */
function* noMemoryForPool({ faults: { allocation } }: Zswap): Path<boolean> {
  return allocation !== undefined && (yield* choose(2, [1 - allocation, allocation], "room in the pool")) === 1;
}

/**
 * The end of zswap_store() for a page that is rejected at the limit: has the oldest pool shrunk, for the stores to come.
 * The reference goes to the run that it queues; a run that is pending already has its own (commit 969d63e1af3b).
 */
export const rejectAtLimit = kernelPath("zswap_store", function* (z: Zswap): Path {
  const pool = yield* zswapPoolLastGet(z);
  if (pool === null) return;
  z.counters.shrinkRequests++;
  if (!(yield* queueShrink(z, pool))) yield* z.ops.poolPut(z, pool);
});

/** What the release at hand does there, alone: a program's task for the race at the limit in its barest form. */
export function shrinkAtLimit(z: Zswap): Path {
  return z.ops.shrinkAtLimit(z);
}

/** queue_work(shrink_wq, &pool->shrink_work), or later where the worker starts late. Tells whether it was not queued yet. */
export function queueShrink(z: Zswap, { shrinkWork }: Pool): Step<boolean> {
  return z.shrinkDelayNs === 0
    ? queueWork(z.shrinkWq, shrinkWork)
    : queueDelayedWork(z.shrinkWq, shrinkWork, z.shrinkDelayNs);
}

/** struct folio, as far as a load fills it. */
export interface Folio {
  data: number;
}

/**
 * zswap_load(): reads a page back, into `folio` if given. The entry stays, as the newest. False if it is not here, and
 * also if it is and there is no memory to decompress it: the caller cannot tell, see the README.
 */
export const zswapLoad = kernelPath(
  "zswap_load",
  function* (z: Zswap, offset: number, device: number = 0, folio?: Folio): Path<boolean> {
    const tree = z.trees[device]!;
    yield* spinLock(tree.lock);
    const entry = yield* treeSearch(tree, offset);
    if (entry !== null) yield* zswapEntryGet(entry);
    yield* spinUnlock(tree.lock);
    if (entry === null) return false;
    const loaded = entry.pool === null || (yield* decompress(z, entry.pool));
    if (loaded && folio !== undefined) folio.data = entry.data;
    yield* spinLock(tree.lock);
    if (loaded && z.exclusiveLoads) {
      yield* zswapInvalidateEntry(z, entry);
    } else if (entry.pool !== null) {
      // Also back on the list, where write-back has just taken it off.
      yield* spinLock(entry.pool.lruLock);
      yield* lruAdd(entry.pool.lru, entry);
      yield* spinUnlock(entry.pool.lruLock);
    }
    yield* zswapEntryPut(z, entry);
    yield* spinUnlock(tree.lock);
    return loaded;
  },
);

/** By way of a buffer, for zsmalloc's mappings may not sleep. False if there is no memory for it. */
function* decompress(z: Zswap, pool: Pool): Path<boolean> {
  const buffer = yield* allocate(z, "buffer", z.faults.buffer);
  if (buffer === null) return false;
  yield* READ_ONCE(pool.acompCtx);
  yield* compute(z.costs.decompress);
  yield* kfree(buffer);
  return true;
}

/** zswap_invalidate(): the page is gone, or changed. */
export const zswapInvalidate = kernelPath(
  "zswap_invalidate",
  function* (z: Zswap, offset: number, device: number = 0): Path {
    const tree = z.trees[device]!;
    yield* spinLock(tree.lock);
    const entry = yield* treeSearch(tree, offset);
    if (entry !== null) yield* zswapInvalidateEntry(z, entry);
    yield* spinUnlock(tree.lock);
  },
);
