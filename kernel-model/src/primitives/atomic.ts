import { checkInteger } from "../base/errors.js";
import type { Memory } from "../machine/object.js";
import { operation, Step, type Operation } from "../machine/step.js";
import type { World } from "../machine/world.js";
import { Cell } from "./cell.js";

/** Least and largest value of a C int. */
export const INT_MIN = -0x80000000;
export const INT_MAX = 0x7fffffff;

/** An integer of the user's that must fit a C int. */
export function checkInt(what: string, value: number): number {
  return checkInteger(what, value, { min: INT_MIN, max: INT_MAX, next: "give a value that fits the kernel's int" });
}

/**
 * atomic_t: a signed 32-bit integer that wraps around, as the kernel's does. It is a Cell, so that READ_ONCE and
 * smpCondLoadAcquire can wait on it.
 *
 * Order by the kernel's rule (Documentation/atomic_t.txt): operations that return nothing are relaxed, those that
 * return a value are fully ordered. Arguments stand in the kernel's order: the number first, the atomic last.
 */
export class Atomic extends Cell<number> {
  /** `initial`: -2^31 to 2^31 - 1. Throws InputError for any other. */
  constructor(name: string, initial = 0, memory: Memory | null = null) {
    super(name, checkInt(`the initial value of atomic_t ${name}`, initial), memory);
  }
}

const LEAVES_ALONE: ReadonlySet<string> = new Set([
  "atomic_add_unless",
  "atomic_inc_not_zero",
  "atomic_dec_if_positive",
  "atomic_cmpxchg",
]);
// They return nothing, and modulo 2^32 sums do not depend on the order of their terms.
const relaxed = (name: string): Operation => operation(name, "add", { order: "relaxed" });
// They return a value. Those that leave it as it was only read it.
const full = (name: string): Operation => operation(name, "write", { order: "full", varies: LEAVES_ALONE.has(name) });

const read = operation("atomic_read", "read", { order: "once" });
const set = operation("atomic_set", "write", { order: "once", cost: "store" });
const inc = relaxed("atomic_inc");
const dec = relaxed("atomic_dec");
const add = relaxed("atomic_add");
const sub = relaxed("atomic_sub");
const incReturn = full("atomic_inc_return");
const decReturn = full("atomic_dec_return");
const addReturn = full("atomic_add_return");
const subReturn = full("atomic_sub_return");
const fetchAdd = full("atomic_fetch_add");
const fetchSub = full("atomic_fetch_sub");
const decAndTest = full("atomic_dec_and_test");
const subAndTest = full("atomic_sub_and_test");
const addUnless = full("atomic_add_unless");
const incNotZero = full("atomic_inc_not_zero");
const decIfPositive = full("atomic_dec_if_positive");
const compareExchange = full("atomic_cmpxchg");
const exchange = full("atomic_xchg");

/** The atomic stays as it was, so that the step has only read it; gives the result. */
function untouched<R>(world: World, result: R): R {
  world.as("read");
  return result;
}

/** Reads it. */
export function atomicRead(v: Atomic): Step<number> {
  return new Step(read, v, () => v.current);
}

/** Writes it; not a read-modify-write. `i`: -2^31 to 2^31 - 1. */
export function atomicSet(v: Atomic, i: number): Step<void> {
  checkInt(`the value for ${v.name}`, i);
  return new Step<void>(set, v, () => {
    v.current = i;
  }).with(i);
}

/** Adds without telling the outcome. */
function change(kind: Operation, v: Atomic, by: number): Step<void> {
  return new Step<void>(kind, v, () => {
    v.current = (v.current + by) | 0;
  });
}

/** Adds and returns the new value. */
function changed(kind: Operation, v: Atomic, by: number): Step<number> {
  return new Step(kind, v, () => (v.current = (v.current + by) | 0));
}

export function atomicInc(v: Atomic): Step<void> {
  return change(inc, v, 1);
}

export function atomicDec(v: Atomic): Step<void> {
  return change(dec, v, -1);
}

/** Adds `i` to it: -2^31 to 2^31 - 1, here and below. */
export function atomicAdd(i: number, v: Atomic): Step<void> {
  return change(add, v, checkInt(`what to add to ${v.name}`, i)).with(i);
}

