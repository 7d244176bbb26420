import { checkInteger, checkKeys, checkNumber, checkOneOf } from "../base/errors.js";
import { finish, type Progress } from "../base/run.js";
import type { Program } from "../machine/program.js";
import { printSchedule, type Decision, type Schedule } from "../machine/schedule.js";
import type { Effort, Verdict } from "../machine/verdict.js";
import type { Violation } from "../machine/violation.js";
import { Observed, type Execution } from "./execution.js";
import { endState } from "./outcome.js";
import { replay, scheduleOf } from "./replay.js";
import { Sampler, type Sampling } from "./sampler.js";
import { NaiveSearch } from "./naive.js";
import { OptimalSearch } from "./optimal.js";
import type { RunEnd, Strategy } from "./strategy.js";
import { nameOf, shrink } from "./shrink.js";
import { stopwatch } from "./stopwatch.js";

export interface ExploreOptions {
  /**
   * - "all" (default): every schedule, depth first; a verdict `exhausted` is a proof for this program.
   * - "random": a random walk. - "pct": probabilistic concurrency testing (Burckhardt et al. 2010), which finds a bug
   *   that needs d ordered events with a known least chance. Both end `bounded`, never `exhausted`.
   */
  readonly strategy?: "all" | "random" | "pct";
  /** Leave out schedules that differ only in steps that commute. Default: true, without a limit on preemptions. */
  readonly reduction?: boolean;
  /** Only schedules that take a running task off at most so often, 0 to 1000. Default: no limit. Turns reduction off. */
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
}

/** Runs between two reports of progress. */
const CHUNK = 500;

/**
 * Runs a program under every schedule (or a sample), and gives the verdict. Deterministic, but for `seconds`.
 *
 * Time: runs x steps, at some 0.1 to 0.3 us a step; the number of runs grows exponentially with the steps that conflict.
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
export function explore<S>(program: Program<S>, options: ExploreOptions = {}): Verdict {
  return finish(exploring(program, options));
}

/** As {@link explore}, cooperative: yields its progress, so that a host can show it and stop the run. */
export function* exploring<S>(program: Program<S>, options: ExploreOptions = {}): Generator<Progress, Verdict> {
  const checked = checkOptions(options);
  for (const observed = new Observed(); ; ) {
    const tally = new Tally(program, checked, observed);
    const runner = strategyOf(program, observed, checked);
    observed.grew = false;
    let runs = 0;
    const elapsed = stopwatch();
    for (;;) {
      const { execution, end } = runner.run();
      runs++;
      tally.add(execution, end, runner);
      if (end === "violated" || end === "stuck") return tally.found(execution, end, runner.decisions());
      // Properties turned out to look at more than was known: what was left out so far might have mattered.
      if (observed.grew && checked.reduction) break;
      execution.world.end();
      if (!runner.advance()) return tally.over(runner.bound);
      const bound = runs >= checked.maxSchedules ? `maxSchedules = ${checked.maxSchedules}` : runner.steps >= checked.maxTotalSteps ? `maxTotalSteps = ${checked.maxTotalSteps}` : null;
      if (bound !== null) return tally.over(bound);
      if (runs % CHUNK === 0) {
        if (checked.seconds < Infinity && elapsed() >= checked.seconds) return tally.over(`seconds = ${checked.seconds}`);
        yield { done: runs, total: checked.maxSchedules, note: `${runs} schedules of ${program.name}` };
      }
    }
  }
}

function strategyOf<S>(program: Program<S>, observed: Observed, options: Checked): Strategy<S> {
  if (options.strategy !== "all") return new Sampler(program, observed, options);
  return options.reduction ? new OptimalSearch(program, observed, options.maxSteps) : new NaiveSearch(program, observed, options.preemptions, options.maxSteps);
}

type Checked = Required<ExploreOptions> & Sampling;

