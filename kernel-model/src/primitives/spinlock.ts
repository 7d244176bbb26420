import { SharedObject, type Memory } from "../machine/object.js";
import { lockReleased, lockTaken } from "../machine/rules.js";
import { operation, Step, type Access } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { World } from "../machine/world.js";

/** A lock that one task holds at a time: what spinlock_t and struct mutex have in common. */
export abstract class ExclusiveLock extends SharedObject {
  /** For the effects of steps only; outside of them read {@link owner}. */
  holder: Task | null = null;
  /** Whether its holder may sleep. */
  abstract readonly sleeping: boolean;

  constructor(name: string, memory: Memory | null = null) {
    super(name, memory);
  }

  /** Name of the task that holds it; null if none. */
  get owner(): string | null {
    this.seen();
    return this.holder?.name ?? null;
  }

  override state(): unknown {
    return this.holder === null;
  }

  override fingerprint(): string {
    return this.holder === null ? "" : String(this.holder.key);
  }

  describe(): string {
    return this.holder === null ? "unlocked" : `held by ${this.holder.name}`;
  }

  /** Takes it if it is free; tells whether it did. One that fails has only read it. */
  tryTake(task: Task, world: World): boolean {
    if (this.holder !== null) {
      world.as("read");
      return false;
    }
    this.take(task, false);
    return true;
  }

  take(task: Task, nests = true): void {
    lockTaken(task, { lock: this, mode: "write", sleeping: this.sleeping }, nests);
    this.holder = task;
  }

  give(task: Task): void {
    lockReleased(task, this);
    this.holder = null;
  }
}

/** {@link Step.opens} of who waits for one: by its {@link ExclusiveLock.state}. */
export const isFree = (free: unknown): boolean => free === true;
/** {@link Step.foresees} of who tries to take one. */
export const writesIfFree = (free: unknown): Access => (free === true ? "write" : "read");

/** spinlock_t: its holder may not sleep; waiters spin. Fair in the simulator (a queue, as qspinlock), in any order in the explorer. */
export class SpinLock extends ExclusiveLock {
  readonly sleeping = false;
}

const lock = operation("spin_lock", "acquire", { order: "acquire" });
const unlock = operation("spin_unlock", "release", { order: "release" });
const trylock = operation("spin_trylock", "write", { order: "acquire", varies: true });

/** Waits until the lock is free, and takes it. Preemption is off until it is given back. */
export function spinLock(l: SpinLock): Step<void> {
  const step = new Step<void>(
    lock,
    l,
    (task) => {
      l.take(task);
      task.preemptCount++;
    },
    () => l.holder === null,
  );
  step.opens = isFree;
  return step;
}

/** Takes the lock if it is free; tells whether it did. Its CPU and RCU can tell too: so no foresight of what it touches. */
export function spinTrylock(l: SpinLock): Step<boolean> {
  return new Step(trylock, l, (task, world) => {
    if (!l.tryTake(task, world)) return false;
    task.preemptCount++;
    return true;
  });
}

/** Gives the lock back. Throws a rule if the task does not hold it. */
export function spinUnlock(l: SpinLock): Step<void> {
  return new Step<void>(unlock, l, (task) => {
    l.give(task);
    task.preemptCount--;
  });
}
