import type { Path } from "../../machine/path.js";
import { choose } from "../../primitives/choose.js";
import { spinLock, spinUnlock } from "../../primitives/spinlock.js";
import { compute, condResched, sleep } from "../../primitives/time.js";
import { zswapEntryGet, zswapEntryPut, zswapInvalidateEntry } from "./paths-entry.js";
import { zswapCanAccept } from "./paths-limit.js";
import { zswapPoolPut } from "./paths-pool.js";
import { lruAdd, lruTakeTail } from "./lru.js";
import type { Entry, Pool, Zswap } from "./state.js";
import { treeSearch } from "./tree.js";

export const EAGAIN = -11;
export const EINVAL = -22;
export const ENOMEM = -12;
export const ENOSPC = -28;

/** shrink_worker(): writes entries back until the pools are below the threshold, and gives one reference back. */
export function* shrinkWorker(z: Zswap, pool: Pool): Path {
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
  if (z.variant !== "percpu-ref") yield* zswapPoolPut(z, pool);
}

/** zswap_reclaim_entry(): writes the oldest entry back to the swap device. 0, -EAGAIN, or -EINVAL if there is none. */
export function* zswapReclaimEntry(z: Zswap, { lru, lruLock }: Pool): Path<number> {
  yield* spinLock(lruLock);
  const entry = yield* lruTakeTail(lru);
  yield* spinUnlock(lruLock);
  if (entry === null) return EINVAL;
  // From here on the entry may be freed; only its identity is used until the tree says that it is still there.
  const tree = z.trees[entry.device]!;
  yield* spinLock(tree.lock);
  if ((yield* treeSearch(tree, entry.offset)) !== entry) {
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
}

/** zswap_writeback_entry(): a page in the swap cache for it, decompressed, written. 0 or an error. */
export function* zswapWritebackEntry(z: Zswap, entry: Entry): Path<number> {
  const outcome = yield* writebackOutcome(z);
  if (outcome !== 0) return outcome;
  const tree = z.trees[entry.device]!;
  yield* spinLock(tree.lock);
  const there = (yield* treeSearch(tree, entry.offset)) === entry;
  yield* spinUnlock(tree.lock);
  if (!there) return ENOMEM;
  yield* compute(z.costs.decompress);
  // The kernel starts the write and goes on; the device's time is what limits the worker in the long run.
  if (z.costs.writebackIo > 0) yield* sleep(z.costs.writebackIo);
  z.counters.writtenBack++;
  return 0;
}

/** Whether there is memory for the page, and whether the device takes the write: choices, where they may fail. */
function* writebackOutcome({ faults }: Zswap): Path<number> {
  const { writeback, deviceFull } = faults;
  if (writeback === undefined && deviceFull === undefined) return 0;
  const kinds = [0, ...(writeback === undefined ? [] : [ENOMEM]), ...(deviceFull === undefined ? [] : [ENOSPC])];
  const rates = [writeback, deviceFull].filter((rate) => rate !== undefined);
  return kinds[yield* choose(kinds.length, [Math.max(0, 1 - rates.reduce((a, b) => a + b, 0)), ...rates], "write-back")]!;
}
