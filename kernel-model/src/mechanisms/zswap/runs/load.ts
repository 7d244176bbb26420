import { PAGE_BYTES } from "../../../mm/page.js";
import { checkInteger, checkKeys, checkNumber, InputError } from "../../../base/errors.js";
import type { Column, Dataset, HasDataset } from "../../../base/dataset.js";
import type { Progress } from "../../../base/run.js";
import type { Path } from "../../../machine/path.js";
import { sleep } from "../../../primitives/time.js";
import { exponential, simulating, type Draws, type SimulationResult, type Timeline } from "../../../simulate/index.js";
import type { Compressor } from "../../../mm/compressor.js";
import { isSameFilled, PageContents, type ContentMix } from "../../../mm/page-contents.js";
import { acceptThresholdPages, checkLimits, maxPages, poolPages, type ZswapLimits } from "../model/limits.js";
import type { Variant } from "../model/options.js";
import { zswapInvalidate, zswapLoad, zswapStore } from "../model/paths-store.js";
import { makeZswap } from "../model/releases.js";
import type { Zswap } from "../model/state.js";
import { Zsmalloc } from "../../../mm/zsmalloc.js";

const SECOND = 1e9;
const PAGES_PER_MIB = 256;

export interface LoadOptions extends Partial<Omit<ZswapLimits, "ram_pages">> {
  /** Lengths of compressed pages, taken in turn; 0 for a same-filled page. See {@link compressedLengths}. */
  readonly lengths: readonly number[];
  /** 1 to 65,536 MiB. Default 64: the limits are shares of it, so that a small one behaves as a large one does, sooner. */
  readonly ramMib?: number;
  /** Pages that reclaim swaps out, reads back, and that processes free or change, a second, at random times. Defaults 20,000, 1,000 and 1,000. */
  readonly storeRate?: number;
  readonly loadRate?: number;
  readonly invalidateRate?: number;
  /** CPU time, µs, of compressing and decompressing a page. Defaults 6 and 2 (chosen by us). */
  readonly compressUs?: number;
  readonly decompressUs?: number;
  /** Time of the swap device for a page that is written back, µs. Default 25 (chosen by us: 40,000 writes a second). */
  readonly writebackUs?: number;
  /** Default "fixed". */
  readonly variant?: Variant;
  /** Virtual time, s, above 0 to 10^5. Default 2. */
  readonly seconds?: number;
  /** Points of the time series, 2 to 100,000. Default 400. */
  readonly samples?: number;
  /** 0 to 2^32 - 1. Default 1. */
  readonly seed?: number;
  /** Stretches of what each task did to keep, 0 to 10^7, for {@link LoadRun.timeline}. Default 0: none. */
  readonly timeline?: number;
}

