import { serialOfNew } from "./identity.js";
import type { Task } from "./task.js";
import type { World } from "./world.js";

/** Called for every object whose state a property reads, while one is being evaluated (see {@link observe}). */
let observer: ((object: SharedObject) => void) | null = null;

/**
 * Runs `read` and reports each shared object that it looks at: how the explorer learns which steps a property can
 * see, so that partial-order reduction keeps their order.
 */
export function observe<T>(read: () => T, seen: (object: SharedObject) => void): T {
  const outer = observer;
  observer = seen;
  try {
    return read();
  } finally {
    observer = outer;
  }
}

/** From now on `seen` is told of each object whose public state is read; returns who was told before, to be set again. */
export function observeWith(seen: ((object: SharedObject) => void) | null): ((object: SharedObject) => void) | null {
  const outer = observer;
  observer = seen;
  return outer;
}

/** A cache line that several objects share; an object without one has a line of its own. Only costs depend on it. */
export class Line {
  /** State kept by the simulator. */
  host: object | null = null;

  constructor(readonly name: string) {}
}

/**
 * Anything that two tasks can touch: an atomic, a lock, a work item, a piece of allocated memory.
 * Made in a program's `setup` (or by a path while running) and never kept across runs.
 */
export abstract class SharedObject {
  /** Number within the run, in the order of first use; -1 before. */
  id = -1;
  /** The same in every run that makes it in the same way: see identity.ts. */
  serial = serialOfNew();
  /** The run that uses it. */
  world: World | null = null;
  /** Whether a property of the program reads it. */
  observed = false;
  /** State kept by the host. */
  host: object | null = null;
  line: Line | null = null;

  constructor(
    /** As the kernel would call it, e.g. `pool->kref`. */
    readonly name: string,
    /** The allocation it lives in, if that can be freed: touching it afterwards is a use after free. */
    readonly memory: Memory | null = null,
  ) {}

  /** Its state as short text, for traces and counterexamples; equal text means equal state. */
  abstract describe(): string;

  /**
   * All of its state as text, for a search that tells states apart: equal text means that no step on it, now or later, can
   * tell the difference. Null where that cannot be said.
   */
  fingerprint(): string | null {
    return null;
  }

  /** What {@link Step.opens} of a step that waits for it looks at: a plain value that later steps do not change. */
  state(): unknown {
    return undefined;
  }

  /**
   * Whether {@link state} is a number to which each step adds what it would add in every order that does not matter: then
   * it follows from which steps have happened, also where steps that commute change it.
   */
  get sums(): boolean {
    return false;
  }

  /** For the name of the trace column; `lock` classes are told apart by it too. */
  toString(): string {
    return this.name;
  }

  /** Every public getter of an object's state calls this first. */
  protected seen(): void {
    if (observer !== null) observer(this);
  }
}

/** An allocation: what kfree() ends the life of. The objects in it name it as their `memory`. */
export class Memory extends SharedObject {
  /** For the effects of steps only; outside of them read {@link freed}. */
  isFreed = false;

  /** Whether kfree() has been called on it. */
  get freed(): boolean {
    this.seen();
    return this.isFreed;
  }

  describe(): string {
    return this.isFreed ? "freed" : "allocated";
  }

  override fingerprint(): string {
    return this.describe();
  }
}

/**
 * Stands for an object that depends on the run or on the task: the run's RCU state, this CPU's slot of a counter. A step
 * that names it acts on what `find` gives when the step is issued; it is never shared itself.
 */
export class Placeholder extends SharedObject {
  constructor(
    name: string,
    readonly find: (task: Task, world: World) => SharedObject,
  ) {
    super(name);
  }

  describe(): string {
    return "";
  }
}

/** A CPU as something that its tasks and its interrupt handlers share. */
export class Processor extends SharedObject {
  /** Bound to it; some that are over may be missing. */
  tasks: Task[] = [];
  #room = 16;

  add(task: Task): void {
    if (this.tasks.length >= this.#room) {
      this.tasks = this.tasks.filter(({ finished }) => !finished);
      this.#room = Math.max(16, 2 * this.tasks.length);
    }
    this.tasks.push(task);
  }

  describe(): string {
    return "";
  }

  /** What it does to its tasks follows from theirs. */
  override fingerprint(): string {
    return "";
  }
}

/** Puts objects on one cache line, as neighbouring fields of a struct are (false sharing). */
export function sameLine(name: string, objects: readonly SharedObject[]): void {
  const line = new Line(name);
  for (const object of objects) object.line = line;
}
