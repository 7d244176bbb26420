import { checkInteger, InputError } from "../base/errors.js";
import { SharedObject, type Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { operation, Step, type Operation } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { World } from "../machine/world.js";
import { Fifo, Part } from "./part.js";
import type { ItemQueue, WorkItem } from "./work-item.js";
import { warnOnce } from "./warn.js";

export { WorkItem } from "./work-item.js";

/**
 * struct workqueue_struct (kernel/workqueue.c), with the kworkers that serve it.
 *
 * Workers are started with the first items, at most `maxActive`. An unbound queue of its own: no CPU affinity, no rescuer.
 *
 * Who touches what (each step on an item is shown as one on its queue, but touches of that only this):
 * - What takes an item out of the list before its turn, drains the queue or starts a worker: the queue itself, by a
 *   `write`. What appends or takes in order only reads it.
 * - Where one worker serves the queue, the list is a {@link Fifo}. With several, which item is the next depends on what
 *   runs; then taking an item and the end of its handler are a `write` of the queue.
 * - What of it runs: `over`, an `add` at the end of each handler. That an item is taken makes no difference to who waits
 *   for all of them, for those in the list and those that run are the same before and after.
 * - An item: see {@link WorkItem}.
 */
export class Workqueue extends SharedObject implements ItemQueue {
  // For the effects of steps only.
  readonly list: Fifo<WorkItem>;
  readonly over: Part;
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
    this.list = new Fifo(() => new Part(name, memory));
    this.over = new Part(name, memory);
  }

  /** Names of the queued items, the next one first. */
  get queued(): readonly string[] {
    this.seen();
    return this.list.entries.map(({ name }) => name);
  }

  describe(): string {
    const queued = this.list.entries.length === 0 ? "empty" : this.list.entries.map(({ name }) => name).join(", ");
    return this.running.size === 0
      ? queued
      : `${queued}; running ${[...this.running].map(({ name }) => name).join(", ")}`;
  }

  get isIdle(): boolean {
    return this.list.entries.length === 0 && this.running.size === 0;
  }

  /**
   * __queue_work(): behind the others. Not if the queue is being drained, and the caller is none of its workers: as in
   * the kernel, the item then stays PENDING, in no list, until it is cancelled.
   */
  append(item: WorkItem, task: Task, world: World): void {
    if (this.draining > 0 && !this.workers.includes(task)) {
      // Who is the first to be warned depends on the order.
      world.touch(this, "write");
      warnOnce(world, task, this, "draining", `workqueue: cannot queue ${item.name} on wq ${this.name}`);
      return;
    }
    const hires = this.workers.length < this.maxActive;
    world.touch(this, hires ? "write" : "read");
    item.enter(world);
    this.list.append(item, world);
    if (!hires) return;
    const runnable = this.running.size + this.list.entries.filter(({ run }) => run === 0).length;
    const number = this.workers.length;
    if (number < runnable)
      this.workers.push(
        world.spawn(`kworker/${this.name}${number === 0 ? "" : `:${number}`}`, worker(this), { daemon: true }),
      );
  }

  /** The first item that does not run already: one item never runs twice at a time. */
  get next(): WorkItem | undefined {
    return this.list.entries.find(({ run }) => run === 0);
  }

  /** Takes the next item out of the list. */
  take(world: World): WorkItem {
    const item = this.next!;
    if (this.maxActive === 1) this.list.take(world);
    else this.list.remove(item);
    this.running.add(item);
    item.begin(world);
    return item;
  }

  /** The handler is over. It may have freed the item: only what is the queue's is touched. */
  finish(item: WorkItem, world: World): void {
    this.running.delete(item);
    item.end(world);
    world.touch(this.over, "add");
    if (this.maxActive > 1) world.touch(this, "write");
  }
}

// Those with access "none" touch of the queue and the item what their effects say, and their guards name.
const queueOp = operation("queue_work", "none", { order: "full", cost: "atomic", changes: true, varies: true });
const takeInOrder = operation("process_one_work", "read", {
  order: "acquire",
  cost: "atomic",
  waits: "sleep",
  changes: true,
  varies: true,
});
const takeAny = operation("process_one_work", "write", { order: "acquire", waits: "sleep", varies: true });
const readOp = operation("process_one_work: read the item", "read");
const doneOp = operation("process_one_work: done", "none", {
  order: "release",
  cost: "atomic",
  changes: true,
  varies: true,
});
const flushOp = operation("flush_work", "none", { order: "full", cost: "atomic", sleeps: true });
const flushWait = operation("flush_work: wait", "none", { order: "acquire", cost: "load", sleeps: true });
const cancelOp = operation("cancel_work", "none", { order: "full", cost: "atomic", changes: true, varies: true });
const cancelSyncOp = operation("cancel_work_sync", "none", {
  order: "full",
  cost: "atomic",
  sleeps: true,
  changes: true,
  varies: true,
});
const cancelWait = operation("cancel_work_sync: wait", "none", {
  order: "acquire",
  cost: "atomic",
  sleeps: true,
  changes: true,
  varies: true,
});
const flushQueueOp = operation("flush_workqueue", "read", { order: "full", cost: "atomic", sleeps: true });
const flushQueueWait = operation("flush_workqueue: wait", "none", { order: "acquire", cost: "load", sleeps: true });
const drainOp = operation("drain_workqueue", "write", { order: "full", sleeps: true });
const drainWait = operation("drain_workqueue: wait", "write", { order: "acquire", sleeps: true });

