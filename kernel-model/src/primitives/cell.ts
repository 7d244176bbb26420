import { InputError } from "../base/errors.js";
import { SharedObject, type Memory } from "../machine/object.js";
import { operation, Step } from "../machine/step.js";
import { valueText } from "../machine/trace.js";
import { valueName } from "../machine/value-name.js";
import { Condition, type Readable, type Values } from "./condition.js";

/** A shared variable or field: what READ_ONCE() and friends are called on. `T` is a plain value or a pointer. */
export class Cell<T> extends SharedObject {
  /** For the effects of steps only; outside of them read {@link value}. */
  current: T;

  constructor(name: string, initial: T, memory: Memory | null = null) {
    super(name, memory);
    this.current = initial;
  }

  /** Its value now, for properties and results; a path reads it with READ_ONCE. */
  get value(): T {
    this.seen();
    return this.current;
  }

  override state(): unknown {
    return this.current;
  }

  override fingerprint(): string | null {
    return valueName(this.current);
  }

  describe(): string {
    return valueText(this.current);
  }
}

const readOnce = operation("READ_ONCE", "read", { order: "once" });
const writeOnce = operation("WRITE_ONCE", "write", { order: "once", cost: "store" });
const loadAcquire = operation("smp_load_acquire", "read", { order: "acquire" });
const storeRelease = operation("smp_store_release", "write", { order: "release", cost: "store" });
const exchange = operation("xchg", "write", { order: "full" });
const compareExchange = operation("cmpxchg", "write", { order: "full", varies: true });
const condLoad = operation("smp_cond_load_acquire", "read", { order: "acquire" });

/** Reads the cell. */
export function READ_ONCE<T>(cell: Cell<T>): Step<T> {
  return new Step(readOnce, cell, () => cell.current);
}

/** Writes the cell. */
export function WRITE_ONCE<T>(cell: Cell<T>, value: T): Step<void> {
  return new Step<void>(writeOnce, cell, () => {
    cell.current = value;
  }).with(value);
}

/** Reads the cell with acquire order. */
export function smpLoadAcquire<T>(cell: Cell<T>): Step<T> {
  return new Step(loadAcquire, cell, () => cell.current);
}

/** Writes the cell with release order. */
export function smpStoreRelease<T>(cell: Cell<T>, value: T): Step<void> {
  return new Step<void>(storeRelease, cell, () => {
    cell.current = value;
  }).with(value);
}

/** Writes the cell and returns what was in it. */
export function xchg<T>(cell: Cell<T>, value: T): Step<T> {
  return new Step(exchange, cell, () => {
    const old = cell.current;
    cell.current = value;
    return old;
  }).with(value);
}

/** Writes `value` if the cell holds `expected` (compared with ===); returns what was in it, so success is `=== expected`. */
export function cmpxchg<T>(cell: Cell<T>, expected: T, value: T): Step<T> {
  const step = new Step(compareExchange, cell, (_task, world) => {
    const old = cell.current;
    // What leaves the cell as it was has only read it.
    if (old !== expected || Object.is(old, value)) world.as("read");
    else cell.current = value;
    return old;
  }).with(new Exchange(expected, value));
  step.foresees = (old) => (old !== expected || Object.is(old, value) ? "read" : "write");
  return step;
}

/** The argument of a cmpxchg; made into text only where a trace is recorded. */
class Exchange {
  constructor(
    readonly expected: unknown,
    readonly value: unknown,
  ) {}

  get name(): string {
    return `${valueText(this.expected)} -> ${valueText(this.value)}`;
  }
}

/**
 * Waits, spinning on its CPU, until the value of the cell (or another object that has one) satisfies the condition; returns
 * the value. Write this instead of a loop around READ_ONCE: the explorer would follow every turn of such a loop.
 */
export function smpCondLoadAcquire<T>(cell: Readable<T>, condition: (value: T) => boolean): Step<T> {
  if (typeof condition !== "function")
    throw new InputError(
      `the condition to wait for on ${cell.name}`,
      condition,
      "a function of the value",
      "write (value) => value === 0",
    );
  const asked = new Condition("smpCondLoadAcquire", null, [cell] as const, condition);
  const step = new Step(
    condLoad,
    cell,
    () => cell.value,
    () => asked.holds(),
  );
  if (cell instanceof Cell && asked.takesValues) step.opens = (value) => asked.heldFor(value as T);
  return step;
}

const spin = operation("cpu_relax loop", "read", { order: "once" });

/**
 * Waits, spinning on its CPU, until a condition over several values holds: `while (!condition) cpu_relax()`, where one turn
 * reads all of them at one moment. A loop whose reads lie apart is written with READ_ONCE.
 *
 * @param objects every cell (or other object with a `value`) that the condition looks at, at least one
 * @param condition gets the values, in order
 * @example
 * function* wait({ x, flags }) {
 *   yield* spinUntil([x, flags], (x, bits) => x === 1 && bits.includes(3));
 * }
 * function* go({ x, flags }) {
 *   yield* setBit(3, flags);
 *   yield* WRITE_ONCE(x, 1);
 * }
 * const setup = () => ({ x: new Cell("x", 0), flags: new Bits("flags") });
 * explore(define({ name: "both", setup, tasks: (s) => ({ A: wait(s), B: go(s) }) })).effort.schedules; // => 1
 */
export function spinUntil<const T extends readonly Readable[]>(
  objects: T,
  condition: (...values: Values<T>) => boolean,
): Step<void> {
  const first = Array.isArray(objects) ? (objects as readonly Readable[])[0] : undefined;
  if (first === undefined)
    throw new InputError("the cells to wait on", objects, "at least one", "name each cell that the condition reads");
  if (typeof condition !== "function")
    throw new InputError(
      `the condition for spinUntil(${first.name})`,
      condition,
      "a function of the values",
      "write `(value) => value > 0`",
    );
  const asked = new Condition("spinUntil", null, objects, condition);
  const step = new Step<void>(
    spin,
    first,
    () => undefined,
    () => asked.holds(),
  );
  if (objects.length > 1) step.others = objects.slice(1);
  else if (first instanceof Cell && asked.takesValues)
    step.opens = (value) => asked.heldFor(...([value] as unknown as Values<T>));
  return step;
}
