import type { Step } from "../machine/step.js";
import type { Objects } from "./objects.js";
import type { Runner } from "./runner.js";

/** Books locks and waiting, after a step that changed the locks held (before it: `held` of them) or had to wait. */
export function book(objects: Objects, r: Runner, step: Step, held: number, now: number): void {
  const wait = r.waited ? now - r.waitSince : 0;
  r.waited = false;
  const locks = r.task.held;
  if (locks.length > held) {
    const { lock } = locks[locks.length - 1]!;
    const { stats } = objects.stateOf(lock);
    stats.acquisitions++;
    if (wait > 0) stats.wait.record(wait);
    r.locks.push(lock);
    r.lockedAt.push(now);
  } else if (wait > 0 && step.object !== null) objects.stateOf(step.object).stats.wait.record(wait);
  for (let i = r.locks.length - 1; i >= 0 && r.locks.length > locks.length; i--) {
    const lock = r.locks[i]!;
    if (locks.some((h) => h.lock === lock)) continue;
    objects.stateOf(lock).stats.hold.record(now - r.lockedAt[i]!);
    r.locks.splice(i, 1);
    r.lockedAt.splice(i, 1);
  }
}
