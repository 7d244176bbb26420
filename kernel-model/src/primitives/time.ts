import { checkNumber } from "../base/errors.js";
import { operation, Step } from "../machine/step.js";

const MOST_NS = 1e18;
const busy = operation("compute", "none", { cost: "compute" });
const asleep = operation("schedule_timeout", "none", { cost: "sleep", sleeps: true });
const relax = operation("cpu_relax", "none");
const resched = operation("cond_resched", "none", { sleeps: true });

/** A duration in ns of the user's. Throws InputError. */
export function checkNs(what: string, ns: number): number {
  return checkNumber(what, ns, { min: 0, max: MOST_NS, unit: "ns" });
}

/** Keeps the CPU busy for so long, 0 to 10^18 ns. In the explorer it takes no part in the order of anything. */
export function compute(ns: number): Step<void> {
  const step = new Step<void>(busy, null, nothing).with(ns);
  step.ns = checkNs("the time to compute", ns);
  return step;
}

/** Sleeps for so long, 0 to 10^18 ns, off the CPU: schedule_timeout_uninterruptible(). Not in atomic context. */
export function sleep(ns: number): Step<void> {
  const step = new Step<void>(asleep, null, nothing).with(ns);
  step.ns = checkNs("the time to sleep", ns);
  return step;
}

/** Does nothing. A wait is written with smpCondLoadAcquire or another guarded step, not with a loop around this. */
export function cpuRelax(): Step<void> {
  return new Step<void>(relax, null, nothing);
}

/** A place where the scheduler may take the task off its CPU: might_sleep() applies. */
export function condResched(): Step<void> {
  return new Step<void>(resched, null, nothing);
}

function nothing(): void {
  // What these steps do is take time, and that is the host's business.
}
