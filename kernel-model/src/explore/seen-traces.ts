import { mix32 } from "../base/hash.js";
import type { Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import { Events } from "./events.js";
import type { Execution } from "./execution.js";
import { Footprint, Locations } from "./footprint.js";
import type { Seen } from "./seen.js";

/**
 * Which states a search with a limit on preemptions has been in, up to the order of independent steps: two runs of one
 * trace are in the same state, and if the same task ran last and as many preemptions are left, what follows is the same
 * (Musuvathi and Qadeer: Partial-Order Reduction for Context-Bounded State Exploration, MSR-TR-2007-12).
 *
 * A trace is known by a hash of 64 bits of its events, each with all that happens before it. So a search that leaves out
 * what it has seen ends `bounded`, and its word is no proof.
 *
 * O(tasks + conflicts) an event; memory for each state.
 */
export class SeenTraces<S> implements Seen<S> {
  readonly #events = new Events();
  readonly #locations = new Locations();
  /** By event: the how manieth of its task it is. */
  readonly #nth: number[] = [0];
  /** By number of events: two hashes of the trace. */
  readonly #first: number[] = [0];
  readonly #second: number[] = [0];
  /** By trace and last task: the least number of preemptions that it was reached with. */
  readonly #least = new Map<string, number>();

  readonly bound: string;
  readonly isOver = false;

  constructor(preemptions: number) {
    this.bound = `at most ${preemptions} preemptions, which no run exceeds: a proof needs an exploration without that limit`;
  }

  begin(steps: number, { world }: Execution<S>): void {
    if (this.#events.count === 0) this.#events.begin(world.tasks.length);
    else this.#events.truncate(steps);
  }

  get count(): number {
    return this.#events.count;
  }

  add({ world, visible }: Execution<S>, task: Task, step: Step, hold: number, choice: number): void {
    const events = this.#events;
    const event = events.count + 1;
    this.#locations.performed((events.footprint[event] ??= new Footprint()), world, task, step, hold, visible);
    const previous = events.last(task.id);
    this.#nth[event] = events.key[previous] === task.key && previous > 0 ? this.#nth[previous]! + 1 : 1;
    events.perform(task.id, task.key, choice, false);
    events.started(world.tasks.length, event);
    let past = mix32(Math.imul(task.key + 1, 0x9e3779b1) ^ choice);
    for (const { id, key } of world.tasks) {
      const latest = events.latest(event, id);
      // Sums: the numbers of tasks in a run depend on the order in which they were started.
      if (latest > 0) past = (past + mix32(Math.imul(key + 1, 0x85ebca6b) + this.#nth[latest]!)) | 0;
    }
    this.#first[event] = (this.#first[event - 1]! + mix32(past)) | 0;
    this.#second[event] = (this.#second[event - 1]! + mix32(past ^ 0x5bd1e995)) | 0;
  }

  isNew(_execution: Execution<S>, last: Task | null, preemptions: number): boolean {
    const { count } = this.#events;
    const name = `${this.#first[count]!} ${this.#second[count]!} ${last?.key ?? -1} ${count}`;
    const least = this.#least.get(name);
    if (least !== undefined && least <= preemptions) return false;
    this.#least.set(name, preemptions);
    return true;
  }
}
