/** zswap runs from flat named parameters: what the command line and parameter sweeps hand over. */
import { checkKeys, checkOneOf, InputError } from "../../../base/errors.js";
import type { HasDataset } from "../../../base/dataset.js";
import type { Parameter, Progress } from "../../../base/run.js";
import type { Compressor } from "../../../mm/compressor.js";
import { simulateLeak } from "./leak.js";
import { compressedLengths, simulateLoad, type LoadOptions } from "./load.js";

/** Pages whose lengths are made and then taken in turn. */
const SAMPLED_PAGES = 2000;

const COMMON: readonly Parameter[] = [
  {
    name: "experiment",
    default: "load",
    meaning: "load (the pool's size under load) or leak (references of a pool at its limit)",
  },
  { name: "variant", default: "fixed for load, buggy for leak", meaning: "buggy, fixed or percpu-ref" },
  { name: "seconds", default: "2 for load, 1 for leak", unit: "s", meaning: "virtual time" },
  { name: "samples", default: "400 for load, 200 for leak", meaning: "points of the time series" },
  { name: "seed", default: 1, meaning: "of all that is random" },
  { name: "timeline", default: 0, unit: "stretches", meaning: "what each task did to keep at most, for --trace" },
  {
    name: "storeRate",
    default: "20000 for load, 100000 for leak",
    unit: "pages/s",
    meaning: "pages that reclaim wants to store",
  },
];

const LOAD: readonly Parameter[] = [
  { name: "compressor", default: "lz4", meaning: "lz4 or zstd" },
  { name: "ramMib", default: 64, unit: "MiB", meaning: "RAM that the limits are shares of" },
  { name: "max_pool_percent", default: 20, unit: "%", meaning: "largest part of RAM for the pool" },
  {
    name: "accept_threshold_percent",
    default: 90,
    unit: "%",
    meaning: "part of that below which a pool that was full accepts again",
  },
  { name: "loadRate", default: 1000, unit: "pages/s", meaning: "pages read back" },
  { name: "invalidateRate", default: 1000, unit: "pages/s", meaning: "pages freed or changed by their processes" },
  { name: "compressUs", default: 6, unit: "µs", meaning: "CPU time to compress a page" },
  { name: "decompressUs", default: 2, unit: "µs", meaning: "CPU time to decompress a page" },
  { name: "writebackUs", default: 25, unit: "µs", meaning: "time of the swap device for a page" },
];

const LEAK: readonly Parameter[] = [
  { name: "shrinkDelay", default: 1, unit: "ms", meaning: "from queueing the shrink worker to its start" },
  { name: "startReferences", default: 1, unit: "references", meaning: "of the pool, to start near saturation" },
  { name: "switchCompressor", default: "false", meaning: "set another compressor half-way" },
];

export const PARAMETERS: readonly Parameter[] = [...COMMON, ...LOAD, ...LEAK];

/**
 * A run described by flat parameters. The load needs a compressor, which the model does not have: its caller gives one.
 * Errors: InputError for an unknown name, one of the other experiment, or a value out of range.
 */
export function simulateZswapFromParameters(
  given: Readonly<Record<string, unknown>>,
  compressor?: Compressor,
): Generator<Progress, HasDataset> {
  checkKeys(
    "zswap",
    given,
    PARAMETERS.map(({ name }) => name),
  );
  const { experiment: wanted = "load", ...rest } = given;
  const experiment = checkOneOf("experiment", wanted, ["load", "leak"]);
  const known = [...COMMON, ...(experiment === "load" ? LOAD : LEAK)].map(({ name }) => name);
  checkKeys(`the experiment ${experiment}`, rest, known);
  if (experiment === "leak") return simulateLeak(rest);
  const { compressor: name = "lz4", ...load } = rest;
  if (compressor === undefined || compressor.name !== name)
    throw new InputError(
      "the compressor",
      name,
      "the name of a compressor that was loaded",
      "load it with loadCompressor(name) of the helpers and pass it",
    );
  return simulateLoad({
    ...(load as Omit<LoadOptions, "lengths">),
    lengths: compressedLengths(compressor, SAMPLED_PAGES),
  });
}
