import type { Operation, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { Events } from "./events.js";
import type { Execution, Observed } from "./execution.js";
import { Footprint, type Locations } from "./footprint.js";
import type { Asked, Foresight, Guard, Reversals } from "./reversals.js";
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
  /** By event: whether the next run has to ask again; for a step without a guard, for which races. */
  readonly #open: boolean[] = [];
  readonly #openRaces: number[][] = [];
  /** The first event that every run has to ask about: one that is open, or whose step has several outcomes. */
  #lowest = Infinity;
  readonly #foresights: (Foresight | null)[] = [];
  readonly #asked: Asked = {
    event: 0,
    performed: true,
    key: 0,
    task: 0,
    choice: 0,
    previous: 0,
    footprint: new Footprint(),
    guard: null,
    varies: false,
    foresight: null,
  };

  constructor(
    readonly events: Events,
    readonly locations: Locations,
    readonly observed: Observed,
    /** By number of decisions. */
    readonly states: readonly Taken[],
    readonly reversals: Reversals,
    readonly watcher: Watcher | null,
  ) {}

  /** A step is about to be performed as this event. */
  arrive(event: number, task: Task, step: Step): void {
    this.#guards[event] = this.#guardOf(task, step, event);
    this.#foresights[event] =
      step.foresees === null || task.cpuObject !== null || task.varies ? null : this.#foresightOf(step, step.foresees);
  }

  #foresightOf({ object, operation }: Step, tells: Foresight["tells"]): Foresight {
    const seen = this.observed.everything ? "always" : operation.changes && object!.observed ? "changed" : "never";
    return { tells, on: this.locations.of(object!), seen };
  }

  /**
   * Asks each event from number `first` on, and each step that still waits, where it could have come earlier. Earlier
   * events too, if what was covered before was not settled: the sequence has all that this run has beside the event, and
   * what is new of that may conflict with what covered it. (In JACM 2017 every run asks for all.) And each step with several
   * outcomes for the others, for the same reason.
   */
  ask<S>(execution: Execution<S>, first: number): void {
    const { events } = this;
    const asked = this.#asked;
    asked.performed = true;
    if (this.watcher !== null) this.#tell(execution.world.tasks, this.watcher);
    let lowest = Infinity;
    for (let event = Math.min(first, this.#lowest); event <= events.count; event++) {
      const { choices } = this.states[event - 1]!;
      const races = events.raceCount[event]! > 0 && (event >= first || this.#open[event] === true);
      if (!races && choices < 2) continue;
      asked.guard = this.#guards[event]!;
      asked.event = event;
      asked.choice = events.choice[event]!;
      asked.key = events.key[event]!;
      asked.task = events.task[event]!;
      asked.previous = events.previous[event]!;
      asked.footprint = events.footprint[event]!;
      asked.varies = events.varies[event]!;
      asked.foresight = this.#foresights[event]!;
      if (races && asked.guard === null) this.#askRaces(asked, first);
      else if (races) {
        this.reversals.of(asked);
        this.#open[event] = !this.reversals.isSettled;
      } else if (event >= first) {
        this.#open[event] = false;
      }
      if (choices > 1) this.#otherOutcomes(asked, choices);
      if (lowest === Infinity && (choices > 1 || this.#open[event] === true)) lowest = event;
    }
    this.#lowest = lowest;
    asked.performed = false;
    asked.varies = true;
    asked.foresight = null;
    for (const task of execution.world.tasks)
      if (task.pending !== null && !execution.canRun(task)) this.#reverseWaiting(asked, task, task.pending);
  }

  /** Of a new event all its races, of an earlier one those that are open and may have changed. */
  #askRaces(asked: Asked, fresh: number): void {
    const { event } = asked;
    const { reversals } = this;
    const isNew = event >= fresh;
    const open = (this.#openRaces[event] ??= []);
    const races = isNew ? this.events.races[event]! : open;
    const count = isNew ? this.events.raceCount[event]! : open.length;
    let left = 0;
    for (let i = 0; i < count; i++) {
      const first = races[i]!;
      if (isNew || asked.varies || reversals.hasNews(first, fresh)) {
        reversals.ofRace(asked, first);
        if (reversals.isSettled) continue;
      }
      open[left++] = first;
    }
    if (open.length !== left) open.length = left;
    this.#open[event] = left > 0;
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
    for (asked.choice = 0; asked.choice < choices; asked.choice++)
      if (asked.choice !== choice) this.reversals.otherOutcome(asked);
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
