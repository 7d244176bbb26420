import { PAGE_BYTES } from "../../../mm/page.js";
import { checkInteger, checkKeys, InputError } from "../../../base/errors.js";
import { datasetOf, type Dataset, type HasDataset } from "../../../base/dataset.js";
import { parameter, Schema, type OptionsOf } from "../../../base/parameters.js";
import { finish, type Progress } from "../../../base/run.js";
import type { MechanismRun } from "../../define-mechanism.js";
import type { Path } from "../../../machine/path.js";
import { sleep } from "../../../primitives/time.js";
import { exponential, simulating, type Draws, type SimulationResult, type Timeline } from "../../../simulate/index.js";
import { acceptThresholdPages, limitParameters, maxPages, poolPages, type ZswapLimits } from "../model/limits.js";
import { zswapInvalidate, zswapLoad, zswapStore } from "../model/paths-store.js";
import { makeZswap } from "../model/releases.js";
import type { Zswap } from "../model/state.js";
import { compressedLengths } from "./compressed-lengths.js";
import { countLeak, type LeakCount } from "./leaked.js";
import { commonParameters } from "./parameters.js";
import { Zsmalloc } from "../../../mm/zsmalloc.js";

const SECOND = 1e9;
const PAGES_PER_MIB = 256;

/** What {@link simulateLoad} can be told besides the lengths of compressed pages. Costs are chosen by us. */
export const loadParameters = new Schema("zswap load", {
  ...commonParameters({ variant: "fixed", storeRate: 20_000, seconds: 2, samples: 400 }),
  ramMib: parameter.integer({
    default: 64,
    min: 1,
    max: 65_536,
    unit: "MiB",
    meaning: "RAM: the limits are shares of it, so that a small one behaves as a large one does, sooner",
  }),
  ...limitParameters,
  loadRate: parameter.number({
    default: 1000,
    min: 0,
    max: 1e9,
    unit: "pages/s",
    meaning: "pages that processes read back, at random times",
  }),
  invalidateRate: parameter.number({
    default: 1000,
    min: 0,
    max: 1e9,
    unit: "pages/s",
    meaning: "pages that processes free or change, at random times",
  }),
  compressUs: parameter.number({ default: 6, min: 0, max: 1e6, unit: "µs", meaning: "CPU time to compress a page" }),
  decompressUs: parameter.number({
    default: 2,
    min: 0,
    max: 1e6,
    unit: "µs",
    meaning: "CPU time to decompress a page",
  }),
  writebackUs: parameter.number({
    default: 25,
    min: 0,
    max: 1e6,
    unit: "µs",
    meaning: "time of the swap device for a page that is written back",
  }),
});

export interface LoadOptions extends OptionsOf<typeof loadParameters> {
  /** Lengths of compressed pages, taken in turn; 0 for a same-filled page. See {@link compressedLengths}. */
  readonly lengths: readonly number[];
}

/** The pool under load: its size over time, and what became of the pages. */
export class LoadRun implements HasDataset {
  readonly limits: ZswapLimits;
  /** Virtual time, s, and the pool's pages then. */
  readonly time: readonly number[];
  readonly pages: readonly number[];
  /** Stores that were taken, and that were sent to the swap device instead. */
  readonly accepted: number;
  readonly rejectedFull: number;
  readonly rejectedStillFull: number;
  readonly rejectedPoor: number;
  readonly writtenBack: number;
  readonly shrinkRuns: number;
  readonly entries: number;
  /** References on the pool that stores at the limit took, and those that nobody will put (variant "buggy"). */
  readonly leak: LeakCount;
  /** What each task did, if that was to be kept. */
  readonly timeline: Timeline | null;
  /** The first sample after the pool was full. */
  readonly #fullFrom: number;

