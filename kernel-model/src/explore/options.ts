import { checkInteger, checkKeys, checkNumber, checkOneOf } from "../base/errors.js";
import type { SavedSearch } from "../machine/saved-search.js";

export interface ExploreOptions {
  /**
   * - "all" (default): every schedule, depth first; a verdict `exhausted` is a proof for this program.
   * - "states": every state once, told apart by what each task has seen and the state of every object. A proof too. For
   *   programs with few states and many classes of schedules; not for objects that do not tell all of their state (a
   *   work queue, RCU): then `bounded`, with the name.
   * - "random": a random walk. - "pct": probabilistic concurrency testing (Burckhardt et al. 2010), which finds a bug
   *   that needs d ordered events with a known least chance. Both end `bounded`, never `exhausted`.
   */
  readonly strategy?: "all" | "states" | "random" | "pct";
  /** Leave out schedules that differ only in steps that commute. Default true. */
  readonly reduction?: boolean;
  /** Only schedules that take a running task off at most so often, 0 to 1000: `bounded`. Default: no limit. */
  readonly preemptions?: number;
  /** Complete and redundant runs to try at most. Default 1,000,000; 10,000 for "random" and "pct". */
  readonly maxSchedules?: number;
  /** Steps in all runs together at most. Default: no limit. */
  readonly maxTotalSteps?: number;
  /** Time to spend at most, s. Default: no limit. The one bound that depends on the machine. */
  readonly seconds?: number;
  /** A run longer than this is refused as an endless loop. Default 10,000 steps. */
  readonly maxSteps?: number;
  /** For "random" and "pct", 0 to 2^32 - 1. Default 1. */
  readonly seed?: number;
  /** For "pct": how many ordered events the bug needs, 1 to 100. Default 3. */
  readonly depth?: number;
  /** Count runs by the state they end in. Default true. */
  readonly endStates?: boolean;
  /** Look for a shorter run that shows the same. Default true. */
  readonly shrink?: boolean;
  /** Go on where a search with reduction was cut: the `rest` of its verdict `bounded`. Counts go on too. Default: from the start. */
  readonly resume?: SavedSearch;
}

/** The options with their defaults. */
export interface Checked extends Required<Omit<ExploreOptions, "resume">> {
  readonly resume: SavedSearch | null;
}

const NAMES = [
  "strategy",
  "reduction",
  "preemptions",
  "maxSchedules",
  "maxTotalSteps",
  "seconds",
  "maxSteps",
  "seed",
  "depth",
  "endStates",
  "shrink",
  "resume",
];

/** Throws InputError. */
export function checkOptions(options: ExploreOptions): Checked {
  checkKeys("explore", options, NAMES);
  const given = <T>(value: T | undefined, check: (value: T) => T, otherwise: T): T =>
    value === undefined ? otherwise : check(value);
  const strategy = checkOneOf("strategy", options.strategy ?? "all", ["all", "states", "random", "pct"] as const);
  const preemptions = given(
    options.preemptions,
    (n) => checkInteger("preemptions", n, { min: 0, max: 1000 }),
    Infinity,
  );
  const reduction = checkOneOf("reduction", options.reduction ?? true, [true, false]);
  return {
    strategy,
    preemptions,
    reduction: reduction && strategy === "all",
    maxSchedules: checkInteger(
      "maxSchedules",
      options.maxSchedules ?? (strategy === "all" || strategy === "states" ? 1_000_000 : 10_000),
      { min: 1 },
    ),
    maxTotalSteps: given(options.maxTotalSteps, (n) => checkInteger("maxTotalSteps", n, { min: 1 }), Infinity),
    seconds: given(options.seconds, (n) => checkNumber("seconds", n, { min: 0, unit: "s" }), Infinity),
    maxSteps: checkInteger("maxSteps", options.maxSteps ?? 10_000, { min: 1, max: 100_000_000, unit: "steps" }),
    seed: checkInteger("seed", options.seed ?? 1, { min: 0, max: 0xffffffff }),
    depth: checkInteger("depth", options.depth ?? 3, { min: 1, max: 100 }),
    endStates: checkOneOf("endStates", options.endStates ?? true, [true, false]),
    shrink: checkOneOf("shrink", options.shrink ?? true, [true, false]),
    resume: options.resume ?? null,
  };
}
