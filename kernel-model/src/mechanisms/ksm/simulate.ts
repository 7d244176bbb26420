/** Runs ksmd over a workload in virtual time and records the counters after each full scan. */
import type { Column, Dataset, HasDataset } from "../../base/dataset.js";
import { checkInteger, checkKeys, checkNumber, checkOneOf, InputError } from "../../base/errors.js";
import { finish, type Progress } from "../../base/run.js";
import { checkCost, cpuNs, type KsmCost } from "./cost.js";
import { DEFAULT_KNOBS, type KsmKnobs } from "./knobs.js";
import { MEASURES, type MeasureName } from "./measures.js";
import { doScan } from "./scanner.js";
import type { SkipPolicy } from "./skip-policy.js";
import { KsmState } from "./state.js";
import type { Workload } from "./workload.js";

export interface KsmOptions {
  readonly workload: Workload;
  /** Full scans to run. Default 30, or no limit where `seconds` is given. */
  readonly scans?: number;
  /** Virtual time after which the run stops, in the middle of a scan if need be (the last row is then a part). Default: none. */
  readonly seconds?: number;
  /** Knobs that differ from the defaults of Linux 6.18. */
  readonly knobs?: Partial<KsmKnobs>;
  /** When a page is left out of a scan. Default "kernel". */
  readonly policy?: SkipPolicy;
  /** Prices of ksmd's work that differ from the defaults. */
  readonly cost?: Partial<KsmCost>;
  /**
   * How the stable tree is searched: "kernel" keeps the kernel's tree and all side effects of walking it, "lazy" is for
   * millions of pages (README.md says what differs). Default "kernel" up to 100,000 pages, else "lazy".
   */
  readonly walks?: "kernel" | "lazy";
}

/** Counters after each full scan, one array per measure, in order of the scans. */
export class KsmRun implements HasDataset {
  constructor(
    readonly workload: string,
    readonly policy: string,
    readonly pages: number,
    readonly series: Readonly<Record<MeasureName, Float64Array>>,
    /** The model as the run left it, to go on with or to look into. */
    readonly state: KsmState,
  ) {}

  get scans(): number {
    return this.series.scan.length;
  }

  /** Pages met in all scans, processed or skipped. */
  get visits(): number {
    return this.total("pages_scanned") + this.total("pages_skipped");
  }

  /** Sum of a per-scan measure, from scan `from` on. Errors: {@link InputError} for an unknown measure or scan. */
  total(measure: MeasureName, from = 0): number {
    checkInteger("from", from, { min: 0, max: this.scans - 1, unit: "(a scan of the run)" });
    return this.#values(measure)
      .subarray(from)
      .reduce((sum, x) => sum + x, 0);
  }

  /** Mean of a measure over the scans from `from` on. */
  mean(measure: MeasureName, from = 0): number {
    return this.total(measure, from) / (this.scans - from);
  }

  /** Value after the last scan. */
  last(measure: MeasureName): number {
    return this.#values(measure).at(-1)!;
  }

  #values(measure: MeasureName): Float64Array {
    return this.series[
      checkOneOf(
        "the measure",
        measure,
        MEASURES.map(({ name }) => name),
      )
    ];
  }

  dataset(): Dataset {
    const columns = MEASURES.map((measure): Column => ({ ...measure, values: this.series[measure.name] }));
    return {
      title: `KSM after each full scan: ${this.workload}; policy ${this.policy}${this.state.walks === "lazy" ? "; lazy walks" : ""}`,
      columns,
    };
  }
}

/**
 * ksmd over a workload for a number of full scans.
 *
 * Cost: 20 to 100 million page visits a second on one core, 24 bytes a page and about 32 a distinct content.
 * Errors: {@link InputError} for unknown parameters and values out of range.
 *
 * @example
 * const run = simulateKsm({ workload: mixWorkload({ pages: 900, shares: { unique: 1 } }), scans: 22 });
 * run.total("pages_scanned"); // 7 of 22 visits are processed: 6300
 */
export function simulateKsm(options: KsmOptions): KsmRun {
  return finish(scanKsm(options));
}