export function atomicSub(i: number, v: Atomic): Step<void> {
  return change(sub, v, -checkInt(`what to subtract from ${v.name}`, i)).with(i);
}

/** Adds 1; returns the new value. */
export function atomicIncReturn(v: Atomic): Step<number> {
  return changed(incReturn, v, 1);
}

/** Subtracts 1; returns the new value. */
export function atomicDecReturn(v: Atomic): Step<number> {
  return changed(decReturn, v, -1);
}

/** Adds `i`; returns the new value. */
export function atomicAddReturn(i: number, v: Atomic): Step<number> {
  return changed(addReturn, v, checkInt(`what to add to ${v.name}`, i)).with(i);
}

/** Subtracts `i`; returns the new value. */
export function atomicSubReturn(i: number, v: Atomic): Step<number> {
  return changed(subReturn, v, -checkInt(`what to subtract from ${v.name}`, i)).with(i);
}

/** Adds `i`; returns the value before. */
export function atomicFetchAdd(i: number, v: Atomic): Step<number> {
  checkInt(`what to add to ${v.name}`, i);
  return new Step(fetchAdd, v, () => {
    const old = v.current;
    v.current = (old + i) | 0;
    return old;
  }).with(i);
}

/** Subtracts `i`; returns the value before. */
export function atomicFetchSub(i: number, v: Atomic): Step<number> {
  checkInt(`what to subtract from ${v.name}`, i);
  return new Step(fetchSub, v, () => {
    const old = v.current;
    v.current = (old - i) | 0;
    return old;
  }).with(i);
}

/** Subtracts 1; tells whether the new value is 0. */
export function atomicDecAndTest(v: Atomic): Step<boolean> {
  return new Step(decAndTest, v, () => (v.current = (v.current - 1) | 0) === 0);
}

/** Subtracts `i`; tells whether the new value is 0. */
export function atomicSubAndTest(i: number, v: Atomic): Step<boolean> {
  checkInt(`what to subtract from ${v.name}`, i);
  return new Step(subAndTest, v, () => (v.current = (v.current - i) | 0) === 0).with(i);
}

/** Adds `a` unless it is `u`; tells whether it did. Orders nothing if it did not. */
export function atomicAddUnless(v: Atomic, a: number, u: number): Step<boolean> {
  checkInt(`what to add to ${v.name}`, a);
  checkInt(`the value at which to leave ${v.name} alone`, u);
  return new Step(addUnless, v, (_task, world) => {
    if (v.current === u) return untouched(world, false);
    v.current = (v.current + a) | 0;
    return true;
  }).with(`${a} unless ${u}`);
}

/** Adds 1 unless it is 0; tells whether it did. */
export function atomicIncNotZero(v: Atomic): Step<boolean> {
  return new Step(incNotZero, v, (_task, world) => {
    if (v.current === 0) return untouched(world, false);
    v.current = (v.current + 1) | 0;
    return true;
  });
}

/** Subtracts 1 unless that would go below 0; returns the old value less 1, negative where it was left alone. */
export function atomicDecIfPositive(v: Atomic): Step<number> {
  return new Step(decIfPositive, v, (_task, world) => {
    const less = (v.current - 1) | 0;
    if (less < 0) return untouched(world, less);
    return (v.current = less);
  });
}

/** Writes `value` if it is `old`; returns what it was, so success is `=== old`. */
export function atomicCmpxchg(v: Atomic, old: number, value: number): Step<number> {
  checkInt(`the value expected of ${v.name}`, old);
  checkInt(`the value for ${v.name}`, value);
  const step = new Step(compareExchange, v, (_task, world) => {
    const was = v.current;
    if (was !== old || was === value) return untouched(world, was);
    v.current = value;
    return was;
  }).with(`${old} -> ${value}`);
  step.foresees = (was) => (was !== old || was === value ? "read" : "write");
  return step;
}

/** Writes `value`; returns what it was. */
export function atomicXchg(v: Atomic, value: number): Step<number> {
  checkInt(`the value for ${v.name}`, value);
  return new Step(exchange, v, () => {
    const was = v.current;
    v.current = value;
    return was;
  }).with(value);
}
