import type { Column, Dataset, HasDataset } from "../../../base/dataset.js";
import { parameter, Schema, type OptionsOf, type ValuesOf } from "../../../base/parameters.js";
import { finish, type Progress } from "../../../base/run.js";
import type { MechanismRun } from "../../define-mechanism.js";
import type { Path } from "../../../machine/path.js";
import { sleep } from "../../../primitives/time.js";
import { REFCOUNT_MAX } from "../../../primitives/refcount.js";
import { exponential, simulating, type SimulationResult, type Timeline } from "../../../simulate/index.js";
import { zswapCompressorSet } from "../model/paths-pool.js";
import { FULL } from "../model/options.js";
import { shrinkAtLimit } from "../model/paths-store.js";
import { makeZswap } from "../model/releases.js";
import type { Pool, Zswap } from "../model/state.js";
import { countLeak } from "./leaked.js";
import { commonParameters } from "./parameters.js";

/** Where refcount_t saturates: the count may not pass INT_MAX, so 2^31 is out of reach. */
export const SATURATION = REFCOUNT_MAX + 1;

const MS = 1e6;
const SECOND = 1e9;

/** What {@link simulateLeak} can be told. */
export const leakParameters = new Schema("zswap leak", {
  ...commonParameters({ variant: "buggy", storeRate: 100_000, seconds: 1, samples: 200 }),
  shrinkDelayMs: parameter.number({
    default: 1,
    min: 0,
    max: 1e6,
    unit: "ms",
    meaning: "from queueing the shrink worker to its start",
  }),
  startReferences: parameter.integer({
    default: 1,
    min: 1,
    max: REFCOUNT_MAX,
    unit: "references",
    meaning: "of the pool at the start: near its end the count shows what saturation does",
  }),
  switchCompressor: parameter.choice([false, true], {
    default: false,
    meaning: "set another compressor half-way, which should have the old pool freed",
  }),
});

export type LeakOptions = OptionsOf<typeof leakParameters>;

/** What a pool at its limit did in virtual time. */
export class LeakRun implements HasDataset {
  /** Virtual time of each sample, s, and the pool's references then. */
  readonly time: readonly number[];
  readonly references: readonly number[];
  /** Stores that took a reference and queued the worker; runs of the worker, each of which put one. */
  readonly requests: number;
  readonly runs: number;
  /** References that runs still to come will put. */
  readonly owed: number;
  /** References that nobody will put, by the pool's count; NaN once that is saturated and counts no more. */
  readonly leaked: number;
  /** WARNs of the kernel, in order. */
  readonly warnings: readonly string[];
  readonly saturated: boolean;
  /** Whether the pool was freed (after a switch of the compressor). */
  readonly freed: boolean;
  /** What each task did, if that was to be kept. */
  readonly timeline: Timeline | null;

  constructor(
    readonly options: ValuesOf<typeof leakParameters>,
    result: SimulationResult<Watched, { references: number }>,
  ) {
    const { z, pool } = result.state;
    this.time = result.observations.rows.map(({ time }) => time / SECOND);
    this.references = result.observations.rows.map(({ references }) => references);
    const count = countLeak(z, pool, options.startReferences - 1);
    this.requests = count.requests;
    this.runs = count.runs;
    this.owed = count.owed;
    this.freed = pool.memory.freed;
    this.saturated = pool.kref.value >= SATURATION;
    this.leaked = this.saturated ? NaN : count.leaked;
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
      title: `References of a pool at its limit, ${this.options.variant}: ${this.options.storeRate} stores/s, worker ${this.options.shrinkDelayMs} ms behind`,
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
}

/**
 * A full pool, stores that reach its limit, and one shrink worker, in virtual time: the very paths that are explored.
 * Steps cost nothing; what counts is how many stores come while the worker is queued. It finds nothing to write back, so
 * that its runs take no time: the least that leaks. {@link simulateLoad} has a pool with pages, whose runs take long.
 *
 * Cost: some 10 us a store. Parameters, with their ranges: {@link leakParameters}. Errors: InputError for one out of range.
 *
 * @example
 * const run = zswap.simulateLeak({ storeRate: 10_000, shrinkDelayMs: 1, seconds: 0.1 });
 * run.leaked === run.requests - run.runs - run.owed; // => true
 */
export function simulateLeak(given: LeakOptions = {}): LeakRun {
  return finish(simulatingLeak(given));
}

/** The same, stopping now and then to report progress: for a notebook, or as a part of a longer run. */
export function* simulatingLeak(given: LeakOptions = {}): Generator<Progress, LeakRun> {
  const options = leakParameters.check(given);
  const { variant, storeRate, shrinkDelayMs, seconds, startReferences, samples, seed, timeline } = options;
  const step = (seconds * SECOND) / samples;
  const result = yield* simulating({
    setup: (): Watched => {
      const z = makeZswap({ ...FULL, variant, shrinkDelayNs: shrinkDelayMs * MS });
      const pool = z.everyPool[0]!;
      pool.kref.refs = startReferences;
      return { z, pool };
    },
    groups: [
      { name: "store", interarrival: exponential(SECOND / storeRate), path: ({ z }) => shrinkAtLimit(z) },
      ...(options.switchCompressor
        ? [{ name: "switch", count: 1, path: ({ z }: Watched) => switching(z, (seconds * SECOND) / 2) }]
        : []),
    ],
    machine: { sockets: 1, cores: 64, preset: "free" },
    duration: seconds * SECOND,
    seed,
    timeline: timeline || false,
    observe: { every: step, read: ({ pool }) => ({ references: pool.kref.value }) },
  });
  return new LeakRun(options, result);
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

export const run: MechanismRun = {
  title: "references of a pool at its limit",
  parameters: leakParameters,
  takes: [],
  simulate: (parameters) => simulatingLeak(parameters),
};
