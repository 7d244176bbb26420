import { InputError } from "../base/errors.js";
import { SharedObject, type Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { operation, Step, type Operation } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { World } from "../machine/world.js";
import { checkInt } from "./atomic.js";
import { mutexLock, mutexUnlock, type Mutex } from "./mutex.js";
import { References } from "./references.js";
import { spinLock, spinUnlock, type SpinLock } from "./spinlock.js";
import { warnOnce } from "./warn.js";

/** Above this it is saturated: INT_MAX. */
export const REFCOUNT_MAX = 0x7fffffff;
/** Where it stays once something went wrong, as refcount_read() shows it. */
export const REFCOUNT_SATURATED = 0xc0000000;

/** REFCOUNT_SATURATED as the int it is stored as: INT_MIN / 2. */
const SATURATED = REFCOUNT_SATURATED | 0;

/**
 * refcount_t: a count of references that saturates, with a warning, where an atomic_t would wrap around.
 *
 * The warnings are those of include/linux/refcount.h and lib/refcount.c, each at most once per refcount_t (in the kernel
 * once per place in the code: two counts that warn would depend on each other). In the kernel a wrong value is visible to others for a moment before the count is set to REFCOUNT_SATURATED; here both are one step.
 */
export class RefCount extends SharedObject {
  /** As a signed int. For the effects of steps only; outside of them read {@link value}. */
  refs: number;
  /** Which gets and puts commute. */
  readonly references = new References();

  /** `initial`: 0 to REFCOUNT_MAX. Throws InputError for any other. */
  constructor(name: string, initial = 1, memory: Memory | null = null) {
    super(name, memory);
    this.refs = checkCount(`the initial value of refcount_t ${name}`, initial, 0);
  }

  /** The count now, 0 to 2^32 - 1. */
  get value(): number {
    this.seen();
    return this.refs >>> 0;
  }

  override fingerprint(): string {
    return String(this.refs);
  }

  describe(): string {
    return this.refs === SATURATED ? "saturated" : String(this.refs >>> 0);
  }
}

const read = operation("refcount_read", "read", { order: "once" });
const set = operation("refcount_set", "write", { order: "once", cost: "store" });
// Additions where References can tell; reads where they leave the count alone.
const add = operation("refcount_add", "write", { order: "relaxed", varies: true });
const inc = operation("refcount_inc", "write", { order: "relaxed", varies: true });
const addNotZero = operation("refcount_add_not_zero", "write", { order: "relaxed", varies: true });
const incNotZero = operation("refcount_inc_not_zero", "write", { order: "relaxed", varies: true });
const dec = operation("refcount_dec", "write", { order: "release", varies: true });
const decAndTest = operation("refcount_dec_and_test", "write", { order: "release", varies: true });
const subAndTest = operation("refcount_sub_and_test", "write", { order: "release", varies: true });
const decIfOne = operation("refcount_dec_if_one", "write", { order: "release", varies: true });
const decNotOne = operation("refcount_dec_not_one", "write", { order: "release", varies: true });

/** enum refcount_saturation_type, with what each prints. */
const WARNINGS = {
  REFCOUNT_ADD_NOT_ZERO_OVF: "refcount_t: saturated; leaking memory.",
  REFCOUNT_ADD_OVF: "refcount_t: saturated; leaking memory.",
  REFCOUNT_ADD_UAF: "refcount_t: addition on 0; use-after-free.",
  REFCOUNT_SUB_UAF: "refcount_t: underflow; use-after-free.",
  REFCOUNT_DEC_LEAK: "refcount_t: decrement hit 0; leaking memory.",
} as const;

/** refcount_warn_saturate(). */
function saturate(r: RefCount, kind: keyof typeof WARNINGS, task: Task, world: World): void {
  r.refs = SATURATED;
  r.references.settle(world, SATURATED);
  warnOnce(world, task, r, kind, WARNINGS[kind]);
}

/** The count changes, in a way that is no mistake so far. */
function changeBy(r: RefCount, by: number, task: Task, world: World): void {
  r.references.changes(task, world, r.refs, by);
  r.refs = (r.refs + by) | 0;
}

function checkCount(what: string, i: number, least: number): number {
  if (typeof i === "number" && Number.isInteger(i) && i >= least && i <= REFCOUNT_MAX) return i;
  throw new InputError(
    what,
    i,
    `an integer from ${least} to REFCOUNT_MAX = ${REFCOUNT_MAX}`,
    "give a number of references",
  );
}

/** Sets it. `n` may be any int, so that a test can start from a bad value. */
export function refcountSet(r: RefCount, n: number): Step<void> {
  checkInt(`the value for ${r.name}`, n);
  return new Step<void>(set, r, (_task, world) => {
    r.refs = n;
    r.references.settle(world, n);
  }).with(n);
}

/** Reads it, as unsigned. */
export function refcountRead(r: RefCount): Step<number> {
  return new Step(read, r, () => r.refs >>> 0);
}

function plus(kind: Operation, i: number, r: RefCount): Step<void> {
  return new Step<void>(kind, r, (task, world) => {
    const old = r.refs;
    changeBy(r, i, task, world);
    if (old === 0) saturate(r, "REFCOUNT_ADD_UAF", task, world);
    else if (old < 0 || r.refs < 0) saturate(r, "REFCOUNT_ADD_OVF", task, world);
  });
}

/** Adds 1 for a caller that holds a reference: warns and saturates if it was 0, or goes beyond REFCOUNT_MAX. */
export function refcountInc(r: RefCount): Step<void> {
  return plus(inc, 1, r);
}

/** As {@link refcountInc}, by `i`: 1 to REFCOUNT_MAX. */
export function refcountAdd(i: number, r: RefCount): Step<void> {
  return plus(add, checkCount(`what to add to ${r.name}`, i, 1), r).with(i);
}

function plusNotZero(kind: Operation, i: number, r: RefCount): Step<boolean> {
  return new Step(kind, r, (task, world) => {
    const old = r.refs;
    if (old === 0) {
      world.as("read");
      return false;
    }
    changeBy(r, i, task, world);
    if (old < 0 || r.refs < 0) saturate(r, "REFCOUNT_ADD_NOT_ZERO_OVF", task, world);
    return true;
  });
}

/** Takes a reference unless there is none left; tells whether it did. */
export function refcountIncNotZero(r: RefCount): Step<boolean> {
  return plusNotZero(incNotZero, 1, r);
}

/** As {@link refcountIncNotZero}, by `i`: 1 to REFCOUNT_MAX. */
export function refcountAddNotZero(i: number, r: RefCount): Step<boolean> {
  return plusNotZero(addNotZero, checkCount(`what to add to ${r.name}`, i, 1), r).with(i);
}

/** Subtracts 1 where it cannot be the last reference: warns and saturates if it was. */
export function refcountDec(r: RefCount): Step<void> {
  return new Step<void>(dec, r, (task, world) => {
    const old = r.refs;
    changeBy(r, -1, task, world);
    if (old <= 1) saturate(r, "REFCOUNT_DEC_LEAK", task, world);
  });
}

function minus(kind: Operation, i: number, r: RefCount): Step<boolean> {
  return new Step(kind, r, (task, world) => {
    const old = r.refs;
    changeBy(r, -i, task, world);
    if (old > 0 && old === i) return true;
    if (old <= 0 || old - i < 0) saturate(r, "REFCOUNT_SUB_UAF", task, world);
    return false;
  });
}

/** Gives a reference back; true if it was the last: the caller then frees. Warns and saturates on underflow. */
export function refcountDecAndTest(r: RefCount): Step<boolean> {
  return minus(decAndTest, 1, r);
}

/** As {@link refcountDecAndTest}, by `i`: 1 to REFCOUNT_MAX. */
export function refcountSubAndTest(i: number, r: RefCount): Step<boolean> {
  return minus(subAndTest, checkCount(`what to subtract from ${r.name}`, i, 1), r).with(i);
}

/** From 1 to 0, or nothing; tells which. */
export function refcountDecIfOne(r: RefCount): Step<boolean> {
  return new Step(decIfOne, r, (task, world) => {
    if (r.refs !== 1) {
      world.as("read");
      return false;
    }
    changeBy(r, -1, task, world);
    return true;
  });
}

/** Subtracts 1 unless it is 1; tells whether it did (or would have, were it not saturated). */
export function refcountDecNotOne(r: RefCount): Step<boolean> {
  return new Step(decNotOne, r, (task, world) => {
    if (r.refs === SATURATED || r.refs === 1) {
      world.as("read");
      return r.refs !== 1;
    }
    // The kernel compares as unsigned here, and leaves the count alone.
    if (r.refs === 0) warnOnce(world, task, r, "refcount_dec_not_one", WARNINGS.REFCOUNT_SUB_UAF);
    else changeBy(r, -1, task, world);
    return true;
  });
}

/** Gives a reference back; if it was the last, returns true with the mutex held. Two to four steps. */
export function* refcountDecAndMutexLock(r: RefCount, lock: Mutex): Path<boolean> {
  if (yield* refcountDecNotOne(r)) return false;
  yield* mutexLock(lock);
  if (yield* refcountDecAndTest(r)) return true;
  yield* mutexUnlock(lock);
  return false;
}

/** Gives a reference back; if it was the last, returns true with the spinlock held. Two to four steps. */
export function* refcountDecAndLock(r: RefCount, lock: SpinLock): Path<boolean> {
  if (yield* refcountDecNotOne(r)) return false;
  yield* spinLock(lock);
  if (yield* refcountDecAndTest(r)) return true;
  yield* spinUnlock(lock);
  return false;
}
