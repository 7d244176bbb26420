import { kernelPath, type Path } from "../../../machine/path.js";

import { READ_ONCE, WRITE_ONCE } from "../../../primitives/cell.js";
import { choose } from "../../../primitives/choose.js";
import { mutexLock, mutexUnlock } from "../../../primitives/mutex.js";
import { zswapLoad, zswapStore, type Folio } from "./paths-store.js";
import type { Zswap } from "./state.js";

/** Where a page is after reclaim wanted it out: still in memory, in zswap, or on the swap device. */
export type SwappedOut = "kept" | "compressed" | "written";

/**
 * add_to_swap() and swap_writepage(): a page that reclaim wants out gets a slot, goes to the swap cache, and from there to
 * zswap or to the device. A full device shows here and nowhere else: without a slot zswap is not even asked.
 *
 * @param length bytes of the page once compressed; 0 for a same-filled page
 * @param data stands for the content of the page, not 0
 */
export const swapOut = kernelPath(
  "swap_writepage",
  function* (z: Zswap, offset: number, length: number, data: number, device: number = 0): Path<SwappedOut> {
    const { deviceFull } = z.faults;
    if (deviceFull !== undefined && (yield* choose(2, [1 - deviceFull, deviceFull], "swap slot")) === 1) return "kept";
    const { folio, disk } = z.trees[device]!.slots.at(offset);
    yield* mutexLock(folio);
    const compressed = yield* zswapStore(z, offset, length, device, data);
    if (!compressed) yield* WRITE_ONCE(disk, data);
    yield* mutexUnlock(folio);
    return compressed ? "compressed" : "written";
  },
);

/** swap_readpage(): a fault reads the page of a slot, from zswap or else from the device. What it reads. */
export const swapIn = kernelPath(
  "swap_readpage",
  function* (z: Zswap, offset: number, device: number = 0): Path<number> {
    const { folio, disk } = z.trees[device]!.slots.at(offset);
    const page: Folio = { data: 0 };
    yield* mutexLock(folio);
    if (!(yield* zswapLoad(z, offset, device, page))) page.data = yield* READ_ONCE(disk);
    yield* mutexUnlock(folio);
    return page.data;
  },
);
