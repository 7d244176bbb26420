import { Random } from "../../src/base/random.js";
import type { Program } from "../../src/machine/program.js";
import { Names, Run } from "./run.js";

/**
 * About how many interleavings a program has, from a few random runs: the mean of the products of what could be decided
 * at each step (Knuth 1975). To pass over at once what is much too large.
 */
export function estimate<S>(program: Program<S>, runs: number): number {
  const random = new Random(1);
  const names = new Names(program);
  let sum = 0;
  for (let i = 0; i < runs; i++) {
    const run = new Run(program, names);
    let product = 1;
    for (let tasks = run.enabled; tasks.length > 0 && run.broken === null; tasks = run.enabled) {
      const { key, pending } = tasks[random.below(tasks.length)]!;
      const choices = Math.max(1, pending!.choices);
      product *= tasks.length * choices;
      run.perform({ key, choice: random.below(choices) });
    }
    sum += product;
  }
  return sum / runs;
}
