import { Placeholder, SharedObject } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { readSectionsNow, type ReadSection } from "../machine/read-side.js";
import type { RcuProvider } from "../machine/services.js";
import { operation, Step, type Operation } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { World } from "../machine/world.js";
import { Fifo, Part } from "./part.js";

/** A callback that waits or runs. Made by the task that queues it. */
class Callback extends Part {
  over = false;

  constructor(
    readonly run: () => Path<unknown>,
    /** Sections it has to wait for: those that were open when it was queued. */
    readonly readers: readonly ReadSection[],
  ) {
    super("rcu");
  }

  override fingerprint(): null {
    return null;
  }
}

/** What a trace shows of RCU, and the callbacks that are not over. */
class RcuState extends SharedObject {
  readonly outstanding = new Set<Callback>();
  /** By CPU. */
  readonly lists = new Map<string, Fifo<Callback>>();

  /** `callbacks`: stands for the set of callbacks. */
  constructor(readonly callbacks: Part) {
    super("rcu");
  }

  describe(): string {
    const readers = (this.world?.tasks ?? [])
      .filter(({ rcuDepth, finished }) => rcuDepth > 0 && !finished)
      .map(({ name }) => name)
      .sort();
    return `${readers.length === 0 ? "no readers" : `readers ${readers.join(", ")}`}${this.outstanding.size === 0 ? "" : `, ${this.outstanding.size} callbacks`}`;
  }
}

const rcuOf = (world: World): RcuState =>
  world.singleton(RcuState, () => new RcuState(world.singleton(Callback, () => new Part("rcu"))));
/** What the steps of RCU name as their object. They touch nothing of it. */
export const RCU = new Placeholder("rcu", (_task, world) => rcuOf(world));

const begin = operation("synchronize_rcu", "none", { order: "full", cost: "none", sleeps: true });
const wait = operation("synchronize_rcu: wait", "none", { order: "full", cost: "none", sleeps: true });
const call = operation("call_rcu", "none", { cost: "store", changes: true });
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

/** A step that waits until each of these parts is over; of RCU itself it touches nothing. */
function waitFor(
  kind: Operation,
  parts: readonly (SharedObject & { readonly over: boolean })[],
  effect: (task: Task, world: World) => void = nothing,
): Step<void> {
  const step = new Step<void>(kind, RCU, effect, () => parts.every(isOver));
  step.others = parts;
  return step;
}

const isOver = ({ over }: { readonly over: boolean }): boolean => over;

/**
 * RCU without its machinery (kernel/rcu/tree.c): each who waits has a grace period of its own, which starts at once and is
 * over as soon as the read sections are that were open then. What it leaves out: that grace periods are shared, and take
 * longer. Who touches what: the start of one reads the set of open sections, and waiting for it reads these only. The set
 * of callbacks that are not over, for rcu_barrier() in the same way. The list of callbacks of one CPU.
 */
class SmallRcu implements RcuProvider {
  *synchronizeRcu(): Path {
    let readers: readonly ReadSection[] = [];
    yield* new Step<void>(begin, RCU, (_task, world) => {
      readers = readSectionsNow(world);
    });
    yield* waitFor(wait, readers);
  }

  *callRcu(callback: () => Path<unknown>): Path {
    yield* new Step<void>(call, RCU, (task, world) => {
      const rcu = rcuOf(world);
      const entry = new Callback(callback, readSectionsNow(world));
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

  *rcuBarrier(): Path {
    const callbacks = yield* new Step(barrier, RCU, (_task, world) => {
      world.touch(rcuOf(world).callbacks, "read");
      return [...rcuOf(world).outstanding];
    });
    yield* waitFor(barrierWait, callbacks);
  }
}

export const SMALL_RCU: RcuProvider = new SmallRcu();

/**
 * rcu_nocb_cb_kthread(): runs the callbacks of one CPU in their order, with softirqs off: each is a read section for
 * other grace periods. The first and the last of its steps bound that, since what stands around them touches nothing that
 * could tell; so a callback of one step is none, and commutes with the start of a grace period.
 */
function* callbackThread(rcu: RcuState, list: Fifo<Callback>): Path {
  for (;;) {
    const next = new Step(
      take,
      RCU,
      (_task, world) => list.take(world),
      () => list.entries.length > 0,
    );
    next.others = [list.head];
    const entry = yield* next;
    let self: Task | null = null;
    yield* waitFor(elapse, entry.readers, (task, { host }) => {
      self = task;
      task.softirqsOff++;
      if (host.keyOf !== undefined) task.readsFrom = task.steps + 2;
    });
    yield* entry.run();
    self!.readsFrom = Infinity;
    yield* new Step<void>(done, RCU, (task, world) => {
      task.softirqsOff--;
      task.readsFrom = 0;
      entry.over = true;
      rcu.outstanding.delete(entry);
      world.touch(entry, "write");
      world.touch(rcu.callbacks, "add");
    });
  }
}

function nothing(): void {
  // The step is its guard.
}
