import { kernelPath, type Path } from "../../../machine/path.js";

import { READ_ONCE, WRITE_ONCE } from "../../../primitives/cell.js";
import { choose } from "../../../primitives/choose.js";
import { mutexTrylock, mutexUnlock } from "../../../primitives/mutex.js";
import { spinLock, spinUnlock } from "../../../primitives/spinlock.js";
import { compute, condResched, sleep } from "../../../primitives/time.js";
import { zswapEntryGet, zswapEntryPut, zswapInvalidateEntry } from "./paths-entry.js";
import { zswapCanAccept } from "./paths-limit.js";
import { lruAdd, lruTakeTail } from "../../../mm/lru.js";
import type { Entry, Pool, Zswap } from "./state.js";

export const EAGAIN = -11;
export const ENOMEM = -12;
export const EEXIST = -17;
export const EINVAL = -22;

/** shrink_worker(): writes entries back until the pools are below the threshold, and puts the reference of its run. */
export const shrinkWorker = kernelPath("shrink_worker", function* (z: Zswap, pool: Pool): Path {
  yield* shrinkUntilAccepting(z, pool);
  yield* z.ops.poolPut(z, pool);
});

/** The loop of shrink_worker(), which ends after some failures too. */
export function* shrinkUntilAccepting(z: Zswap, pool: Pool): Path {
  z.counters.shrinkRuns++;
  let failures = 0;
  do {
    const error = yield* zswapReclaimEntry(z, pool);
    if (error !== 0) {
      z.counters.rejectReclaimFail++;
      if (error !== EAGAIN || ++failures === z.maxReclaimRetries) break;
    }
    yield* condResched();
  } while (!(yield* zswapCanAccept(z)));
}

/** zswap_reclaim_entry(): writes the oldest entry back to the swap device. 0, -EAGAIN, or -EINVAL if there is none. */
export const zswapReclaimEntry = kernelPath(
  "zswap_reclaim_entry",
  function* (z: Zswap, { lru, lruLock }: Pool): Path<number> {
    yield* spinLock(lruLock);
    const entry = yield* lruTakeTail(lru);
    yield* spinUnlock(lruLock);
    if (entry === null) return EINVAL;
    // From here on the entry may be freed; only its identity is used until the tree says that it is still there.
    const tree = z.trees[entry.device]!;
    yield* spinLock(tree.lock);
    if (!(yield* z.ops.findsEntry(tree, entry))) {
      yield* spinUnlock(tree.lock);
      return EAGAIN;
    }
    yield* zswapEntryGet(entry);
    yield* spinUnlock(tree.lock);
    const error = yield* zswapWritebackEntry(z, entry);
    yield* spinLock(tree.lock);
    if (error !== 0) {
      yield* spinLock(lruLock);
      yield* lruAdd(lru, entry);
      yield* spinUnlock(lruLock);
    } else {
      yield* zswapInvalidateEntry(z, entry);
    }
    yield* zswapEntryPut(z, entry);
    yield* spinUnlock(tree.lock);
    return error === 0 ? 0 : EAGAIN;
  },
);

/**
 * zswap_writeback_entry(): a page in the swap cache for it, decompressed, written to the slot that it has anyway. 0, or
 * -EEXIST if the swap cache has a page of this slot already, or -ENOMEM.
 */
export const zswapWritebackEntry = kernelPath(
  "zswap_writeback_entry",
  function* (z: Zswap, entry: Entry): Path<number> {
    if (yield* noMemoryForWriteback(z)) return ENOMEM;
    const tree = z.trees[entry.device]!;
    const { folio, disk } = tree.slots.at(entry.offset);
    if (!(yield* mutexTrylock(folio))) return EEXIST;
    // Our reference keeps the entry, not the slot: that may belong to another page by now.
    yield* spinLock(tree.lock);
    const there = yield* z.ops.findsAgain(tree, entry);
    yield* spinUnlock(tree.lock);
    if (!there) {
      yield* mutexUnlock(folio);
      return ENOMEM;
    }
    if (entry.pool !== null) yield* READ_ONCE(entry.pool.acompCtx);
    yield* compute(z.costs.decompress);
    yield* WRITE_ONCE(disk, entry.data);
    // The kernel starts the write and goes on; the device's time is what limits the worker in the long run.
    if (z.costs.writebackIo > 0) yield* sleep(z.costs.writebackIo);
    yield* mutexUnlock(folio);
    z.counters.writtenBack++;
    return 0;
  },
);

/** A choice, where memory may run out: the buffer to decompress from, or the page in the swap cache. */
function* noMemoryForWriteback({ faults: { writeback } }: Zswap): Path<boolean> {
  return writeback !== undefined && (yield* choose(2, [1 - writeback, writeback], "memory for write-back")) === 1;
}
