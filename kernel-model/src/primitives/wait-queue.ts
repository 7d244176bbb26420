import { InputError } from "../base/errors.js";
import { Placeholder, SharedObject, type Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { operation, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { World } from "../machine/world.js";
import { Condition, type Readable, type Values } from "./condition.js";

interface Entry {
  readonly task: Task;
  readonly exclusive: boolean;
}

/**
 * A task as one wait queue sees it, whether it is on it or not: what its prepareToWait, schedule and finishWait act on,
 * and the wake-ups that find it. Made by the task itself. The queue shows its state.
 */
class Waiter extends SharedObject {
  /** Whether it came to the queue as an exclusive one when it last came. */
  exclusive = false;

  describe(): string {
    return "";
  }
}

/** A task as all wait queues see it. */
class Sleeper {
  /** Whether schedule() takes the task off its CPU: TASK_UNINTERRUPTIBLE. */
  asleep = false;
  /** Queues that it has come to and has not left by its own finishWait. */
  readonly joined = new Set<WaitQueue>();
  /** From when on it was on two queues at once, stands for its state: each of their wake-ups changes what the others find. */
  shared: Waiter | null = null;
}

const SLEEPERS = new WeakMap<Task, Sleeper>();

function sleeperOf(task: Task): Sleeper {
  let sleeper = SLEEPERS.get(task);
  if (sleeper === undefined) SLEEPERS.set(task, (sleeper = new Sleeper()));
  return sleeper;
}

/**
 * wait_queue_head_t (kernel/sched/wait.c, Linux 6.6), with the state of the tasks on it: TASK_UNINTERRUPTIBLE from
 * prepareToWait until they are woken, else TASK_RUNNING. A wake-up passes over a task that runs, woken through another
 * queue: it stays on this one, and does not count as the one exclusive task that is woken (__wake_up_common()).
 *
 * Who touches what: the queue itself is who is on it. Tasks that are not exclusive come in any order, since a wake-up
 * takes all of them, and exclusive ones go in any order: `add`. An exclusive one that comes queues behind others, and a
 * wake-up takes all that are there: `write`. What a wake-up does to a task, and all that the task sees of it, is a matter
 * of its {@link Waiter}.
 *
 * That a task which is not exclusive leaves by itself commutes with every wake-up: in either order it is off the queue
 * and awake. A wake-up must then touch the same in either order, so it touches all such tasks that have come since the last
 * one, those that have left included. A wake-up for which nobody has come only reads. None of this holds of a task that
 * has ever been on two queues at once: what it does is a `write`, of the queue and of its state.
 */
export class WaitQueue extends SharedObject {
  /** For the effects of steps only. Exclusive entries stand behind the others; the order of those makes no difference. */
  readonly entries: Entry[] = [];
  /** Who has come since the last wake-up, or was passed over by it, but for exclusive ones. */
  readonly #came = new Set<Task>();
  readonly #waiters = new WeakMap<Task, Waiter>();
  /** What the task which performs a step waits for: its state. */
  readonly here: SharedObject;

  constructor(name: string, memory: Memory | null = null) {
    super(name, memory);
    this.here = new Placeholder(name, (task) => sleeperOf(task).shared ?? this.#waiter(task));
  }

  /** Number of tasks on it. */
  get waiting(): number {
    this.seen();
    return this.entries.length;
  }

  describe(): string {
    if (this.entries.length === 0) return "empty";
    const names = (exclusive: boolean): string[] =>
      this.entries.filter((entry) => entry.exclusive === exclusive).map(({ task }) => task.name);
    return [...names(false).sort(), ...names(true).map((name) => `${name} (exclusive)`)].join(", ");
  }

  #waiter(task: Task): Waiter {
    let waiter = this.#waiters.get(task);
    if (waiter === undefined) this.#waiters.set(task, (waiter = new Waiter(this.name, this.memory)));
    return waiter;
  }

  /** Puts the task on the queue, unless it is on it, and to sleep. */
  join(task: Task, world: World, exclusive: boolean): void {
    const sleeper = sleeperOf(task);
    sleeper.joined.add(this);
    if (sleeper.joined.size > 1 && sleeper.shared === null) {
      sleeper.shared = new Waiter("task state");
      for (const queue of sleeper.joined) world.touch(queue.#waiter(task), "write");
    }
    if (sleeper.shared !== null) world.as("write");
    if (!this.entries.some((entry) => entry.task === task)) {
      const others = exclusive ? -1 : this.entries.findIndex((entry) => entry.exclusive);
      this.entries.splice(others < 0 ? this.entries.length : others, 0, { task, exclusive });
      this.#waiter(task).exclusive = exclusive;
      if (exclusive) this.#came.delete(task);
      else this.#came.add(task);
    }
    sleeper.asleep = true;
    this.#touch(task, world, "write");
  }

  /**
   * Takes the task off the queue, where it is still on it; that a wake-up has taken it off, it knows from its own state.
   * An exclusive one that left before that wake-up would have left it to the next, so it keeps its order with it.
   */
  leave(task: Task, world: World): void {
    const waiter = this.#waiter(task);
    const sleeper = sleeperOf(task);
    const at = this.entries.findIndex((entry) => entry.task === task);
    sleeper.asleep = false;
    sleeper.joined.delete(this);
    if (at >= 0) this.entries.splice(at, 1);
    if (sleeper.shared !== null) {
      this.#came.delete(task);
      world.as("write");
      this.#touch(task, world, "write");
      return;
    }
    if (at < 0 || !waiter.exclusive) {
      world.as("none");
      if (this.memory !== null) world.touch(this.memory, "read");
    }
    if (waiter.exclusive) this.#touch(task, world, "write");
    // Only the explorer's host asks what commutes.
    else if (world.host.keyOf === undefined) this.#came.delete(task);
  }

  /** Wakes all that sleep and are not exclusive, and up to `exclusive` others; each is taken off the queue (autoremove). */
  wake(world: World, exclusive: number): void {
    const came = [...this.#came];
    this.#came.clear();
    for (const task of came)
      if (!this.entries.some((entry) => entry.task === task)) world.touch(this.#waiter(task), "write");
    let woken = 0;
    for (const entry of [...this.entries]) {
      if (entry.exclusive && woken === exclusive) break;
      if (this.#wakeOne(entry, world) && entry.exclusive) woken++;
    }
    if (came.length === 0 && woken === 0) world.as("read");
  }

  /** try_to_wake_up(): whether the task slept. One that did not stays on the queue. */
  #wakeOne(entry: Entry, world: World): boolean {
    const { task } = entry;
    const sleeper = sleeperOf(task);
    const { asleep } = sleeper;
    this.#touch(task, world, entry.exclusive && !asleep ? "read" : "write");
    if (asleep) {
      sleeper.asleep = false;
      this.entries.splice(this.entries.indexOf(entry), 1);
    } else if (!entry.exclusive) this.#came.add(task);
    return asleep;
  }

  #touch(task: Task, world: World, access: "read" | "write"): void {
    const { shared } = sleeperOf(task);
    world.touch(this.#waiter(task), access);
    if (shared !== null) world.touch(shared, access);
  }
}

/** Whether schedule() lets the task go on. */
const isRunning = (task: Task): boolean => !sleeperOf(task).asleep;

const prepare = operation("prepare_to_wait", "add", { order: "full", varies: true });
const prepareExclusive = operation("prepare_to_wait_exclusive", "write", { order: "full" });
const sleepOn = operation("schedule", "read", { cost: "none", sleeps: true });
const finish = operation("finish_wait", "add", { varies: true });
const check = operation("condition of wait_event", "read", { order: "once" });
const wake = operation("wake_up", "write", { order: "full", varies: true });
const wakeAll = operation("wake_up_all", "write", { order: "full", varies: true });

/** Puts the task on the queue: a wake-up from now on keeps schedule() from sleeping. To be followed by a check of the condition. */
export function prepareToWait(q: WaitQueue): Step<void> {
  return new Step<void>(prepare, q, (task, world) => q.join(task, world, false));
}

/** As {@link prepareToWait}, behind the others: wake_up() wakes one such at a time. */
export function prepareToWaitExclusive(q: WaitQueue): Step<void> {
  return new Step<void>(prepareExclusive, q, (task, world) => q.join(task, world, true));
}

/** Sleeps until woken, on this queue or another on which it is prepared. Returns at once if it was woken since, or never prepared. */
export function schedule(q: WaitQueue): Step<void> {
  return new Step<void>(sleepOn, q.here, nothing, isRunning);
}

/** Takes the task off the queue. */
export function finishWait(q: WaitQueue): Step<void> {
  return new Step<void>(finish, q, (task, world) => q.leave(task, world));
}

/** Wakes all that wait, but of the exclusive ones only the first that sleeps. To be called after the condition was made true. */
export function wakeUp(q: WaitQueue): Step<void> {
  return new Step<void>(wake, q, (_task, world) => q.wake(world, 1));
}

/** Wakes all that wait. */
export function wakeUpAll(q: WaitQueue): Step<void> {
  return new Step<void>(wakeAll, q, (_task, world) => q.wake(world, Infinity));
}

/**
 * Sleeps until the condition holds: checks it, and goes to sleep only if it does not hold once the task is on the
 * queue, so that no wake-up is lost. The condition is one step that reads all the objects at once.
 *
 * @param objects what the condition looks at, 1 to 8; looking at anything else is refused
 * @example
 * function* take({ queue, stock, closed }) {
 *   yield* waitEvent(queue, [stock, closed], (n, isClosed) => n > 0 || isClosed);
 * }
 * function* close({ queue, closed }) {
 *   yield* WRITE_ONCE(closed, true);
 *   yield* wakeUpAll(queue);
 * }
 * const setup = () => ({ queue: new WaitQueue("queue"), stock: new Cell("stock", 0), closed: new Cell("closed", false) });
 * explore(define({ name: "shop", setup, tasks: (s) => ({ A: take(s), B: close(s) }) })).kind; // => "exhausted"
 */
export function* waitEvent<const T extends readonly Readable[]>(
  q: WaitQueue,
  objects: T,
  condition: (...values: Values<T>) => boolean,
): Path {
  if (!Array.isArray(objects) || objects.length < 1 || objects.length > 8)
    throw new InputError(
      `the objects for waitEvent(${q.name})`,
      objects,
      "1 to 8 shared objects in an array",
      "write `waitEvent(queue, [cell], (value) => value > 0)`",
    );
  if (typeof condition !== "function")
    throw new InputError(
      `the condition for waitEvent(${q.name})`,
      condition,
      "a function of the values",
      "write `(value) => value > 0`",
    );
  const asked = new Condition("waitEvent", q.name, objects, condition);
  if (yield* holds(asked)) return;
  for (;;) {
    yield* prepareToWait(q);
    if (yield* holds(asked)) break;
    yield* schedule(q);
  }
  yield* finishWait(q);
}

function holds<T extends readonly Readable[]>(asked: Condition<T>): Step<boolean> {
  const { objects } = asked;
  const step = new Step(check, objects[0]!, () => asked.holds());
  if (objects.length > 1) step.others = objects.slice(1);
  return step;
}

function nothing(): void {
  // The step is its guard.
}
