import { InputError } from "../base/errors.js";
import { SharedObject, type Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { operation, Step } from "../machine/step.js";
import { checkNs } from "./time.js";

/**
 * struct timer_list (kernel/time/timer.c). In the explorer an armed timer may fire at any time, since any time may pass
 * between two steps; in the simulator it fires after its delay. One that was deleted or set anew does not fire.
 *
 * Its handler runs in softirq context: on the CPU of the task that armed it if that is bound to one (and then between
 * any two of its steps), else beside all others.
 */
export class Timer extends SharedObject {
  /** Number of the arming that counts; 0 while it is not armed. For the effects of steps only. */
  armed = 0;
  /** Whether its handler is running. */
  running = false;
  isShutDown = false;
  armings = 0;

  constructor(
    name: string,
    readonly handler: (timer: Timer) => Path<unknown>,
    memory: Memory | null = null,
  ) {
    super(name, memory);
    if (typeof handler !== "function") throw new InputError(`the handler of timer ${name}`, handler, "a function that gives a path", "write `() => handler(s)`");
  }

  /** timer_pending(): armed and not yet fired. */
  get pending(): boolean {
    this.seen();
    return this.armed > 0;
  }

  describe(): string {
    return `${this.armed > 0 ? "armed" : this.isShutDown ? "shut down" : "idle"}${this.running ? ", handler running" : ""}`;
  }

  /** Disarms it; whether it was armed. */
  detach(): boolean {
    const was = this.armed > 0;
    this.armed = 0;
    return was;
  }
}

const mod = operation("mod_timer", "write", { order: "full" });
const del = operation("timer_delete", "write", { order: "full" });
const deleteSync = operation("timer_delete_sync", "write", { order: "full" });
const shutdownSync = operation("timer_shutdown_sync", "write", { order: "full" });
const fire = operation("call_timer_fn", "write", { cost: "sleep", waits: "sleep" });
const done = operation("call_timer_fn: done", "write", { order: "release" });

/** timer_setup(): a timer that is not armed. The same as `new Timer(name, handler, memory)`. */
export function timerSetup(name: string, handler: (timer: Timer) => Path<unknown>, memory: Memory | null = null): Timer {
  return new Timer(name, handler, memory);
}

/** Arms the timer to fire `ns` from now, 0 to 10^18, instead of when it would have; whether it was armed. */
export function modTimer(timer: Timer, ns: number): Step<boolean> {
  checkNs(`the delay of timer ${timer.name}`, ns);
  return new Step(mod, timer, ({ cpu }, world) => {
    const was = timer.detach();
    if (timer.isShutDown) return was;
    timer.armed = ++timer.armings;
    world.spawn(timer.name, expiry(timer, timer.armed, ns), cpu >= 0 ? { daemon: true, context: "softirq", cpu } : { daemon: true, context: "softirq" });
    return was;
  }).with(ns);
}

function* expiry(timer: Timer, arming: number, ns: number): Path {
  const step = new Step<void>(
    fire,
    timer,
    () => {
      timer.armed = 0;
      timer.running = true;
    },
    // A timer that was armed again by its own handler waits for it: one handler never runs twice at a time.
    () => timer.armed === arming && !timer.running,
  );
  step.ns = ns;
  yield* step;
  yield* timer.handler(timer);
  yield* new Step<void>(done, timer, () => {
    timer.running = false;
  });
}

/** Disarms the timer, and does not wait for its handler; whether it was armed. */
export function timerDelete(timer: Timer): Step<boolean> {
  return new Step(del, timer, () => timer.detach());
}

/** Waits, spinning, until its handler is not running, and disarms it; whether it was armed. Not from the handler, nor with a lock that it takes. */
export function timerDeleteSync(timer: Timer): Step<boolean> {
  return new Step(deleteSync, timer, () => timer.detach(), () => !timer.running);
}

/** As {@link timerDeleteSync}, and for ever: arming it again does nothing. */
export function timerShutdownSync(timer: Timer): Step<boolean> {
  return new Step(
    shutdownSync,
    timer,
    () => {
      timer.isShutDown = true;
      return timer.detach();
    },
    () => !timer.running,
  );
}
