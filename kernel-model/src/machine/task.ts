import { firstSerialOf, type Maker } from "./identity.js";
import type { Processor, SharedObject } from "./object.js";
import type { Path } from "./path.js";
import type { ReadSection } from "./read-side.js";
import type { Step } from "./step.js";

/** Where a task runs: a thread, or an interrupt handler, which may not sleep and holds up the task it interrupted. */
export type Context = "task" | "softirq" | "hardirq";

export interface TaskOptions {
  /** The CPU it is bound to. Default: one of its own in the explorer, any in the simulator. */
  readonly cpu?: number;
  /** Default "task". */
  readonly context?: Context;
  /** A daemon (a kworker, the RCU thread) may still be waiting when the run ends. Default false. */
  readonly daemon?: boolean;
  /** Simulator: real-time tasks run before all others. Default "other". */
  readonly policy?: "other" | "fifo";
  /** Simulator: among `fifo` tasks, the larger runs first, 1 to 99. Default 1. */
  readonly priority?: number;
}

/** A lock that a task holds. */
export interface Held {
  readonly lock: SharedObject;
  /** "write" for exclusive, "read" for shared. */
  readonly mode: "read" | "write";
  /** Whether it may be held while sleeping. */
  readonly sleeping: boolean;
}

const generatorPrototype = (Object.getPrototypeOf(function* () {}) as { readonly prototype: Path<unknown> }).prototype;
/** How a path goes on: called with the path as `this`. */
type Next = (this: Path<unknown>, step: Step | undefined) => IteratorResult<Step, unknown>;
/** The one `next` of all generators. */
const generatorNext = Reflect.get<object, "next">(generatorPrototype, "next") as Next;
const isPrototypeOf = Reflect.get(Object.prototype, "isPrototypeOf") as (this: object, value: unknown) => boolean;

/**
 * Whether it is a generator. A generator function written inside `tasks` is a new function in every run, with a hidden
 * class of its own for its generators. So nothing is asked of the object itself, here and in {@link Task.next}: each look
 * at a property of an object of a new class is slow (an inline cache that always misses).
 */
export function isGenerator(value: unknown): value is Path<unknown> {
  return isPrototypeOf.call(generatorPrototype, value);
}

const nextOf = (path: object): Next => (isGenerator(path) ? generatorNext : (Reflect.get(path, "next") as Next));

/** A running path: its next step, and the context that the kernel's rules are about. */
export class Task implements Maker {
  /** The step it will perform next; null when finished. */
  pending: Step | null = null;
  finished = false;
  /** What the path returned. */
  result: unknown = undefined;
  readonly held: Held[] = [];
  /** preempt_count(): nested spinlocks and preempt_disable(). */
  preemptCount = 0;
  /** 1 while it keeps interrupts off on its CPU, else 0. */
  irqsOff = 0;
  /** Depth of local_bh_disable(): no softirq handler begins on its CPU. */
  softirqsOff = 0;
  /** Depth of rcu_read_lock(). */
  rcuDepth = 0;
  /** Steps after which what it holds off begins to count as an RCU read section: in an RCU callback, which see. */
  readsFrom = 0;
  /** The RCU read section that it is in, or was in last: see read-side.ts. */
  section: ReadSection | null = null;
  /** Steps performed so far. */
  steps = 0;
  /** Tasks that it has started. */
  started = 0;
  /** Objects that it has made. */
  made = 0;
  readonly firstSerial: number;
  /** The path's `next`. */
  next: Next;
  /** State kept by the host. */
  host: object | null = null;
  /** Stands for its CPU where it is bound to none: the same in every order in which tasks may be started. */
  home: number;

  readonly cpu: number;
  readonly context: Context;
  readonly daemon: boolean;
  /** Stands for the CPU in the dependence of steps, where an interrupt can hold up the tasks of a CPU. */
  cpuObject: Processor | null = null;

  constructor(
    readonly id: number,
    readonly name: string,
    public path: Path<unknown>,
    readonly options: TaskOptions = {},
    /** Its name across runs: the same for a task that is started by the same task as its so manieth. */
    readonly key = id,
  ) {
    this.next = nextOf(path);
    this.home = id;
    this.firstSerial = firstSerialOf(key);
    this.cpu = options.cpu ?? -1;
    this.context = options.context ?? "task";
    this.daemon = options.daemon ?? false;
  }

  /** Simulator: the same task goes through another path, as a thread that serves one request after the other. */
  restart(path: Path<unknown>): void {
    this.path = path;
    this.next = nextOf(path);
    this.pending = null;
    this.finished = false;
    this.result = undefined;
  }

  /** What {@link World.mayRun} of the other tasks of its CPU looks at: as long as it is the same, so are their answers. */
  get hold(): number {
    if (this.finished) return 0;
    return (
      (this.context !== "task" && this.steps > 0 ? 8 : 0) |
      (this.atomic ? 4 : 0) |
      (this.irqsOff > 0 ? 2 : 0) |
      (this.softirqsOff > 0 ? 1 : 0)
    );
  }

  /** Whether what its steps touch depends on whether they are its last: handlers and RCU callbacks are over with that. */
  get varies(): boolean {
    return this.context !== "task" || this.readsFrom > 0;
  }

  /** Whether an RCU grace period that starts now has to wait for it: see read-side.ts. */
  get reads(): boolean {
    return (
      !this.finished &&
      this.steps >= this.readsFrom &&
      ((this.rcuDepth | this.preemptCount | this.irqsOff | this.softirqsOff) !== 0 ||
        (this.context !== "task" && this.steps > 0))
    );
  }

  /** in_atomic() || irqs_disabled(): where nothing may sleep. */
  get atomic(): boolean {
    return this.preemptCount > 0 || this.irqsOff > 0 || this.softirqsOff > 0 || this.context !== "task";
  }
}
