/** The experiments behind the claims and the notebook: small questions to the model, each answered by a run of it. */
import { checkInteger } from "../../../base/errors.js";
import { addProcess, fill, madviseMergeable } from "../model/memory.js";
import type { KsmCost } from "../model/cost.js";
import type { MeasureName } from "./measures.js";
import { doScan } from "../model/scanner.js";
import type { KsmRun } from "./ksm-run.js";
import { simulateKsm } from "./simulate.js";
import type { SkipPolicy } from "../model/skip-policy.js";
import { KsmState } from "../model/state.js";
import { mixWorkload, type MixOptions } from "./mix-workload.js";

/** Scans at which a page was processed, and its age at the end. */
export type ProcessedScans = readonly number[] & { readonly age: number };

/**
 * The full scans at which a page that never merges is processed, out of `rounds`.
 *
 * `wrapAge` is a mutant: an 8-bit age that starts again at 0 instead of staying at 255.
 *
 * @example
 * visitsOfUniquePage(14); // 0, 1, 2, 3, 5, 8, 13
 */
export function visitsOfUniquePage(
  rounds: number,
  options: { readonly policy?: SkipPolicy; readonly wrapAge?: boolean } = {},
): ProcessedScans {
  checkInteger("rounds", rounds, { min: 0, unit: "full scans" });
  const ksm = new KsmState(1, options.policy === undefined ? {} : { policy: options.policy });
  addProcess(ksm, 1);
  fill(ksm, 0, 1, 1, 1, 0);
  madviseMergeable(ksm, 0, 1);
  const processed: number[] = [];
  for (let scan = 0; scan < rounds; scan++) {
    const before = ksm.pagesScanned;
    doScan(ksm, 1);
    if (ksm.pagesScanned > before) processed.push(scan);
    // The wake-up that processes the last page leaves the end of the scan to the next one.
    if (ksm.cursor !== null) doScan(ksm, 1);
    if (options.wrapAge === true && ksm.age[0] === 255) ksm.age[0] = 0;
  }
  return Object.assign(processed, { age: ksm.age[0]! });
}

/**
 * How many of `rounds` visits a page is processed that is rewritten with new content before each full scan.
 *
 * @example
 * visitsOfRewrittenPage(9000); // 1005: as often as a page that never merges
 */
export function visitsOfRewrittenPage(rounds: number, policy: SkipPolicy = "kernel"): number {
  checkInteger("rounds", rounds, { min: 0, unit: "full scans" });
  const ksm = new KsmState(1, { policy });
  addProcess(ksm, 1);
  madviseMergeable(ksm, 0, 1);
  for (let scan = 0; scan < rounds; scan++) {
    fill(ksm, 0, 1, 1, scan + 1, 0);
    doScan(ksm, Infinity);
  }
  return ksm.pagesScanned;
}

/** How a reduction is measured. */
export interface ReductionOptions {
  /** What stands for smart scan. Default "kernel". */
  readonly policy?: SkipPolicy;
  readonly cost?: Partial<KsmCost>;
}

/**
 * What smart scan saves in the long run, relative to scanning every page: share of a per-scan measure, 0 to 1.
 * The workload has this share of pages that never merge; the others are long-lived duplicates.
 */
export function longRunReduction(
  uniqueShare: number,
  measure: MeasureName = "pages_scanned",
  { policy: smart = "kernel", cost = {} }: ReductionOptions = {},
): number {
  const warmUp = 22; // from here on every nine scans are alike
  const run = (policy: SkipPolicy): number =>
    simulateKsm({
      workload: mixWorkload({ pages: 4000, shares: { unique: uniqueShare, duplicate: 1 - uniqueShare } }),
      scans: warmUp + 90,
      policy,
      cost,
      knobs: { pages_to_scan: 4000 },
    }).total(measure, warmUp);
  return 1 - run(smart) / run("none");
}

/** Unique pages in the way of short-lived duplicates: what both claims about the scan rate are tried on. */
export const fixedRate = {
  pages: 2000,
  knobs: { pages_to_scan: 20, sleep_millisecs: 40 },
  lifetimeSeconds: 20,
  seconds: 160,
  chosen:
    "2,000 pages, half unique and half duplicates that live 20 s in groups of 4; 20 pages per wake-up every 40 ms, so that a full scan takes about 4 s; 160 s",
} as const;

/** Short-lived pages merged in a fixed time at a fixed scan rate, with and without smart scan. */
export function mergedShortLived(
  seed: number,
  turnover: NonNullable<MixOptions["turnover"]> = "processes",
  smart: SkipPolicy = "kernel",
): { smart: number; plain: number } {
  const run = (policy: SkipPolicy): number =>
    simulateKsm({
      workload: mixWorkload({
        pages: fixedRate.pages,
        shares: { unique: 0.5, shortLived: 0.5 },
        lifetimeSeconds: fixedRate.lifetimeSeconds,
        turnover,
        seed,
      }),
      seconds: fixedRate.seconds,
      policy,
      knobs: fixedRate.knobs,
    }).total("pages_merged");
  return { smart: run(smart), plain: run("none") };
}

/** Under which conditions the smallest sufficient rate is asked for. */
export interface RateOptions {
  /** Life of a duplicate. Default 40 s. */
  readonly lifetimeSeconds?: number;
  /** How much of the merged pages may be lost. Default 0.05. */
  readonly tolerance?: number;
  /** Shuffles the pages; without one they are spread evenly. */
  readonly seed?: number;
  /** What stands for smart scan. Default "kernel". */
  readonly policy?: SkipPolicy;
}

/**
 * The smallest pages_to_scan with smart scan, relative to that without, that keeps the merged pages within the tolerance.
 * In steps of 1 %; found by bisection, since a faster scan merges no fewer pages.
 */
export function smallestSufficientRate(uniqueShare: number, options: RateOptions = {}): number {
  const { lifetimeSeconds = 40, tolerance = 0.05, seed, policy: smart = "kernel" } = options;
  const baseline = 100;
  const workload = mixWorkload({
    pages: 5000,
    shares: { unique: uniqueShare, shortLived: 1 - uniqueShare },
    lifetimeSeconds,
    ...(seed !== undefined && { seed }),
  });
  const merged = (policy: SkipPolicy, pages_to_scan: number): number =>
    meanOverTime(
      simulateKsm({ workload, seconds: 240, policy, knobs: { pages_to_scan, sleep_millisecs: 80 } }),
      "pages_sharing",
      80,
    );
  const enough = (1 - tolerance) * merged("none", baseline);
  let [low, high] = [0, baseline];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (merged(smart, middle) >= enough) high = middle;
    else low = middle;
  }
  return high / baseline;
}
smallestSufficientRate.chosen =
  "5,000 pages: unique ones, and duplicates that live 40 s in groups of 4; without history a full scan takes about 4 s; mean over 160 s after 80 s of warm-up";

/** Mean of a level over virtual time, each scan weighted by its duration, from `fromSeconds` on. */
export function meanOverTime(run: KsmRun, measure: MeasureName, fromSeconds = 0): number {
  let weighted = 0;
  let duration = 0;
  for (let i = 0; i < run.scans; i++) {
    if (run.series.time[i]! < fromSeconds) continue;
    weighted += run.series[measure][i]! * run.series.scan_time[i]!;
    duration += run.series.scan_time[i]!;
  }
  return weighted / duration;
}
