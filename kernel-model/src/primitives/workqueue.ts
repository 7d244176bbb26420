import { checkInteger, InputError } from "../base/errors.js";
import { SharedObject, type Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { operation, Step, type Operation } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { World } from "../machine/world.js";
import { warnOnce } from "./warn.js";

/**
 * struct workqueue_struct (kernel/workqueue.c), with the kworkers that serve it. The state of its items is part of it:
 * what queues, runs or cancels an item of this queue is a step on the queue.
 *
 * Workers are started with the first items, at most `maxActive`. An unbound queue of its own: no CPU affinity, no rescuer.
 */
export class Workqueue extends SharedObject {
  /** For the effects of steps only. */
  readonly list: WorkItem[] = [];
  readonly workers: Task[] = [];
  readonly running = new Set<WorkItem>();
  draining = 0;

  /** `maxActive`: items that may run at the same time, 1 (default, an ordered queue) to 2048. Throws InputError. */
  constructor(
    name: string,
    readonly maxActive = 1,
    memory: Memory | null = null,
  ) {
    super(name, memory);
    checkInteger(`maxActive of workqueue ${name}`, maxActive, { min: 1, max: 2048 });
  }

  /** Names of the queued items, the next one first. */
  get queued(): readonly string[] {
    this.seen();
    return this.list.map(({ name }) => name);
  }

  /** For the getters of its items: they show state that steps on the queue change. */
  look(): void {
    this.seen();
  }

  describe(): string {
    const queued = this.list.length === 0 ? "empty" : this.list.map(({ name }) => name).join(", ");
    return this.running.size === 0 ? queued : `${queued}; running ${[...this.running].map(({ name }) => name).join(", ")}`;
  }

  /**
   * __queue_work(): behind the others. Not if the queue is being drained, and the caller is none of its workers: as in
   * the kernel, the item then stays PENDING, in no list, until it is cancelled.
   */
  append(item: WorkItem, task: Task, world: World): void {
    if (this.draining > 0 && !this.workers.includes(task)) {
      warnOnce(world, task, this, "draining", `workqueue: cannot queue ${item.name} on wq ${this.name}`);
      return;
    }
    this.list.push(item);
    const runnable = this.running.size + this.list.filter(({ run }) => run === 0).length;
    if (this.workers.length < Math.min(this.maxActive, runnable)) {
      const number = this.workers.length;
      this.workers.push(world.spawn(`kworker/${this.name}${number === 0 ? "" : `:${number}`}`, worker(this), { daemon: true }));
    }
  }

  /** The first item that does not run already: one item never runs twice at a time. */
  next(): number {
    return this.list.findIndex(({ run }) => run === 0);
  }
}

/** struct work_struct: what to run, and whether it is queued. Of one workqueue for life. */
export class WorkItem extends SharedObject {
  // For the effects of steps only. Each queueing has a number, from 1; 0 stands for none.
  /** The one under way: WORK_STRUCT_PENDING, from queueing (or arming its timer) until just before the handler runs. */
  claimed = 0;
  /** The one that runs. */
  run = 0;
  /** Depth of cancellations under way: meanwhile it cannot be queued. */
  disabled = 0;
  #last = 0;

  constructor(
    name: string,
    readonly queue: Workqueue,
    /** Runs in a kworker, where it may sleep. It may queue the item again, or free it. */
    readonly handler: (work: WorkItem) => Path<unknown>,
    memory: Memory | null = null,
  ) {
    super(name, memory);
    if (!(queue instanceof Workqueue)) throw new InputError(`the workqueue of ${name}`, queue, "a Workqueue", "write `new WorkItem(name, workqueue, () => handler(s))`");
    if (typeof handler !== "function") throw new InputError(`the handler of ${name}`, handler, "a function that gives a path", "write `() => handler(s)`");
  }

  /** work_pending(). */
  get pending(): boolean {
    this.queue.look();
    return this.claimed > 0;
  }

  /** Whether its handler is running. */
  get running(): boolean {
    this.queue.look();
    return this.run > 0;
  }

  describe(): string {
    return `${this.run > 0 ? "running" : "idle"}${this.claimed > 0 ? ", pending" : ""}`;
  }

  /** test_and_set_bit(PENDING) on its way into the queue; false if it was set, or the item is being cancelled. */
  claim(): boolean {
    if (this.claimed > 0 || this.disabled > 0) return false;
    this.claimed = ++this.#last;
    return true;
  }

  /** Takes the item out of the queue; false if it was not pending. */
  grab(): boolean {
    if (this.claimed === 0) return false;
    this.claimed = 0;
    const at = this.queue.list.indexOf(this);
    if (at >= 0) this.queue.list.splice(at, 1);
    return true;
  }

  /** What is queued and running of it now, for {@link isOver}. A delayed item whose timer runs is not queued. */
  underWay(): readonly number[] {
    const queued = this.queue.list.includes(this) ? [this.claimed] : [];
    return this.run > 0 ? [...queued, this.run] : queued;
  }

  /** Whether these have run or were cancelled. */
  isOver(numbers: readonly number[]): boolean {
    return !numbers.includes(this.claimed) && !numbers.includes(this.run);
  }
}

const queueOp = operation("queue_work", "write", { order: "full" });
const takeOp = operation("process_one_work", "write", { order: "acquire", waits: "sleep" });
const readOp = operation("process_one_work: read the item", "read");
const doneOp = operation("process_one_work: done", "write", { order: "release" });
const flushOp = operation("flush_work", "write", { order: "full", sleeps: true });
const flushWait = operation("flush_work: wait", "write", { order: "acquire", cost: "load", sleeps: true });
const cancelOp = operation("cancel_work", "write", { order: "full" });
const cancelSyncOp = operation("cancel_work_sync", "write", { order: "full", sleeps: true });
const cancelWait = operation("cancel_work_sync: wait", "write", { order: "acquire", sleeps: true });
const flushQueueOp = operation("flush_workqueue", "write", { order: "full", sleeps: true });
const flushQueueWait = operation("flush_workqueue: wait", "write", { order: "acquire", cost: "load", sleeps: true });
const drainOp = operation("drain_workqueue", "write", { order: "full", sleeps: true });
const drainWait = operation("drain_workqueue: wait", "write", { order: "acquire", sleeps: true });

/** A step on the queue that also touches the item: if that was freed, it is a use after free. */
export function onItem<R>(kind: Operation, item: WorkItem, effect: (task: Task, world: World) => R, guard: (() => boolean) | null = null): Step<R> {
  const { memory, queue } = item;
  const step = new Step(kind, queue, effect, guard).with(item.name);
  if (memory !== null) step.others = [item];
  return step;
}

/** Throws InputError unless the item belongs to the queue. */
export function checkQueue(wq: Workqueue, item: WorkItem): void {
  if (item.queue !== wq) throw new InputError(`the workqueue for ${item.name}`, wq.name, `the one it was made for, ${item.queue.name}`, "make an item for each workqueue");
}

/** Queues the item; false if it is pending already (its handler will then still run once), or is being cancelled. */
export function queueWork(wq: Workqueue, item: WorkItem): Step<boolean> {
  checkQueue(wq, item);
  return onItem(queueOp, item, (task, world) => {
    if (!item.claim()) return false;
    wq.append(item, task, world);
    return true;
  });
}

/** A kworker. PENDING is cleared before the handler runs, so that what the handler misses can be queued again. */
function* worker(wq: Workqueue): Path {
  for (;;) {
    const item = yield* new Step(
      takeOp,
      wq,
      () => {
        const [taken] = wq.list.splice(wq.next(), 1) as [WorkItem];
        taken.run = taken.claimed;
        taken.claimed = 0;
        wq.running.add(taken);
        return taken;
      },
      () => wq.next() >= 0,
    );
    // An item that was freed while it was queued shows here.
    if (item.memory !== null) yield* new Step<void>(readOp, item, nothing);
    yield* item.handler(item);
    // The handler may have freed the item: from here on only the queue's own state is touched.
    yield* new Step<void>(doneOp, wq, () => {
      item.run = 0;
      wq.running.delete(item);
    }).with(item.name);
  }
}

/** Waits, asleep, until what is queued and running of the item now is over; false if it was idle. */
export function* flushWork(item: WorkItem): Path<boolean> {
  const numbers = yield* onItem(flushOp, item, () => item.underWay());
  if (numbers.length === 0) return false;
  yield* new Step<void>(flushWait, item.queue, nothing, () => item.isOver(numbers));
  return true;
}

/** Takes the item out of the queue, and does not wait for its handler; true if it was pending. */
export function cancelWork(item: WorkItem): Step<boolean> {
  return onItem(cancelOp, item, () => item.grab());
}

/** Takes the item out of the queue and waits, asleep, until its handler is over; meanwhile it cannot be queued. True if it was pending. */
export function* cancelWorkSync(item: WorkItem): Path<boolean> {
  const pending = yield* onItem(cancelSyncOp, item, () => {
    item.disabled++;
    return item.grab();
  });
  yield* new Step<void>(
    cancelWait,
    item.queue,
    () => {
      item.disabled--;
    },
    () => item.run === 0,
  );
  return pending;
}

/** Waits, asleep, until every item that is queued or running now is over. */
export function* flushWorkqueue(wq: Workqueue): Path {
  const items = yield* new Step(flushQueueOp, wq, () => [...wq.list, ...wq.running].map((item) => ({ item, numbers: item.underWay() })));
  yield* new Step<void>(flushQueueWait, wq, nothing, () => items.every(({ item, numbers }) => item.isOver(numbers)));
}

/** Waits, asleep, until the queue is empty and idle. Meanwhile only its own handlers may queue: others are refused with a warning. */
export function* drainWorkqueue(wq: Workqueue): Path {
  yield* new Step<void>(drainOp, wq, () => {
    wq.draining++;
  });
  yield* new Step<void>(
    drainWait,
    wq,
    () => {
      wq.draining--;
    },
    () => wq.list.length === 0 && wq.running.size === 0,
  );
}

function nothing(): void {
  // The step is its guard, or its check.
}
