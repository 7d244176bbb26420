import { finish, type Progress } from "../base/run.js";
import type { Program } from "../machine/program.js";
import type { Verdict } from "../machine/verdict.js";
import { Observed } from "./execution.js";
import { NaiveSearch } from "./naive.js";
import { OptimalSearch } from "./optimal.js";
import { exploreOnWorkers, wantsWorkers, type ParallelOptions } from "./on-workers.js";
import { checkOptions, type Checked, type ExploreOptions } from "./options.js";
import { Sampler } from "./sampler.js";
import { checkSaved } from "./saved.js";
import { SeenStates } from "./seen-states.js";
import { SeenTraces } from "./seen-traces.js";
import { stopwatch } from "./stopwatch.js";
import type { Strategy } from "./strategy.js";
import { Tally } from "./tally.js";

/** Runs between two looks at the clock and reports of progress. */
const CHUNK = 200;

/** The same on several cores, in a host with threads: the same verdict, counts and counterexample. */
export function explore<S>(program: Program<S>, options: ParallelOptions): Promise<Verdict>;
/**
 * Runs a program under every schedule (or a sample), and gives the verdict. Deterministic, but for `seconds`.
 *
 * Time: 3 to 12 us a run for two or three tasks of some ten steps each, of which setting up the program is 1 us, and
 * then 0.1 us a step that is repeated and 0.3 to 0.5 us a new one. The number of runs grows exponentially with the steps that
 * conflict: with reduction it is the number of classes of runs that differ only in the order of independent steps.
 *
 * @throws InputError for options out of range, a path that yields no step, a property that throws, an endless loop, or
 * a program that behaves differently under the same decisions.
 * @example
 * function* increment(x) {
 *   yield* WRITE_ONCE(x, (yield* READ_ONCE(x)) + 1);
 * }
 * const program = define(
 *   { name: "two increments", setup: () => ({ x: new Cell("x", 0) }), tasks: (s) => ({ A: increment(s.x), B: increment(s.x) }) },
 *   alwaysAtEnd("none is lost", (s) => s.x.value === 2),
 * );
 * explore(program).kind; // => "violated"
 */
export function explore<S>(program: Program<S>, options?: ExploreOptions): Verdict;
export function explore<S>(
  program: Program<S>,
  options: ExploreOptions | ParallelOptions = {},
): Verdict | Promise<Verdict> {
  return wantsWorkers(options) ? exploreOnWorkers(program, options) : finish(exploring(program, options));
}

/** As {@link explore}, cooperative: yields its progress, so that a host can show it and stop the run. */
export function* exploring<S>(program: Program<S>, options: ExploreOptions = {}): Generator<Progress, Verdict> {
  const checked = checkOptions(options);
  const { resume } = checked;
  const observed = new Observed();
  if (resume !== null) {
    checkSaved(resume, program);
    observed.learn(resume.observed, resume.observedEverything);
  }
  const elapsed = stopwatch();
  for (let first = true; ; first = false) {
    // Properties turned out to look at more than was known: what was left out so far might have mattered. From the start.
    const verdict = yield* searched(program, observed, first ? checked : { ...checked, resume: null }, elapsed);
    if (verdict !== null) return verdict;
  }
}

/** One search; null if it has to be begun anew. */
function* searched<S>(
  program: Program<S>,
  observed: Observed,
  options: Checked,
  elapsed: () => number,
): Generator<Progress, Verdict | null> {
  const { resume, reduction, seconds, maxSchedules, maxTotalSteps } = options;
  const tally = new Tally(program, options, resume?.tally);
  const strategy = strategyOf(program, observed, options);
  const optimal = strategy instanceof OptimalSearch ? strategy : null;
  observed.grew = false;
  for (let runs = 1; ; runs++) {
    const { execution, end } = strategy.run();
    tally.add(execution, end, strategy);
    if (end === "violated" || end === "stuck") return tally.found(execution, end, strategy.decisions());
    if (observed.grew && reduction) return null;
    execution.world.end();
    if (!strategy.advance()) return strategy.bound === null ? tally.covered() : tally.cut(strategy.bound, null, null);
    const looks = runs % CHUNK === 0;
    const bound =
      runs >= maxSchedules
        ? `maxSchedules = ${maxSchedules}`
        : strategy.steps >= maxTotalSteps
          ? `maxTotalSteps = ${maxTotalSteps}`
          : looks && elapsed() >= seconds
            ? `seconds = ${seconds}`
            : null;
    if (bound !== null)
      return tally.cut(
        bound,
        optimal === null ? null : estimate(tally.runs, optimal.progress),
        optimal === null ? null : optimal.save(),
      );
    if (looks) {
      const total = optimal === null ? maxSchedules : Math.max(tally.runs, estimate(tally.runs, optimal.progress));
      yield {
        done: tally.runs,
        total,
        note: `${tally.runs} schedules of ${program.name}${optimal === null ? "" : `, about ${rounded(total)} in all`}`,
      };
    }
  }
}

function strategyOf<S>(program: Program<S>, observed: Observed, options: Checked): Strategy<S> {
  const { strategy, preemptions, maxSteps } = options;
  if (strategy === "random" || strategy === "pct") return new Sampler(program, observed, options);
  if (strategy === "states")
    return new NaiveSearch(program, observed, preemptions, maxSteps, new SeenStates(bitsOf(program, "eventually")));
  if (preemptions === Infinity && options.reduction)
    return new OptimalSearch(program, observed, maxSteps, options.resume);
  return new NaiveSearch(
    program,
    observed,
    preemptions,
    maxSteps,
    options.reduction ? new SeenTraces(preemptions) : null,
  );
}

function bitsOf<S>({ properties = [] }: Program<S>, kind: "eventually"): number {
  return properties.reduce((bits, property, i) => (property.kind === kind ? bits | (1 << i) : bits), 0);
}

/** Runs in all, if those so far are this part. */
function estimate(runs: number, progress: number): number {
  return Math.round(runs / Math.max(progress, 1e-300));
}

function rounded(total: number): string {
  return total >= 1e6 ? total.toExponential(1) : total.toPrecision(2);
}
