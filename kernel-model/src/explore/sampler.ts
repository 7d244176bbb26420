import { Random } from "../base/random.js";
import type { Program } from "../machine/program.js";
import type { Decision } from "../machine/schedule.js";
import { Execution, type Observed } from "./execution.js";
import { InputError } from "../base/errors.js";
import { lowest } from "./history.js";
import type { RunEnd } from "./search.js";

export interface Sampling {
  readonly strategy: "all" | "random" | "pct";
  readonly seed: number;
  readonly depth: number;
  readonly maxSchedules: number;
  readonly maxSteps: number;
}

/**
 * Samples schedules of programs that are too large to cover.
 * - "random": each decision uniform over the tasks that can run.
 * - "pct": random priorities, the highest that can run runs, and at depth - 1 random steps the running task falls to
 *   the bottom. With n tasks and k steps a bug of that depth is found by a run with chance at least 1 / (n k^(depth-1)).
 */
export class Sampler<S> {
  steps = 0;
  longest = 0;
  readonly cut = false;
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

  decisions(): Decision[] {
    return this.#decisions;
  }

  run(): { readonly execution: Execution<S>; readonly end: RunEnd } {
    const execution = new Execution(this.program, this.observed);
    const { tasks } = execution.world;
    const pick = this.options.strategy === "pct" ? this.#pct() : (mask: number) => this.#uniform(mask);
    const decisions: Decision[] = (this.#decisions = []);
    this.#run++;
    while (execution.violation === null) {
      const mask = execution.enabledMask();
      if (mask === 0) break;
      if (decisions.length >= this.options.maxSteps) {
        throw new InputError(`the length of a run of program ${JSON.stringify(this.program.name)}`, decisions.length, `at most maxSteps = ${this.options.maxSteps} steps`, "wait with smpCondLoadAcquire(cell, condition) in place of a spinning loop, or raise maxSteps");
      }
      const task = tasks[pick(mask, decisions.length)]!;
      const choices = task.pending?.choices ?? 0;
      const choice = choices > 1 ? this.#random.below(choices) : 0;
      decisions.push({ task: task.id, choice });
      execution.step(task, choice);
      this.steps++;
    }
    this.longest = Math.max(this.longest, decisions.length);
    if (execution.violation !== null) return { execution, end: "violated" };
    if (execution.unfinished().length > 0 && this.program.stuckIsAnEnd !== true) return { execution, end: "stuck" };
    execution.checkEnd();
    return { execution, end: execution.violation === null ? "complete" : "violated" };
  }

  advance(): boolean {
    return this.#run < this.options.maxSchedules;
  }

  #uniform(mask: number): number {
    let left = this.#random.below(count(mask));
    let rest = mask;
    while (left-- > 0) rest &= rest - 1;
    return lowest(rest);
  }

  #pct(): (mask: number, step: number) => number {
    const random = this.#random;
    const priority: number[] = [];
    const length = Math.max(1, this.longest);
    const changes = new Set(Array.from({ length: this.options.depth - 1 }, () => random.below(length)));
    let bottom = 0;
    return (mask, step) => {
      let best = -1;
      for (let rest = mask; rest !== 0; rest &= rest - 1) {
        const task = lowest(rest);
        priority[task] ??= 1 + random.next();
        if (best < 0 || priority[task] > priority[best]!) best = task;
      }
      if (changes.delete(step)) {
        priority[best] = --bottom;
        return this.#top(mask, priority);
      }
      return best;
    };
  }

  #top(mask: number, priority: readonly number[]): number {
    let best = lowest(mask);
    for (let rest = mask; rest !== 0; rest &= rest - 1) if (priority[lowest(rest)]! > priority[best]!) best = lowest(rest);
    return best;
  }
}

function count(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}
