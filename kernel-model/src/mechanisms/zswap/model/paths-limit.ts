import { kernelPath, type Path } from "../../../machine/path.js";

import { READ_ONCE, WRITE_ONCE } from "../../../primitives/cell.js";
import { rcuDereference, rcuReadLock, rcuReadUnlock } from "../../../primitives/rcu.js";
import { poolPages } from "./limits.js";
import type { Zswap } from "./state.js";
import { zpoolTotalSize } from "../../../mm/zpool.js";

/** zswap_is_full(): the pools are larger than their maximum. One plain read. */
export const zswapIsFull = kernelPath("zswap_is_full", function* (z: Zswap): Path<boolean> {
  return z.maxPages < poolPages(yield* READ_ONCE(z.totalSize));
});

/** zswap_can_accept(): they are smaller than the threshold. One plain read. */
export const zswapCanAccept = kernelPath("zswap_can_accept", function* (z: Zswap): Path<boolean> {
  return z.acceptPages > poolPages(yield* READ_ONCE(z.totalSize));
});

/** zswap_update_total_size(): sums up all pools on the list; not atomic as a whole, so that an older sum may win. */
export const zswapUpdateTotalSize = kernelPath("zswap_update_total_size", function* (z: Zswap): Path {
  let total = 0;
  yield* rcuReadLock();
  for (const pool of yield* rcuDereference(z.pools)) total += yield* zpoolTotalSize(pool.zpool);
  yield* rcuReadUnlock();
  yield* WRITE_ONCE(z.totalSize, total);
});
