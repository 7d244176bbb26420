import type { Decision } from "../machine/schedule.js";
import type { World } from "../machine/world.js";
import type { RunEnd } from "./strategy.js";

/** Why a step is to be taken in a state: it could come before an event that it conflicts with. */
export interface Reason {
  /** The decision on the current run, from 0, before which the step is to come. */
  readonly before: number;
  /** Name of the task whose step that is. */
  readonly task: string;
  /** The step, e.g. `WRITE_ONCE(x)`; where the same step is to have another outcome, that. */
  readonly step: string;
}

/** Is told what a search with reduction does: for pictures of it. Costs time; only {@link searchTree} sets one. */
export interface Watcher {
  /** A state that the search had not been in, after so many decisions. `asleep`: keys of tasks that need not run there. */
  arrived(depth: number, world: World, asleep: readonly number[]): void;
  /** A run is over. */
  ended(decisions: readonly Decision[], end: RunEnd, world: World): void;
  /** A branch is to be explored from the state before a decision; `covered`: it need not, since it is covered already. */
  found(reason: Reason, covered: boolean): void;
}