/**
 * A step on an item, shown as one on its queue: if the memory of either was freed, it is a use after free. `reads`: parts
 * that its guard, or its effect, looks at.
 */
export function onItem<R>(
  kind: Operation,
  item: WorkItem,
  effect: (task: Task, world: World) => R,
  guard: (() => boolean) | null = null,
  reads: readonly SharedObject[] = [],
): Step<R> {
  const { memory, queue } = item;
  const step = new Step(kind, queue, effect, guard).with(item.name);
  const others = [...reads];
  if (memory !== null) others.push(item);
  if (queue.memory !== null) others.push(queue.memory);
  if (others.length > 0) step.others = others;
  return step;
}

/** Throws InputError unless the item belongs to the queue. */
export function checkQueue(wq: ItemQueue, item: WorkItem): void {
  if (item.queue !== wq)
    throw new InputError(
      `the workqueue for ${item.name}`,
      wq.name,
      `the one it was made for, ${item.queue.name}`,
      "make an item for each workqueue",
    );
}

/** Queues the item; false if it is pending already (its handler will then still run once), or is being cancelled. */
export function queueWork(wq: ItemQueue, item: WorkItem): Step<boolean> {
  checkQueue(wq, item);
  return onItem(queueOp, item, (task, world) => {
    if (!item.claim(world)) return false;
    wq.append(item, task, world);
    return true;
  });
}

/** A kworker. PENDING is cleared before the handler runs, so that what the handler misses can be queued again. */
function* worker(wq: Workqueue): Path {
  const inOrder = wq.maxActive === 1;
  for (;;) {
    const take = new Step(
      inOrder ? takeInOrder : takeAny,
      wq,
      (_task, world) => wq.take(world),
      () => wq.next !== undefined,
    );
    if (inOrder) take.others = [wq.list.head];
    const item = yield* take;
    // An item that was freed while it was queued shows here.
    if (item.memory !== null) yield* new Step<void>(readOp, item, nothing);
    yield* item.handler(item);
    yield* new Step<void>(doneOp, wq, (_task, world) => wq.finish(item, world)).with(item.name);
  }
}

/** Waits, asleep, until what is queued and running of the item now is over; false if it was idle. */
export function* flushWork(item: WorkItem): Path<boolean> {
  const numbers = yield* onItem(flushOp, item, () => item.underWay, null, [item.progress]);
  if (numbers.length === 0) return false;
  const step = new Step<void>(flushWait, item.queue, nothing, () => item.isOver(numbers));
  step.others = [item.progress];
  yield* step;
  return true;
}

/** Takes the item out of the queue, and does not wait for its handler; true if it was pending. */
export function cancelWork(item: WorkItem): Step<boolean> {
  return onItem(cancelOp, item, (_task, world) => item.grab(world));
}

/** Takes the item out of the queue and waits, asleep, until its handler is over; meanwhile it cannot be queued. True if it was pending. */
export function* cancelWorkSync(item: WorkItem): Path<boolean> {
  const pending = yield* onItem(cancelSyncOp, item, (_task, world) => {
    world.touch(item.data, "write");
    item.disabled++;
    return item.grab(world);
  });
  const step = new Step<void>(
    cancelWait,
    item.queue,
    (_task, world) => {
      world.touch(item.data, "write");
      item.disabled--;
    },
    () => item.run === 0,
  );
  // It begins with the former, and ends with the latter.
  step.others = [item.data, item.progress];
  yield* step;
  return pending;
}

/** Waits, asleep, until every item that is queued or running now is over. */
export function* flushWorkqueue(wq: Workqueue): Path {
  const begin = new Step(flushQueueOp, wq, () =>
    [...wq.list.entries, ...wq.running].map((item) => ({ item, numbers: item.underWay })),
  );
  begin.others = [wq.list.tail, wq.over];
  const items = yield* begin;
  const wait = new Step<void>(flushQueueWait, wq, nothing, () =>
    items.every(({ item, numbers }) => item.isOver(numbers)),
  );
  wait.others = items.map(({ item }) => item.progress);
  yield* wait;
}

/** Waits, asleep, until the queue is empty and idle. Meanwhile only its own handlers may queue: others are refused with a warning. */
export function* drainWorkqueue(wq: Workqueue): Path {
  yield* new Step<void>(drainOp, wq, () => {
    wq.draining++;
  });
  const wait = new Step<void>(
    drainWait,
    wq,
    () => {
      wq.draining--;
    },
    () => wq.isIdle,
  );
  wait.others = [wq.list.tail, wq.over];
  yield* wait;
}

function nothing(): void {
  // The step is its guard, or its check.
}
