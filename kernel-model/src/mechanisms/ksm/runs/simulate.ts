/** Runs ksmd over a workload in virtual time and records the counters after each full scan. */
import { checkKeys, InputError, quote } from "../../../base/errors.js";
import { parameter, type OptionsOf, type Schema } from "../../../base/parameters.js";
import { finish, type Progress } from "../../../base/run.js";
import { checkCost, cpuNs, type KsmCost } from "../model/cost.js";
import { DEFAULT_KNOBS, type KsmKnobs } from "../model/knobs.js";
import { KsmRun } from "./ksm-run.js";
import { MEASURES, type MeasureName } from "./measures.js";
import { doScan } from "../model/scanner.js";
import type { SkipPolicy } from "../model/skip-policy.js";
import { KsmState } from "../model/state.js";
import type { Workload, WorkloadDriver } from "./workload.js";

/** What a run can be told besides the workload, the knobs and the costs. */
export const runParameters = {
  scans: parameter.integer({
    min: 1,
    max: 1e6,
    unit: "full scans",
    absent: "30, or no limit where seconds is given",
    meaning: "length of a run",
  }),
  seconds: parameter.number({
    min: 0.001,
    unit: "s of virtual time",
    meaning: "end of the run, in the middle of a scan if need be (the last row is then a part)",
  }),
  walks: parameter.choice(["kernel", "lazy"], {
    absent: "kernel up to 100,000 pages, else lazy",
    meaning: "how the stable tree is searched: as the kernel does with all side effects, or for millions of pages",
  }),
  policy: parameter.other<SkipPolicy>({
    default: "kernel",
    accepted: "none, kernel, failed-scans or a list of skip lengths",
    meaning: "when a page is left out of a scan; a list has skip lengths by age, e.g. [0,0,0,1,2,4]",
    check: flatPolicy,
  }),
};

/** What can be written in one value; functions and the object form are for programs. */
function flatPolicy(name: string, value: unknown): SkipPolicy {
  if (typeof value === "string" || Array.isArray(value)) return value as SkipPolicy;
  throw new InputError(
    name,
    value,
    "none, kernel, failed-scans or a list of skip lengths",
    `write ${quote([0, 0, 0, 1, 2, 4, 8])}, for example`,
  );
}

export interface KsmOptions extends OptionsOf<Schema<typeof runParameters>> {
  readonly workload: Workload;
  /** Knobs that differ from the defaults of Linux 6.18. */
  readonly knobs?: Partial<KsmKnobs>;
  /** Costs of ksmd's work that differ from the defaults. */
  readonly cost?: Partial<KsmCost>;
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
  return finish(simulatingKsm(options));
}

/** The same, stopping every now and then to report progress, so that a notebook can show it and interrupt the run. */
export function* simulatingKsm(options: KsmOptions): Generator<Progress, KsmRun> {
  const { ksm, ...limits } = begin(options);
  const ksmd = new Ksmd(ksm, options.workload.start(ksm), limits.cost, limits.endMs);
  const rows: Record<MeasureName, number>[] = [];
  const progress = (): Progress => progressOf(ksm, rows.length, limits);

  yield progress();
  for (let scan = 0; scan < limits.scans && ksm.nowMs < limits.endMs; scan++) {
    const before = countersOf(ksm);
    yield* ksmd.scan(scan, progress);
    rows.push(rowOf(ksm, before, scan));
  }
  yield progress();
  const series = Object.fromEntries(
    MEASURES.map(({ name }) => [name, Float64Array.from(rows, (row) => row[name])]),
  ) as Record<MeasureName, Float64Array>;
  const policy = ksm.policy.enabled && ksm.knobs.smart_scan === 1 ? ksm.policy.name : "none";
  return new KsmRun(options.workload.name, policy, options.workload.pages, series, ksm);
}

interface Limits {
  readonly scans: number;
  /** Virtual time at which the run ends; Infinity where scans are counted. */
  readonly endMs: number;
  readonly cost: KsmCost;
}

/** Checks the options, and makes the model. */
function begin(options: KsmOptions): Limits & { readonly ksm: KsmState } {
  checkKeys("simulateKsm", options, ["workload", "scans", "seconds", "knobs", "policy", "cost", "walks"]);
  const { workload, policy } = options;
  if (typeof workload?.start !== "function") {
    throw new InputError("workload", workload, "a workload", "make one with mixWorkload, stepsWorkload or csvWorkload");
  }
  const { scans, seconds, walks } = runParameters;
  const endMs = options.seconds === undefined ? Infinity : 1000 * seconds.check("seconds", options.seconds);
  const most = scans.check("scans", options.scans ?? (endMs === Infinity ? 30 : 1e6));
  const cost = checkCost(options.cost);
  const ksm = new KsmState(workload.pages, {
    knobs: knobsOf(options),
    ...(policy !== undefined && { policy }),
    contentHint: workload.contents + 16,
    walks: walks.check("walks", options.walks ?? (workload.pages <= 100_000 ? "kernel" : "lazy")),
  });
  return { ksm, scans: most, endMs, cost };
}

