import type { SharedObject } from "./object.js";
import type { Task } from "./task.js";
import type { World } from "./world.js";
import { captureSite } from "./site.js";

/**
 * How a step touches an object; two steps of different tasks commute unless they conflict on one:
 * - `none`: nothing shared (computing, sleeping, choosing).
 * - `read`: commutes with reads. Also changes that no reader can tell, such as rcu_read_lock: see {@link Operation.changes}.
 * - `add`: changes it in a way that commutes with every other `add` and tells the task nothing, such as atomic_inc.
 * - `write`: conflicts with everything on the object. Also every step whose guard another task's step may close.
 * - `acquire`, `release`: a `write` that takes a lock which one task holds at a time, or puts it back.
 */
export type Access = "none" | "read" | "add" | "write" | "acquire" | "release";

/** Ordering as the kernel's name implies it. Both hosts are sequentially consistent: recorded, shown, not weakened. */
export type Order = "plain" | "once" | "relaxed" | "acquire" | "release" | "full";

/**
 * What a step takes in the simulator, by the costs of the hardware model: a load or a store of its cache line, an
 * atomic read-modify-write of it, nothing, or a stated time on the CPU (`compute`) or off it (`sleep`).
 */
export type CostClass = "none" | "load" | "store" | "atomic" | "compute" | "sleep" | "interrupt" | "allocate";

/** What a kind of step is: shared by all steps of the primitive. */
export interface Operation {
  /** The kernel's name, e.g. `atomic_inc_return`. */
  readonly name: string;
  readonly access: Access;
  /** Whether it may change its object, so that waiters and properties look at that again. Default: unless none or read. */
  readonly changes: boolean;
  /**
   * Whether an effect may turn out to be less or other than `access` says, and tells so by `world.as` and `world.touch`:
   * a cmpxchg that fails is a read. Default false.
   */
  readonly varies: boolean;
  readonly order: Order;
  readonly cost: CostClass;
  /** How a task waits while the guard is closed: on its CPU, or off it. */
  readonly waits: "spin" | "sleep";
  /** Whether might_sleep() applies: refused in atomic context and in RCU read sections, waiting or not. */
  readonly sleeps: boolean;
}

/** Fills in the defaults: a free, unordered step that spins if it must wait. */
export function operation(
  name: string,
  access: Access,
  rest: Partial<Omit<Operation, "name" | "access">> = {},
): Operation {
  return {
    name,
    access,
    changes: rest.changes ?? (access !== "none" && access !== "read"),
    varies: rest.varies ?? false,
    order: rest.order ?? "plain",
    cost:
      rest.cost ??
      (access === "none" ? "none" : access === "read" ? "load" : access === "release" ? "store" : "atomic"),
    waits: rest.waits ?? (rest.sleeps === true ? "sleep" : "spin"),
    sleeps: rest.sleeps ?? false,
  };
}

/** What {@link Step.next} hands back when a step is over; read at once by `yield*`, so one is enough. */
const finished: IteratorReturnResult<unknown> = { done: true, value: undefined };

/**
 * One indivisible action of a task on shared state. A primitive returns one, and a path performs it with
 * `const old = yield* xchg(cell, 1)`: the step yields itself to the host and returns its result. It is its own iterator
 * and its own iterator result, so performing it allocates nothing more (about 30 ns, half of a generator's cost).
 */
export class Step<R = unknown> {
  /** As an iterator result: not done, this step is what was yielded. On the prototype, as all that few steps set. */
  declare readonly done: false;
  readonly value: Step = this;
  /** Set by the machine when the step takes effect. */
  result: R | undefined = undefined;
  /** Further objects that the step reads (a condition over several variables). */
  others: readonly SharedObject[] | null = null;
  /** Number of outcomes the host may choose from (a failing allocation, a device's answer); 0: no choice. */
  declare choices: number;
  /** Relative weights of the outcomes in the simulator; default: all equal. The explorer takes each. */
  declare weights: readonly number[] | null;
  /** For `compute` and `sleep`: how long, in ns. */
  declare ns: number;
  /** The guard as a function of {@link SharedObject.state} of its one object, so that it can be asked of an earlier state. */
  declare opens: ((state: unknown) => boolean) | null;
  /** For an operation that `varies`: how it would touch its object in a {@link SharedObject.state} of that, where that decides. */
  declare foresees: ((state: unknown) => Access) | null;
  /** Where a guard may close for good (a timer that was deleted): whether it has. The simulator then forgets the task. */
  declare dead: (() => boolean) | null;
  /** The argument, for traces. */
  detail: unknown = undefined;
  /** The kernel function that performs it, known while a trace is recorded. */
  site: string | null;

  constructor(
    readonly operation: Operation,
    /** What it acts on; null for nothing shared. A placeholder is replaced when the step is issued. */
    public object: SharedObject | null,
    /** What it does; runs once, when the host says so, with nothing in between. */
    readonly effect: (task: Task, world: World) => R,
    /** Open when the step may happen; a closed guard makes the task wait. Reads the step's objects only. */
    readonly guard: ((task: Task) => boolean) | null = null,
  ) {
    this.site = captureSite();
  }

  [Symbol.iterator](): Iterator<Step, R, unknown> {
    return this;
  }

  /** First called by `yield*` with nothing: yields the step. Then with the step, once it has happened: its result. */
  next(resumed: unknown): IteratorResult<Step, R> {
    if (resumed === undefined) return this;
    finished.value = this.result;
    return finished as IteratorReturnResult<R>;
  }

  /** Adds what the trace shows as its argument. */
  with(detail: unknown): this {
    this.detail = detail;
    return this;
  }
}

/** Millions of steps are made: what few of them set costs the others nothing. */
Object.assign(Step.prototype, {
  done: false,
  choices: 0,
  weights: null,
  ns: 0,
  opens: null,
  foresees: null,
  dead: null,
});
