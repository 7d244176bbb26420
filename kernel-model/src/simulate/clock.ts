import { grown } from "../base/arrays.js";
import { EventQueue } from "./event-queue.js";
import { Ring } from "./ring.js";
import type { Runner } from "./runner.js";
import type { Timeline } from "./timeline.js";

/** Told that virtual time passes from `next` on. */
export interface Watcher {
  readonly next: number;
  passed(time: number): void;
}

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
  /** Changes whenever the time does. */
  tick = 0;
  readonly queue = new EventQueue(1024);
  /** By runner: key of its event in the queue; -1 for none. Outside of the runners, where numbers of this size would be boxed. */
  #keys = new Float64Array(64).fill(-1);
  readonly runners: Runner[] = [];
  readonly specials: Special[] = [];
  /** Runners that have a CPU and go on now. */
  readonly agenda = new Ring<Runner>(64);
  timeline: Timeline | null = null;
  /** Looks at the state as time goes by: no event, so that the others are the same without it. */
  watcher: Watcher | null = null;
  /** Events in the queue that were called off. */
  #stale = 0;

  at(runner: Runner, time: number): void {
    this.#keys[runner.index] = this.queue.push(time, STEP, runner.index);
  }

  /** Makes room for one more runner. */
  enlist(runner: Runner): void {
    this.runners.push(runner);
    if (runner.index < this.#keys.length) return;
    this.#keys = grown(this.#keys, 2 * this.#keys.length, -1);
  }

  /**
   * Takes the next event before `end`, and turns the clock to it: the runner whose event it is, null for a special event,
   * which has been fired, and undefined if there is none.
   */
  next(end: number): Runner | null | undefined {
    const { queue } = this;
    while (queue.take(end)) {
      const { payload, key, time } = queue;
      if (payload >= 0) {
        if (this.#keys[payload] !== key) {
          this.#stale--;
          continue;
        }
        this.#keys[payload] = -1;
        this.#turn(time);
        return this.runners[payload]!;
      }
      const special = this.specials[~payload]!;
      if (special.event !== key) continue;
      special.event = -1;
      this.#turn(time);
      special.fire();
      return null;
    }
    return undefined;
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
    if (this.#keys[runner.index] === -1) return;
    this.#keys[runner.index] = -1;
    if (++this.#stale < 1000 || 2 * this.#stale < this.queue.size) return;
    this.#stale = 0;
    this.queue.retain((payload, key) => (payload >= 0 ? this.#keys[payload] : this.specials[~payload]!.event) === key);
  }

  #turn(time: number): void {
    if (time === this.now) return;
    if (this.watcher !== null && time >= this.watcher.next) this.watcher.passed(time);
    this.now = time;
    this.tick = (this.tick + 1) & 0x3fffffff;
  }
}
