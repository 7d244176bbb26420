import { SharedObject, type Memory } from "../machine/object.js";
import { operation, Step } from "../machine/step.js";
import type { World } from "../machine/world.js";

/** struct completion (kernel/sched/completion.c). Made with nothing completed, as by init_completion(). */
export class Completion extends SharedObject {
  /** Times completed and not yet waited for; Infinity after complete_all(). For the effects of steps only. */
  count = 0;

  constructor(name: string, memory: Memory | null = null) {
    super(name, memory);
  }

  /** Whether a wait would return at once. */
  get done(): boolean {
    this.seen();
    return this.count > 0;
  }

  override state(): unknown {
    return this.count;
  }

  override fingerprint(): string {
    return String(this.count);
  }

  describe(): string {
    return this.count === Infinity ? "completed for all" : `done ${this.count}`;
  }
}

/*
 * complete() tells nothing, and sums do not depend on the order of their terms: `add`. After complete_all() those who
 * wait leave the count as it is (Infinity), so that they only read it.
 */
const one = operation("complete", "add", { order: "release" });
const all = operation("complete_all", "write", { order: "release" });
const wait = operation("wait_for_completion", "write", { order: "acquire", sleeps: true, varies: true });
const tryWait = operation("try_wait_for_completion", "write", { order: "acquire", varies: true });
const askDone = operation("completion_done", "read", { order: "acquire" });
const again = operation("reinit_completion", "write", { cost: "store" });

/** {@link Step.opens} of who waits: by {@link Completion.state}. */
const isDone = (count: unknown): boolean => (count as number) > 0;

/** Takes one complete(), if there is one. What leaves the count as it was has only read it. */
function takeOne(x: Completion, world: World): boolean {
  const got = x.count > 0;
  if (got && x.count < Infinity) x.count--;
  else world.as("read");
  return got;
}

/** Lets one waiter go on, now or when it comes. From any context. */
export function complete(x: Completion): Step<void> {
  return new Step<void>(one, x, () => {
    x.count++;
  });
}

/** Lets all waiters go on, those to come included, until reinitCompletion. */
export function completeAll(x: Completion): Step<void> {
  return new Step<void>(all, x, () => {
    x.count = Infinity;
  });
}

/** Waits, asleep, for a complete() that no other waiter had. */
export function waitForCompletion(x: Completion): Step<void> {
  const step = new Step<void>(
    wait,
    x,
    (_task, world) => {
      takeOne(x, world);
    },
    () => x.count > 0,
  );
  step.opens = isDone;
  return step;
}

/** Takes a complete() if there is one; tells whether. Does not sleep. */
export function tryWaitForCompletion(x: Completion): Step<boolean> {
  return new Step(tryWait, x, (_task, world) => takeOne(x, world));
}

/** Whether it is completed and not yet waited for. */
export function completionDone(x: Completion): Step<boolean> {
  return new Step(askDone, x, () => x.count > 0);
}

/** Forgets what was completed. Not while others wait. */
export function reinitCompletion(x: Completion): Step<void> {
  return new Step<void>(again, x, () => {
    x.count = 0;
  });
}
