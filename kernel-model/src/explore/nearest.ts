import { checkInteger, checkKeys, InputError } from "../base/errors.js";
import type { Program } from "../machine/program.js";
import { contextSwitches, printSchedule, type Decision, type Schedule } from "../machine/schedule.js";
import type { Verdict } from "../machine/verdict.js";
import { changes, decisionsMoved, firstDifference, follow, type Followed } from "./changes.js";
import { replay, type Replay } from "./replay.js";

/** A run that goes wrong, and the nearest one that does not. Plain data. */
export interface NearestPassing {
  /** The run that goes wrong. */
  readonly wrong: Replay;
  /** The nearest run that passes. */
  readonly passing: Replay;
  /** The same as {@link printSchedule} prints it. */
  readonly replay: string;
  /** The first decision, from 0, in which the two differ. Both have one there. */
  readonly firstDifference: number;
  /** Decisions of the wrong run that stand elsewhere in the passing one, or not at all. */
  readonly moved: number;
  /** How many changes lead to it: a block of decisions moved, or another outcome of a step. */
  readonly changes: number;
}

export interface NearestOptions {
  /** Runs to try at most. Default 10,000. Range: 1 to 10,000,000. */
  readonly maxRuns?: number;
}

/** Steps of all runs that are tried: some seconds. */
const MOST_STEPS = 5_000_000;

interface Passing {
  readonly decisions: readonly Decision[];
  readonly moved: number;
  readonly same: number;
  readonly changes: number;
}

/** A run that does not pass, to be changed further, and how far it is from the first one. */
interface Base {
  readonly run: Followed;
  readonly cost: number;
}

/**
 * The run that passes (complete, no violation) with the fewest changes from one that goes wrong: a block of a task's
 * decisions moved, or another outcome of a step; then with two of them, and so on. Among these the one that moves the
 * fewest decisions, then the one that differs last, then that with the fewest context switches. Deterministic.
 *
 * Time: 5 to 10 us a run that is tried, of some ten steps; with one change about steps^2 x tasks runs are.
 *
 * @param found a verdict `violated` or `stuck` with a run, or a {@link replay} of such a run
 * @returns null where none is found: each run goes wrong, or those that pass are farther away than `maxRuns` reaches
 * @throws InputError for a verdict without a run that goes wrong, or of another program
 * @example
 * function* increment(x) {
 *   yield* WRITE_ONCE(x, (yield* READ_ONCE(x)) + 1);
 * }
 * const two = define({
 *   name: "two increments",
 *   setup: () => ({ x: new Cell("x", 0) }),
 *   tasks: (s) => ({ A: increment(s.x), B: increment(s.x) }),
 * }, alwaysAtEnd("none is lost", (s) => s.x.value === 2));
 * const nearest = nearestPassing(two, explore(two));
 * printSchedule(nearest.wrong.schedule); // => "mm1-cedb-AB2A"
 * nearest.replay; // => "mm1-cedb-A2B2"
 * nearest.firstDifference; // => 1
 */
export function nearestPassing<S>(
  program: Program<S>,
  found: Verdict | Replay,
  options: NearestOptions = {},
): NearestPassing | null {
  checkKeys("nearestPassing", options, ["maxRuns"]);
  const maxRuns = checkInteger("maxRuns", options.maxRuns ?? 10_000, { min: 1, max: 10_000_000, unit: "runs" });
  const wrong = replay(program, scheduleIn(found));
  const stuck = wrong.end === "stuck" && program.stuckIsAnEnd !== true;
  if (wrong.end !== "violated" && !stuck) throw noRun(`a run that ends ${wrong.end}`);
  const { decisions } = wrong.schedule;
  const best = new Search(program, decisions, maxRuns).best();
  if (best === null) return null;
  const passing = replay(program, { ...wrong.schedule, decisions: best.decisions });
  const text = printSchedule(passing.schedule);
  return { wrong, passing, replay: text, firstDifference: best.same, moved: best.moved, changes: best.changes };
}

/** Changes runs, those first that are nearest to the wrong one. */
class Search<S> {
  #runs = 0;
  #steps = 0;
  readonly #seen = new Set<string>();

  constructor(
    readonly program: Program<S>,
    readonly wrong: readonly Decision[],
    readonly maxRuns: number,
  ) {}

  best(): Passing | null {
    const first = this.#follow({ first: this.wrong, behind: [] });
    this.#isNew(first);
    let bases: Base[] = [{ run: first, cost: 0 }];
    for (let changed = 1; bases.length > 0 && this.#goesOn; changed++) {
      const further: Base[] = [];
      let best: Passing | null = null;
      for (const base of bases) best = this.#nearest(base, changed, best, further);
      if (best !== null) return best;
      bases = further.sort((a, b) => a.cost - b.cost);
    }
    return null;
  }

  /** The better of `best` and what one more change of a run leads to; runs that do not pass are kept in `further`. */
  #nearest({ run, cost }: Base, changed: number, best: Passing | null, further: Base[]): Passing | null {
    for (const plan of changes(run)) {
      if (!this.#goesOn || (best !== null && cost + plan.cost > best.moved)) break;
      const made = this.#follow(plan);
      if (made.end === null || !this.#isNew(made)) continue;
      if (made.end !== "complete") {
        further.push({ run: made, cost: cost + plan.cost });
        continue;
      }
      const { decisions } = made;
      const [moved, same] = [decisionsMoved(this.wrong, decisions), firstDifference(this.wrong, decisions)];
      const passing = { decisions, moved, same, changes: changed };
      if (best === null || isNearer(passing, best)) best = passing;
    }
    return best;
  }

  get #goesOn(): boolean {
    return this.#runs < this.maxRuns && this.#steps < MOST_STEPS;
  }

  #follow(plan: Parameters<typeof follow>[1]): Followed {
    // A changed run may spin for ever where the wrong one did not.
    const run = follow(this.program, plan, 10 * this.wrong.length + 1_000);
    this.#runs++;
    this.#steps += run.decisions.length;
    return run;
  }

  #isNew({ decisions }: Followed): boolean {
    const text = printSchedule({ program: "", tasks: [], decisions });
    if (this.#seen.has(text)) return false;
    this.#seen.add(text);
    return true;
  }
}

function isNearer(a: Passing, b: Passing): boolean {
  if (a.moved !== b.moved) return a.moved < b.moved;
  if (a.same !== b.same) return a.same > b.same;
  return contextSwitches(a) < contextSwitches(b);
}

function scheduleIn(found: Verdict | Replay): Schedule {
  const given = found as (Partial<Pick<Replay, "schedule">> & { readonly kind?: unknown }) | null | undefined;
  if (given?.schedule == null) throw noRun(given?.kind ?? found);
  return given.schedule;
}

function noRun(value: unknown): InputError {
  const accepted = "violated or stuck with the run that shows it, as a verdict of explore() or a run of replay()";
  return new InputError("what to find a passing run for", value, accepted, "give it what explore() found to go wrong");
}
