import { kernelPath, type Path } from "../../../machine/path.js";

import { operation, Step } from "../../../machine/step.js";
import { kfree } from "../../../primitives/memory.js";
import { spinLock, spinUnlock } from "../../../primitives/spinlock.js";
import { warnOnce } from "../../../primitives/warn.js";
import { zswapUpdateTotalSize } from "./paths-limit.js";
import { lruDel } from "../../../mm/lru.js";
import type { Entry, Zswap } from "./state.js";
import { treeErase } from "./tree.js";
import { zpoolFree } from "../../../mm/zpool.js";

const get = operation("zswap_entry_get", "write", { cost: "store" });
const put = operation("zswap_entry_put", "write", { cost: "store" });

/** zswap_entry_get(): a plain increment under the tree's lock. */
export function zswapEntryGet(entry: Entry): Step<void> {
  return new Step<void>(get, entry.refs, () => {
    entry.refs.current++;
  });
}

/** zswap_entry_put(): puts a reference; the last one frees the entry. The tree's lock is held. */
export const zswapEntryPut = kernelPath("zswap_entry_put", function* (z: Zswap, entry: Entry): Path {
  const left = yield* new Step(put, entry.refs, (task, world) => {
    if (--entry.refs.current < 0)
      warnOnce(world, task, entry.refs, "zswap_entry_put", `the references of ${entry.name} fell below zero`);
    return entry.refs.current;
  });
  if (left === 0) yield* zswapFreeEntry(z, entry);
});

/** zswap_free_entry(): frees its room, and puts its reference on the pool. The tree's lock is held. */
const zswapFreeEntry = kernelPath("zswap_free_entry", function* (z: Zswap, entry: Entry): Path {
  const { pool } = entry;
  if (pool === null) {
    z.counters.sameFilled--;
  } else {
    yield* spinLock(pool.lruLock);
    yield* lruDel(pool.lru, entry);
    yield* spinUnlock(pool.lruLock);
    yield* zpoolFree(pool.zpool, entry.handle);
    yield* z.ops.poolPut(z, pool);
  }
  yield* kfree(entry.memory);
  z.counters.stored--;
  yield* zswapUpdateTotalSize(z);
});

/** zswap_invalidate_entry(): off the tree, whose reference goes. Nothing if it is off already. The tree's lock is held. */
export const zswapInvalidateEntry = kernelPath("zswap_invalidate_entry", function* (z: Zswap, entry: Entry): Path {
  if (yield* treeErase(z.trees[entry.device]!, entry)) yield* zswapEntryPut(z, entry);
});