/** The advisor sets pages_to_scan, from its smallest value on. */
function knobsOf(options: KsmOptions): Partial<KsmKnobs> {
  const knobs = { ...options.knobs };
  if (knobs.advisor_mode !== "scan-time") return knobs;
  if (knobs.pages_to_scan !== undefined) {
    throw new InputError(
      "pages_to_scan",
      knobs.pages_to_scan,
      "no value while the advisor sets it (the kernel answers EINVAL)",
      'leave it out, or set advisor_mode to "none"',
    );
  }
  knobs.pages_to_scan = knobs.advisor_min_pages_to_scan ?? DEFAULT_KNOBS.advisor_min_pages_to_scan;
  return knobs;
}

/** Page visits between two reports of progress. */
const CHUNK = 1_000_000;

/** Wake-ups in a row with pages_to_scan 0 after which a run that only a number of scans can end is given up. */
const MOST_IDLE = 1_000_000;

/** The thread: wakes up, scans pages_to_scan pages, and sleeps. */
class Ksmd {
  #wakeUps = 0;
  /** Visits when progress was last reported. */
  #reported = 0;
  #idle = 0;

  constructor(
    readonly ksm: KsmState,
    readonly driver: WorkloadDriver,
    readonly cost: KsmCost,
    readonly endMs: number,
  ) {}

  /** Wakes up until a full scan is complete, or the time is over. Yields its progress now and then. */
  *scan(scan: number, progress: () => Progress): Generator<Progress, void> {
    const { ksm, driver, endMs } = this;
    for (let complete = false; !complete && ksm.nowMs < endMs;) {
      driver.advance(scan, ksm.nowMs);
      // A wake-up takes no virtual time of its own until it ends; it is cut into chunks only to report progress.
      for (let left = ksm.knobs.pages_to_scan; left > 0 && !complete; left -= CHUNK) {
        complete = doScan(ksm, Math.min(left, CHUNK));
        const visits = ksm.pagesScanned + ksm.pagesSkipped;
        if (visits - this.#reported < CHUNK) continue;
        this.#reported = visits;
        yield progress();
      }
      this.#giveUpIfIdle();
      this.#sleep();
    }
  }

  #giveUpIfIdle(): void {
    this.#idle = this.ksm.knobs.pages_to_scan === 0 ? this.#idle + 1 : 0;
    if (this.#idle < MOST_IDLE || this.endMs !== Infinity) return;
    throw new InputError("pages_to_scan", 0, "a run in which ksmd scans", "raise it, or limit the run by seconds");
  }

  #sleep(): void {
    const { ksm, cost, endMs } = this;
    const wokenAt = ksm.nowMs;
    const cpuMs = (cpuNs(ksm, cost) + ++this.#wakeUps * cost.wakeUpNs) / 1e6;
    ksm.nowMs += ksm.knobs.sleep_millisecs + (cpuMs - ksm.cpuMs);
    ksm.cpuMs = cpuMs;
    if (ksm.nowMs !== wokenAt || endMs === Infinity) return;
    throw new InputError(
      "seconds",
      endMs / 1000,
      "a run in which time passes (here neither sleep nor work takes any)",
      "give sleep_millisecs or a cost, or limit the run by scans",
    );
  }
}

function progressOf(ksm: KsmState, scans: number, limits: Limits): Progress {
  if (limits.endMs !== Infinity) {
    const { endMs } = limits;
    return { done: Math.round(Math.min(ksm.nowMs, endMs) / 1000), total: endMs / 1000, note: "s of virtual time" };
  }
  const part = ksm.cursor === null ? 0 : ksm.cursorPage / ksm.pages;
  return { done: Math.round(100 * (scans + part)) / 100, total: limits.scans, note: "full scans" };
}

type Counters = Readonly<Record<"scanned" | "skipped" | "nowMs" | "cpuMs" | "merges", number>>;

function countersOf(ksm: KsmState): Counters {
  const { pagesScanned, pagesSkipped, nowMs, cpuMs, work } = ksm;
  return { scanned: pagesScanned, skipped: pagesSkipped, nowMs, cpuMs, merges: work.merges };
}

function rowOf(ksm: KsmState, before: Counters, scan: number): Record<MeasureName, number> {
  return {
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
  };
}

/** Six decimals: sums of floats would print their rounding errors. */
function toMicro(x: number): number {
  return Math.round(x * 1e6) / 1e6;
}
