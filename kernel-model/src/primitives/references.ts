import type { Task } from "../machine/task.js";
import type { World } from "../machine/world.js";

/** What one task may take, above what it gave back, and give back above what it took, in a way that commutes. */
const MOST_TAKEN = 2 ** 10;
const MOST_GIVEN = 2 ** 8;
/** From this base on, tasks may give back more than they took. */
const LARGE_BASE = 2 ** 28;
const LARGEST_BASE = 2 ** 30 + 2 ** 28;

/**
 * Tells which gets and puts of a reference count commute.
 *
 * The count is split: count = base + sum of `own`, where own(T) is what task T has taken and not given back. A step of
 * T that takes i is an addition (`add`) if 1 <= base and own(T) + i is not too large; one that gives i back, if
 * 1 <= base and i <= own(T). Any other step is a `write`. Proof that additions commute:
 *
 * - An addition of T changes own(T) only; the base is changed by writes only. So whether a step of another task is an
 *   addition is the same before it and after it.
 * - After any additions, in any order, every own(T) is at least 0, so that the count is at least base >= 1. (Before an
 *   addition that gives i back it is at least base + own(T) >= 1 + i.) So none of them finds 0, reaches 0, or is the last:
 *   what it returns is the same in each order, and so is the sum. Nor can one overflow: base <= LARGEST_BASE, and
 *   MOST_TAKEN x 2^19 tasks = 2^29, together below 2^31.
 * - "The count stays above 1" would not do in place of the base: of two puts from 3, each would be an addition, but not
 *   the second after the first of two others.
 *
 * Where the base is so large that all tasks together cannot give it back (the bias of a percpu_ref), a task may give
 * MOST_GIVEN more than it took: MOST_GIVEN x 2^19 tasks < LARGE_BASE.
 *
 * A write conflicts with all; behind it the count is split anew: what a task gave back without having taken it
 * comes off the base, and if that leaves the base at 0, what some task has taken becomes the base.
 */
export class References {
  /** Null until the first step: all that `setup` has made of the count is the base then. */
  #base: number | null = null;
  #own: Map<Task, number> | null = null;

  /** The count changes by `by` from `old`, both from -2^31 to 2^31 - 1, in a step of the task. Decides how the step touches it. */
  changes(task: Task, world: World, old: number, by: number): void {
    // Only the explorer's host names tasks across runs, and asks what commutes.
    if (world.host.keyOf === undefined) return;
    const base = (this.#base ??= old);
    const own = this.#of(task) + by;
    const least = base >= LARGE_BASE ? -MOST_GIVEN : 0;
    this.#set(task, own);
    if (base >= 1 && base <= LARGEST_BASE && own >= least && own <= MOST_TAKEN) world.as("add");
    else this.settle(world, old + by);
  }

  /** A write has left the count at `count`. */
  settle(world: World, count: number): void {
    world.as("write");
    let base = count;
    const tasks = this.#own === null ? [] : [...this.#own.keys()].sort((a, b) => a.key - b.key);
    for (const task of tasks) {
      const own = Math.max(0, this.#of(task));
      this.#set(task, own);
      base -= own;
    }
    for (const task of tasks) {
      const given = Math.min(this.#of(task), Math.max(0, 1 - base));
      this.#set(task, this.#of(task) - given);
      base += given;
    }
    this.#base = base;
  }

  #of(task: Task): number {
    return this.#own?.get(task) ?? 0;
  }

  #set(task: Task, own: number): void {
    if (own === 0) this.#own?.delete(task);
    else (this.#own ??= new Map<Task, number>()).set(task, own);
  }
}
