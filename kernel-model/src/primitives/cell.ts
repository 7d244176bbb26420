import { InputError } from "../base/errors.js";
import { SharedObject, type Memory } from "../machine/object.js";
import { operation, Step } from "../machine/step.js";
import { valueText } from "../machine/trace.js";

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

  describe(): string {
    return valueText(this.current);
  }
}

const readOnce = operation("READ_ONCE", "read", { order: "once" });
const writeOnce = operation("WRITE_ONCE", "write", { order: "once", cost: "store" });
const loadAcquire = operation("smp_load_acquire", "read", { order: "acquire" });
const storeRelease = operation("smp_store_release", "write", { order: "release", cost: "store" });
const exchange = operation("xchg", "write", { order: "full" });
const compareExchange = operation("cmpxchg", "write", { order: "full" });
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
  return new Step(compareExchange, cell, () => {
    const old = cell.current;
    if (old === expected) cell.current = value;
    return old;
  }).with(new Exchange(expected, value));
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
 * Waits, spinning on its CPU, until the cell's value satisfies the condition; returns the value. Write this instead of
 * a loop around READ_ONCE: the explorer would follow every turn of such a loop.
 */
export function smpCondLoadAcquire<T>(cell: Cell<T>, condition: (value: T) => boolean): Step<T> {
  if (typeof condition !== "function") throw new InputError(`the condition to wait for on ${cell.name}`, condition, "a function of the value", "write (value) => value === 0");
  return new Step(condLoad, cell, () => cell.current, () => condition(cell.current));
}

const spin = operation("cpu_relax loop", "read", { order: "once" });

/**
 * Waits, spinning on its CPU, until a condition over several cells holds: `while (!condition) cpu_relax()`, where one turn
 * reads all of them at one moment. A loop whose reads lie apart is written with READ_ONCE.
 *
 * @param cells every cell that the condition reads, at least one
 */
export function spinUntil(cells: readonly Cell<unknown>[], condition: () => boolean): Step<void> {
  const [first, ...others] = cells;
  if (first === undefined) throw new InputError("the cells to wait on", cells, "at least one", "name each cell that the condition reads");
  const step = new Step<void>(spin, first, () => undefined, () => condition());
  step.others = others;
  return step;
}
