import type { Program } from "../machine/program.js";
import type { Task } from "../machine/task.js";
import type { Events } from "./events.js";
import { Execution, type Observed, type TaskKeys } from "./execution.js";
import { Footprint, type Locations } from "./footprint.js";

/** What a step would do in a state that the search has not been in. */
export interface Answer {
  /** Whether it can happen there. */
  readonly open: boolean;
  /** What it touches there; null if it ends the run with a violation. */
  readonly footprint: Footprint | null;
}

/**
 * Goes to a state for a look: performs some events of the current run, all that come before them in the happens-before
 * order among them, in a run of its own. Used where neither the guard of a step nor what it touches can be told from
 * what is recorded. One short run.
 */
export class Probe<S> {
  /** Runs made. */
  count = 0;

  constructor(
    readonly program: Program<S>,
    readonly observed: Observed,
    readonly keys: TaskKeys,
    readonly locations: Locations,
  ) {}

  /** Asks for the next step of task `key`, with this outcome, after the first `prefix` events and the first `count` of those in `further`. */
  ask(events: Events, prefix: number, further: readonly number[], count: number, key: number, choice: number): Answer {
    this.count++;
    const execution = new Execution(this.program, this.observed, false, this.keys);
    try {
      return this.#look(execution, events, prefix, further, count, key, choice);
    } finally {
      execution.world.end();
    }
  }

  #look(
    execution: Execution<S>,
    events: Events,
    prefix: number,
    further: readonly number[],
    count: number,
    key: number,
    choice: number,
  ): Answer {
    const { world } = execution;
    for (let event = 1; event <= prefix; event++)
      execution.again(world.tasks[events.task[event]!]!, events.choice[event]!);
    for (let i = 0; i < count; i++) {
      const event = further[i]!;
      execution.again(taskOf(world.tasks, events.key[event]!), events.choice[event]!);
    }
    const task = taskOf(world.tasks, key);
    if (!execution.canRun(task)) return { open: false, footprint: null };
    const step = task.pending!;
    const held = task.hold;
    execution.step(task, choice);
    if (execution.violation !== null) return { open: true, footprint: null };
    const footprint = new Footprint();
    this.locations.performed(footprint, world, task, step, held, execution.visible);
    return { open: true, footprint };
  }
}

/** The task with this key; it exists, since the event that starts it was performed. */
function taskOf(tasks: readonly Task[], key: number): Task {
  return tasks.find((task) => task.key === key)!;
}
