import type { Stretch } from "../hardware/line.js";
import type { Step } from "../machine/step.js";
import type { Path } from "../machine/path.js";
import type { Task, TaskOptions } from "../machine/task.js";
import type { Rule } from "../machine/violation.js";
import { World, type Host } from "../machine/world.js";
import { Clock } from "./clock.js";
import { compute, proceed } from "./computing.js";
import { checkTime, Durations } from "./durations.js";
import { sequenceOf } from "./event-queue.js";
import { Execution } from "./execution.js";
import type { Machine } from "./machine.js";
import { Objects } from "./objects.js";
import { BUSY, COMPUTING, ENTERING, IDLE, Runner, SLEEPING, THINKING, WAKING, type Employer } from "./runner.js";
import { Scheduler } from "./scheduler.js";
import { WaitingTask, type Effects } from "./waiting.js";
import { WakeUps } from "./wake-ups.js";

/**
 * Runs tasks in virtual time. A step is issued when its task has a CPU; its cost goes by; then it takes effect, if its
 * guard is open, and the next is issued. Steps that cost nothing follow at once.
 */
export class Engine implements Host, Effects {
  readonly clock = new Clock();
  readonly scheduler: Scheduler;
  readonly objects: Objects;
  readonly world: World;
  readonly execution: Execution;
  /** Events that came up in the whole run. */
  events = 0;
  /** Tasks of no employer that have not ended, daemons not counted. */
  alive = 0;
  /** Whether the run is over when there are none: timers and sleeps of daemons that are pending then still end, later ones do not. */
  untilDone = false;
  /** Called when a task that serves no employer ends. */
  ended: ((r: Runner) => void) | null = null;
  readonly #waiting: WaitingTask;
  readonly #durations: Durations;
  readonly #wakeUps: WakeUps;
  readonly #free: Runner[] = [];
  /** Events that were pushed before the last task ended. */
  #lastEvent = Infinity;
  #hired: Runner | null = null;
  #hiring = false;

  constructor(
    readonly machine: Machine,
    readonly seed: number,
    ignored: ReadonlySet<Rule>,
    /** The stretch of virtual time that is measured. */
    measured: Stretch,
  ) {
    this.world = new World(this, ignored);
    this.scheduler = new Scheduler(this.clock, machine);
    this.objects = new Objects(machine.topology.cpus);
    this.#durations = new Durations(machine, this.objects, measured);
    this.execution = new Execution(this.world, this.clock, this.objects, seed);
    this.#wakeUps = new WakeUps(this.clock, this.scheduler, machine.costs);
    this.#waiting = new WaitingTask(this.clock, this.objects, this.scheduler, this.#durations, this.#wakeUps, this);
  }

  now(): number {
    return this.clock.now;
  }

  /** A task of a program, or one that a path starts: it runs as soon as it gets its CPU. */
  spawned(task: Task): void {
    const r = this.#runnerFor(task);
    if (this.#hiring) {
      this.#hired = r;
      return;
    }
    if (!task.daemon) this.alive++;
    this.execution.begin(r);
    if (task.context !== "task") this.#wakeUps.raise(r, this.execution.actor);
    else this.#wakeUps.launch(r);
  }

  /** A task for an employer, who gives it a path before launching it. */
  hire(name: string, options: TaskOptions, employer: Employer): Runner {
    this.#hiring = true;
    this.world.spawn(name, nothing(), options);
    this.#hiring = false;
    const r = this.#hired!;
    r.employer = employer;
    return r;
  }

