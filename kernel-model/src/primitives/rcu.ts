import { InputError } from "../base/errors.js";
import type { Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import type { RcuProvider } from "../machine/services.js";
import { operation, Step } from "../machine/step.js";
import { valueText } from "../machine/trace.js";
import { RuleBroken } from "../machine/violation.js";
import { worldNow } from "../machine/world.js";
import type { Cell } from "./cell.js";
import { kfree } from "./memory.js";
import { RCU, SMALL_RCU } from "./rcu-small.js";
import { warnOnce } from "./warn.js";

/** Who ends the grace periods of this run. */
const provider = (): RcuProvider => worldNow().services.rcu ?? SMALL_RCU;

// That the task is in a read section then, or in none, the machine books: see read-side.ts.
const readLock = operation("rcu_read_lock", "none", { cost: "none", changes: true });
const readUnlock = operation("rcu_read_unlock", "none", { cost: "none", changes: true });
const dereference = operation("rcu_dereference", "read", { order: "once", varies: true });
const access = operation("rcu_access_pointer", "read", { order: "once" });
const assign = operation("rcu_assign_pointer", "write", { order: "release", cost: "store" });

/** Begins a read section: until rcuReadUnlock no grace period that starts from now on can end. Nests; may not sleep. */
export function rcuReadLock(): Step<void> {
  return new Step<void>(readLock, RCU, (task) => {
    task.rcuDepth++;
  });
}

export function rcuReadUnlock(): Step<void> {
  return new Step<void>(readUnlock, RCU, (task) => {
    if (task.rcuDepth === 0)
      throw new RuleBroken("unlock-not-held", task, "calls rcu_read_unlock() without rcu_read_lock()");
    task.rcuDepth--;
  });
}

/**
 * Waits, asleep, until every read section is over that is open now; later ones do not hold it up. A read section is
 * rcu_read_lock(), and since Linux 4.20 also where preemption, softirqs or interrupts are off, with a spinlock held, or in an
 * interrupt handler; where these overlap they are one (kernel/rcu/tree.c).
 *
 * @example
 * const setup = () => {
 *   const memory = new Memory("entry");
 *   return { memory, shown: new Cell("shown", true), value: new Cell("entry->value", 1, memory) };
 * };
 * function* reader({ shown, value }) {
 *   const flags = yield* localIrqSave();
 *   if (yield* READ_ONCE(shown)) yield* READ_ONCE(value);
 *   yield* localIrqRestore(flags);
 * }
 * function* remover({ shown, memory }) {
 *   yield* WRITE_ONCE(shown, false);
 *   yield* synchronizeRcu();
 *   yield* kfree(memory);
 * }
 * explore(define({ name: "irqs off", setup, tasks: (s) => ({ A: reader(s), B: remover(s) }) })).kind; // => "exhausted"
 */
export function* synchronizeRcu(): Path {
  yield* provider().synchronizeRcu();
}

/**
 * Has `callback` run after a grace period, where nothing may sleep. Callbacks of one CPU run in the order of their
 * calls; those of different CPUs in any. They run on threads of their own, as on a CPU of rcu_nocbs=.
 */
export function callRcu(callback: () => Path<unknown>): Path {
  if (typeof callback !== "function")
    throw new InputError(
      "the callback of callRcu",
      callback,
      "a function that gives a path",
      "write `() => callback(s)`",
    );
  return call(callback);
}

function* call(callback: () => Path<unknown>): Path {
  yield* provider().callRcu(callback);
}

/** Waits, asleep, until every callback that was queued before has run. */
export function* rcuBarrier(): Path {
  yield* provider().rcuBarrier();
}

/** kfree() after a grace period. */
export function kfreeRcu(memory: Memory): Path {
  return callRcu(function* kfree_rcu() {
    yield* kfree(memory);
  });
}

/** Reads a pointer to what RCU protects. Outside of a read section it warns as lockdep does (CONFIG_PROVE_RCU). */
export function rcuDereference<T>(pointer: Cell<T>): Step<T> {
  return new Step(dereference, pointer, (task, world) => {
    // Who of two is the first to warn depends on their order.
    if (
      task.rcuDepth === 0 &&
      warnOnce(
        world,
        task,
        pointer,
        "rcu_dereference",
        `suspicious rcu_dereference_check() usage: ${pointer.name} is read outside of rcu_read_lock()`,
      )
    )
      world.as("write");
    return pointer.current;
  });
}

/** Reads the pointer for its value only, or where updates are excluded: rcu_access_pointer(), rcu_dereference_protected(). */
export function rcuAccessPointer<T>(pointer: Cell<T>): Step<T> {
  return new Step(access, pointer, () => pointer.current);
}

/** Publishes a pointer: what was written before is seen by who reads it. */
export function rcuAssignPointer<T>(pointer: Cell<T>, value: T): Step<void> {
  return new Step<void>(assign, pointer, () => {
    pointer.current = value;
  }).with(valueText(value));
}
