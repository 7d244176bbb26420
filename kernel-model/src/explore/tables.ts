import type { Operation } from "../machine/step.js";
import { Events } from "./events.js";
import { conflict, type Footprint } from "./footprint.js";
import type { Taken } from "./questions.js";
import type { Place } from "./reversals.js";
import type { Branch, Sleeper } from "./wakeup-tree.js";

/** A state on the current run, and the decision taken there. */
export interface State extends Place, Taken {
  readonly sleep: Sleeper[];
  readonly done: Sleeper[];
  tree: Branch[];
  /** The decision: number of a task in this run, and an outcome of its step. */
  task: number;
  choice: number;
  /** Outcomes that the step has; 0 for one without a choice. */
  choices: number;
  operation: Operation | null;
  /** Bits of the properties that held on the way here. */
  held: number;
}

/** What grows with the longest run. */
interface Tables {
  readonly events: Events;
  readonly states: State[];
}

/** Those of a search that is over, for the next: most programs are explored in less time than it takes to grow new ones. */
let spare: Tables | null = null;
/** Longer runs leave nothing behind. */
const MOST_SPARE = 256;

export function takeTables(): Tables {
  const tables = spare ?? { events: new Events(), states: [] };
  spare = null;
  return tables;
}

/** A search has ended, and does not use them any more. Nothing of its program stays in them. */
export function leaveTables(events: Events, states: State[]): void {
  if (states.length > MOST_SPARE) return;
  events.clear();
  for (const state of states) {
    if (state.sleep.length > 0) state.sleep.length = 0;
    if (state.done.length > 0) state.done.length = 0;
    if (state.tree.length > 0) state.tree.length = 0;
    state.operation = null;
  }
  spare = { events, states };
}

/** How much of a search is over that takes the next branch of state `prefix` - 1, as the search says. */
export function progressOf(states: readonly State[], root: number, prefix: number): number {
  let [position, width] = [0, 1];
  for (let depth = root; depth < prefix; depth++) {
    const { done, tree } = states[depth]!;
    width /= done.length + 1 + tree.length;
    position += width * done.length;
  }
  return Math.min(1, position);
}

/** The first outcome of a step of the task that is not asleep; -1 if all are. */
export function awake(sleepers: readonly Sleeper[], task: number, choices: number): number {
  for (let choice = 0; choice < Math.max(1, choices); choice++) {
    if (!sleepers.some((sleeper) => sleeper.key === task && sleeper.choice === choice)) return choice;
  }
  return -1;
}

/** What still sleeps after an event: what slept or was explored before it, and is independent of it. */
export function fallAsleep(from: State, to: State, key: number, footprint: Footprint): void {
  if (to.sleep.length > 0) to.sleep.length = 0;
  if (to.done.length > 0) to.done.length = 0;
  for (const sleeper of from.sleep)
    if (sleeper.key !== key && !conflict(sleeper.footprint, footprint)) to.sleep.push(sleeper);
  for (const sleeper of from.done)
    if (sleeper.key !== key && !conflict(sleeper.footprint, footprint)) to.sleep.push(sleeper);
}
