import { SharedObject, type Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { lockReleased, lockTaken } from "../machine/rules.js";
import { operation, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";

/**
 * rwlock_t, as a qrwlock (kernel/locking/qrwlock.c, Linux 6.6): many readers or one writer; waiters spin.
 *
 * A writer that finds it taken waits at the head of a queue, and from then on keeps new readers out, also a task's own
 * second read_lock(): that waits for the writer, which waits for the first. Not so in interrupt context (a handler, or with
 * softirqs off), where a reader waits for a writer that holds it only.
 *
 * Who queues behind whom is left open: in the explorer any waiter may come next to the head.
 */
export class RwLock extends SharedObject {
  /** For the effects of steps only. */
  writer: Task | null = null;
  /** The writer at the head of the queue: _QW_WAITING. */
  waiting: Task | null = null;
  /** A task counts once for each read_lock() of its own. */
  readonly reading: Task[] = [];

  constructor(name: string, memory: Memory | null = null) {
    super(name, memory);
  }

  /** Number of read_lock() not yet given back. */
  get readers(): number {
    this.seen();
    return this.reading.length;
  }

  /** Name of the task that holds it for writing; null if none. */
  get owner(): string | null {
    this.seen();
    return this.writer?.name ?? null;
  }

  /** Name of the writer that keeps new readers out; null if none. */
  get awaitedBy(): string | null {
    this.seen();
    return this.waiting?.name ?? null;
  }

  /** Each step adds the same to it wherever it comes: readers 1, a writer that waits {@link AWAITED}, one that holds it {@link WRITTEN}. */
  override state(): number {
    return this.reading.length + (this.waiting === null ? 0 : AWAITED) + (this.writer === null ? 0 : WRITTEN);
  }

  override get sums(): boolean {
    return true;
  }

  override fingerprint(): string {
    const keys = this.reading.map(({ key }) => key).sort();
    return `${this.writer?.key ?? ""}|${this.waiting?.key ?? ""}|${keys.join()}`;
  }

  describe(): string {
    const held =
      this.writer !== null
        ? `written by ${this.writer.name}`
        : this.reading.length === 0
          ? "free"
          : `read by ${this.reading
              .map(({ name }) => name)
              .sort()
              .join(", ")}`;
    return this.waiting === null ? held : `${held}; ${this.waiting.name} waits to write`;
  }

  take(task: Task): void {
    lockTaken(task, { lock: this, mode: "write", sleeping: false });
    this.writer = task;
    task.preemptCount++;
  }
}

/** More than there are readers. */
const AWAITED = 2 ** 28;
const WRITTEN = 2 ** 30;
/** {@link Step.opens} of who waits: by {@link RwLock.state}. */
const opensToReader = (state: unknown): boolean => (state as number) < AWAITED;
const opensToHandler = (state: unknown): boolean => (state as number) < WRITTEN;
const headIsFree = (state: unknown): boolean => (state as number) % WRITTEN < AWAITED;
const opensToHead = (state: unknown): boolean => state === AWAITED;

/** in_interrupt(): it counts softirqs that are off, too. */
const inInterrupt = ({ context, softirqsOff }: Task): boolean => context !== "task" || softirqsOff > 0;

// What readers do commutes with what other readers do.
const readLockOp = operation("read_lock", "read", { order: "acquire", cost: "atomic", changes: true });
const readUnlockOp = operation("read_unlock", "read", { order: "release", cost: "atomic", changes: true });
// Whether it turns preemption off, its CPU and RCU can tell: that varies.
const writeLockOp = operation("write_lock", "acquire", { order: "acquire", varies: true });
const writeWaitOp = operation("write_lock: wait", "write", { order: "acquire", cost: "load" });
const writeUnlockOp = operation("write_unlock", "release", { order: "release" });

/**
 * Takes it for reading, once no writer holds it or waits for it; in interrupt context once no writer holds it. Preemption is
 * off until it is given back.
 *
 * @example
 * function* twice(l) {
 *   yield* readLock(l);
 *   yield* readLock(l);
 *   yield* readUnlock(l);
 *   yield* readUnlock(l);
 * }
 * function* write(l) {
 *   yield* writeLock(l);
 *   yield* writeUnlock(l);
 * }
 * explore(define({ name: "nested", setup: () => new RwLock("l"), tasks: (l) => ({ R: twice(l), W: write(l) }) })).kind; // => "stuck"
 */
export function readLock(l: RwLock): Step<void> {
  const step: Step<void> = new Step<void>(
    readLockOp,
    l,
    (task) => {
      lockTaken(task, { lock: l, mode: "read", sleeping: false }, !l.reading.includes(task));
      l.reading.push(task);
      task.preemptCount++;
    },
    (task) => {
      // Where the task is does not change while it waits.
      step.opens = inInterrupt(task) ? opensToHandler : opensToReader;
      return step.opens(l.state());
    },
  );
  return step;
}
/** Gives it back. Throws a rule if the task does not hold it for reading. */
export function readUnlock(l: RwLock): Step<void> {
  return new Step<void>(readUnlockOp, l, (task) => {
    lockReleased(task, l, "read");
    l.reading.splice(l.reading.indexOf(task), 1);
    task.preemptCount--;
  });
}

/**
 * Takes it for writing, once nobody holds it; while it waits at the head of the queue, no new reader gets it. One step, or
 * two if it has to wait. Preemption is off until it is given back.
 */
export function* writeLock(l: RwLock): Path {
  const first = new Step(
    writeLockOp,
    l,
    (task) => {
      const free = l.writer === null && l.reading.length === 0;
      if (free) l.take(task);
      else l.waiting = task;
      return free;
    },
    () => l.waiting === null,
  );
  first.opens = headIsFree;
  if (yield* first) return;
  const wait = new Step<void>(
    writeWaitOp,
    l,
    (task) => {
      l.waiting = null;
      l.take(task);
    },
    () => l.writer === null && l.reading.length === 0,
  );
  wait.opens = opensToHead;
  yield* wait;
}

/** Gives it back. Throws a rule if the task does not hold it for writing. */
export function writeUnlock(l: RwLock): Step<void> {
  return new Step<void>(writeUnlockOp, l, (task) => {
    lockReleased(task, l, "write");
    l.writer = null;
    task.preemptCount--;
  });
}
