import { checkKeys } from "../../../base/errors.js";
import type { Parameter } from "../../../base/run.js";
import type { Run } from "../../define-mechanism.js";
import { simulateLeak } from "./leak.js";

const PARAMETERS: readonly Parameter[] = [
  { name: "variant", default: "buggy", meaning: "buggy, fixed or percpu-ref" },
  { name: "seconds", default: 1, unit: "s", meaning: "virtual time" },
  { name: "samples", default: 200, meaning: "points of the time series" },
  { name: "seed", default: 1, meaning: "of all that is random" },
  { name: "timeline", default: 0, unit: "stretches", meaning: "what each task did to keep at most, for --trace" },
  { name: "storeRate", default: 100000, unit: "pages/s", meaning: "pages that reclaim wants to store" },
  { name: "shrinkDelay", default: 1, unit: "ms", meaning: "from queueing the shrink worker to its start" },
  { name: "startReferences", default: 1, unit: "references", meaning: "of the pool, to start near saturation" },
  { name: "switchCompressor", default: "false", meaning: "set another compressor half-way" },
];

export const run: Run = {
  title: "references of a pool at its limit",
  parameters: PARAMETERS,
  takes: [],
  simulate(given) {
    checkKeys(
      "zswap leak",
      given,
      PARAMETERS.map(({ name }) => name),
    );
    return simulateLeak(given);
  },
};
