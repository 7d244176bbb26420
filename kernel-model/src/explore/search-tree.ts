import { checkInteger, checkKeys } from "../base/errors.js";
import type { Program } from "../machine/program.js";
import type { Change } from "../machine/trace.js";
import { Observed } from "./execution.js";
import { OptimalSearch } from "./optimal.js";
import { TreeBuilder } from "./search-tree-builder.js";
import type { RunEnd } from "./strategy.js";

/** A step that could come before another one, in a run that was made: why a further run is needed. */
export interface Race {
  /** Name of the task whose step is to come first, and that step, e.g. `READ_ONCE(x)`. */
  readonly task: string;
  readonly step: string;
  /** The step that came first in the run that showed the race. For another outcome it is the same step. */
  readonly before: { readonly task: string; readonly step: string; readonly depth: number };
  /** The run that showed it, from 1. */
  readonly run: number;
}

/**
 * Why a branch was explored, or was not.
 * - `first`: the search had no order there: it goes on with the task that ran last, or else with the first that can.
 * - `race`: demanded; an earlier run showed that a step could come before another. `outcome`: likewise, for another
 *   outcome of the same step. `way`: a step on the way to the one that was demanded, or that one.
 * - `asleep`: explored before from an earlier state, in run `run`, and independent of all steps since.
 * - `commutes`: no race demands it: each run that begins with it differs from one that was made only in the order of
 *   independent steps.
 * - `left`: demanded by a race, but the search stopped before. `open`: it stopped before this was decided.
 */
export type BranchReason =
  | { readonly kind: "first" | "commutes" | "open" }
  | { readonly kind: "race" | "outcome" | "way" | "left"; readonly race: Race }
  | { readonly kind: "asleep"; readonly state: number; readonly run: number };

/** What a task that can run in a state would do, or did. */
export interface SearchBranch {
  readonly task: string;
  /** Number of the task in its runs. */
  readonly taskId: number;
  /** The outcome taken; null for a step that has one only, and for the outcomes that were not explored. */
  readonly choice: number | null;
  /** The step, e.g. `WRITE_ONCE(x, 1)`; with its result, ` = 0`, where it was taken. */
  readonly step: string;
  /** Shared state that the step changed. Empty where it was not taken. */
  readonly changes: readonly Change[];
  /** Where it leads: a place in {@link SearchTree.states}; null where it was not taken. */
  readonly to: number | null;
  readonly reason: BranchReason;
  /** The first run that takes it, from 1, and how many do; null and 0 where it was not taken. */
  readonly run: number | null;
  readonly runs: number;
}

/** How a run ended. */
export interface SearchEnd {
  readonly kind: RunEnd;
  /** Number of the run, from 1. */
  readonly run: number;
  /** The state then, or what went wrong; "" for a redundant run. */
  readonly text: string;
  /** The run as {@link printSchedule} prints it. */
  readonly replay: string;
}

/** A state that the search was in. */
export interface SearchState {
  /** Decisions before it. */
  readonly depth: number;
  /** The state before it: a place in {@link SearchTree.states}; -1 for the first. */
  readonly parent: number;
  /** Of each task that can run here: taken ones in the order in which they were, then the others. */
  readonly branches: readonly SearchBranch[];
  /** Not null where a run ended. */
  readonly end: SearchEnd | null;
}

export interface SearchTotals {
  readonly runs: number;
  readonly complete: number;
  readonly redundant: number;
  readonly violated: number;
  readonly stuck: number;
  readonly states: number;
  /** Steps in the longest run. */
  readonly longest: number;
  /** Branches that were not taken, by reason. */
  readonly asleep: number;
  readonly commutes: number;
  readonly left: number;
  readonly open: number;
  /** Races that were looked at, and those of them whose other order was covered already. */
  readonly races: number;
  readonly covered: number;
  /** Runs in all, about so many where the search was cut: see {@link Effort.estimated}. */
  readonly estimated: number;
}

/** What a search with reduction did. Plain data; the first state stands first, and each behind the one before it. */
export interface SearchTree {
  readonly program: string;
  /** Names of the program's own tasks. */
  readonly tasks: readonly string[];
  readonly states: readonly SearchState[];
  readonly totals: SearchTotals;
  /** Why the tree is not whole; null where it is. */
  readonly cut: string | null;
}

export interface SearchTreeOptions {
  /** Runs at most. Default 200. Range: 1 to 10,000. */
  readonly maxRuns?: number;
  /** A run longer than this is refused as an endless loop. Default 10,000 steps. */
  readonly maxSteps?: number;
}

/**
 * The tree of choices that {@link explore} makes with reduction: the states, the tasks that could run in each, and why
 * each of them was taken or left out. Like `explore` it stops at the first run that goes wrong; to see the whole tree
 * of such a program, leave its properties out: `searchTree({ ...program, properties: [] })`. Deterministic.
 *
 * Time: each run is made twice, the second time for its texts, some 20 us a step. Memory: O(runs x steps x tasks).
 *
 * @throws InputError for options out of range, and what {@link explore} throws
 * @example
 * function* increment(x) {
 *   yield* WRITE_ONCE(x, (yield* READ_ONCE(x)) + 1);
 * }
 * const two = define({
 *   name: "two increments",
 *   setup: () => ({ x: new Cell("x", 0) }),
 *   tasks: (s) => ({ A: increment(s.x), B: increment(s.x) }),
 * });
 * const { states, totals } = searchTree(two);
 * totals.runs; // => 4
 * states[0].branches.map(({ task, reason }) => `${task}: ${reason.kind}`); // => ["A: first", "B: race"]
 */
export function searchTree<S>(program: Program<S>, options: SearchTreeOptions = {}): SearchTree {
  checkKeys("searchTree", options, ["maxRuns", "maxSteps"]);
  const next = "show fewer runs, or a smaller program: explore() runs them all without keeping them";
  const maxRuns = checkInteger("maxRuns", options.maxRuns ?? 200, { min: 1, max: 10_000, unit: "runs", next });
  const maxSteps = checkInteger("maxSteps", options.maxSteps ?? 10_000, { min: 1, max: 100_000, unit: "steps" });
  const observed = new Observed();
  for (;;) {
    // As in `explore`: a property turned out to look at more than was known, so all begins anew.
    const tree = searched(program, observed, maxRuns, maxSteps);
    if (tree !== null) return tree;
  }
}

function searched<S>(program: Program<S>, observed: Observed, maxRuns: number, maxSteps: number): SearchTree | null {
  const builder = new TreeBuilder(program);
  const search = new OptimalSearch(program, observed, maxSteps, null, builder);
  observed.grew = false;
  for (let runs = 1; ; runs++) {
    const { execution, end } = search.run();
    const wrong = end === "violated" || end === "stuck";
    if (observed.grew && !wrong) return null;
    execution.world.end();
    const goesOn = search.advance();
    if (goesOn) builder.planned(search.save());
    if (wrong) return builder.tree(runs, "last run", "it stops at the first run that goes wrong, as explore() does");
    if (!goesOn) return builder.tree(runs, search.bound === null ? "none" : "all", search.bound);
    if (runs < maxRuns) continue;
    const estimated = Math.round(runs / Math.max(search.progress, 1e-300));
    return builder.tree(estimated, "next run", `it was cut at maxRuns = ${maxRuns}`);
  }
}
