import { SharedObject, type Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { lockReleased, lockTaken, notRecursive } from "../machine/rules.js";
import { operation, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";

type Mode = "read" | "write";

/** Readers that one release lets in at most. */
const MAX_READERS_WAKEUP = 256;

interface Waiter {
  readonly task: Task;
  readonly mode: Mode;
}

/**
 * struct rw_semaphore (kernel/locking/rwsem.c): many readers or one writer; waiters sleep, in the order of arrival.
 * Fair to writers: a reader that comes while a writer waits, waits too. Who gives it back hands it over to the head of
 * the queue: if that is a writer, to it alone; if a reader, to all readers in the queue, past the writers between them.
 *
 * The kernel's writers may also take a free semaphore before the waiter that was woken for it (optimistic spinning, and
 * stealing until the handoff bit is set); here the handover is always strict.
 */
export class RwSemaphore extends SharedObject {
  /** For the effects of steps only. */
  writer: Task | null = null;
  readonly reading = new Set<Task>();
  readonly queue: Waiter[] = [];

  constructor(name: string, memory: Memory | null = null) {
    super(name, memory);
  }

  /** Number of tasks that hold it for reading. */
  get readers(): number {
    this.seen();
    return this.reading.size;
  }

  /** Name of the task that holds it for writing; null if none. */
  get owner(): string | null {
    this.seen();
    return this.writer?.name ?? null;
  }

  /** Number of tasks in the queue. */
  get waiting(): number {
    this.seen();
    return this.queue.length;
  }

  describe(): string {
    const held =
      this.writer !== null
        ? `written by ${this.writer.name}`
        : this.reading.size > 0
          ? `read by ${names(this.reading)}`
          : "free";
    return this.queue.length === 0 ? held : `${held}; waiting: ${this.#inQueue().join(", ")}`;
  }

  /** Readers next to each other by name: their order makes no difference. */
  #inQueue(): readonly string[] {
    const groups: { readonly mode: Mode; readonly tasks: string[] }[] = [];
    for (const { task, mode } of this.queue) {
      const last = groups.at(-1);
      if (mode === "read" && last?.mode === "read") last.tasks.push(task.name);
      else groups.push({ mode, tasks: [task.name] });
    }
    return groups.map(({ mode, tasks }) => `${tasks.sort().join(", ")} to ${mode}`);
  }

  /** Takes it at once, or joins the queue; tells whether it took it. */
  attempt(task: Task, mode: Mode): boolean {
    notRecursive(task, this);
    if (this.tryTake(task, mode, true)) return true;
    this.queue.push({ task, mode });
    return false;
  }

  /** Takes it if it is free for this mode and nobody waits; tells whether it did. */
  tryTake(task: Task, mode: Mode, nests: boolean): boolean {
    if (this.writer !== null || this.queue.length > 0 || (mode === "write" && this.reading.size > 0)) return false;
    this.#grant(task, mode);
    this.book(task, mode, nests);
    return true;
  }

  holds(task: Task, mode: Mode): boolean {
    return mode === "write" ? this.writer === task : this.reading.has(task);
  }

  book(task: Task, mode: Mode, nests = true): void {
    lockTaken(task, { lock: this, mode, sleeping: true }, nests);
  }

  give(task: Task, mode: Mode): void {
    lockReleased(task, this, mode);
    if (mode === "write") this.writer = null;
    else this.reading.delete(task);
    if (this.reading.size === 0) this.#wake();
  }

  downgrade(task: Task): void {
    lockReleased(task, this, "write");
    this.writer = null;
    this.#grant(task, "read");
    this.book(task, "read", false);
    this.#wakeReaders();
  }

  /** rwsem_mark_wake(): the head of the queue gets it; with a reader, all readers of the queue. */
  #wake(): void {
    const head = this.queue[0];
    if (head?.mode === "write") {
      this.queue.shift();
      this.#grant(head.task, "write");
    } else {
      this.#wakeReaders();
    }
  }

  #wakeReaders(): void {
    if (this.queue[0]?.mode !== "read") return;
    const readers = this.queue.filter(({ mode }) => mode === "read").slice(0, MAX_READERS_WAKEUP);
    for (const waiter of readers) {
      this.queue.splice(this.queue.indexOf(waiter), 1);
      this.#grant(waiter.task, "read");
    }
  }

  #grant(task: Task, mode: Mode): void {
    if (mode === "write") this.writer = task;
    else this.reading.add(task);
  }
}

