import { InputError } from "../base/errors.js";
import { Caches, type LineState, type Stretch } from "../hardware/line.js";
import type { OperationCosts } from "../hardware/operation-costs.js";
import type { Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { Machine } from "./machine.js";
import type { Objects } from "./objects.js";

/** When a step that is issued now is over, by the cost model and the state of its cache line. */
export class Durations {
  readonly #caches: Caches;
  readonly #costs: OperationCosts;

  constructor(
    { topology, costs }: Machine,
    readonly objects: Objects,
    measured: Stretch,
  ) {
    this.#caches = new Caches(topology, costs, measured);
    this.#costs = costs;
  }

  /** For steps on a cache line, interrupts and allocations; others take no time here. */
  over(step: Step, cpu: number, now: number): number {
    const { cost } = step.operation;
    if (cost === "interrupt") return now + this.#costs.send;
    if (cost === "allocate") return now + this.#costs.allocate;
    if (step.object === null) return now;
    const { line } = this.objects.stateOf(step.object);
    return cost === "load" ? this.#caches.load(line, cpu, now) : this.#caches.store(line, cpu, now, cost === "atomic");
  }

  /** A CPU that spins on the line loads it again: virtual time at which it has it, ns. */
  look(line: LineState, cpu: number, now: number): number {
    return this.#caches.load(line, cpu, now);
  }
}

/** How long a `compute` or a `sleep` takes, ns. Throws InputError for what is no time. */
export function checkTime(step: Step, task: Task): number {
  const { ns } = step;
  if (ns >= 0 && ns <= 1e18) return ns;
  throw new InputError(
    `the time of ${step.operation.name} in task "${task.name}"`,
    ns,
    "0 to 1e18 ns",
    "give a time that is not negative",
  );
}
