import { InputError } from "../base/errors.js";
import { Placeholder, SharedObject, type Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { operation, Step, type Operation } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import { valueText } from "../machine/trace.js";
import { RuleBroken } from "../machine/violation.js";
import type { World } from "../machine/world.js";
import type { Cell } from "./cell.js";
import { kfree } from "./memory.js";
import { Fifo, Part } from "./part.js";
import { warnOnce } from "./warn.js";

/** A read section: what grace periods wait for. Made by its task. */
class Section extends Part {
  open = true;

  override fingerprint(): null {
    return null;
  }
}

/** A callback that waits or runs. Made by the task that queues it. */
class Callback extends Part {
  over = false;

  constructor(
    readonly run: () => Path<unknown>,
    /** Sections it has to wait for: those that were open when it was queued. */
    readonly readers: readonly Section[],
  ) {
    super("rcu");
  }

  override fingerprint(): null {
    return null;
  }
}

/**
 * RCU of one run (kernel/rcu/tree.c). There is one; it needs no set-up.
 *
 * Who touches what: the set of open sections, which each lock and unlock changes by an `add`, and which the start of a
 * grace period reads. From then on that waits for the sections of its own set: it reads these, and their unlock writes
 * them. The set of callbacks that are not over, for rcu_barrier() in the same way. The list of callbacks of one CPU.
 */
class Rcu extends SharedObject {
  readonly open = new Map<Task, Section>();
  readonly outstanding = new Set<Callback>();
  /** By CPU. */
  readonly lists = new Map<string, Fifo<Callback>>();

  /** `callbacks`: stands for the set of callbacks. */
  constructor(readonly callbacks: Part) {
    super("rcu");
  }

  describe(): string {
    const readers = [...this.open.keys()].map(({ name }) => name).sort();
    return `${readers.length === 0 ? "no readers" : `readers ${readers.join(", ")}`}${this.outstanding.size === 0 ? "" : `, ${this.outstanding.size} callbacks`}`;
  }
}

const rcuOf = (world: World): Rcu =>
  world.singleton(Rcu, () => new Rcu(world.singleton(Callback, () => new Part("rcu"))));
const RCU = new Placeholder("rcu", (_task, world) => rcuOf(world));

const readLock = operation("rcu_read_lock", "add", { cost: "none" });
const readUnlock = operation("rcu_read_unlock", "add", { cost: "none" });
const begin = operation("synchronize_rcu", "read", { order: "full", cost: "none", sleeps: true });
const wait = operation("synchronize_rcu: wait", "none", { order: "full", cost: "none", sleeps: true });
const call = operation("call_rcu", "read", { cost: "store", changes: true });
const take = operation("rcu_do_batch: take", "none", {
  order: "acquire",
  cost: "atomic",
  waits: "sleep",
  changes: true,
});
const elapse = operation("rcu_do_batch", "none", { order: "acquire", cost: "none", waits: "sleep" });
const done = operation("rcu_do_batch: done", "none", { order: "release", cost: "atomic", changes: true });
const barrier = operation("rcu_barrier", "none", { cost: "none", sleeps: true });
const barrierWait = operation("rcu_barrier: wait", "none", { order: "acquire", cost: "none", sleeps: true });
const dereference = operation("rcu_dereference", "read", { order: "once", varies: true });
const access = operation("rcu_access_pointer", "read", { order: "once" });
const assign = operation("rcu_assign_pointer", "write", { order: "release", cost: "store" });

/** Begins a read section: until rcuReadUnlock no grace period that starts from now on can end. Nests; may not sleep. */
export function rcuReadLock(): Step<void> {
  return new Step<void>(readLock, RCU, (task, world) => {
    if (task.rcuDepth++ > 0) world.as("none");
    else rcuOf(world).open.set(task, new Section("rcu"));
  });
}

export function rcuReadUnlock(): Step<void> {
  return new Step<void>(readUnlock, RCU, (task, world) => {
    if (task.rcuDepth === 0)
      throw new RuleBroken("unlock-not-held", task, "calls rcu_read_unlock() without rcu_read_lock()");
    if (--task.rcuDepth > 0) {
      world.as("none");
      return;
    }
    const { open } = rcuOf(world);
    const section = open.get(task)!;
    open.delete(task);
    section.open = false;
    world.touch(section, "write");
  });
}

/** A step that waits until each of these parts is over; of RCU itself it touches nothing. */
function waitFor<T extends Part>(
  kind: Operation,
  parts: readonly T[],
  isOver: (part: T) => boolean,
  effect: (task: Task) => void = nothing,
): Step<void> {
  const step = new Step<void>(kind, RCU, effect, () => parts.every(isOver));
  step.others = parts;
  return step;
}

const isClosed = ({ open }: Section): boolean => !open;

/** Waits, asleep, until every read section that is open now is over. Later ones do not hold it up. */
export function* synchronizeRcu(): Path {
  const readers = yield* new Step(begin, RCU, (_task, world) => [...rcuOf(world).open.values()]);
  yield* waitFor(wait, readers, isClosed);
}

/**
 * Has `callback` run after a grace period, where nothing may sleep. Callbacks of one CPU run in the order of their
 * calls; those of different CPUs in any. They run on threads of their own, as on a CPU of rcu_nocbs=.
 */
export function callRcu(callback: () => Path<unknown>): Step<void> {
  if (typeof callback !== "function")
    throw new InputError(
      "the callback of callRcu",
      callback,
      "a function that gives a path",
      "write `() => callback(s)`",
    );
  return new Step<void>(call, RCU, (task, world) => {
    const rcu = rcuOf(world);
    const entry = new Callback(callback, [...rcu.open.values()]);
    rcu.outstanding.add(entry);
    world.touch(rcu.callbacks, "add");
    // A task that is bound to no CPU stands for one.
    const key = task.cpu >= 0 ? `cpu ${task.cpu}` : `task ${task.key}`;
    let list = rcu.lists.get(key);
    const isFirst = list === undefined;
    if (list === undefined)
      rcu.lists.set(
        key,
        (list = new Fifo((part) => world.singleton(`callbacks of ${key}: ${part}`, () => new Part("rcu")))),
      );
    list.append(entry, world);
    if (isFirst)
      world.spawn(`rcuo/${task.cpu >= 0 ? task.cpu : task.name}`, callbackThread(rcu, list), { daemon: true });
  });
}

function* callbackThread(rcu: Rcu, list: Fifo<Callback>): Path {
  for (;;) {
    const next = new Step(
      take,
      RCU,
      (_task, world) => list.take(world),
      () => list.entries.length > 0,
    );
    next.others = [list.head];
    const entry = yield* next;
    yield* waitFor(elapse, entry.readers, isClosed, (task) => {
      task.softirqsOff++;
    });
    yield* entry.run();
    yield* new Step<void>(done, RCU, (task, world) => {
      task.softirqsOff--;
      entry.over = true;
      rcu.outstanding.delete(entry);
      world.touch(entry, "write");
      world.touch(rcu.callbacks, "add");
    });
  }
}

const isOver = ({ over }: Callback): boolean => over;

/** Waits, asleep, until every callback that was queued before has run. */
export function* rcuBarrier(): Path {
  const callbacks = yield* new Step(barrier, RCU, (_task, world) => {
    world.touch(rcuOf(world).callbacks, "read");
    return [...rcuOf(world).outstanding];
  });
  yield* waitFor(barrierWait, callbacks, isOver);
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

function nothing(): void {
  // The step is its guard.
}
