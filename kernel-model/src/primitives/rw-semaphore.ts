import { SharedObject, type Memory } from "../machine/object.js";
import { lockReleased, lockTaken, notRecursive } from "../machine/rules.js";
import type { Task } from "../machine/task.js";
import type { World } from "../machine/world.js";
import { Part } from "./part.js";

type Mode = "read" | "write";

/** Readers that one wake-up lets in at most. */
const MAX_READERS_WAKEUP = 256;
/** RWSEM_WAIT_TIMEOUT, 4 ms: from then on nobody overtakes the head of the queue. No time passes in the explorer. */
const WAIT_TIMEOUT = 4e6;

/** What became of an attempt: it was taken (and the readers of the queue are to be let in), is owned by readers, or is waited for. */
export type Attempt = "taken" | "taken, wake" | "reader-owned" | "queued";

/** A place in the queue. Made by the task; whether a reader was let in is all that it sees of the semaphore while it waits. */
class Waiter extends Part {
  granted = false;

  constructor(
    readonly task: Task,
    readonly mode: Mode,
    readonly since: number,
    { name, memory }: RwSemaphore,
  ) {
    super(name, memory);
  }
}

/**
 * struct rw_semaphore (kernel/locking/rwsem.c, Linux 5.11 to 6.18): many readers or one writer; waiters sleep.
 *
 * The queue is first come, first served, but who comes may overtake it. A writer takes a semaphore that is free. A reader
 * takes one that no writer holds if nobody waits or no reader holds it; if readers hold it and someone waits, it queues, but
 * for the moment in which the first of them has not yet said that readers own it. Who gives it back first frees it and then
 * lets in who waits: if a reader is at the head of the queue, all readers of the queue, past the writers between them, unless
 * a writer was faster. Writers of the queue take it themselves, once it is free.
 *
 * So the explorer reaches every order that the kernel allows: a waiting writer may take it whenever it is free (in the
 * kernel: whenever it is woken), and a reader may say too late that readers own it by any time. The handoff after 4 ms
 * takes orders away, and only where time passes: in the simulator.
 */
export class RwSemaphore extends SharedObject {
  /** For the effects of steps only. */
  writer: Task | null = null;
  /** Those included that have just counted themselves and may yet have to queue. */
  readonly reading = new Set<Task>();
  readonly queue: Waiter[] = [];
  /** Who came to the queue last. */
  lastJoined: Waiter | null = null;

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

  /** Whether a writer can take it. */
  get isFree(): boolean {
    return this.writer === null && this.reading.size === 0;
  }

  override state(): unknown {
    return this.isFree;
  }

  override fingerprint(): string {
    const keys = [...this.reading].map(({ key }) => key).sort();
    return `${this.writer?.key ?? ""}|${keys.join()}|${this.queue.map(({ task, mode }) => `${mode} ${task.key}`).join()}`;
  }

  describe(): string {
    const held =
      this.writer !== null
        ? `written by ${this.writer.name}`
        : this.reading.size > 0
          ? `read by ${[...this.reading]
              .map(({ name }) => name)
              .sort()
              .join(", ")}`
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

  /**
   * What readers do commutes with what other readers do, and tells them nothing of each other, where a writer holds it
   * (they queue, to be let in together) and where nobody waits (they come and go): there it is an `add`.
   */
  readerActs(world: World): void {
    if (this.writer === null && this.queue.length > 0) world.as("write");
  }

  attemptRead(task: Task, world: World): Attempt {
    notRecursive(task, this);
    this.readerActs(world);
    if (this.writer !== null || this.#isHandedOff(world)) return this.join(task, "read", world);
    const isOwned = this.reading.size > 0 && this.queue.length > 0;
    this.reading.add(task);
    if (isOwned) return "reader-owned";
    this.book(task, "read");
    return this.readerIsFirst ? "taken, wake" : "taken";
  }

  /** It counted itself while readers held it and someone waited: behind those, unless `steals`. */
  decideRead(task: Task, world: World, steals: boolean): Attempt {
    if (!steals && this.queue.length > 0) {
      this.reading.delete(task);
      this.join(task, "read", world);
      this.wakeReaders(world);
      return "queued";
    }
    this.book(task, "read");
    return "taken";
  }

  attemptWrite(task: Task, world: World): Attempt {
    notRecursive(task, this);
    if (!this.isFree || this.#isHandedOff(world)) return this.join(task, "write", world);
    this.writer = task;
    this.book(task, "write");
    return "taken";
  }

  /** Takes it if it is free for this mode and nobody waits; tells whether it did. */
  tryTake(task: Task, mode: Mode): boolean {
    if (this.writer !== null || this.queue.length > 0 || (mode === "write" && this.reading.size > 0)) return false;
    if (mode === "write") this.writer = task;
    else this.reading.add(task);
    this.book(task, mode, false);
    return true;
  }

  /** A writer of the queue takes it. */
  leave(task: Task): void {
    this.queue.splice(
      this.queue.findIndex((waiter) => waiter.task === task),
      1,
    );
    this.writer = task;
    this.book(task, "write");
  }

  book(task: Task, mode: Mode, nests = true): void {
    lockTaken(task, { lock: this, mode, sleeping: true }, nests);
  }

  /** Frees it; whether readers are to be let in then. */
  give(task: Task, mode: Mode): boolean {
    lockReleased(task, this, mode);
    if (mode === "write") this.writer = null;
    else this.reading.delete(task);
    return this.reading.size === 0 && this.readerIsFirst;
  }

  /** From writing to reading; whether readers are to be let in. */
  downgrade(task: Task): boolean {
    lockReleased(task, this, "write");
    this.writer = null;
    this.reading.add(task);
    this.book(task, "read", false);
    return this.readerIsFirst;
  }

  get readerIsFirst(): boolean {
    return this.queue[0]?.mode === "read";
  }

  /** rwsem_mark_wake(): if a reader is at the head, all readers of the queue get it, unless a writer was faster. Whether any did. */
  wakeReaders(world: World): boolean {
    if (this.writer !== null || !this.readerIsFirst) return false;
    const readers = this.queue.filter(({ mode }) => mode === "read").slice(0, MAX_READERS_WAKEUP);
    for (const waiter of readers) {
      this.queue.splice(this.queue.indexOf(waiter), 1);
      this.reading.add(waiter.task);
      waiter.granted = true;
      world.touch(waiter, "write");
    }
    return true;
  }

  join(task: Task, mode: Mode, world: World): "queued" {
    this.lastJoined = new Waiter(task, mode, world.host.now(), this);
    this.queue.push(this.lastJoined);
    return "queued";
  }

  /** Whether the head of the queue has waited for so long that nobody may come before it. */
  #isHandedOff({ host }: World): boolean {
    const head = this.queue[0];
    return head !== undefined && host.now() - head.since > WAIT_TIMEOUT;
  }
}
