import { checkInteger, InputError } from "../base/errors.js";
import type { Path } from "../machine/path.js";
import { operation, Step } from "../machine/step.js";
import type { Context, Task } from "../machine/task.js";
import { RuleBroken } from "../machine/violation.js";
import type { World } from "../machine/world.js";
import { spinLock, spinUnlock, type SpinLock } from "./spinlock.js";

/** What local_irq_save() saves: whether interrupts were on. */
export interface IrqFlags {
  readonly on: boolean;
}

const save = operation("local_irq_save", "none");
const restore = operation("local_irq_restore", "none");
const disable = operation("local_irq_disable", "none");
const enable = operation("local_irq_enable", "none");
const preemptOff = operation("preempt_disable", "none");
const preemptOn = operation("preempt_enable", "none");
const bhOff = operation("local_bh_disable", "none");
const bhOn = operation("local_bh_enable", "none");
const raise = operation("raise an interrupt", "none", { cost: "interrupt" });
const entry = operation("irq_enter", "none");

/** Keeps interrupts off on this CPU; returns what to give to localIrqRestore. */
export function localIrqSave(): Step<IrqFlags> {
  return new Step(save, null, (task) => {
    const flags = { on: task.irqsOff === 0 };
    task.irqsOff = 1;
    return flags;
  });
}

/** Interrupts as they were at localIrqSave. */
export function localIrqRestore(flags: IrqFlags): Step<void> {
  if (typeof flags !== "object" || flags === null || typeof flags.on !== "boolean")
    throw new InputError(
      "the flags of localIrqRestore",
      flags,
      "what localIrqSave returned",
      "write `const flags = yield* localIrqSave()`",
    );
  return new Step<void>(restore, null, (task) => {
    task.irqsOff = flags.on ? 0 : 1;
  });
}

/** Keeps interrupts off on this CPU. Does not nest: the first localIrqEnable turns them on. */
export function localIrqDisable(): Step<void> {
  return new Step<void>(disable, null, (task) => {
    task.irqsOff = 1;
  });
}

/** Turns interrupts on, whoever turned them off. */
export function localIrqEnable(): Step<void> {
  return new Step<void>(enable, null, (task) => {
    task.irqsOff = 0;
  });
}

/** Nothing else but interrupt handlers runs on this CPU until preemptEnable; nests. */
export function preemptDisable(): Step<void> {
  return new Step<void>(preemptOff, null, (task) => {
    task.preemptCount++;
  });
}

export function preemptEnable(): Step<void> {
  return new Step<void>(preemptOn, null, (task) => {
    if (task.preemptCount === 0) throw new RuleBroken("misuse", task, "preempt_enable() without preempt_disable()");
    task.preemptCount--;
  });
}

/** No softirq handler (timer) begins on this CPU until localBhEnable; nests. */
export function localBhDisable(): Step<void> {
  return new Step<void>(bhOff, null, (task) => {
    task.softirqsOff++;
  });
}

export function localBhEnable(): Step<void> {
  return new Step<void>(bhOn, null, (task) => {
    if (task.softirqsOff === 0) throw new RuleBroken("misuse", task, "local_bh_enable() without local_bh_disable()");
    task.softirqsOff--;
  });
}

/** Interrupts off, then the lock: two steps, so that a CPU spins with interrupts off, as in the kernel. */
export function* spinLockIrqsave(l: SpinLock): Path<IrqFlags> {
  const flags = yield* localIrqSave();
  yield* spinLock(l);
  return flags;
}

export function* spinUnlockIrqrestore(l: SpinLock, flags: IrqFlags): Path {
  yield* spinUnlock(l);
  yield* localIrqRestore(flags);
}

export function* spinLockIrq(l: SpinLock): Path {
  yield* localIrqDisable();
  yield* spinLock(l);
}

/** Turns interrupts on, even if they were off before spinLockIrq. */
export function* spinUnlockIrq(l: SpinLock): Path {
  yield* spinUnlock(l);
  yield* localIrqEnable();
}

/** Softirqs off, then the lock: against a timer on the same CPU. */
export function* spinLockBh(l: SpinLock): Path {
  yield* localBhDisable();
  yield* spinLock(l);
}

export function* spinUnlockBh(l: SpinLock): Path {
  yield* spinUnlock(l);
  yield* localBhEnable();
}

/**
 * A device interrupts a CPU: `handler` runs there in hard interrupt context, as soon as interrupts are on, between any
 * two steps of what runs on that CPU. The tasks it is to interrupt must be bound to it: `{ path, cpu }`.
 *
 * @param cpu 0 to 1023
 */
export function raiseIrq(cpu: number, name: string, handler: () => Path<unknown>): Step<void> {
  checkCpu(cpu);
  if (typeof handler !== "function")
    throw new InputError(
      `the handler of interrupt ${JSON.stringify(name)}`,
      handler,
      "a function that gives a path",
      "write `() => handler(s)`",
    );
  return new Step<void>(raise, null, (_task, world) => {
    interrupt(world, name, handler, "hardirq", cpu);
  }).with(name);
}

/** The number of a CPU. Throws InputError. */
export function checkCpu(cpu: number): number {
  return checkInteger("the CPU", cpu, { min: 0, max: 1023, next: "number the CPUs from 0" });
}

/** Starts a handler. Its first step is the interrupt itself: from then on it holds its CPU, also while it spins. */
export function interrupt(
  world: World,
  name: string,
  handler: () => Path<unknown>,
  context: Context,
  cpu: number,
): Task {
  return world.spawn(name, entered(handler), { context, cpu });
}

function* entered(handler: () => Path<unknown>): Path {
  yield* new Step<void>(entry, null, () => undefined);
  yield* handler();
}
