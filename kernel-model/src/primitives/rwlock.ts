import { SharedObject, type Memory } from "../machine/object.js";
import { lockReleased, lockTaken } from "../machine/rules.js";
import { operation, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";

/**
 * rwlock_t: many readers or one writer; waiters spin. Readers go first: one that comes while a writer waits is let in,
 * so that readers may nest, and a writer may starve.
 *
 * The kernel's qrwlock queues readers behind a waiting writer unless they come in an interrupt handler; what it lets
 * happen is among what this lets happen.
 */
export class RwLock extends SharedObject {
  /** For the effects of steps only. */
  writer: Task | null = null;
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

  /** Each step adds the same to it wherever it comes: readers 1, a writer {@link WRITTEN}. */
  override state(): number {
    return this.reading.length + (this.writer === null ? 0 : WRITTEN);
  }

  override get sums(): boolean {
    return true;
  }

  describe(): string {
    if (this.writer !== null) return `written by ${this.writer.name}`;
    return this.reading.length === 0
      ? "free"
      : `read by ${this.reading
          .map(({ name }) => name)
          .sort()
          .join(", ")}`;
  }
}

/** More than there are readers. */
const WRITTEN = 2 ** 30;
/** {@link Step.opens} of who waits: by {@link RwLock.state}. */
const isUnwritten = (state: unknown): boolean => (state as number) < WRITTEN;
const isFree = (state: unknown): boolean => state === 0;

// What readers do commutes with what other readers do.
const readLockOp = operation("read_lock", "read", { order: "acquire", cost: "atomic", changes: true });
const readUnlockOp = operation("read_unlock", "read", { order: "release", cost: "atomic", changes: true });
const writeLockOp = operation("write_lock", "acquire", { order: "acquire" });
const writeUnlockOp = operation("write_unlock", "release", { order: "release" });

/** Takes it for reading, once no writer holds it. Preemption is off until it is given back. */
export function readLock(l: RwLock): Step<void> {
  const step = new Step<void>(
    readLockOp,
    l,
    (task) => {
      lockTaken(task, { lock: l, mode: "read", sleeping: false }, !l.reading.includes(task));
      l.reading.push(task);
      task.preemptCount++;
    },
    () => l.writer === null,
  );
  step.opens = isUnwritten;
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

/** Takes it for writing, once nobody holds it. Preemption is off until it is given back. */
export function writeLock(l: RwLock): Step<void> {
  const step = new Step<void>(
    writeLockOp,
    l,
    (task) => {
      lockTaken(task, { lock: l, mode: "write", sleeping: false });
      l.writer = task;
      task.preemptCount++;
    },
    () => l.writer === null && l.reading.length === 0,
  );
  step.opens = isFree;
  return step;
}

/** Gives it back. Throws a rule if the task does not hold it for writing. */
export function writeUnlock(l: RwLock): Step<void> {
  return new Step<void>(writeUnlockOp, l, (task) => {
    lockReleased(task, l, "write");
    l.writer = null;
    task.preemptCount--;
  });
}