/** The same, stopping every now and then to report progress, so that a notebook can show it and interrupt the run. */
export function* scanKsm(options: KsmOptions): Generator<Progress, KsmRun> {
  checkKeys("simulateKsm", options, ["workload", "scans", "seconds", "knobs", "policy", "cost", "walks"]);
  if (typeof options.workload?.start !== "function") {
    throw new InputError(
      "workload",
      options.workload,
      "a workload",
      "make one with mixWorkload, stepsWorkload or csvWorkload",
    );
  }
  const scans = checkInteger("scans", options.scans ?? (options.seconds === undefined ? 30 : 1e6), {
    min: 1,
    max: 1e6,
    unit: "full scans",
  });
  const endMs =
    options.seconds === undefined
      ? Infinity
      : 1000 * checkNumber("seconds", options.seconds, { min: 0.001, unit: "s of virtual time" });
  const cost = checkCost(options.cost);
  const { workload } = options;
  const knobs = { ...options.knobs };
  if (knobs.advisor_mode === "scan-time") {
    if (knobs.pages_to_scan !== undefined) {
      throw new InputError(
        "pages_to_scan",
        knobs.pages_to_scan,
        "no value while the advisor sets it (the kernel answers EINVAL)",
        'leave it out, or set advisor_mode to "none"',
      );
    }
    knobs.pages_to_scan = knobs.advisor_min_pages_to_scan ?? DEFAULT_KNOBS.advisor_min_pages_to_scan;
  }
  const ksm = new KsmState(workload.pages, {
    knobs,
    ...(options.policy !== undefined && { policy: options.policy }),
    contentHint: workload.contents + 16,
    walks: checkOneOf("walks", options.walks ?? (workload.pages <= 100_000 ? "kernel" : "lazy"), ["kernel", "lazy"]),
  });
  const driver = workload.start(ksm);
  const rows: Record<MeasureName, number>[] = [];
  const progress = (): Progress =>
    endMs === Infinity
      ? {
          done: Math.round(100 * (rows.length + (ksm.cursorSlot < 0 ? 0 : ksm.cursorPage / ksm.pages))) / 100,
          total: scans,
          note: "full scans",
        }
      : { done: Math.round(Math.min(ksm.nowMs, endMs) / 1000), total: endMs / 1000, note: "s of virtual time" };

  yield progress();
  let wakeUps = 0;
  let lastYield = 0;
  const chunk = 1_000_000;
  for (let scan = 0; scan < scans && ksm.nowMs < endMs; scan++) {
    const before = {
      scanned: ksm.pagesScanned,
      skipped: ksm.pagesSkipped,
      nowMs: ksm.nowMs,
      cpuMs: ksm.cpuMs,
      merges: ksm.work.merges,
    };
    let complete = false;
    while (!complete && ksm.nowMs < endMs) {
      driver.advance(scan, ksm.nowMs);
      // A wake-up takes no virtual time of its own until it ends; it is cut into chunks only to report progress.
      for (let left = ksm.knobs.pages_to_scan; left > 0 && !complete; left -= chunk) {
        complete = doScan(ksm, Math.min(left, chunk));
        if (ksm.pagesScanned + ksm.pagesSkipped - lastYield >= chunk) {
          lastYield = ksm.pagesScanned + ksm.pagesSkipped;
          yield progress();
        }
      }
      wakeUps++;
      const wokenAt = ksm.nowMs;
      const cpuMs = (cpuNs(ksm, cost) + wakeUps * cost.wakeUpNs) / 1e6;
      ksm.nowMs += ksm.knobs.sleep_millisecs + (cpuMs - ksm.cpuMs);
      ksm.cpuMs = cpuMs;
      if (ksm.nowMs === wokenAt && endMs !== Infinity) {
        throw new InputError(
          "seconds",
          options.seconds,
          "a run in which time passes (here neither sleep nor work takes any)",
          "give sleep_millisecs or a cost, or limit the run by scans",
        );
      }
    }
    rows.push({
      scan,
      full_scans: ksm.seqnr,
      time: toMicro(ksm.nowMs / 1000),
      scan_time: toMicro((ksm.nowMs - before.nowMs) / 1000),
      cpu_time: toMicro(ksm.cpuMs - before.cpuMs),
      pages_to_scan: ksm.knobs.pages_to_scan,
      pages_scanned: ksm.pagesScanned - before.scanned,
      pages_skipped: ksm.pagesSkipped - before.skipped,
      pages_merged: ksm.work.merges - before.merges,
      pages_shared: ksm.pagesShared,
      pages_sharing: ksm.pagesSharing,
      pages_unshared: ksm.pagesUnshared,
      pages_volatile: ksm.pagesVolatile,
      ksm_zero_pages: ksm.zeroPages,
      stable_node_chains: ksm.nodes.chains,
      stable_node_dups: ksm.nodes.dups,
      general_profit: ksm.generalProfit,
    });
  }
  yield progress();
  const series = Object.fromEntries(
    MEASURES.map(({ name }) => [name, Float64Array.from(rows, (row) => row[name])]),
  ) as Record<MeasureName, Float64Array>;
  return new KsmRun(
    workload.name,
    ksm.policy.enabled && ksm.knobs.smart_scan === 1 ? ksm.policy.name : "none",
    workload.pages,
    series,
    ksm,
  );
}

/** Six decimals: sums of floats would print their rounding errors. */
function toMicro(x: number): number {
  return Math.round(x * 1e6) / 1e6;
}
