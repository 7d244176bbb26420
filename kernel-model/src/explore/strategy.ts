import { InputError } from "../base/errors.js";
import type { Decision } from "../machine/schedule.js";
import type { Task } from "../machine/task.js";
import type { Execution } from "./execution.js";

/** How a run of a search ended. `redundant`: given up because what follows is covered elsewhere. */
export type RunEnd = "complete" | "redundant" | "violated" | "stuck";

/** A way through the schedules of a program: one run after the other. */
export interface Strategy<S> {
  /** Steps performed in all runs, repeated ones included. */
  readonly steps: number;
  /** Steps of the longest run. */
  readonly longest: number;
  /** Why an end of the search is not the end of all runs; null where it is. */
  readonly bound: string | null;
  /** The decisions of the last run. */
  decisions(): Decision[];
  /** Performs the next run. Afterwards call {@link advance}. */
  run(): { readonly execution: Execution<S>; readonly end: RunEnd };
  /** Goes to the next run. False when there is none. */
  advance(): boolean;
}

/** How a run ended in which no step is left that could happen. Asks the properties of complete runs. */
export function endOf<S>(execution: Execution<S>): RunEnd {
  if (execution.isStuck && execution.program.stuckIsAnEnd !== true) return "stuck";
  if (!execution.isStuck) execution.checkEnd();
  return execution.violation !== null ? "violated" : "complete";
}

/** The error for a program that does something else when it is run again under the same decisions. */
export function hiddenNondeterminism(program: string, step: number, now: string, then: string): InputError {
  return new InputError(
    `step ${step} of program ${JSON.stringify(program)}, run again under the same decisions,`,
    now,
    `the same as before: ${then}`,
    "look for what a run keeps from the last one or draws by itself: state made outside `setup`, Math.random, Date, a counter in a closure; let choose(n) decide instead",
  );
}

/** The error for a run longer than `maxSteps`. */
export function endless(program: string, length: number, maxSteps: number, tasks: readonly Task[]): InputError {
  const busiest = [...tasks].sort((a, b) => b.steps - a.steps)[0]!;
  const step = busiest.pending?.operation.name ?? "";
  return new InputError(
    `the length of a run of program ${JSON.stringify(program)}`,
    length,
    `at most maxSteps = ${maxSteps} steps`,
    `task "${busiest.name}" has made ${busiest.steps} of them and is at ${step}(${busiest.pending?.object?.name ?? ""}): if it spins, wait with smpCondLoadAcquire(cell, condition) in place of the loop; if it is long, raise maxSteps`,
  );
}
