import type { Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { Execution } from "./execution.js";

/** What a search has seen: where it need not go again. */
export interface Seen<S> {
  /** Steps of the current run that it knows. */
  readonly count: number;
  /** Why what it leaves out may be missed in the end; null where nothing is. */
  readonly bound: string | null;
  /** Whether it makes no sense to go on. */
  readonly isOver: boolean;
  /** A run begins that repeats so many steps. */
  begin(steps: number, execution: Execution<S>): void;
  /** The step was performed. `hold`: {@link Task.hold} before it. */
  add(execution: Execution<S>, task: Task, step: Step, hold: number, choice: number): void;
  /** Whether the current state is new: nothing that leads on from it was explored with as few preemptions. */
  isNew(execution: Execution<S>, last: Task | null, preemptions: number): boolean;
}
