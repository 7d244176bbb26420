import { PAGE_BYTES } from "../../../mm/page.js";
import { parameter, Schema, type OptionsOf } from "../../../base/parameters.js";

function percent(preset: number, of: string, meaning: string) {
  const next = `give the part of ${of} in whole percent, e.g. ${preset}`;
  return parameter.integer({ default: preset, min: 0, max: 100, unit: "%", next, meaning });
}

/** The two module parameters of zswap, with their Linux names. */
export const limitParameters = {
  max_pool_percent: percent(20, "RAM", "largest part of RAM that the compressed pool may take"),
  accept_threshold_percent: percent(
    90,
    "the largest pool",
    "part of that maximum below which a pool that was full takes pages again",
  ),
};

const limits = new Schema("zswap limits", {
  ram_pages: parameter.integer({
    min: 1,
    max: 2 ** 40,
    unit: "pages",
    next: "give RAM in pages of 4 KiB: 1 GiB is 262144",
    absent: "has to be given",
    meaning: "totalram_pages(): RAM that the page allocator manages, in pages of 4 KiB",
  }),
  ...limitParameters,
});

/** What the tests of the pool limit depend on: RAM and the two module parameters. */
export type ZswapLimits = Required<OptionsOf<typeof limits>>;

export const DEFAULT_LIMITS = Object.freeze({
  max_pool_percent: limitParameters.max_pool_percent.default,
  accept_threshold_percent: limitParameters.accept_threshold_percent.default,
});

/**
 * Checks the limits and fills in the defaults. The kernel (6.6) takes any unsigned number for both parameters; above
 * 100 % they have no meaning, so the model refuses them.
 *
 * Errors: InputError naming the value, the range and what to do.
 *
 * @example
 * zswap.checkLimits({ ram_pages: 4 * 2 ** 18 }); // 4 GiB, 20 %, 90 %
 */
export function checkLimits(given: Partial<ZswapLimits>): ZswapLimits {
  const { ram_pages } = limits.parameters;
  return { ...limits.check(given), ram_pages: ram_pages.check("ram_pages", given.ram_pages) };
}

/** The largest pool in pages; the division cuts off, as in zswap_is_full() (mm/zswap.c, Linux 6.6). O(1). */
export function maxPages(limits: ZswapLimits): number {
  return Math.floor((limits.ram_pages * limits.max_pool_percent) / 100);
}

/**
 * The size in pages that a pool which was full must fall below, as in zswap_can_accept() (mm/zswap.c, Linux 6.6). O(1).
 * Two divisions, and each cuts off: first the threshold's part of RAM, then the maximum's part of that.
 */
export function acceptThresholdPages(limits: ZswapLimits): number {
  const partOfRam = Math.floor((limits.ram_pages * limits.accept_threshold_percent) / 100);
  return Math.floor((partOfRam * limits.max_pool_percent) / 100);
}

/** Pages that the pool takes for the limit tests: its bytes, rounded up to a page. */
export function poolPages(totalSizeBytes: number): number {
  return Math.ceil(totalSizeBytes / PAGE_BYTES);
}

/**
 * zswap_is_full() of mm/zswap.c, Linux 6.6: the pool is larger than its maximum. A pool of just the maximum is not full,
 * so one more page is let in.
 *
 * @param totalSizeBytes zswap_pool_total_size: bytes of all pools, as last summed up
 */
export function isFull(limits: ZswapLimits, totalSizeBytes: number): boolean {
  return maxPages(limits) < poolPages(totalSizeBytes);
}

/**
 * zswap_can_accept() of mm/zswap.c, Linux 6.6: the pool is smaller than the threshold. At the threshold it is not yet, so
 * with `max_pool_percent` 0 it never is.
 *
 * @param totalSizeBytes zswap_pool_total_size: bytes of all pools, as last summed up
 */
export function canAccept(limits: ZswapLimits, totalSizeBytes: number): boolean {
  return acceptThresholdPages(limits) > poolPages(totalSizeBytes);
}
