import { Ring } from "./ring.js";

/** SCHED_FIFO has priorities 1 to 99; 0 stands for SCHED_OTHER. */
const LEVELS = 100;

/** What a run queue knows of a task. */
export interface Ranked {
  readonly level: number;
}

/** Runnable tasks: the highest level first, within a level in the order of arrival. All O(1), but for a scan of levels after real-time tasks. */
export class RunQueue<T extends Ranked> {
  readonly #levels: (Ring<T> | undefined)[] = new Array<Ring<T> | undefined>(LEVELS).fill(undefined);
  #top = 0;
  size = 0;

  push(runner: T, front: boolean): void {
    const { level } = runner;
    const ring = (this.#levels[level] ??= new Ring<T>());
    if (front) ring.unshift(runner);
    else ring.push(runner);
    if (level > this.#top) this.#top = level;
    this.size++;
  }

  /** The one to run next; undefined if there is none. */
  peek(): T | undefined {
    if (this.size === 0) return undefined;
    for (;;) {
      const runner = this.#levels[this.#top]?.peek();
      if (runner !== undefined) return runner;
      this.#top--;
    }
  }

  shift(): T | undefined {
    if (this.peek() === undefined) return undefined;
    this.size--;
    return this.#levels[this.#top]!.shift();
  }
}
