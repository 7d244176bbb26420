import { EventQueue } from "./event-queue.js";
import { Ring } from "./ring.js";
import type { Runner } from "./runner.js";
import type { Timeline } from "./timeline.js";

/** Which of the events of one instant comes first. */
export const FIRST = 0;
export const ARRIVAL = 1;
export const STEP = 2;
export const TIMER = 3;

/** Anything but a runner that waits for an event. */
export interface Special {
  /** Key of its event; -1 for none. */
  event: number;
  readonly fire: () => void;
}

/** Virtual time: what is to happen when, and who goes on at this very instant. */
export class Clock {
  /** Virtual time, ns. */
  now = 0;
  readonly queue = new EventQueue(1024);
  readonly runners: Runner[] = [];
  readonly specials: Special[] = [];
  /** Runners that have a CPU and go on now. */
  readonly agenda = new Ring<Runner>(64);
  timeline: Timeline | null = null;
  /** Events in the queue that were called off. */
  #stale = 0;

  at(runner: Runner, time: number): void {
    runner.event = this.queue.push(time, STEP, runner.index);
  }

  /** Its special events are known by number from now on. */
  add(special: Special): number {
    return this.specials.push(special) - 1;
  }

  atSpecial(index: number, time: number, priority: number): void {
    this.specials[index]!.event = this.queue.push(time, priority, ~index);
  }

  /** Calls the event of a runner off. Called-off events are dropped once they are the larger part of the queue. */
  cancel(runner: Runner): void {
    if (runner.event === -1) return;
    runner.event = -1;
    if (++this.#stale < 1000 || 2 * this.#stale < this.queue.size) return;
    this.#stale = 0;
    this.queue.retain((payload, key) => (payload >= 0 ? this.runners[payload]!.event : this.specials[~payload]!.event) === key);
  }

  /** An event came up that had been called off. */
  dropped(): void {
    this.#stale--;
  }
}
