import { checkNumber, InputError } from "../base/errors.js";
import type { Random } from "../base/random.js";

/** A distribution of times, in ns: plain data, with how to draw from it. */
export interface Distribution {
  /** E.g. "exponential(1000)". */
  readonly name: string;
  /** ns */
  readonly mean: number;
  /** Standard deviation over mean: 0 if constant, 1 if exponential. */
  readonly cv: number;
  /** A time in ns, at least 0. */
  readonly draw: (random: Random) => number;
}

const MOST = { max: 1e18, unit: "ns" } as const;

/** Always the same. `ns`: 0 to 10^18. Errors: InputError, here and below, for values out of range. */
export function constant(ns: number): Distribution {
  checkNumber("the time of constant(ns)", ns, { min: 0, ...MOST });
  return { name: `constant(${ns})`, mean: ns, cv: 0, draw: () => ns };
}

/** Memoryless, as arrivals that know nothing of each other have. `mean`: above 0, ns. */
export function exponential(mean: number): Distribution {
  checkMean("exponential", mean);
  return { name: `exponential(${mean})`, mean, cv: 1, draw: (random) => random.exponential(mean) };
}

/** From `low` to `high`, each as likely, ns. */
export function uniform(low: number, high: number): Distribution {
  checkNumber("the low end of uniform(low, high)", low, { min: 0, ...MOST });
  checkNumber("the high end of uniform(low, high)", high, { min: low, ...MOST });
  const mean = (low + high) / 2;
  return {
    name: `uniform(${low}, ${high})`,
    mean,
    cv: mean === 0 ? 0 : (high - low) / Math.sqrt(12) / mean,
    draw: (random) => low + (high - low) * random.next(),
  };
}

/** The sum of `stages` exponentials, together of this mean: less variable than one. `stages`: 1 to 1,000. Cost: one draw a stage. */
export function erlang(stages: number, mean: number): Distribution {
  if (!Number.isInteger(stages) || stages < 1 || stages > 1000)
    throw new InputError(
      "the stages of erlang(stages, mean)",
      stages,
      "an integer from 1 to 1000",
      "1 gives an exponential, many a constant",
    );
  checkMean("erlang", mean);
  return {
    name: `erlang(${stages}, ${mean})`,
    mean,
    cv: 1 / Math.sqrt(stages),
    draw: (random) => {
      let sum = 0;
      for (let i = 0; i < stages; i++) sum += random.exponential(mean / stages);
      return sum;
    },
  };
}

/** With probability `share` exponential with mean `first`, else with mean `second`: more variable than an exponential. */
export function hyperexponential(share: number, first: number, second: number): Distribution {
  checkNumber("the share of hyperexponential(share, first, second)", share, { min: 0, max: 1 });
  checkMean("hyperexponential", first);
  checkMean("hyperexponential", second);
  const mean = share * first + (1 - share) * second;
  const square = 2 * (share * first * first + (1 - share) * second * second);
  return {
    name: `hyperexponential(${share}, ${first}, ${second})`,
    mean,
    cv: Math.sqrt(square - mean * mean) / mean,
    draw: (random) => random.exponential(random.next() < share ? first : second),
  };
}

/** One of the measured `values` in ns, each as likely. O(1) a draw; keeps a copy of the values. */
export function empirical(values: ArrayLike<number>): Distribution {
  const kept = Float64Array.from(values);
  if (kept.length === 0)
    throw new InputError(
      "the values of empirical(values)",
      values,
      "at least one time in ns",
      "pass the measured times",
    );
  kept.forEach((ns, i) => checkNumber(`value ${i} of empirical(values)`, ns, { min: 0, ...MOST }));
  const mean = kept.reduce((sum, ns) => sum + ns, 0) / kept.length;
  const variance = kept.reduce((sum, ns) => sum + (ns - mean) ** 2, 0) / kept.length;
  return {
    name: `empirical(${kept.length} values)`,
    mean,
    cv: mean === 0 ? 0 : Math.sqrt(variance) / mean,
    draw: (random) => kept[random.below(kept.length)]!,
  };
}

/** Throws InputError if `given` is not a distribution. */
export function checkDistribution(what: string, given: unknown): Distribution {
  if (typeof given === "object" && given !== null && typeof (given as Partial<Distribution>).draw === "function")
    return given as Distribution;
  throw new InputError(
    what,
    given,
    "a distribution, such as exponential(1000) or constant(500)",
    typeof given === "number"
      ? `write constant(${given}) or exponential(${given})`
      : "make one with constant, exponential, uniform, erlang, hyperexponential or empirical",
  );
}

function checkMean(kind: string, mean: number): void {
  if (typeof mean === "number" && mean > 0 && mean <= MOST.max) return;
  throw new InputError(
    `the mean of ${kind}`,
    mean,
    "a time above 0 and up to 1e18 ns",
    "give the mean time between two events; for a rate r a second it is 1e9 / r",
  );
}
