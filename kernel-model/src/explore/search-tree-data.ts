import type { Change } from "../machine/trace.js";
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

/** Which branches a search that stopped has left open: see {@link BranchReason}. */
export type Unfinished = "all" | "last run" | "next run" | "none";
