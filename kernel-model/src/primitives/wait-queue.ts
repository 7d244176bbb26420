import { InputError } from "../base/errors.js";
import { SharedObject, type Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { operation, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";

interface Entry {
  readonly task: Task;
  readonly exclusive: boolean;
}

/**
 * wait_queue_head_t (kernel/sched/wait.c), with the state of the tasks on it: TASK_UNINTERRUPTIBLE from
 * prepareToWait until they are woken, else TASK_RUNNING.
 */
export class WaitQueue extends SharedObject {
  /** For the effects of steps only. Exclusive entries stand behind the others. */
  readonly entries: Entry[] = [];
  /** Tasks that schedule() takes off their CPU. */
  readonly asleep = new Set<Task>();

  constructor(name: string, memory: Memory | null = null) {
    super(name, memory);
  }

  /** Number of tasks on it. */
  get waiting(): number {
    this.seen();
    return this.entries.length;
  }

  describe(): string {
    return this.entries.length === 0 ? "empty" : this.entries.map(({ task, exclusive }) => `${task.name}${exclusive ? " (exclusive)" : ""}`).join(", ");
  }

  /** Wakes all that are not exclusive, and up to `exclusive` others; each is taken off the queue (autoremove). */
  wake(exclusive: number): void {
    for (const entry of [...this.entries]) {
      if (entry.exclusive && exclusive-- <= 0) break;
      this.asleep.delete(entry.task);
      this.entries.splice(this.entries.indexOf(entry), 1);
    }
  }
}

/** What a condition can look at: a Cell, an Atomic, a RefCount, Bits... */
export type Readable = SharedObject & { readonly value: unknown };

/** The values of these objects, in order. */
export type Values<T extends readonly Readable[]> = { readonly [K in keyof T]: T[K] extends { readonly value: infer V } ? V : never };

const prepare = operation("prepare_to_wait", "write", { order: "full" });
const prepareExclusive = operation("prepare_to_wait_exclusive", "write", { order: "full" });
const sleepOn = operation("schedule", "write", { cost: "none", sleeps: true });
const finish = operation("finish_wait", "write");
const check = operation("condition of wait_event", "read", { order: "once" });
const wake = operation("wake_up", "write", { order: "full" });
const wakeAll = operation("wake_up_all", "write", { order: "full" });

function join(q: WaitQueue, task: Task, exclusive: boolean): void {
  if (!q.entries.some((entry) => entry.task === task)) {
    if (exclusive) q.entries.push({ task, exclusive });
    else q.entries.unshift({ task, exclusive });
  }
  q.asleep.add(task);
}

/** Puts the task on the queue: a wake-up from now on keeps schedule() from sleeping. To be followed by a check of the condition. */
export function prepareToWait(q: WaitQueue): Step<void> {
  return new Step<void>(prepare, q, (task) => join(q, task, false));
}

/** As {@link prepareToWait}, behind the others: wake_up() wakes one such at a time. */
export function prepareToWaitExclusive(q: WaitQueue): Step<void> {
  return new Step<void>(prepareExclusive, q, (task) => join(q, task, true));
}

/** Sleeps until woken on this queue. Returns at once if it was woken since prepareToWait, or never prepared. */
export function schedule(q: WaitQueue): Step<void> {
  return new Step<void>(sleepOn, q, nothing, (task) => !q.asleep.has(task));
}

/** Takes the task off the queue. */
export function finishWait(q: WaitQueue): Step<void> {
  return new Step<void>(finish, q, (task) => {
    q.asleep.delete(task);
    const at = q.entries.findIndex((entry) => entry.task === task);
    if (at >= 0) q.entries.splice(at, 1);
  });
}

/** Wakes all that wait, but of the exclusive ones only the first. To be called after the condition was made true. */
export function wakeUp(q: WaitQueue): Step<void> {
  return new Step<void>(wake, q, () => q.wake(1));
}

/** Wakes all that wait. */
export function wakeUpAll(q: WaitQueue): Step<void> {
  return new Step<void>(wakeAll, q, () => q.wake(Infinity));
}

/**
 * Sleeps until the condition holds: checks it, and goes to sleep only if it does not hold once the task is on the
 * queue, so that no wake-up is lost. The condition is one step that reads all the objects at once.
 *
 * @param objects what the condition looks at, 1 to 8
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
export function* waitEvent<const T extends readonly Readable[]>(q: WaitQueue, objects: T, condition: (...values: Values<T>) => boolean): Path {
  if (!Array.isArray(objects) || objects.length < 1 || objects.length > 8) throw new InputError(`the objects for waitEvent(${q.name})`, objects, "1 to 8 shared objects in an array", "write `waitEvent(queue, [cell], (value) => value > 0)`");
  if (typeof condition !== "function") throw new InputError(`the condition for waitEvent(${q.name})`, condition, "a function of the values", "write `(value) => value > 0`");
  if (yield* holds(objects, condition)) return;
  for (;;) {
    yield* prepareToWait(q);
    if (yield* holds(objects, condition)) break;
    yield* schedule(q);
  }
  yield* finishWait(q);
}

function holds<T extends readonly Readable[]>(objects: T, condition: (...values: Values<T>) => boolean): Step<boolean> {
  const step = new Step(check, objects[0]!, () => condition(...(objects.map(({ value }) => value) as unknown as Values<T>)));
  if (objects.length > 1) step.others = objects.slice(1);
  return step;
}

function nothing(): void {
  // The step is its guard.
}
