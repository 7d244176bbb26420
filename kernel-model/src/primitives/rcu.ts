import { InputError } from "../base/errors.js";
import { Placeholder, SharedObject, type Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { operation, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import { valueText } from "../machine/trace.js";
import { RuleBroken } from "../machine/violation.js";
import type { World } from "../machine/world.js";
import type { Cell } from "./cell.js";
import { kfree } from "./memory.js";
import { warnOnce } from "./warn.js";

/** A read section: its identity is what grace periods wait for. */
type Section = object;

interface Callback {
  readonly run: () => Path<unknown>;
  /** Sections it has to wait for: those that were open when it was queued. */
  readonly readers: ReadonlySet<Section>;
}

/** The callbacks of one CPU, in order, and the thread that runs them. */
interface CallbackList {
  readonly waiting: Callback[];
}

/** RCU of one run (kernel/rcu/tree.c). There is one; it needs no set-up. */
class Rcu extends SharedObject {
  readonly sections = new Map<Task, Section>();
  readonly open = new Set<Section>();
  readonly lists = new Map<string, CallbackList>();
  readonly outstanding = new Set<Callback>();

  describe(): string {
    const readers = [...this.sections.keys()].map(({ name }) => name).sort();
    return `${readers.length === 0 ? "no readers" : `readers ${readers.join(", ")}`}${this.outstanding.size === 0 ? "" : `, ${this.outstanding.size} callbacks`}`;
  }

  /** Whether none of the sections is open any more. */
  elapsed(sections: ReadonlySet<Section>): boolean {
    for (const section of sections) if (this.open.has(section)) return false;
    return true;
  }
}

const rcuOf = (world: World): Rcu => world.singleton(Rcu, () => new Rcu("rcu"));
const RCU = new Placeholder("rcu", (_task, world) => rcuOf(world));

// Readers commute with each other, and with nothing that waits for them.
const readLock = operation("rcu_read_lock", "read", { cost: "none", changes: true });
const readUnlock = operation("rcu_read_unlock", "read", { cost: "none", changes: true });
const begin = operation("synchronize_rcu", "write", { order: "full", cost: "none", sleeps: true });
const wait = operation("synchronize_rcu: wait", "write", { order: "full", cost: "none", sleeps: true });
const call = operation("call_rcu", "write", { cost: "store" });
const take = operation("rcu_do_batch", "write", { order: "acquire", waits: "sleep" });
const done = operation("rcu_do_batch: done", "write", { order: "release" });
const barrier = operation("rcu_barrier", "write", { cost: "none", sleeps: true });
const barrierWait = operation("rcu_barrier: wait", "write", { order: "acquire", cost: "none", sleeps: true });
const dereference = operation("rcu_dereference", "read", { order: "once", varies: true });
const access = operation("rcu_access_pointer", "read", { order: "once" });
const assign = operation("rcu_assign_pointer", "write", { order: "release", cost: "store" });

/** Begins a read section: until rcuReadUnlock no grace period that starts from now on can end. Nests; may not sleep. */
export function rcuReadLock(): Step<void> {
  return new Step<void>(readLock, RCU, (task, world) => {
    if (task.rcuDepth++ > 0) return;
    const rcu = rcuOf(world);
    const section = {};
    rcu.sections.set(task, section);
    rcu.open.add(section);
  });
}

export function rcuReadUnlock(): Step<void> {
  return new Step<void>(readUnlock, RCU, (task, world) => {
    if (task.rcuDepth === 0) throw new RuleBroken("unlock-not-held", task, "calls rcu_read_unlock() without rcu_read_lock()");
    if (--task.rcuDepth > 0) return;
    const rcu = rcuOf(world);
    rcu.open.delete(rcu.sections.get(task)!);
    rcu.sections.delete(task);
  });
}

/** Waits, asleep, until every read section that is open now is over. Later ones do not hold it up. */
export function* synchronizeRcu(): Path {
  const { rcu, readers } = yield* new Step(begin, RCU, (_task, world) => ({ rcu: rcuOf(world), readers: new Set(rcuOf(world).open) }));
  yield* new Step<void>(wait, rcu, nothing, () => rcu.elapsed(readers));
}

/**
 * Has `callback` run after a grace period, where nothing may sleep. Callbacks of one CPU run in the order of their
 * calls; those of different CPUs in any. They run on threads of their own, as on a CPU of rcu_nocbs=.
 */
export function callRcu(callback: () => Path<unknown>): Step<void> {
  if (typeof callback !== "function") throw new InputError("the callback of callRcu", callback, "a function that gives a path", "write `() => callback(s)`");
  return new Step<void>(call, RCU, (task, world) => {
    const rcu = rcuOf(world);
    const entry: Callback = { run: callback, readers: new Set(rcu.open) };
    rcu.outstanding.add(entry);
    // A task that is bound to no CPU stands for one.
    const key = task.cpu >= 0 ? `cpu ${task.cpu}` : `task ${task.id}`;
    const list = rcu.lists.get(key);
    if (list !== undefined) {
      list.waiting.push(entry);
      return;
    }
    const fresh: CallbackList = { waiting: [entry] };
    rcu.lists.set(key, fresh);
    world.spawn(`rcuo/${task.cpu >= 0 ? task.cpu : task.name}`, callbackThread(rcu, fresh), { daemon: true });
  });
}

function* callbackThread(rcu: Rcu, list: CallbackList): Path {
  for (;;) {
    const entry = yield* new Step(
      take,
      rcu,
      (task) => {
        task.softirqsOff++;
        return list.waiting.shift()!;
      },
      () => list.waiting.length > 0 && rcu.elapsed(list.waiting[0]!.readers),
    );
    yield* entry.run();
    yield* new Step<void>(done, rcu, (task) => {
      task.softirqsOff--;
      rcu.outstanding.delete(entry);
    });
  }
}

/** Waits, asleep, until every callback that was queued before has run. */
export function* rcuBarrier(): Path {
  const { rcu, callbacks } = yield* new Step(barrier, RCU, (_task, world) => ({ rcu: rcuOf(world), callbacks: [...rcuOf(world).outstanding] }));
  yield* new Step<void>(barrierWait, rcu, nothing, () => !callbacks.some((callback) => rcu.outstanding.has(callback)));
}

/** kfree() after a grace period. */
export function kfreeRcu(memory: Memory): Step<void> {
  return callRcu(function* kfree_rcu() {
    yield* kfree(memory);
  });
}

/** Reads a pointer to what RCU protects. Outside of a read section it warns as lockdep does (CONFIG_PROVE_RCU). */
export function rcuDereference<T>(pointer: Cell<T>): Step<T> {
  return new Step(dereference, pointer, (task, world) => {
    // Who of two is the first to warn depends on their order.
    if (task.rcuDepth === 0 && warnOnce(world, task, pointer, "rcu_dereference", `suspicious rcu_dereference_check() usage: ${pointer.name} is read outside of rcu_read_lock()`)) world.as("write");
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

function nothing(): void {
  // The step is its guard.
}
