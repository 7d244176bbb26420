import { Ring } from "./ring.js";
import type { Runner } from "./runner.js";

/** SCHED_FIFO has priorities 1 to 99; 0 stands for SCHED_OTHER. */
const LEVELS = 100;

/** Runnable tasks: the highest level first, within a level in the order of arrival. All O(1), but for a scan of levels after real-time tasks. */
export class RunQueue {
  readonly #levels: (Ring<Runner> | undefined)[] = new Array<Ring<Runner> | undefined>(LEVELS).fill(undefined);
  #top = 0;
  size = 0;

  push(runner: Runner, front: boolean): void {
    const { level } = runner;
    const ring = (this.#levels[level] ??= new Ring<Runner>());
    if (front) ring.unshift(runner);
    else ring.push(runner);
    if (level > this.#top) this.#top = level;
    this.size++;
  }

  /** The one to run next; undefined if there is none. */
  peek(): Runner | undefined {
    if (this.size === 0) return undefined;
    for (;;) {
      const runner = this.#levels[this.#top]?.peek();
      if (runner !== undefined) return runner;
      this.#top--;
    }
  }

  shift(): Runner | undefined {
    if (this.peek() === undefined) return undefined;
    this.size--;
    return this.#levels[this.#top]!.shift();
  }
}
