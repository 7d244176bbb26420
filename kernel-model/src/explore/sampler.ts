import { Random } from "../base/random.js";
import type { Program } from "../machine/program.js";
import type { Decision } from "../machine/schedule.js";
import type { Task } from "../machine/task.js";
import { Execution, type Observed } from "./execution.js";
import type { Checked } from "./options.js";
import { endless, endOf, type RunEnd, type Strategy } from "./strategy.js";

export type Sampling = Pick<Checked, "strategy" | "seed" | "depth" | "maxSchedules" | "maxSteps">;

/**
 * Samples schedules of programs that are too large to cover.
 * - "random": each decision uniform over the tasks that can run.
 * - "pct": random priorities, the highest that can run runs, and at depth - 1 random steps the running task falls to
 *   the bottom. With n tasks and k steps a bug of that depth is found by a run with chance at least 1 / (n k^(depth-1)).
 */
export class Sampler<S> implements Strategy<S> {
  steps = 0;
  longest = 0;
  #run = 0;
  #decisions: Decision[] = [];
  readonly #random: Random;

  constructor(
    readonly program: Program<S>,
    readonly observed: Observed,
    readonly options: Sampling,
  ) {
    this.#random = new Random(options.seed);
  }

  get bound(): string {
    return `a sample of ${this.options.maxSchedules} schedules`;
  }

  decisions(): Decision[] {
    return this.#decisions;
  }

  run(): { readonly execution: Execution<S>; readonly end: RunEnd } {
    const execution = new Execution(this.program, this.observed);
    const { tasks } = execution.world;
    const pick =
      this.options.strategy === "pct" ? this.#pct() : (able: readonly Task[]) => able[this.#random.below(able.length)]!;
    const decisions: Decision[] = (this.#decisions = []);
    this.#run++;
    while (execution.violation === null) {
      const able = tasks.filter((task) => execution.canRun(task));
      if (able.length === 0) break;
      if (decisions.length >= this.options.maxSteps)
        throw endless(this.program.name, decisions.length, this.options.maxSteps, tasks);
      const task = pick(able, decisions.length);
      const choices = task.pending?.choices ?? 0;
      const choice = choices > 1 ? this.#random.below(choices) : 0;
      decisions.push({ task: task.id, choice });
      execution.step(task, choice);
      this.steps++;
    }
    this.longest = Math.max(this.longest, decisions.length);
    return { execution, end: execution.violation !== null ? "violated" : endOf(execution) };
  }

  advance(): boolean {
    return this.#run < this.options.maxSchedules;
  }

  #pct(): (able: readonly Task[], step: number) => Task {
    const random = this.#random;
    const priority: number[] = [];
    const length = Math.max(1, this.longest);
    const changes = new Set(Array.from({ length: this.options.depth - 1 }, () => random.below(length)));
    let bottom = 0;
    const top = (able: readonly Task[]): Task =>
      able.reduce((best, task) => (priority[task.id]! > priority[best.id]! ? task : best));
    return (able, step) => {
      for (const { id } of able) priority[id] ??= 1 + random.next();
      if (changes.delete(step)) priority[top(able).id] = --bottom;
      return top(able);
    };
  }
}
