import { checkInteger } from "../base/errors.js";
import type { Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { operation, Step } from "../machine/step.js";
import { Cell, READ_ONCE } from "./cell.js";
import { spinLockIrqsave, spinUnlockIrqrestore } from "./irq.js";
import { Percpu } from "./percpu.js";
import { SpinLock } from "./spinlock.js";

/**
 * struct percpu_counter (lib/percpu_counter.c): each CPU counts by itself, and adds to the shared count, under a lock,
 * when its own part reaches the batch. So the shared count is off by less than cpus x batch.
 */
export class PercpuCounter {
  readonly lock: SpinLock;
  readonly count: Cell<number>;
  readonly counters: Percpu<number>;
  /** From this size on, a CPU's own part goes to the shared count. */
  readonly batch: number;

  /**
   * @param cpus 1 to 1024
   * @param initial the shared count at first
   * @param batch at least 1. Default: percpu_counter_batch, the larger of 32 and twice the CPUs
   */
  constructor(
    readonly name: string,
    cpus: number,
    initial = 0,
    batch = Math.max(32, 2 * cpus),
    memory: Memory | null = null,
  ) {
    this.counters = new Percpu(`${name}.counters`, cpus, () => 0, memory);
    this.lock = new SpinLock(`${name}.lock`, memory);
    this.count = new Cell(`${name}.count`, checkInteger(`the initial value of ${name}`, initial), memory);
    this.batch = checkInteger(`the batch of ${name}`, batch, { min: 1 });
  }
}

const tryAdd = operation("percpu_counter_add_batch: this_cpu_try_cmpxchg", "write", { cost: "store", varies: true });
const takeLocal = operation("percpu_counter_add_batch: this_cpu_sub", "write", { cost: "store" });
const fold = operation("percpu_counter_add_batch: fold", "add", { cost: "store" });

/** Adds `amount`, an integer; one step, or, where the batch is reached, the fold under the lock too. */
export function percpuCounterAdd(fbc: PercpuCounter, amount: number): Path {
  return percpuCounterAddBatch(fbc, amount, fbc.batch);
}

/** As {@link percpuCounterAdd}, with a batch of its own, at least 1. */
export function* percpuCounterAddBatch(fbc: PercpuCounter, amount: number, batch: number): Path {
  checkInteger(`what to add to ${fbc.name}`, amount);
  checkInteger(`the batch of ${fbc.name}`, batch, { min: 1 });
  const { counters, count } = fbc;
  const fits = yield* new Step(tryAdd, counters.here, (task, world) => {
    const slot = counters.of(task);
    if (Math.abs(slot.current + amount) >= batch) {
      world.as("read");
      return false;
    }
    slot.current += amount;
    return true;
  }).with(amount);
  if (fits) return;
  const flags = yield* spinLockIrqsave(fbc.lock);
  const local = yield* new Step(takeLocal, counters.here, (task) => {
    const slot = counters.of(task);
    const value = slot.current;
    slot.current = 0;
    return value;
  });
  yield* new Step<void>(fold, count, () => {
    count.current += local + amount;
  }).with(local + amount);
  yield* spinUnlockIrqrestore(fbc.lock, flags);
}

/** The shared count: approximate. */
export function percpuCounterRead(fbc: PercpuCounter): Step<number> {
  return READ_ONCE(fbc.count);
}

/** The shared count, or 0 where it is negative. */
export function* percpuCounterReadPositive(fbc: PercpuCounter): Path<number> {
  return Math.max(0, yield* READ_ONCE(fbc.count));
}

/** The shared count and all CPUs' parts, under the lock: exact if nobody adds meanwhile. One step per CPU and five. */
export function* percpuCounterSum(fbc: PercpuCounter): Path<number> {
  const flags = yield* spinLockIrqsave(fbc.lock);
  let sum = yield* READ_ONCE(fbc.count);
  for (const slot of fbc.counters.slots) sum += yield* READ_ONCE(slot);
  yield* spinUnlockIrqrestore(fbc.lock, flags);
  return sum;
}

/** As {@link percpuCounterSum}, or 0 where it is negative. */
export function* percpuCounterSumPositive(fbc: PercpuCounter): Path<number> {
  return Math.max(0, yield* percpuCounterSum(fbc));
}
