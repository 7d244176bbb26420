import { parameter } from "../../../base/parameters.js";
import { VARIANTS, type Variant } from "../model/options.js";

/** What every run of zswap can be told, with the defaults that differ. */
export function commonParameters(defaults: {
  readonly variant: Variant;
  readonly storeRate: number;
  readonly seconds: number;
  readonly samples: number;
}) {
  const { variant, storeRate, seconds, samples } = defaults;
  return {
    variant: parameter.choice(VARIANTS, { default: variant, meaning: "which kernel's code" }),
    storeRate: parameter.number({
      default: storeRate,
      min: 1e-3,
      max: 1e9,
      unit: "stores/s",
      next: "give a rate above 0",
      meaning: "pages that reclaim wants to store, at random times (Poisson)",
    }),
    seconds: parameter.number({ default: seconds, min: 1e-6, max: 1e6, unit: "s", meaning: "virtual time" }),
    samples: parameter.integer({ default: samples, min: 2, max: 100_000, meaning: "points of the time series" }),
    seed: parameter.integer({ default: 1, min: 0, max: 0xffffffff, meaning: "of all that is random" }),
    timeline: parameter.integer({
      default: 0,
      min: 0,
      max: 10_000_000,
      unit: "stretches",
      meaning: "what each task did to keep at most, for a trace",
    }),
  };
}
