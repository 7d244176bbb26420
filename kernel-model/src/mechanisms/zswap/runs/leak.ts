import { checkInteger, checkNumber } from "../../../base/errors.js";
import type { Column, Dataset, HasDataset } from "../../../base/dataset.js";
import type { Progress } from "../../../base/run.js";
import type { Path } from "../../../machine/path.js";
import { sleep } from "../../../primitives/time.js";
import { REFCOUNT_MAX } from "../../../primitives/refcount.js";
import { exponential, simulating, type SimulationResult, type Timeline } from "../../../simulate/index.js";
import { zswapCompressorSet } from "../model/paths-pool.js";
import { FULL, type Variant } from "../model/options.js";
import { shrinkAtLimit } from "../model/paths-store.js";
import { makeZswap } from "../model/releases.js";
import type { Pool, Zswap } from "../model/state.js";

/** Where refcount_t saturates: the count may not pass INT_MAX, so 2^31 is out of reach. */
export const SATURATION = REFCOUNT_MAX + 1;

const MS = 1e6;
const SECOND = 1e9;

export interface LeakOptions {
  /** Default "buggy". */
  readonly variant?: Variant;
  /** Stores a second that reach the limit, at random times (Poisson), above 0 to 10^9. Default 100,000. */
  readonly storeRate?: number;
  /** From queueing the shrink worker to its start, ms, 0 to 10^6. Default 1. */
  readonly shrinkDelay?: number;
  /** Virtual time, s, above 0 to 10^6. Default 1. */
  readonly seconds?: number;
  /** References that the pool has at the start, 1 to 2^31 - 1: near its end the count shows what saturation does. Default 1. */
  readonly startReferences?: number;
  /** Set another compressor in the middle of the run, which should have the old pool freed. Default false. */
  readonly switchCompressor?: boolean;
  /** Points of the time series, 2 to 100,000. Default 200. */
  readonly samples?: number;
  /** 0 to 2^32 - 1. Default 1. */
  readonly seed?: number;
  /** Stretches of what each task did to keep, 0 to 10^7, for {@link LeakRun.timeline}. Default 0: none. */
  readonly timeline?: number;
}

/** What a pool at its limit did in virtual time. */
export class LeakRun implements HasDataset {
  /** Virtual time of each sample, s, and the pool's references then. */
  readonly time: readonly number[];
  readonly references: readonly number[];
  /** Stores that took a reference and queued the worker; runs of the worker, each of which gave one back. */
  readonly requests: number;
  readonly runs: number;
  /** References that runs still to come will give back. */
  readonly owed: number;
  /** References that nobody will give back, by the pool's count; NaN once that is saturated and counts no more. */
  readonly leaked: number;
  /** WARNs of the kernel, in order. */
  readonly warnings: readonly string[];
  readonly saturated: boolean;
  /** Whether the pool was freed (after a switch of the compressor). */
  readonly freed: boolean;
  /** What each task did, if that was to be kept. */
  readonly timeline: Timeline | null;

  constructor(
    readonly options: Required<LeakOptions>,
    { z, pool, time, references }: Watched,
    result: SimulationResult,
  ) {
    this.time = time;
    this.references = references;
    this.requests = z.counters.shrinkRequests;
    this.runs = z.counters.shrinkRuns;
    this.owed =
      options.variant === "percpu-ref" ? 0 : Number(pool.shrinkWork.pending) + Number(pool.shrinkWork.running);
    this.freed = pool.memory.freed;
    this.saturated = pool.kref.value >= SATURATION;
    const current = z.pools.value[0] === pool;
    this.leaked = this.saturated
      ? NaN
      : this.freed
        ? 0
        : pool.kref.value - (current ? 1 : 0) - (options.startReferences - 1) - this.owed;
    this.timeline = result.timeline;
    this.warnings = result.warnings.map(({ text }) => text);
  }

  /** Leaked references for each run of the worker. Poisson arrivals make it rate x delay. */
  get leakedPerRun(): number {
    return this.runs === 0 ? 0 : this.leaked / this.runs;
  }

  /** Leaked references a second, from the start. */
  get leakedPerSecond(): number {
    return this.leaked / this.options.seconds;
  }

