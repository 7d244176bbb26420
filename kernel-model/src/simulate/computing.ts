import type { Clock } from "./clock.js";
import { COMPUTING, type Runner } from "./runner.js";

// Computing is the one thing on a CPU that may be interrupted in the middle: what is left of it then is done later.

/** The runner computes for so long, ns. */
export function compute(r: Runner, clock: Clock, ns: number): void {
  r.phase = COMPUTING;
  r.until = clock.now + ns;
  clock.at(r, r.until);
}

/** Stops it in the middle if it computes, to go on with it later. */
export function suspend(r: Runner, clock: Clock): void {
  if (r.phase !== COMPUTING) return;
  r.halted = true;
  r.remaining = r.until - clock.now;
  clock.cancel(r);
}

/** Goes on with what was suspended. */
export function proceed(r: Runner, clock: Clock): void {
  r.halted = false;
  compute(r, clock, r.remaining);
}
