import { checkKeys, InputError } from "../../../base/errors.js";
import type { Parameter } from "../../../base/run.js";
import type { Run } from "../../define-mechanism.js";
import { compressedLengths, simulateLoad, type LoadOptions } from "./load.js";

/** Pages whose lengths are made and then taken in turn. */
const SAMPLED_PAGES = 2000;

const PARAMETERS: readonly Parameter[] = [
  { name: "variant", default: "fixed", meaning: "buggy, fixed or percpu-ref" },
  { name: "seconds", default: 2, unit: "s", meaning: "virtual time" },
  { name: "samples", default: 400, meaning: "points of the time series" },
  { name: "seed", default: 1, meaning: "of all that is random" },
  { name: "timeline", default: 0, unit: "stretches", meaning: "what each task did to keep at most, for --trace" },
  { name: "storeRate", default: 20000, unit: "pages/s", meaning: "pages that reclaim wants to store" },
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

export const run: Run = {
  title: "the pool's size under load",
  parameters: PARAMETERS,
  takes: ["compressor"],
  simulate(given, { compressor }) {
    checkKeys(
      "zswap load",
      given,
      PARAMETERS.map(({ name }) => name),
    );
    const { compressor: name = "lz4", ...load } = given;
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
  },
};