  #runnerFor(task: Task): Runner {
    let r = this.#free.pop();
    if (r === undefined) {
      r = new Runner(this.clock.runners.length);
      this.clock.enlist(r);
    }
    r.assign(task);
    return r;
  }

  /** The runner's task is over for good. */
  dismiss(r: Runner): void {
    r.phase = IDLE;
    this.clock.timeline?.mark(r, "", null, this.clock.now);
    this.#free.push(r);
  }

  /** The runner's task, which has a new path, wants a CPU. */
  launch(r: Runner): void {
    this.execution.begin(r);
    this.#wakeUps.launch(r);
  }

  /** Runs until the time `end` (the events at that time excluded), or for `budget` events; false when there is nothing left to do. */
  run(end: number, budget: number): boolean {
    const { clock } = this;
    const { agenda } = clock;
    this.#settle();
    for (let left = budget; left > 0; left--) {
      const r = clock.next(end);
      if (r === undefined) return false;
      if (r !== null) this.#fire(r);
      this.events++;
      if (agenda.size > 0) this.#settle();
    }
    return true;
  }

  /** Everybody who goes on at this very instant. */
  #settle(): void {
    const { agenda } = this.clock;
    for (let r = agenda.shift(); r !== undefined; r = agenda.shift()) this.#resume(r);
  }

  #fire(r: Runner): void {
    switch (r.phase) {
      case BUSY:
      case COMPUTING:
        r.phase = BUSY;
        if (this.#perform(r)) this.#advance(r);
        return;
      case ENTERING:
        this.scheduler.works(r);
        this.#resume(r);
        return;
      case SLEEPING:
        if (this.alive === 0 && this.untilDone && sequenceOf(this.clock.queue.key) >= this.#lastEvent) return;
        this.#awake(r);
        return;
      case WAKING:
        this.#wakeUps.arrived(r);
        return;
      case THINKING:
        r.employer!.begin(r);
    }
  }

  /** The runner has its CPU (again): it goes on with what it was at. */
  #resume(r: Runner): void {
    const cpu = r.cpu!;
    r.phase = BUSY;
    if (cpu.attention !== 0 && this.scheduler.attend(cpu, r, false)) return;
    if (r.halted) proceed(r, this.clock);
    else if (r.paid || r.waits > 0) {
      r.paid = false;
      if (r.waits > 0) this.#waiting.unlink(r);
      if (this.#perform(r)) this.#advance(r);
    } else this.#advance(r);
  }

  /** Issues the steps of a runner that has its CPU, until one takes time or has to wait. */
  #advance(r: Runner): void {
    const { clock } = this;
    const { task } = r;
    for (;;) {
      const step = task.pending;
      if (step === null) {
        this.#finished(r);
        return;
      }
      const cpu = r.cpu!;
      if (cpu.attention !== 0 && this.scheduler.attend(cpu, r, false)) return;
      const { cost } = step.operation;
      if (cost === "sleep") {
        this.scheduler.leave(r);
        this.#wakeUps.sleep(r, step);
        return;
      }
      if (cost === "compute") {
        compute(r, clock, checkTime(step, task));
        return;
      }
      const done = cost === "none" ? clock.now : this.#durations.over(step, cpu.index, clock.now);
      if (done > clock.now) {
        clock.at(r, done);
        return;
      }
      if (!this.#perform(r)) return;
    }
  }

  /** Its time to sleep is over. A clock, which is no thread that sleeps, acts without a CPU. */
  #awake(r: Runner): void {
    const step = r.task.pending!;
    if (step.operation.sleeps || r.task.context !== "task" || this.scheduler.holdsUp(r.task)) {
      r.paid = true;
      this.#wakeUps.wake(r);
    } else if (this.#perform(r)) {
      if (r.task.pending === null) this.#finished(r);
      else this.#wakeUps.wake(r);
    }
  }

  /** The pending step is paid for: it takes effect, or waits. False if the runner does not go on. */
  #perform(r: Runner): boolean {
    const step = r.task.pending!;
    if (step.guard !== null && !step.guard(r.task)) {
      if (step.dead?.() === true) this.abandon(r);
      else this.#waiting.park(r, step);
      return false;
    }
    this.effect(r, step);
    if (this.#waiting.pending) this.#waiting.drain();
    const { cpu } = r;
    return !(
      cpu !== null &&
      cpu.attention !== 0 &&
      step.operation.name === "cond_resched" &&
      this.scheduler.attend(cpu, r, true)
    );
  }

  effect(r: Runner, step: Step): void {
    this.execution.effect(r, step);
    if (step.operation.changes || this.world.touchedCount > 0) this.#waiting.touched(step, this.world);
  }

  #finished(r: Runner): void {
    const { employer } = r;
    this.execution.count(r);
    if (employer === null) this.abandon(r);
    else employer.finished(r);
  }

  abandon(r: Runner): void {
    if (r.cpu !== null) this.scheduler.leave(r);
    this.#retire(r);
  }

  #retire(r: Runner): void {
    if (!r.task.daemon && --this.alive === 0) this.#lastEvent = this.clock.queue.pushed;
    this.ended?.(r);
    if (this.execution.decisions === null) this.world.retire(r.task);
    this.dismiss(r);
  }

  /** A closed loop begins its next path, on the CPU that it has. */
  again(r: Runner): void {
    this.execution.begin(r);
    if (r.cpu!.attention !== 0 && this.scheduler.attend(r.cpu!, r, true)) return;
    this.clock.agenda.push(r);
  }
}

function* nothing(): Path {
  // The employer gives the task its path.
}
