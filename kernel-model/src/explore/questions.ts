import type { Operation, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { Events } from "./events.js";
import type { Execution } from "./execution.js";
import { Footprint, type Locations } from "./footprint.js";
import type { Asked, Guard, Reversals } from "./reversals.js";
import type { Watcher } from "./watcher.js";
import type { Sleeper } from "./wakeup-tree.js";

/** The decision that was taken in a state. */
export interface Taken {
  /** Outcomes that the step has; 0 for one without a choice. */
  choices: number;
  operation: Operation | null;
  /** Steps that were explored from the state before. */
  readonly done: Sleeper[];
}

/** At the end of a run: which of its steps have to be asked where they could have come earlier, and what about them. */
export class Questions {
  /** By event: what decided whether its step could happen; the objects are used again for the next event of that number. */
  readonly #guards: (Guard | null)[] = [];
  readonly #spareGuards: Guard[] = [];
  readonly #asked: Asked = { event: 0, performed: true, key: 0, task: 0, choice: 0, previous: 0, footprint: new Footprint(), guard: null, varies: false };

  constructor(
    readonly events: Events,
    readonly locations: Locations,
    /** By number of decisions. */
    readonly states: readonly Taken[],
    readonly reversals: Reversals,
    readonly watcher: Watcher | null,
  ) {}

  /** A step is about to be performed as this event. */
  arrive(event: number, task: Task, step: Step): void {
    this.#guards[event] = this.#guardOf(task, step, event);
  }

  /**
   * Asks each event from number `first` on, and each step that still waits, where it could have come earlier; and each
   * step with several outcomes for the others, since these can come after all that this run has beside the step.
   */
  ask<S>(execution: Execution<S>, first: number): void {
    const { events } = this;
    const asked = this.#asked;
    asked.performed = true;
    if (this.watcher !== null) this.#tell(execution.world.tasks, this.watcher);
    for (let event = 1; event <= events.count; event++) {
      const { choices } = this.states[event - 1]!;
      const races = event >= first && events.raceCount[event]! > 0;
      if (!races && choices < 2) continue;
      asked.guard = this.#guards[event]!;
      asked.event = event;
      asked.choice = events.choice[event]!;
      asked.key = events.key[event]!;
      asked.task = events.task[event]!;
      asked.previous = events.previous[event]!;
      asked.footprint = events.footprint[event]!;
      asked.varies = events.varies[event]!;
      if (races) this.reversals.of(asked);
      if (choices > 1) this.#otherOutcomes(asked, choices);
    }
    asked.performed = false;
    asked.varies = true;
    for (const task of execution.world.tasks) if (task.pending !== null && !execution.canRun(task)) this.#reverseWaiting(asked, task, task.pending);
  }

  #tell(tasks: readonly Task[], watcher: Watcher): void {
    this.reversals.told = ({ key, event, performed }, first, added) => {
      const task = tasks.find((other) => other.key === key)!;
      const operation = performed ? this.states[event - 1]!.operation : task.pending?.operation;
      watcher.found({ before: first - 1, task: task.name, step: operation?.name ?? "" }, !added);
    };
  }

  /** For the first outcome that is explored from a state; the runs behind it have the others explored. */
  #otherOutcomes(asked: Asked, choices: number): void {
    const { choice, event, key } = asked;
    if (this.states[event - 1]!.done.some((sleeper) => sleeper.key === key)) return;
    for (asked.choice = 0; asked.choice < choices; asked.choice++) if (asked.choice !== choice) this.reversals.otherOutcome(asked);
  }

  #reverseWaiting(asked: Asked, task: Task, step: Step): void {
    asked.event = this.events.count + 1;
    const guard = this.#guardOf(task, step, asked.event);
    if (guard === null) return;
    asked.key = task.key;
    asked.task = task.id;
    asked.choice = 0;
    asked.previous = this.events.last(task.id);
    asked.footprint = guard.footprint;
    asked.guard = guard;
    this.reversals.of(asked);
  }

  /** What decides whether a step can happen that becomes this event; null for one that always can. */
  #guardOf(task: Task, step: Step, event: number): Guard | null {
    if (step.guard === null && task.cpuObject === null) return null;
    const guard = (this.#spareGuards[event] ??= { footprint: new Footprint(), opens: null, on: -1 });
    this.locations.pending(guard.footprint, task, step);
    const alone = step.opens !== null && task.cpuObject === null && step.others === null && step.object !== null;
    guard.opens = alone ? step.opens : null;
    guard.on = alone ? this.locations.of(step.object!) : -1;
    return guard;
  }
}