/*
 * What readers do commutes with what other readers do, and tells them nothing of each other: `add`. Those in the queue
 * are let in together, and none of them lets another in, since only a writer can be at the head of the queue while
 * readers hold it. (With more than MAX_READERS_WAKEUP readers at once this would not hold.) What a trylock for writing
 * sees of them it must not commute with, also where it fails: that is a `read`.
 */
const operations = {
  read: {
    attempt: operation("down_read", "add", { order: "acquire", sleeps: true }),
    wait: operation("down_read: wait", "add", { order: "acquire", cost: "load", sleeps: true }),
    tryTake: operation("down_read_trylock", "add", { order: "acquire" }),
    give: operation("up_read", "add", { order: "release" }),
  },
  write: {
    attempt: operation("down_write", "write", { order: "acquire", sleeps: true }),
    wait: operation("down_write: wait", "write", { order: "acquire", cost: "load", sleeps: true }),
    tryTake: operation("down_write_trylock", "write", { order: "acquire", varies: true }),
    give: operation("up_write", "write", { order: "release" }),
  },
} as const;
const downgrade = operation("downgrade_write", "write", { order: "release" });

function* down(sem: RwSemaphore, mode: Mode): Path {
  const steps = operations[mode];
  if (yield* new Step(steps.attempt, sem, (task) => sem.attempt(task, mode))) return;
  yield* new Step<void>(
    steps.wait,
    sem,
    (task) => sem.book(task, mode),
    (task) => sem.holds(task, mode),
  );
}

/** Takes it for reading; waits, asleep, while a writer holds it or waits for it. One step, or two if it has to wait. */
export function downRead(sem: RwSemaphore): Path {
  return down(sem, "read");
}

/** Takes it for writing; waits, asleep, until all before it are done. One step, or two if it has to wait. */
export function downWrite(sem: RwSemaphore): Path {
  return down(sem, "write");
}

/** Takes it for reading if no writer holds it and nobody waits; tells whether it did. */
export function downReadTrylock(sem: RwSemaphore): Step<boolean> {
  return new Step(operations.read.tryTake, sem, (task) => sem.tryTake(task, "read", false));
}

/** Takes it for writing if it is free; tells whether it did. */
export function downWriteTrylock(sem: RwSemaphore): Step<boolean> {
  return new Step(operations.write.tryTake, sem, (task, world) => {
    const got = sem.tryTake(task, "write", false);
    if (!got) world.as("read");
    return got;
  });
}

/** Gives it back. Throws a rule if the task does not hold it for reading. */
export function upRead(sem: RwSemaphore): Step<void> {
  return new Step<void>(operations.read.give, sem, (task) => sem.give(task, "read"));
}

/** Gives it back. Throws a rule if the task does not hold it for writing. */
export function upWrite(sem: RwSemaphore): Step<void> {
  return new Step<void>(operations.write.give, sem, (task) => sem.give(task, "write"));
}

/** From writing to reading, with no writer in between; if a reader is at the head of the queue, its readers get it too. */
export function downgradeWrite(sem: RwSemaphore): Step<void> {
  return new Step<void>(downgrade, sem, (task) => sem.downgrade(task));
}

function names(tasks: Iterable<Task>): string {
  return [...tasks]
    .map(({ name }) => name)
    .sort()
    .join(", ");
}
