import { checkInteger, InputError } from "../base/errors.js";
import { Placeholder, type Memory, type SharedObject } from "../machine/object.js";
import { operation, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import { Cell } from "./cell.js";

/**
 * A variable of which each CPU has its own (DEFINE_PER_CPU): tasks on different CPUs do not get in each other's way.
 * A task that is bound to no CPU is taken to be on the one with its number, modulo `cpus`, and to stay there.
 */
export class Percpu<T> {
  readonly slots: readonly Cell<T>[];
  /** The slot of the CPU of whoever performs the step. */
  readonly here: SharedObject;

  /** `cpus`: 1 to 1024. `initial`: by CPU. Throws InputError. */
  constructor(
    readonly name: string,
    cpus: number,
    initial: (cpu: number) => T,
    memory: Memory | null = null,
  ) {
    checkInteger(`the number of CPUs of ${name}`, cpus, { min: 1, max: 1024 });
    if (typeof initial !== "function")
      throw new InputError(
        `the initial value of ${name}`,
        initial,
        "a function from the CPU to a value",
        "write `() => 0`",
      );
    this.slots = Array.from({ length: cpus }, (_, cpu) => new Cell(`${name}[${cpu}]`, initial(cpu), memory));
    this.here = new Placeholder(name, (task) => this.of(task));
  }

  /** The slot that a task uses. */
  of(task: Task): Cell<T> {
    return this.slots[(task.cpu >= 0 ? task.cpu : task.home) % this.slots.length]!;
  }
}

const read = operation("this_cpu_read", "read");
const write = operation("this_cpu_write", "write", { cost: "store" });
// It tells nothing, and sums of integers do not depend on the order of their terms (sums of fractions do: they are rounded).
const add = operation("this_cpu_add", "add", { cost: "store", varies: true });

/** Reads this CPU's own. Another CPU's is `READ_ONCE(p.slots[cpu])`. */
export function thisCpuRead<T>(p: Percpu<T>): Step<T> {
  return new Step(read, p.here, (task) => p.of(task).current);
}

/** Writes this CPU's own. */
export function thisCpuWrite<T>(p: Percpu<T>, value: T): Step<void> {
  return new Step<void>(write, p.here, (task) => {
    p.of(task).current = value;
  }).with(value);
}

/** Adds to this CPU's own: one instruction, so that an interrupt cannot come in between. */
export function thisCpuAdd(p: Percpu<number>, by: number): Step<void> {
  return new Step<void>(add, p.here, (task, world) => {
    const slot = p.of(task);
    if (!Number.isSafeInteger(by) || !Number.isSafeInteger(slot.current)) world.as("write");
    slot.current += by;
  }).with(by);
}
