import { InputError } from "../base/errors.js";
import { SharedObject, type Memory } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { operation, Step } from "../machine/step.js";
import type { World } from "../machine/world.js";
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
    if (typeof handler !== "function")
      throw new InputError(
        `the handler of timer ${name}`,
        handler,
        "a function that gives a path",
        "write `() => handler(s)`",
      );
  }

  /** timer_pending(): armed and not yet fired. */
  get pending(): boolean {
    this.seen();
    return this.armed > 0;
  }

  /** Twice the arming that counts, and one more while its handler runs. */
  override state(): unknown {
    return 2 * this.armed + (this.running ? 1 : 0);
  }

  describe(): string {
    return `${this.armed > 0 ? "armed" : this.isShutDown ? "shut down" : "idle"}${this.running ? ", handler running" : ""}`;
  }

  /** Disarms it; whether it was armed. */
  detach(world: World): boolean {
    const was = this.armed > 0;
    if (!was) world.as("read");
    this.armed = 0;
    return was;
  }
}

// What changes nothing (deleting a timer that is not armed, arming one that is shut down) only reads.
const mod = operation("mod_timer", "write", { order: "full", varies: true });
const del = operation("timer_delete", "write", { order: "full", varies: true });
const deleteSync = operation("timer_delete_sync", "write", { order: "full", varies: true });
const shutdownSync = operation("timer_shutdown_sync", "write", { order: "full", varies: true });
const fire = operation("call_timer_fn", "write", { cost: "sleep", waits: "sleep" });
const expire = operation("timer interrupt", "read", { cost: "sleep", waits: "sleep" });
const softirq = operation("run_timer_softirq", "write", { varies: true });
const done = operation("call_timer_fn: done", "write", { order: "release" });

/** timer_setup(): a timer that is not armed. The same as `new Timer(name, handler, memory)`. */
export function timerSetup(
  name: string,
  handler: (timer: Timer) => Path<unknown>,
  memory: Memory | null = null,
): Timer {
  return new Timer(name, handler, memory);
}

/** Arms the timer to fire `ns` from now, 0 to 10^18, instead of when it would have; whether it was armed. */
export function modTimer(timer: Timer, ns: number): Step<boolean> {
  checkNs(`the delay of timer ${timer.name}`, ns);
  return new Step(mod, timer, ({ cpu }, world) => {
    if (timer.isShutDown) return timer.detach(world);
    const was = timer.armed > 0;
    timer.armed = ++timer.armings;
    const path = cpu >= 0 ? onCpu(timer, timer.armed, ns, cpu) : beside(timer, timer.armed, ns);
    world.spawn(cpu >= 0 ? `${timer.name}: clock` : timer.name, path, { daemon: true, policy: "fifo", priority: 99 });
    return was;
  }).with(ns);
}

/** A timer that was armed again by its own handler waits for it: one handler never runs twice at a time. */
const due = (timer: Timer, arming: number): boolean => timer.armed === arming && !timer.running;

function begin(timer: Timer): void {
  timer.armed = 0;
  timer.running = true;
}

function finish(timer: Timer): Step<void> {
  return new Step<void>(done, timer, (task) => {
    timer.running = false;
    if (task.context === "task") task.softirqsOff--;
  });
}

/** On no CPU in particular: a thread with softirqs off, so that the handler may not sleep. */
function* beside(timer: Timer, arming: number, ns: number): Path {
  const step = new Step<void>(
    fire,
    timer,
    (task) => {
      begin(timer);
      task.softirqsOff++;
    },
    () => due(timer, arming),
  );
  step.ns = ns;
  step.opens = (state) => state === 2 * arming;
  step.dead = () => timer.armed !== arming;
  yield* step;
  yield* timer.handler(timer);
  yield* finish(timer);
}

/** The clock raises the softirq; whether the timer is still armed counts when that begins on its CPU. */
function* onCpu(timer: Timer, arming: number, ns: number, cpu: number): Path {
  const step = new Step<void>(
    expire,
    timer,
    (_task, world) => {
      world.spawn(timer.name, handle(timer, arming), { context: "softirq", cpu });
    },
    () => due(timer, arming),
  );
  step.ns = ns;
  step.opens = (state) => state === 2 * arming;
  step.dead = () => timer.armed !== arming;
  yield* step;
}

function* handle(timer: Timer, arming: number): Path {
  const fires = yield* new Step(softirq, timer, (_task, world) => {
    if (!due(timer, arming)) {
      world.as("read");
      return false;
    }
    begin(timer);
    return true;
  });
  if (!fires) return;
  yield* timer.handler(timer);
  yield* finish(timer);
}

/** Disarms the timer, and does not wait for its handler; whether it was armed. */
export function timerDelete(timer: Timer): Step<boolean> {
  return new Step(del, timer, (_task, world) => timer.detach(world));
}

/** Waits, spinning, until its handler is not running, and disarms it; whether it was armed. Not from the handler, nor with a lock that it takes. */
export function timerDeleteSync(timer: Timer): Step<boolean> {
  return new Step(
    deleteSync,
    timer,
    (_task, world) => timer.detach(world),
    () => !timer.running,
  );
}

/** As {@link timerDeleteSync}, and for ever: arming it again does nothing. */
export function timerShutdownSync(timer: Timer): Step<boolean> {
  return new Step(
    shutdownSync,
    timer,
    (_task, world) => {
      const already = timer.isShutDown;
      timer.isShutDown = true;
      const was = timer.detach(world);
      if (!already) world.as("write");
      return was;
    },
    () => !timer.running,
  );
}