const NAMES = [
  "lengths",
  "ramMib",
  "storeRate",
  "loadRate",
  "invalidateRate",
  "compressUs",
  "decompressUs",
  "writebackUs",
  "variant",
  "seconds",
  "samples",
  "seed",
  "timeline",
  "max_pool_percent",
  "accept_threshold_percent",
];

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
    this.#fullFrom = counts.fullFrom;
  }

  /** Stores that were sent to the swap device, by all reasons. */
  get rejected(): number {
    return this.rejectedFull + this.rejectedStillFull + this.rejectedPoor;
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
    const { ram_pages } = this.limits;
    const column = (name: string, unit: string, meaning: string, values: readonly number[]): Column => ({
      name,
      unit,
      meaning,
      values,
    });
    return {
      title: `The pool under load, ${this.limits.max_pool_percent} % of RAM, accepts again below ${this.limits.accept_threshold_percent} % of that`,
      columns: [
        column("time", "s", "virtual time", this.time),
        column("pool", "pages", "pages that the pool takes", this.pages),
        column(
          "share",
          "%",
          "the same as a share of RAM",
          this.pages.map((pages) => (100 * pages) / ram_pages),
        ),
      ],
    };
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

/**
 * Lengths of `pages` generated pages under a compressor, for {@link LoadOptions.lengths}: 0 for a same-filled page.
 *
 * Errors: InputError for a mix that does not sum to 1, or a number of pages outside 1 to 1,000,000.
 */
export function compressedLengths(compressor: Compressor, pages = 2000, mix?: ContentMix, seed = 1): number[] {
  checkInteger("the number of pages", pages, { min: 1, max: 1_000_000, unit: "pages" });
  const contents = mix === undefined ? new PageContents(seed) : new PageContents(seed, mix);
  return Array.from({ length: pages }, (_, number) => {
    const { bytes } = contents.page(number);
    return isSameFilled(bytes) ? 0 : compressor.compress(bytes);
  });
}

/** The options with their defaults, costs in ns. */
function checked(given: LoadOptions) {
  checkKeys("the load", given, NAMES);
  const { lengths } = given;
  if (!Array.isArray(lengths) || lengths.length === 0)
    throw new InputError(
      "lengths",
      lengths,
      "at least one length of a compressed page, in bytes",
      "make them with compressedLengths(compressor)",
    );
  for (const length of lengths as readonly number[])
    checkInteger("a length of a compressed page", length, { min: 0, max: 2 * PAGE_BYTES, unit: "bytes" });
  const number = (name: keyof LoadOptions, preset: number, min: number, max: number, unit: string): number =>
    checkNumber(name, given[name] ?? preset, { min, max, unit });
  const limits = checkLimits({
    ram_pages: number("ramMib", 64, 1, 65_536, "MiB") * PAGES_PER_MIB,
    ...(given.max_pool_percent !== undefined && { max_pool_percent: given.max_pool_percent }),
    ...(given.accept_threshold_percent !== undefined && { accept_threshold_percent: given.accept_threshold_percent }),
  });
  const seconds = number("seconds", 2, 1e-6, 1e5, "s");
  const samples = checkInteger("samples", given.samples ?? 400, { min: 2, max: 100_000 });
  const rates = {
    store: number("storeRate", 20_000, 1e-3, 1e9, "pages/s"),
    load: number("loadRate", 1000, 0, 1e9, "pages/s"),
    invalidate: number("invalidateRate", 1000, 0, 1e9, "pages/s"),
  };
  const costs = {
    compress: number("compressUs", 6, 0, 1e6, "µs") * 1000,
    decompress: number("decompressUs", 2, 0, 1e6, "µs") * 1000,
    writebackIo: number("writebackUs", 25, 0, 1e6, "µs") * 1000,
  };
  const timeline =
    checkInteger("timeline", given.timeline ?? 0, { min: 0, max: 10_000_000, unit: "stretches" }) || false;
  return { lengths, limits, seconds, samples, rates, costs, timeline };
}

/**
 * Reclaim stores pages at random times, processes read some back and free others, and the shrink worker writes the oldest
 * to the swap device, in virtual time; zsmalloc keeps the pages. The pool's size is a saw-tooth between the limit and the
 * threshold below which it accepts again.
 *
 * Cost: some 50 us a store. Errors: InputError for options out of range, thresholds above 100 % and negative rates among them.
 */
export function* simulateLoad(given: LoadOptions): Generator<Progress, LoadRun> {
  const { lengths, limits, seconds, samples, rates, costs, timeline } = checked(given);
  const step = (seconds * SECOND) / samples;
  const run: { load: Load | null } = { load: null };
  const result = yield* simulating<Load>({
    setup: () => {
      const z = makeZswap({
        variant: given.variant ?? "fixed",
        maxPages: maxPages(limits),
        acceptPages: acceptThresholdPages(limits),
        allocator: () => new Zsmalloc(),
        costs,
      });
      return (run.load = { z, limits, time: [0], pages: [0], live: [], counts: { accepted: 0, fullFrom: Infinity } });
    },
    groups: [
      {
        name: "store",
        interarrival: exponential(SECOND / rates.store),
        path: (s, index) => storing(s, index, lengths[index % lengths.length] as number),
      },
      ...(rates.load > 0
        ? [
            {
              name: "load",
              interarrival: exponential(SECOND / rates.load),
              path: (s: Load, _index: number, draws: Draws) => loading(s, draws),
            },
          ]
        : []),
      ...(rates.invalidate > 0
        ? [
            {
              name: "invalidate",
              interarrival: exponential(SECOND / rates.invalidate),
              path: (s: Load, _index: number, draws: Draws) => invalidating(s, draws),
            },
          ]
        : []),
      { name: "sample", count: 1, path: (s: Load) => sampling(s, step) },
    ],
    machine: { sockets: 1, cores: 8 },
    duration: seconds * SECOND,
    seed: checkInteger("seed", given.seed ?? 1, { min: 0, max: 0xffffffff }),
    timeline,
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
