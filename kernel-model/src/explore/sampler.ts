import { Random } from "../base/random.js";
import type { Program } from "../machine/program.js";
import type { Decision } from "../machine/schedule.js";
import { Execution, type Observed } from "./execution.js";
import type { Checked } from "./options.js";
import { pct } from "./pct.js";
import { randomWalk } from "./random-walk.js";
import type { Scheduler } from "./scheduler.js";
import { endless, endOf, type RunEnd, type Strategy } from "./strategy.js";

export type Sampling = Pick<Checked, "strategy" | "seed" | "depth" | "maxSchedules" | "maxSteps">;

/** Samples schedules of programs that are too large to cover, as a scheduler draws them. */
export class Sampler<S> implements Strategy<S> {
  steps = 0;
  longest = 0;
  #run = 0;
  #decisions: Decision[] = [];
  readonly #random: Random;
  readonly #scheduler: Scheduler;

  constructor(
    readonly program: Program<S>,
    readonly observed: Observed,
    readonly options: Sampling,
  ) {
    this.#random = new Random(options.seed);
    this.#scheduler = options.strategy === "pct" ? pct(this.#random, options.depth) : randomWalk(this.#random);
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
    const pick = this.#scheduler(this.longest);
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
}