  constructor(
    readonly options: LoadOptions & { readonly seconds: number },
    { z, limits, time, pages, counts }: Load,
    { timeline }: Pick<SimulationResult, "timeline">,
  ) {
    this.timeline = timeline;
    this.limits = limits;
    this.time = time;
    this.pages = pages;
    const { counters } = z;
    this.accepted = counts.accepted;
    this.rejectedFull = counters.poolLimitHit;
    this.rejectedStillFull = counters.rejectStillFull;
    this.rejectedPoor = counters.rejectCompressPoor + counters.rejectAllocFail;
    this.writtenBack = counters.writtenBack;
    this.shrinkRuns = counters.shrinkRuns;
    this.entries = counters.stored;
    this.leak = countLeak(z, z.everyPool[0]!);
    this.#fullFrom = counts.fullFrom;
  }

  /** Stores that were sent to the swap device, by all reasons. */
  get rejected(): number {
    return this.rejectedFull + this.rejectedStillFull + this.rejectedPoor;
  }

  /** References that leak a second, from when the pool was first full on; 0 if it never was. */
  get leakedPerSecond(): number {
    const full = this.time[this.#fullFrom];
    return full === undefined ? 0 : this.leak.leaked / (this.options.seconds - full);
  }

  /** Largest and smallest share of RAM, %, of the samples since the pool was first full. NaN if it never was. */
  band(): { readonly low: number; readonly high: number } {
    const after = this.pages.slice(this.#fullFrom);
    const percent = (pages: number): number => (100 * pages) / this.limits.ram_pages;
    return {
      low: percent(after.length === 0 ? NaN : Math.min(...after)),
      high: percent(after.length === 0 ? NaN : Math.max(...after)),
    };
  }

  dataset(): Dataset {
    const { ram_pages, max_pool_percent, accept_threshold_percent } = this.limits;
    const rows = this.time.map((time, i) => ({ time, pages: this.pages[i]! }));
    return datasetOf<(typeof rows)[0]>(
      `The pool under load, ${max_pool_percent} % of RAM, accepts again below ${accept_threshold_percent} % of that`,
      rows,
      [
        { name: "time", unit: "s", meaning: "virtual time", of: ({ time }) => time },
        { name: "pool", unit: "pages", meaning: "pages that the pool takes", of: ({ pages }) => pages },
        { name: "share", unit: "%", meaning: "part of RAM", of: ({ pages }) => (100 * pages) / ram_pages },
      ],
    );
  }
}

interface Load {
  readonly z: Zswap;
  readonly limits: ZswapLimits;
  readonly time: number[];
  readonly pages: number[];
  /** Offsets that were stored and not invalidated since, for loads and invalidations to choose from. */
  readonly live: number[];
  readonly counts: { accepted: number; fullFrom: number };
}

/** The options with their defaults, in the units of the model. */
function checked(all: LoadOptions) {
  checkKeys(loadParameters.of, all, [...loadParameters.names, "lengths"]);
  const { lengths, ...given } = all;
  checkLengths(lengths);
  const { ramMib, max_pool_percent, accept_threshold_percent, ...options } = loadParameters.check(given);
  return {
    ...options,
    lengths,
    limits: { ram_pages: ramMib * PAGES_PER_MIB, max_pool_percent, accept_threshold_percent },
    costs: {
      compress: options.compressUs * 1000,
      decompress: options.decompressUs * 1000,
      writebackIo: options.writebackUs * 1000,
    },
  };
}

function checkLengths(lengths: readonly number[]): void {
  if (!Array.isArray(lengths) || lengths.length === 0)
    throw new InputError(
      "lengths",
      lengths,
      "at least one length of a compressed page, in bytes",
      "make them with compressedLengths(compressor)",
    );
  for (const length of lengths as readonly number[])
    checkInteger("a length of a compressed page", length, { min: 0, max: 2 * PAGE_BYTES, unit: "bytes" });
}

/**
 * Reclaim stores pages at random times, processes read some back and free others, and the shrink worker writes the oldest
 * to the swap device, in virtual time; zsmalloc keeps the pages. The pool's size is a saw-tooth between the limit and the
 * threshold below which it accepts again.
 *
 * Cost: some 50 us a store. Parameters, with their ranges: {@link loadParameters}. Errors: InputError for one out of range.
 *
 * @example
 * const run = zswap.simulateLoad({ lengths: [1400, 900, 0], ramMib: 4, seconds: 0.05 });
 * run.accepted > 0; // => true
 */
export function simulateLoad(given: LoadOptions): LoadRun {
  return finish(simulatingLoad(given));
}

/** The same, stopping now and then to report progress: for a notebook, or as a part of a longer run. */
export function* simulatingLoad(given: LoadOptions): Generator<Progress, LoadRun> {
  const options = checked(given);
  const { lengths, limits, seconds, samples, storeRate, loadRate, invalidateRate, seed } = options;
  const step = (seconds * SECOND) / samples;
  const run: { load: Load | null } = { load: null };
  const result = yield* simulating<Load>({
    setup: () => {
      const z = makeZswap({
        variant: options.variant,
        maxPages: maxPages(limits),
        acceptPages: acceptThresholdPages(limits),
        allocator: () => new Zsmalloc(),
        costs: options.costs,
      });
      return (run.load = { z, limits, time: [0], pages: [0], live: [], counts: { accepted: 0, fullFrom: Infinity } });
    },
    groups: [
      {
        name: "store",
        interarrival: exponential(SECOND / storeRate),
        path: (s, index) => storing(s, index, lengths[index % lengths.length] as number),
      },
      ...(loadRate > 0
        ? [
            {
              name: "load",
              interarrival: exponential(SECOND / loadRate),
              path: (s: Load, _index: number, draws: Draws) => loading(s, draws),
            },
          ]
        : []),
      ...(invalidateRate > 0
        ? [
            {
              name: "invalidate",
              interarrival: exponential(SECOND / invalidateRate),
              path: (s: Load, _index: number, draws: Draws) => invalidating(s, draws),
            },
          ]
        : []),
      { name: "sample", count: 1, path: (s: Load) => sampling(s, step) },
    ],
    machine: { sockets: 1, cores: 8 },
    duration: seconds * SECOND,
    seed,
    timeline: options.timeline || false,
  });
  return new LoadRun({ ...given, seconds }, run.load!, result);
}

function* storing({ z, live, counts }: Load, offset: number, length: number): Path {
  if (!(yield* zswapStore(z, offset, length))) return;
  counts.accepted++;
  live.push(offset);
}

function* loading({ z, live }: Load, draws: Draws): Path {
  if (live.length > 0) yield* zswapLoad(z, live[draws.random.below(live.length)]!);
}

function* invalidating({ z, live }: Load, draws: Draws): Path {
  if (live.length === 0) return;
  const at = draws.random.below(live.length);
  const offset = live[at]!;
  live[at] = live.at(-1)!;
  live.pop();
  yield* zswapInvalidate(z, offset);
}

function* sampling(s: Load, step: number): Path {
  yield* sleep(step);
  s.time.push((s.time.length * step) / SECOND);
  s.pages.push(poolPages(s.z.totalSize.value));
  if (s.z.counters.poolLimitHit > 0 && s.counts.fullFrom === Infinity) s.counts.fullFrom = s.pages.length - 1;
}

const flatParameters = new Schema(loadParameters.of, {
  ...loadParameters.parameters,
  compressor: parameter.text({ default: "lz4", meaning: "compressor of the pool: lz4 or zstd" }),
});

export const run: MechanismRun = {
  title: "the pool's size under load",
  parameters: flatParameters,
  takes: ["compressor"],
  simulate(given, { compressor }) {
    const { compressor: name, ...parameters } = flatParameters.check(given);
    if (compressor?.name === name) return simulatingLoad({ ...parameters, lengths: compressedLengths(compressor) });
    throw new InputError(
      "the compressor",
      name,
      "the name of a compressor that was loaded",
      "load it with loadCompressor(name) of the helpers and pass it",
    );
  },
};
