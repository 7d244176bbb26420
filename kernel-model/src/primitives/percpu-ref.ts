import { InputError } from "../base/errors.js";
import type { Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { operation, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { World } from "../machine/world.js";
import { Atomic, atomicRead } from "./atomic.js";
import { Cell, READ_ONCE } from "./cell.js";
import { spinLockIrqsave, spinUnlockIrqrestore } from "./irq.js";
import { Part } from "./part.js";
import { Percpu, thisCpuAdd } from "./percpu.js";
import { callRcu, rcuReadLock, rcuReadUnlock } from "./rcu.js";
import { References } from "./references.js";
import { SpinLock } from "./spinlock.js";
import { warnOn, warnOnce } from "./warn.js";

/** __PERCPU_REF_ATOMIC and __PERCPU_REF_DEAD: either sends get and put to the shared count. */
const ATOMIC = 1;
const DEAD = 2;
/** Keeps the shared count from 0 until the CPUs' parts are in it. The kernel's is 2^63. */
const BIAS = 2 ** 30;

/**
 * struct percpu_ref (lib/percpu-refcount.c): a reference count that CPUs keep apart, until it is killed: then, after a
 * grace period, their parts go to one shared count, which can be seen to reach 0. Starts with one reference, which
 * percpuRefKill gives back. Up to 2^30 references.
 */
export class PercpuRef {
  readonly flags: Cell<number>;
  readonly counts: Percpu<number>;
  readonly count: Atomic;
  readonly switchLock: SpinLock;
  /** Of the flags: whether they are 0, and whether it is dead. Get and put look at no more than that. */
  readonly isZero: Part;
  readonly isDead: Part;
  /** Which gets and puts of the shared count commute. */
  readonly references = new References();

  constructor(
    readonly name: string,
    /** 1 to 1024 */
    cpus: number,
    /** Run by who gives the last reference back; may not sleep. */
    readonly release: (ref: PercpuRef) => Path<unknown>,
    memory: Memory | null = null,
  ) {
    if (typeof release !== "function")
      throw new InputError(
        `the release of ${name}`,
        release,
        "a function that gives a path",
        "write `() => release(s)`",
      );
    this.flags = new Cell(`${name}.flags`, 0, memory);
    this.isZero = new Part(this.flags.name, memory);
    this.isDead = new Part(this.flags.name, memory);
    this.counts = new Percpu(`${name}.percpu_count`, cpus, () => 0, memory);
    this.count = new Atomic(`${name}.count`, BIAS + 1, memory);
    // One static lock for all references in the kernel, so never freed with one of them.
    this.switchLock = new SpinLock("percpu_ref_switch_lock");
  }
}

const kill = operation("percpu_ref_kill", "write", { cost: "store", varies: true });
const toAtomic = operation("percpu_ref_switch_to_atomic", "write", { cost: "store" });
const isPercpu = operation("__ref_is_percpu", "none", { order: "once", cost: "load" });
// On the shared count: additions where References can tell.
const inc = operation("atomic_inc", "write", { order: "relaxed", varies: true });
const incNotZero = operation("atomic_inc_not_zero", "write", { order: "full", varies: true });
const decAndTest = operation("atomic_dec_and_test", "write", { order: "full", varies: true });
const addReturn = operation("atomic_add_return", "write", { order: "full" });

/** Whether references are still counted by CPU; "dead" for one that is asked whether it is live and is not. */
function percpuFlags(ref: PercpuRef, live = false): Step<boolean | "dead"> {
  return new Step(isPercpu, ref.flags, (_task, world) => {
    world.touch(ref.isZero, "read");
    if (live) world.touch(ref.isDead, "read");
    return live && (ref.flags.current & DEAD) !== 0 ? "dead" : ref.flags.current === 0;
  });
}

/** Changes the shared count by 1 or -1; whether it is 0 then. */
function change({ count, references }: PercpuRef, task: Task, world: World, by: 1 | -1): boolean {
  references.changes(task, world, count.current, by);
  return (count.current = (count.current + by) | 0) === 0;
}

/** Takes a reference; the caller must know that there is one. Four steps, as are the next three. */
export function* percpuRefGet(ref: PercpuRef): Path {
  yield* rcuReadLock();
  if (yield* percpuFlags(ref)) yield* thisCpuAdd(ref.counts, 1);
  else yield* new Step(inc, ref.count, (task, world) => void change(ref, task, world, 1));
  yield* rcuReadUnlock();
}

/** Takes a reference unless the count is known to be 0; tells whether it did. */
export function* percpuRefTryget(ref: PercpuRef): Path<boolean> {
  return yield* tryget(ref, false);
}

/** Takes a reference unless it was killed; tells whether it did. */
export function* percpuRefTrygetLive(ref: PercpuRef): Path<boolean> {
  return yield* tryget(ref, true);
}

function* tryget(ref: PercpuRef, live: boolean): Path<boolean> {
  let got = true;
  yield* rcuReadLock();
  const percpu = yield* percpuFlags(ref, live);
  if (percpu === true) yield* thisCpuAdd(ref.counts, 1);
  else if (percpu === "dead") got = false;
  else got = yield* incShared(ref);
  yield* rcuReadUnlock();
  return got;
}

/** One more on the shared count unless that is 0; tells whether. */
function incShared(ref: PercpuRef): Step<boolean> {
  return new Step(incNotZero, ref.count, (task, world) => {
    if (ref.count.current === 0) {
      world.as("read");
      return false;
    }
    change(ref, task, world, 1);
    return true;
  });
}

/** Gives a reference back. Once the count is shared, who gives the last one runs the release, in an RCU read section. */
export function* percpuRefPut(ref: PercpuRef): Path {
  yield* rcuReadLock();
  if (yield* percpuFlags(ref)) yield* thisCpuAdd(ref.counts, -1);
  else if (yield* new Step(decAndTest, ref.count, (task, world) => change(ref, task, world, -1)))
    yield* ref.release(ref);
  yield* rcuReadUnlock();
}

/**
 * Marks it dead, so that no new live reference is given out, has the CPUs' counts collected after a grace period, and
 * gives the first reference back. `confirm` runs once every CPU sees it as dead; it may not sleep. A second kill warns.
 */
export function* percpuRefKill(ref: PercpuRef, confirm?: () => Path<unknown>): Path {
  const flags = yield* spinLockIrqsave(ref.switchLock);
  const before = yield* new Step(kill, ref.flags, (task, world) => {
    const old = ref.flags.current;
    if (old === 0) world.touch(ref.isZero, "write");
    if ((old & DEAD) === 0) world.touch(ref.isDead, "write");
    else
      warnOnce(
        world,
        task,
        ref.flags,
        "percpu_ref_kill",
        `percpu_ref_kill_and_confirm called more than once on ${ref.name}!`,
      );
    ref.flags.current |= DEAD;
    return old;
  });
  if ((before & ATOMIC) === 0) {
    yield* new Step<void>(toAtomic, ref.flags, () => {
      ref.flags.current |= ATOMIC;
    });
    yield* percpuRefGet(ref);
    yield* callRcu(() => collect(ref, confirm));
  } else if (confirm !== undefined) {
    yield* confirm();
  }
  yield* percpuRefPut(ref);
  yield* spinUnlockIrqrestore(ref.switchLock, flags);
}

/** percpu_ref_switch_to_atomic_rcu(): all CPUs' parts first, then the shared count at once, or it could pass 0 in between. */
function* collect(ref: PercpuRef, confirm: (() => Path<unknown>) | undefined): Path {
  let sum = 0;
  for (const slot of ref.counts.slots) sum += yield* READ_ONCE(slot);
  const count = yield* new Step(addReturn, ref.count, (_task, world) => {
    ref.count.current = (ref.count.current + sum - BIAS) | 0;
    ref.references.settle(world, ref.count.current);
    return ref.count.current;
  }).with(sum - BIAS);
  yield* warnOn(count <= 0, `percpu ref (${ref.name}) <= 0 (${count}) after switching to atomic`);
  if (confirm !== undefined) yield* confirm();
  yield* percpuRefPut(ref);
}

/** Whether it was killed. */
export function* percpuRefIsDying(ref: PercpuRef): Path<boolean> {
  return ((yield* READ_ONCE(ref.flags)) & DEAD) !== 0;
}

/** Whether the count is known to be 0: never before it was killed. */
export function* percpuRefIsZero(ref: PercpuRef): Path<boolean> {
  if ((yield* READ_ONCE(ref.flags)) === 0) return false;
  return (yield* atomicRead(ref.count)) === 0;
}
