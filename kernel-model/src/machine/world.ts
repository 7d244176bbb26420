import { LockOrder } from "./rules.js";
import { Processor, type SharedObject } from "./object.js";
import type { Path } from "./path.js";
import { Task, type TaskOptions } from "./task.js";
import type { TraceEntry } from "./trace.js";
import type { Rule } from "./violation.js";

/** What a host adds to the world it runs. */
export interface Host {
  /** A path started another task (a kworker, an interrupt handler). */
  spawned(task: Task): void;
  /** Virtual time in ns; 0 in the explorer, where any time may pass between two steps. */
  now(): number;
}

/** A WARN of the kernel, e.g. of refcount_t: recorded, and by default a violation in the explorer. */
export interface Warning {
  readonly text: string;
  readonly task: string;
}

/** One run: its tasks, what they share, and what has been seen. Made afresh for every run. */
export class World {
  readonly tasks: Task[] = [];
  readonly objects: SharedObject[] = [];
  readonly warnings: Warning[] = [];
  readonly lockOrder: LockOrder | null;
  /** The outcome that the host picked for the step that now takes effect, if it has `choices`. */
  choice = 0;
  /** Entries so far, where a trace is recorded. */
  trace: TraceEntry[] | null = null;
  /** Singletons of the run by key: the RCU state, the interrupt state of a CPU. */
  readonly #singletons = new Map<unknown, SharedObject>();

  constructor(
    readonly host: Host,
    /** Rules that are not checked in this run. */
    readonly ignored: ReadonlySet<Rule> = new Set(),
    /** Names of objects that properties read. */
    readonly observedNames: ReadonlySet<string> = new Set(),
  ) {
    this.lockOrder = ignored.has("lock-order-inversion") ? null : new LockOrder();
  }

  /** Adds a task; the host starts it. */
  spawn(name: string, path: Path<unknown>, options: TaskOptions = {}): Task {
    const task = new Task(this.tasks.length, name, path, options);
    this.tasks.push(task);
    if (task.context !== "task") {
      // From now on the steps of this CPU's tasks depend on each other: the handler may come between any two.
      const cpu = this.singleton(`cpu ${task.cpu}`, () => new Processor(`cpu ${task.cpu}`));
      for (const other of this.tasks) if (other.cpu === task.cpu) other.cpuObject = cpu;
    } else if (task.cpu >= 0) {
      task.cpuObject = this.#singletons.get(`cpu ${task.cpu}`) ?? null;
    }
    this.host.spawned(task);
    return task;
  }

  /** The one object of this run under a key, made on first use. */
  singleton<T extends SharedObject>(key: unknown, make: () => T): T {
    let object = this.#singletons.get(key);
    if (object === undefined) this.#singletons.set(key, (object = make()));
    return object as T;
  }

  /** Whether nothing else on the task's CPU keeps it from running: an interrupt handler, or interrupts being off. */
  mayRun(task: Task): boolean {
    if (task.cpuObject === null) return true;
    const rank = RANK[task.context];
    for (const other of this.tasks) {
      if (other === task || other.cpu !== task.cpu || other.finished) continue;
      if (RANK[other.context] > rank && other.steps > 0) return false;
      if (RANK[other.context] === rank && rank > 0 && other.steps > 0 && task.steps === 0) return false;
      if (rank > 0 && task.steps === 0 && other.irqsOff > 0 && RANK[other.context] < rank) return false;
      if (rank > 0 && task.steps === 0 && rank === RANK.softirq && other.preemptCount > 0 && other.context === "task") return false;
    }
    return true;
  }
}

const RANK = { task: 0, softirq: 1, hardirq: 2 } as const;
