import { InputError } from "../base/errors.js";
import type { Program } from "../machine/program.js";
import { parseSchedule, printSchedule, type Decision, type Schedule } from "../machine/schedule.js";
import { withSites } from "../machine/site.js";
import type { Step } from "../machine/step.js";
import type { TraceEntry } from "../machine/trace.js";
import type { Waiting } from "../machine/verdict.js";
import type { Violation } from "../machine/violation.js";
import { Execution, Observed } from "./execution.js";
import { endState } from "./outcome.js";

/** A run under a given schedule, step by step. */
export interface Replay {
  readonly schedule: Schedule;
  readonly trace: readonly TraceEntry[];
  /** How it ended; "unfinished" where the schedule stops before the program does. */
  readonly end: "complete" | "violated" | "stuck" | "unfinished";
  readonly violation: Violation | null;
  readonly waiting: readonly Waiting[];
  /** The state of the program when the schedule ended, as text. */
  readonly state: string;
}

/**
 * Runs a program under a schedule, given as data or as the string that a counterexample prints. O(steps).
 *
 * @throws InputError if the schedule is of another program, or names a task that cannot run at that point.
 * @example
 * function* increment(x) {
 *   yield* WRITE_ONCE(x, (yield* READ_ONCE(x)) + 1);
 * }
 * const program = define({ name: "two increments", setup: () => ({ x: new Cell("x", 0) }), tasks: (s) => ({ A: increment(s.x), B: increment(s.x) }) });
 * replay(program, "mm1-cedb-AB2A").state; // => "x = 1"
 */
export function replay<S>(program: Program<S>, schedule: Schedule | string): Replay {
  const decisions =
    typeof schedule === "string"
      ? parseSchedule(schedule, program.name, taskNames(program)).decisions
      : schedule.decisions;
  return withSites(() => {
    const execution = new Execution(program, new Observed(), true);
    const { world } = execution;
    decisions.forEach(({ task: id, choice }, index) => {
      if (execution.violation !== null)
        throw new InputError(
          "the length of the schedule",
          decisions.length,
          `at most ${index} steps: the run is violated there (${execution.violation.message})`,
          "cut it there, or replay it on the program that it was printed for",
        );
      const task = world.tasks[id];
      if (task === undefined || !execution.canRun(task)) {
        throw new InputError(
          `step ${index} of the schedule`,
          task?.name ?? `task ${id}`,
          `a task that can run there: ${
            world.tasks
              .filter((other) => execution.canRun(other))
              .map(({ name }) => name)
              .join(", ") || "none"
          }`,
          "replay it on the program that it was printed for",
        );
      }
      const outcomes = Math.max(1, task.pending?.choices ?? 0);
      if (choice >= outcomes)
        throw new InputError(
          `the outcome at step ${index} of the schedule`,
          choice,
          `0 to ${outcomes - 1}`,
          "replay it on the program that it was printed for",
        );
      execution.step(task, choice);
    });
    const over = execution.violation === null && !execution.goesOn;
    const stuck = over && execution.isStuck;
    if (over && !stuck) execution.checkEnd();
    return {
      schedule: scheduleOf(execution, decisions),
      trace: world.trace ?? [],
      end: execution.violation !== null ? "violated" : stuck ? "stuck" : over ? "complete" : "unfinished",
      violation: execution.violation,
      waiting: stuck ? waitingIn(execution) : [],
      state: endState(execution.state, world),
    };
  });
}

/** The names of the tasks that a program starts with. */
export function taskNames<S>(program: Program<S>): string[] {
  return Object.keys(program.tasks(program.setup()));
}

export function scheduleOf<S>(execution: Execution<S>, decisions: readonly Decision[]): Schedule {
  return { program: execution.program.name, tasks: taskNames(execution.program), decisions };
}

/** Who waits for what in a run that is stuck. */
function waitingIn<S>(execution: Execution<S>): Waiting[] {
  const { tasks } = execution.world;
  return execution.unfinished().map((task) => {
    const step = task.pending as Step;
    const holders = tasks.filter(
      (other) => other !== task && step.object !== null && other.held.some(({ lock }) => lock === step.object),
    );
    return {
      task: task.name,
      function: step.site ?? task.name,
      step: `${step.operation.name}(${step.object?.name ?? ""})`,
      object: step.object?.name ?? null,
      heldBy: holders.map(({ name }) => name),
    };
  });
}

export { printSchedule };