  dataset(): Dataset {
    const column = (name: string, unit: string, meaning: string, values: readonly number[]): Column => ({
      name,
      unit,
      meaning,
      values,
    });
    return {
      title: `References of a pool at its limit, ${this.options.variant}: ${this.options.storeRate} stores/s, worker ${this.options.shrinkDelay} ms behind`,
      columns: [
        column("time", "s", "virtual time", this.time),
        column("references", "references", "count of the pool's kref", this.references),
      ],
    };
  }
}

interface Watched {
  readonly z: Zswap;
  readonly pool: Pool;
  readonly time: number[];
  readonly references: number[];
}

function checkLeak(given: LeakOptions): Required<LeakOptions> {
  return {
    variant: given.variant ?? "buggy",
    storeRate: checkNumber("storeRate", given.storeRate ?? 100_000, {
      min: 1e-3,
      max: 1e9,
      unit: "stores/s",
      next: "give a rate above 0",
    }),
    shrinkDelay: checkNumber("shrinkDelay", given.shrinkDelay ?? 1, { min: 0, max: 1e6, unit: "ms" }),
    seconds: checkNumber("seconds", given.seconds ?? 1, { min: 1e-6, max: 1e6, unit: "s" }),
    startReferences: checkInteger("startReferences", given.startReferences ?? 1, {
      min: 1,
      max: REFCOUNT_MAX,
      unit: "references",
    }),
    switchCompressor: given.switchCompressor ?? false,
    samples: checkInteger("samples", given.samples ?? 200, { min: 2, max: 100_000 }),
    seed: checkInteger("seed", given.seed ?? 1, { min: 0, max: 0xffffffff }),
    timeline: checkInteger("timeline", given.timeline ?? 0, { min: 0, max: 10_000_000, unit: "stretches" }),
  };
}

/**
 * A full pool, stores that reach its limit, and one shrink worker, in virtual time: the very paths that are explored.
 * Steps cost nothing; what counts is how many stores come while the worker is queued.
 *
 * Cost: some 10 us a store. Errors: InputError for options out of range.
 *
 * @example
 * const run = finish(zswap.simulateLeak({ storeRate: 10_000, shrinkDelay: 1, seconds: 0.1 }));
 * run.leaked === run.requests - run.runs - run.owed; // => true
 */
export function* simulateLeak(given: LeakOptions = {}): Generator<Progress, LeakRun> {
  const options = checkLeak(given);
  const { variant, storeRate, shrinkDelay, seconds, startReferences, samples, seed, timeline } = options;
  const step = (seconds * SECOND) / samples;
  const watched: { now: Watched | null } = { now: null };
  const result = yield* simulating<Watched>({
    setup: () => {
      const z = makeZswap({ ...FULL, variant, shrinkDelay: shrinkDelay * MS });
      const pool = z.everyPool[0]!;
      pool.kref.refs = startReferences;
      return (watched.now = { z, pool, time: [0], references: [startReferences] });
    },
    groups: [
      { name: "store", interarrival: exponential(SECOND / storeRate), path: ({ z }) => shrinkAtLimit(z) },
      { name: "sample", count: 1, path: (s, sample) => sampling(s, sample, step) },
      ...(options.switchCompressor
        ? [{ name: "switch", count: 1, path: ({ z }: Watched) => switching(z, (seconds * SECOND) / 2) }]
        : []),
    ],
    machine: { sockets: 1, cores: 64, preset: "free" },
    duration: seconds * SECOND,
    seed,
    timeline: timeline || false,
  });
  return new LeakRun(options, watched.now!, result);
}

function* sampling(s: Watched, _member: number, step: number): Path {
  yield* sleep(step);
  s.time.push((s.time.length * step) / SECOND);
  s.references.push(s.pool.kref.value);
}

/** Sets the compressor once; then waits for the end of the run. */
function* switching(z: Zswap, after: number): Path {
  yield* sleep(after);
  yield* zswapCompressorSet(z, "zstd");
  yield* sleep(after * 10);
}

/** References that leak a second in the long run, for Poisson stores: each cycle of the worker leaks rate x delay, and lasts delay + 1/rate. */
export function expectedLeakRate(storeRate: number, shrinkDelayMs: number): number {
  const perRun = (storeRate * shrinkDelayMs) / 1000;
  return (storeRate * perRun) / (1 + perRun);
}

/** Hours until a count of `references` reaches 2^31 at so many leaked a second. Infinity if none leaks. */
export function hoursToSaturation(leakedPerSecond: number, references = 1): number {
  return leakedPerSecond <= 0 ? Infinity : (SATURATION - references) / leakedPerSecond / 3600;
}
