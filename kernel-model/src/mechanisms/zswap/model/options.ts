import { checkInteger, checkKeys, checkNumber, checkOneOf } from "../../../base/errors.js";
import { SizeOnly, type Allocator } from "../../../mm/zpool.js";

/**
 * How a store at the limit treats the pool whose shrinker it wants to run:
 * - "buggy": Linux 6.5 to 6.6-rc5. It takes a reference, queues the worker and ignores whether that was needed. So did 5.6
 *   to 6.4, whose worker wrote back one entry a run (zpool_shrink()) where this one goes on until the pool accepts again.
 * - "fixed": 6.6 to 6.8, since commit 969d63e1af3b. It puts the reference if the worker was queued already.
 * - "percpu-ref": as since 6.9. One worker and one LRU for all pools, no reference at the limit, pools as percpu_ref.
 */
export const VARIANTS = ["buggy", "fixed", "percpu-ref"] as const;
export type Variant = (typeof VARIANTS)[number];

/** What may go wrong on demand: both outcomes are explored; the simulator draws with these chances, 0 to 1. */
export interface Faults {
  /** Allocating an entry, room in the pool, a pool or its name fails. */
  readonly allocation?: number;
  /** A load finds no memory for its buffer. */
  readonly buffer?: number;
  /** Write-back finds no memory for the page. */
  readonly writeback?: number;
  /** The swap device has no free slot for a page that reclaim wants to swap out. Write-back needs none: its page has one. */
  readonly deviceFull?: number;
}

export interface ZswapOptions {
  /** Default "fixed". */
  readonly variant?: Variant;
  /** Largest pool that is not full, pages; see maxPages. Default 4. */
  readonly maxPages?: number;
  /** A pool that was full must fall below this, pages; see acceptThresholdPages. Default 3. */
  readonly acceptPages?: number;
  /** Default: none. */
  readonly faults?: Faults;
  /** MAX_RECLAIM_RETRIES: failures after which the worker gives up, 1 to 1000. Default 16. */
  readonly maxReclaimRetries?: number;
  /** Whether a load drops the entry (the module parameter exclusive_loads). Default false, as in the kernel. */
  readonly exclusiveLoads?: boolean;
  /** Swap devices, each with a tree of its own, 1 to 64. Default 1. */
  readonly devices?: number;
  /** CPUs, for percpu_ref, 1 to 1024. Default 1. */
  readonly cpus?: number;
  /** How pools keep what they store. Default: a page for each entry. */
  readonly allocator?: () => Allocator;
  /** What each part of a path costs, ns. Default: nothing. */
  readonly costs?: Partial<ZswapCosts>;
  /** From queueing the shrink worker to its start, ns. Default 0. */
  readonly shrinkDelayNs?: number;
  /** Compressor of the first pool. Default "lzo". */
  readonly compressor?: string;
}

/** No room, and none after any write-back: each store is one at the limit, and a worker goes on until its list is empty. */
export const FULL: ZswapOptions = { maxPages: 0, acceptPages: 0 };

/** CPU time, and for `writebackIo` time of the device, ns each. */
export interface ZswapCosts {
  readonly compress: number;
  readonly decompress: number;
  readonly writebackIo: number;
}

/**
 * The options with their defaults, checked.
 *
 * @throws InputError naming the value, the range and what to do
 */
export function checkOptions(options: ZswapOptions): Required<ZswapOptions> & { readonly costs: ZswapCosts } {
  checkKeys("zswap", options, [
    "variant",
    "maxPages",
    "acceptPages",
    "faults",
    "maxReclaimRetries",
    "exclusiveLoads",
    "devices",
    "cpus",
    "allocator",
    "costs",
    "shrinkDelayNs",
    "compressor",
  ]);
  return {
    variant: checkOneOf("variant", options.variant ?? "fixed", VARIANTS),
    maxPages: checkInteger("maxPages", options.maxPages ?? 4, { min: 0, unit: "pages" }),
    acceptPages: checkInteger("acceptPages", options.acceptPages ?? 3, { min: 0, unit: "pages" }),
    faults: checkFaults(options.faults ?? {}),
    maxReclaimRetries: checkInteger("maxReclaimRetries", options.maxReclaimRetries ?? 16, { min: 1, max: 1000 }),
    exclusiveLoads: checkOneOf("exclusiveLoads", options.exclusiveLoads ?? false, [true, false]),
    devices: checkInteger("devices", options.devices ?? 1, { min: 1, max: 64 }),
    cpus: checkInteger("cpus", options.cpus ?? 1, { min: 1, max: 1024 }),
    allocator: options.allocator ?? ((): Allocator => new SizeOnly()),
    costs: checkCosts({ compress: 0, decompress: 0, writebackIo: 0, ...options.costs }),
    shrinkDelayNs: checkNumber("shrinkDelayNs", options.shrinkDelayNs ?? 0, { min: 0, max: 1e15, unit: "ns" }),
    compressor: options.compressor ?? "lzo",
  };
}

function checkFaults(faults: Faults): Faults {
  checkKeys("faults", faults, ["allocation", "buffer", "writeback", "deviceFull"]);
  for (const [name, rate] of Object.entries(faults))
    checkNumber(`faults.${name}`, rate, { min: 0, max: 1, next: "give the chance of the fault, 0 for never" });
  return faults;
}

function checkCosts(costs: ZswapCosts): ZswapCosts {
  checkKeys("costs", costs, ["compress", "decompress", "writebackIo"]);
  for (const [name, ns] of Object.entries(costs)) checkNumber(`costs.${name}`, ns, { min: 0, max: 1e12, unit: "ns" });
  return costs;
}
