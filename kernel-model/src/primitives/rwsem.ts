import type { Path } from "../machine/path.js";
import { operation, Step } from "../machine/step.js";
import type { RwSemaphore } from "./rw-semaphore.js";

const read = {
  attempt: operation("down_read", "add", { order: "acquire", sleeps: true, varies: true }),
  // The atomic addition is done: what is left is to look at the owner.
  decide: operation("down_read: owner", "write", { order: "acquire", cost: "load", sleeps: true }),
  wait: operation("down_read: wait", "none", { order: "acquire", cost: "load", sleeps: true }),
  wake: operation("down_read: wake", "write", { order: "release", varies: true }),
  give: operation("up_read", "add", { order: "release", varies: true }),
  giveWake: operation("up_read: wake", "write", { order: "release", varies: true }),
  // Whether it succeeds, no reader decides. That it fails for a writer, what readers do must not commute with: a read.
  tryTake: operation("down_read_trylock", "add", { order: "acquire" }),
} as const;
const write = {
  attempt: operation("down_write", "write", { order: "acquire", sleeps: true }),
  wait: operation("down_write: wait", "write", { order: "acquire", cost: "load", sleeps: true }),
  give: operation("up_write", "write", { order: "release" }),
  giveWake: operation("up_write: wake", "write", { order: "release", varies: true }),
  tryTake: operation("down_write_trylock", "write", { order: "acquire", varies: true }),
} as const;
const downgrade = operation("downgrade_write", "write", { order: "release" });
const downgradeWake = operation("downgrade_write: wake", "write", { order: "release", varies: true });
const isContended = operation("rwsem_is_contended", "read");

/** {@link Step.opens} of a writer that waits: by {@link RwSemaphore.state}. */
const opensToWriter = (free: unknown): boolean => free === true;

function wakeStep(kind: (typeof read)["wake"], sem: RwSemaphore): Step<void> {
  return new Step<void>(kind, sem, (_task, world) => {
    if (!sem.wakeReaders(world)) world.as("read");
  });
}

/**
 * Takes it for reading; waits, asleep, while a writer holds it, and mostly while one waits for it. One step, or two or
 * three if it has to wait or comes before those who wait.
 *
 * @example
 * const setup = () => ({ sem: new RwSemaphore("mmap_lock"), order: new Cell("order", "") });
 * function* reader({ sem, order }) {
 *   yield* downRead(sem);
 *   yield* WRITE_ONCE(order, (yield* READ_ONCE(order)) + "r");
 *   yield* upRead(sem);
 * }
 * function* again(s) {
 *   yield* reader(s);
 *   yield* reader(s);
 * }
 * function* writer({ sem, order }) {
 *   yield* downWrite(sem);
 *   yield* WRITE_ONCE(order, (yield* READ_ONCE(order)) + "w");
 *   yield* upWrite(sem);
 * }
 * const overtaken = sometimes("a reader comes before a writer that waits", ({ sem, order }) => sem.waiting > 0 && order.value === "rr");
 * explore(define({ name: "overtaken", setup, tasks: (s) => ({ A: again(s), B: writer(s) }) }, overtaken)).kind; // => "exhausted"
 */
export function* downRead(sem: RwSemaphore): Path {
  let outcome = yield* new Step(read.attempt, sem, (task, world) => sem.attemptRead(task, world));
  if (outcome === "reader-owned") {
    const decide = new Step(read.decide, sem, (task, world) => sem.decideRead(task, world, world.choice === 1));
    decide.choices = 2;
    decide.weights = [1, 0];
    outcome = yield* decide;
  }
  if (outcome === "taken, wake") yield* wakeStep(read.wake, sem);
  if (outcome === "queued") yield* waitForReaders(sem);
}

function waitForReaders(sem: RwSemaphore): Step<void> {
  // Its own: joining was its last step.
  const mine = sem.lastJoined!;
  const step = new Step<void>(
    read.wait,
    sem,
    (task) => sem.book(task, "read"),
    () => mine.granted,
  );
  step.others = [mine];
  return step;
}

/** Takes it for writing; waits, asleep, until all before it are done, and who overtakes it. One step, or two if it has to wait. */
export function* downWrite(sem: RwSemaphore): Path {
  if ((yield* new Step(write.attempt, sem, (task, world) => sem.attemptWrite(task, world))) === "taken") return;
  const step = new Step<void>(
    write.wait,
    sem,
    (task) => sem.leave(task),
    () => sem.isFree,
  );
  step.opens = opensToWriter;
  yield* step;
}

/** Takes it for reading if no writer holds it and nobody waits; tells whether it did. */
export function downReadTrylock(sem: RwSemaphore): Step<boolean> {
  return new Step(read.tryTake, sem, (task) => sem.tryTake(task, "read"));
}

/** Takes it for writing if it is free and nobody waits; tells whether it did. */
export function downWriteTrylock(sem: RwSemaphore): Step<boolean> {
  return new Step(write.tryTake, sem, (task, world) => {
    const got = sem.tryTake(task, "write");
    if (!got) world.as("read");
    return got;
  });
}

/** Gives it back, and then lets readers in that wait at the head of the queue. Throws a rule if the task does not hold it for reading. */
export function* upRead(sem: RwSemaphore): Path {
  const wakes = yield* new Step(read.give, sem, (task, world) => {
    sem.readerActs(world);
    return sem.give(task, "read");
  });
  if (wakes) yield* wakeStep(read.giveWake, sem);
}

/** Gives it back, and then lets readers in that wait at the head of the queue. Throws a rule if the task does not hold it for writing. */
export function* upWrite(sem: RwSemaphore): Path {
  if (yield* new Step(write.give, sem, (task) => sem.give(task, "write"))) yield* wakeStep(write.giveWake, sem);
}

/** From writing to reading, with no writer in between; if a reader is at the head of the queue, its readers get it too. */
export function* downgradeWrite(sem: RwSemaphore): Path {
  if (yield* new Step(downgrade, sem, (task) => sem.downgrade(task))) yield* wakeStep(downgradeWake, sem);
}

/** Whether someone waits for it (include/linux/rwsem.h): mmap_lock_is_contended(), for who may drop it meanwhile. */
export function rwsemIsContended(sem: RwSemaphore): Step<boolean> {
  return new Step(isContended, sem, () => sem.queue.length > 0);
}