function checkOptions(options: ExploreOptions): Checked {
  checkKeys("explore", options, ["strategy", "reduction", "preemptions", "maxSchedules", "maxTotalSteps", "seconds", "maxSteps", "seed", "depth", "endStates", "shrink"]);
  const strategy = checkOneOf("strategy", options.strategy ?? "all", ["all", "random", "pct"] as const);
  const preemptions = options.preemptions === undefined ? Infinity : checkInteger("preemptions", options.preemptions, { min: 0, max: 1000 });
  return {
    strategy,
    preemptions,
    reduction: checkOneOf("reduction", options.reduction ?? true, [true, false]) && preemptions === Infinity && strategy === "all",
    maxSchedules: checkInteger("maxSchedules", options.maxSchedules ?? (strategy === "all" ? 1_000_000 : 10_000), { min: 1 }),
    maxTotalSteps: options.maxTotalSteps === undefined ? Infinity : checkInteger("maxTotalSteps", options.maxTotalSteps, { min: 1 }),
    seconds: options.seconds === undefined ? Infinity : checkNumber("seconds", options.seconds, { min: 0, unit: "s" }),
    maxSteps: checkInteger("maxSteps", options.maxSteps ?? 10_000, { min: 1, max: 100_000_000, unit: "steps" }),
    seed: checkInteger("seed", options.seed ?? 1, { min: 0, max: 0xffffffff }),
    depth: checkInteger("depth", options.depth ?? 3, { min: 1, max: 100 }),
    endStates: checkOneOf("endStates", options.endStates ?? true, [true, false]),
    shrink: checkOneOf("shrink", options.shrink ?? true, [true, false]),
  };
}

/** Counts runs and makes the verdict. */
class Tally<S> {
  #schedules = 0;
  #redundant = 0;
  #steps = 0;
  #longest = 0;
  readonly #endStates = new Map<string, number>();
  readonly #examples = new Map<string, Schedule>();
  readonly #wanted: number;

  constructor(
    readonly program: Program<S>,
    readonly options: Checked,
    readonly observed: Observed,
  ) {
    this.#wanted = (program.properties ?? []).reduce((bits, { kind }, i) => (kind === "sometimes" ? bits | (1 << i) : bits), 0);
  }

  add(execution: Execution<S>, end: RunEnd, runner: Strategy<S>): void {
    if (end === "redundant") this.#redundant++;
    else this.#schedules++;
    this.#steps = runner.steps;
    this.#longest = runner.longest;
    if (end !== "redundant" && this.options.endStates) {
      const state = endState(execution.state, execution.world);
      this.#endStates.set(state, (this.#endStates.get(state) ?? 0) + 1);
    }
    const shown = execution.held & this.#wanted;
    if (shown !== 0 && this.#examples.size < 32) {
      (this.program.properties ?? []).forEach(({ name }, i) => {
        if ((shown & (1 << i)) !== 0 && !this.#examples.has(name)) this.#examples.set(name, scheduleOf(execution, runner.decisions()));
      });
    }
  }

  found(execution: Execution<S>, end: "violated" | "stuck", decisions: readonly Decision[]): Verdict {
    const { options } = this;
    const finding = { end, what: nameOf(execution) };
    const small = options.shrink ? shrink(this.program, decisions, finding, options.maxSteps) : decisions;
    const run = replay(this.program, scheduleOf(execution, small));
    const shown = { schedule: run.schedule, replay: printSchedule(run.schedule), trace: run.trace, effort: this.#effort() };
    if (end === "stuck") return { kind: "stuck", waiting: run.waiting, ...shown };
    return { kind: "violated", violation: run.violation ?? (execution.violation as Violation), ...shown };
  }

  over(bound: string | null): Verdict {
    const effort = this.#effort();
    if (bound !== null) return { kind: "bounded", bound, effort };
    const missing = (this.program.properties ?? []).find(({ kind, name }) => kind === "sometimes" && !this.#examples.has(name));
    if (missing === undefined) return { kind: "exhausted", effort };
    const violation: Violation = { kind: "sometimes", what: missing.name, message: `"${missing.name}" holds in no run`, task: null, function: null, step: null };
    return { kind: "violated", violation, schedule: null, replay: null, trace: [], effort };
  }

  #effort(): Effort {
    return {
      schedules: this.#schedules,
      redundant: this.#redundant,
      steps: this.#steps,
      longest: this.#longest,
      reduction: this.options.reduction ? "optimal" : "none",
      endStates: this.#endStates,
      examples: this.#examples,
    };
  }
}
