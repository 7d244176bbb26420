import { operation, Step } from "../machine/step.js";
import { ExclusiveLock, isFree, writesIfFree } from "./spinlock.js";

/** struct mutex: its holder may sleep; waiters sleep. In the order of arrival in the simulator, in any in the explorer. */
export class Mutex extends ExclusiveLock {
  readonly sleeping = true;
}

const lock = operation("mutex_lock", "acquire", { order: "acquire", sleeps: true });
const unlock = operation("mutex_unlock", "release", { order: "release" });
const trylock = operation("mutex_trylock", "write", { order: "acquire", varies: true });

/** Waits, asleep, until the mutex is free, and takes it. */
export function mutexLock(m: Mutex): Step<void> {
  const step = new Step<void>(
    lock,
    m,
    (task) => m.take(task),
    () => m.holder === null,
  );
  step.opens = isFree;
  return step;
}

/** Takes the mutex if it is free; tells whether it did. */
export function mutexTrylock(m: Mutex): Step<boolean> {
  const step = new Step(trylock, m, (task, world) => m.tryTake(task, world));
  step.foresees = writesIfFree;
  return step;
}

/** Gives the mutex back. Throws a rule if the task does not hold it. */
export function mutexUnlock(m: Mutex): Step<void> {
  return new Step<void>(unlock, m, (task) => m.give(task));
}
