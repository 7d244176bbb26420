import type { Random } from "../base/random.js";
import type { Task } from "../machine/task.js";
import type { Scheduler } from "./scheduler.js";

/**
 * Probabilistic concurrency testing (Burckhardt et al. 2010): random priorities, the highest that can run runs, and at
 * depth - 1 random steps the running task falls to the bottom. With n tasks and k steps a bug of that depth is found by a
 * run with chance at least 1 / (n k^(depth-1)).
 *
 * @param depth how many ordered events the bug needs
 */
export function pct(random: Random, depth: number): Scheduler {
  return (longest) => {
    const priority: number[] = [];
    const changes = new Set(Array.from({ length: depth - 1 }, () => random.below(Math.max(1, longest))));
    let bottom = 0;
    const top = (able: readonly Task[]): Task =>
      able.reduce((best, task) => (priority[task.id]! > priority[best.id]! ? task : best));
    return (able, step) => {
      for (const { id } of able) priority[id] ??= 1 + random.next();
      if (changes.delete(step)) priority[top(able).id] = --bottom;
      return top(able);
    };
  };
}
