import { checkKeys, checkNumber, checkOneOf } from "../base/errors.js";
import { Memory, SharedObject } from "../machine/object.js";
import { operation, Step } from "../machine/step.js";
import { RuleBroken } from "../machine/violation.js";

/** GFP_KERNEL may sleep to reclaim memory; the others do not. */
export type Gfp = "GFP_KERNEL" | "GFP_ATOMIC" | "GFP_NOWAIT";

export interface AllocateOptions {
  /** Default "GFP_KERNEL". */
  readonly gfp?: Gfp;
  /** Whether it may return null: both outcomes are explored. Default false. */
  readonly mayFail?: boolean;
  /** How often it fails in the simulator, where it may fail, 0 to 1. Default 0. */
  readonly failureRate?: number;
  /** Books the allocation, so that {@link leaked} can tell what was not freed. Default: not booked. */
  readonly heap?: Heap;
}

/** What was allocated in a run. State of the program, for {@link leaked}. */
export class Heap extends SharedObject {
  /** For the effects of steps only. */
  readonly booked = new Set<Memory>();

  constructor(name = "heap") {
    super(name);
  }

  /** Books memory that `setup` made. */
  add(memory: Memory): Memory {
    this.booked.add(memory);
    return memory;
  }

  /** Names of what is not freed. */
  get live(): readonly string[] {
    this.seen();
    return [...this.booked]
      .filter(({ freed }) => !freed)
      .map(({ name }) => name)
      .sort();
  }

  describe(): string {
    return this.live.join(", ");
  }
}

// Bookings in a heap commute with each other, and change what a property may see of it.
const maySleep = {
  kmalloc: operation("kmalloc", "none", { cost: "allocate", sleeps: true, changes: true }),
  kzalloc: operation("kzalloc", "none", { cost: "allocate", sleeps: true, changes: true }),
};
const neverSleeps = {
  kmalloc: operation("kmalloc", "none", { cost: "allocate", changes: true }),
  kzalloc: operation("kzalloc", "none", { cost: "allocate", changes: true }),
};
const free = operation("kfree", "write", { cost: "allocate" });

/**
 * Allocates. What lives in it is made by the caller with the returned Memory as its `memory`: touching that after
 * kfree breaks the rule "use-after-free".
 *
 * @returns null for failure, only where `mayFail` is set
 * @example
 * function* insert() {
 *   const memory = yield* kmalloc("entry", { gfp: "GFP_NOWAIT", mayFail: true });
 *   if (memory === null) return -12;
 *   const entry = { refs: new RefCount("entry->refs", 1, memory) };
 *   return yield* refcountRead(entry.refs);
 * }
 * explore(define({ name: "insert", setup: () => ({}), tasks: () => ({ A: insert() }) })).effort.schedules; // => 2
 */
export function kmalloc(name: string, options: AllocateOptions & { readonly mayFail: true }): Step<Memory | null>;
export function kmalloc(name: string, options?: AllocateOptions & { readonly mayFail?: false }): Step<Memory>;
export function kmalloc(name: string, options?: AllocateOptions): Step<Memory | null>;
export function kmalloc(name: string, options: AllocateOptions = {}): Step<Memory | null> {
  return allocate("kmalloc", name, options);
}

/** As {@link kmalloc}: what is in it starts with the values that its constructor is given anyway. */
export function kzalloc(name: string, options: AllocateOptions & { readonly mayFail: true }): Step<Memory | null>;
export function kzalloc(name: string, options?: AllocateOptions & { readonly mayFail?: false }): Step<Memory>;
export function kzalloc(name: string, options?: AllocateOptions): Step<Memory | null>;
export function kzalloc(name: string, options: AllocateOptions = {}): Step<Memory | null> {
  return allocate("kzalloc", name, options);
}

function allocate(call: "kmalloc" | "kzalloc", name: string, options: AllocateOptions): Step<Memory | null> {
  checkKeys(call, options, ["gfp", "mayFail", "failureRate", "heap"]);
  const gfp = checkOneOf(`gfp of ${call}`, options.gfp ?? "GFP_KERNEL", [
    "GFP_KERNEL",
    "GFP_ATOMIC",
    "GFP_NOWAIT",
  ] as const);
  const rate = checkNumber(`failureRate of ${call}`, options.failureRate ?? 0, { min: 0, max: 1 });
  const step = new Step((gfp === "GFP_KERNEL" ? maySleep : neverSleeps)[call], null, (_task, world) => {
    if (options.mayFail === true && world.choice === 1) return null;
    const memory = new Memory(name);
    options.heap?.booked.add(memory);
    return memory;
  }).with(`${name}, ${gfp}`);
  if (options.heap !== undefined) step.others = [options.heap];
  if (options.mayFail === true) {
    step.choices = 2;
    step.weights = [1 - rate, rate];
  }
  return step;
}

/** Frees what kmalloc gave; nothing for null. Freeing twice breaks the rule "double-free". */
export function kfree(memory: Memory | null): Step<void> {
  return new Step<void>(free, memory, (task) => {
    if (memory === null) return;
    if (memory.isFreed) throw new RuleBroken("double-free", task, `frees ${memory.name}, which was freed already`);
    memory.isFreed = true;
  });
}

/** Names of the booked memory that is not freed: for `alwaysAtEnd("nothing leaks", (s) => leaked(s.heap).length === 0)`. */
export function leaked(heap: Heap): readonly string[] {
  return heap.live;
}
