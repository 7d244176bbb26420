import type { Schedule } from "./schedule.js";

/** What a step touches; null: not known, it conflicts with all. */
export type SavedFootprint = readonly number[] | null;
export type SavedSleeper = readonly [key: number, choice: number, touches: SavedFootprint];
export type SavedBranch = readonly [key: number, choice: number, touches: SavedFootprint, next: readonly SavedBranch[]];

/** A state on the way to where the search goes on. */
export interface SavedState {
  readonly task: number;
  readonly choice: number;
  readonly held: number;
  readonly sleep: readonly SavedSleeper[];
  readonly done: readonly SavedSleeper[];
  readonly tree: readonly SavedBranch[];
}

/** What was counted before. */
export interface SavedTally {
  readonly schedules: number;
  readonly redundant: number;
  readonly steps: number;
  readonly longest: number;
  readonly endStates: readonly (readonly [string, number])[];
  readonly examples: readonly (readonly [string, Schedule])[];
}

/**
 * What is left of a search that a bound has cut: `explore(program, { resume })` goes on with it, in this process or in
 * another, and ends as one search would have. Plain data: it travels as JSON. Of one program and one version of the lab.
 */
export interface SavedSearch {
  readonly format: "mm-lab search 1";
  readonly program: string;
  readonly tasks: readonly string[];
  /** States above it are not this search's to explore. 0 for a whole search. */
  readonly root: number;
  readonly states: readonly SavedState[];
  /** The wake-up tree behind the last decision. */
  readonly next: readonly SavedBranch[];
  readonly keys: readonly (readonly [number, number])[];
  readonly locations: readonly (readonly [number, number])[];
  /** Names of objects that properties looked at, and whether they looked at anything else. */
  readonly observed: readonly string[];
  readonly observedEverything: boolean;
  readonly tally: SavedTally;
}
