import { InputError } from "../base/errors.js";
import type { Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { operation, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { World } from "../machine/world.js";
import { checkNs } from "./time.js";
import { WorkItem, type ItemQueue } from "./work-item.js";
import { cancelWork, cancelWorkSync, checkQueue, flushWork, onItem } from "./workqueue.js";

/**
 * struct delayed_work: a work item with a timer before the queue; pending from the arming on.
 *
 * In the explorer the timer may fire at any time after it was armed, in the simulator after its delay. One that was
 * cancelled or set anew does not fire.
 */
export class DelayedWork extends WorkItem {
  /** Number of the arming that counts; 0 while the timer does not run. For the effects of steps only. */
  armed = 0;
  #armings = 0;

  constructor(
    name: string,
    queue: ItemQueue,
    handler: (work: WorkItem) => Path<unknown>,
    memory: Memory | null = null,
  ) {
    super(name, queue, handler, memory);
  }

  override describe(): string {
    return this.armed > 0 ? `${super.describe()}, timer armed` : super.describe();
  }

  override grab(world: World): boolean {
    this.armed = 0;
    return super.grab(world);
  }

  /** __queue_delayed_work(): at once without a delay. Its PENDING bit is the caller's, with whom the timer goes. */
  start(ns: number, task: Task, world: World): void {
    if (ns === 0) {
      this.enqueue(task, world);
      return;
    }
    this.armed = ++this.#armings;
    world.spawn(`timer of ${this.name}`, expiry(this, this.armed, ns), { daemon: true, policy: "fifo", priority: 99 });
  }

  enqueue(task: Task, world: World): void {
    world.touch(this.data, "write");
    this.armed = 0;
    this.queue.append(this, task, world);
  }
}

// As with all items, the effect says what it touches.
const queueOp = operation("queue_delayed_work", "none", { order: "full", cost: "atomic", changes: true, varies: true });
const modOp = operation("mod_delayed_work", "none", { order: "full", cost: "atomic", changes: true, varies: true });
const fireOp = operation("delayed_work_timer_fn", "none", {
  cost: "sleep",
  waits: "sleep",
  changes: true,
  varies: true,
});
const flushOp = operation("flush_delayed_work", "none", {
  order: "full",
  cost: "atomic",
  sleeps: true,
  changes: true,
  varies: true,
});

function* expiry(item: DelayedWork, arming: number, ns: number): Path {
  const step = onItem(
    fireOp,
    item,
    (task, world) => item.enqueue(task, world),
    () => item.armed === arming,
    [item.data],
  );
  step.ns = ns;
  step.dead = () => item.armed !== arming;
  yield* step;
}

/** Queues the item after `ns`, 0 to 10^18; false if it is pending already (its timer then stays as it is), or is being cancelled. */
export function queueDelayedWork(wq: ItemQueue, item: DelayedWork, ns: number): Step<boolean> {
  checkDelayed(wq, item, ns);
  return onItem(queueOp, item, (task, world) => {
    if (!item.claim(world)) return false;
    item.start(ns, task, world);
    return true;
  });
}

/** Has the item queued after `ns` from now, 0 to 10^18, wherever it was; true if it was pending. Not while it is being cancelled. */
export function modDelayedWork(wq: ItemQueue, item: DelayedWork, ns: number): Step<boolean> {
  checkDelayed(wq, item, ns);
  return onItem(modOp, item, (task, world) => {
    const pending = item.grab(world);
    if (item.claim(world)) item.start(ns, task, world);
    return pending;
  });
}

/** Stops its timer, or takes it out of the queue; does not wait for its handler. True if it was pending. */
export function cancelDelayedWork(item: DelayedWork): Step<boolean> {
  return cancelWork(item);
}

/** As {@link cancelDelayedWork}, and waits, asleep, until its handler is over. */
export function cancelDelayedWorkSync(item: DelayedWork): Path<boolean> {
  return cancelWorkSync(item);
}

/** Queues it at once if its timer runs, and waits, asleep, until it is over; false if it was idle. */
export function* flushDelayedWork(item: DelayedWork): Path<boolean> {
  yield* onItem(flushOp, item, (task, world) => {
    if (item.armed > 0) item.enqueue(task, world);
    else world.touch(item.data, "read");
  });
  return yield* flushWork(item);
}

function checkDelayed(wq: ItemQueue, item: DelayedWork, ns: number): void {
  checkQueue(wq, item);
  if (!(item instanceof DelayedWork))
    throw new InputError(
      "the work to delay",
      item,
      "a DelayedWork",
      "make it with `new DelayedWork(name, workqueue, handler)`",
    );
  checkNs(`the delay of ${item.name}`, ns);
}
