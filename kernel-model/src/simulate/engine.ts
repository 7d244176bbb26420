import { Random } from "../base/random.js";
import type { Stretch } from "../hardware/line.js";
import type { Prices } from "../hardware/prices.js";
import { apply, start } from "../machine/apply.js";
import type { Decision } from "../machine/schedule.js";
import type { Step } from "../machine/step.js";
import type { Path } from "../machine/path.js";
import type { Task, TaskOptions } from "../machine/task.js";
import type { Rule } from "../machine/violation.js";
import { World, type Host } from "../machine/world.js";
import { book } from "./booking.js";
import { Clock } from "./clock.js";
import { checkTime, Costs } from "./costs.js";
import { sequenceOf } from "./event-queue.js";
import { endlessLoop, SimulationError } from "./failure.js";
import type { Machine } from "./machine.js";
import { Objects } from "./objects.js";
import { BUSY, COMPUTING, ENTERING, IDLE, Runner, SLEEPING, THINKING, WAKING } from "./runner.js";
import { Scheduler } from "./scheduler.js";
import { purposeOf, streamSeed, weighted } from "./streams.js";
import type { Workload } from "./workload.js";
import { Waiting, type Effects } from "./waiting.js";

/** Steps of one task at one instant: more are taken for a loop that never ends. */
const MOST_STEPS_AT_ONCE = 1_000_000;

const CHOICES = purposeOf("choices");

/**
 * Runs tasks in virtual time. A step is issued when its task has a CPU; its cost goes by; then it takes effect, if its
 * guard is open, and the next is issued. Steps that cost nothing follow at once.
 */
export class Engine implements Host, Effects {
  readonly clock = new Clock();
  readonly scheduler: Scheduler;
  readonly objects: Objects;
  readonly world: World;
  /** Decisions so far, where a schedule is recorded. */
  decisions: Decision[] | null = null;
  /** Events that came up and steps that took effect in the whole run. */
  events = 0;
  steps = 0;
  /** Tasks of no workload that have not ended, daemons not counted. */
  alive = 0;
  /** Whether the run is over when there are none: timers and sleeps of daemons that are pending then still end, later ones do not. */
  untilDone = false;
  /** Called when a task that serves no workload ends. */
  ended: ((r: Runner) => void) | null = null;
  readonly #waiting: Waiting;
  readonly #costs: Costs;
  readonly #prices: Prices;
  readonly #free: Runner[] = [];
  /** Whose step takes effect. */
  #actor: Runner | null = null;
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
    this.#costs = new Costs(machine, this.objects, measured);
    this.#waiting = new Waiting(this.clock, this.objects, this.scheduler, this.#costs, this);
    this.#prices = machine.prices;
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
    this.#begin(r);
    if (task.context !== "task") this.#raise(r);
    else this.#firstOf(r);
  }

  /** A thread that begins by sleeping needs no CPU for that. */
  #firstOf(r: Runner): void {
    const first = r.task.pending;
    if (first !== null && first.operation.cost === "sleep") this.#sleep(r, first);
    else this.scheduler.ready(r);
  }

  /** An interrupt handler: at once, after the latency of an IPI, or, for a timer, when it expires. */
  #raise(r: Runner): void {
    const { clock } = this;
    const actor = this.#actor;
    r.home = r.task.cpu >= 0 ? r.task.cpu : (actor?.cpu?.index ?? 0);
    const first = r.task.pending;
    if (first !== null && first.operation.cost === "sleep") this.#sleep(r, first);
    else if (this.#prices.interrupt > 0 && actor?.task.pending?.operation.cost === "interrupt") {
      r.phase = WAKING;
      clock.at(r, clock.now + this.#prices.interrupt);
    } else this.scheduler.interrupt(r);
  }

  /** A task for a workload, which gives it a path before it launches it. */
  hire(name: string, options: TaskOptions, workload: Workload): Runner {
    this.#hiring = true;
    this.world.spawn(name, nothing(), options);
    this.#hiring = false;
    const r = this.#hired!;
    r.workload = workload;
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
    this.#begin(r);
    this.#firstOf(r);
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
        if (r.task.context === "task") this.scheduler.ready(r);
        else this.scheduler.interrupt(r);
        return;
      case THINKING:
        r.workload!.begin(r);
    }
  }

  /** The runner has its CPU (again): it goes on with what it was at. */
  #resume(r: Runner): void {
    const cpu = r.cpu!;
    r.phase = BUSY;
    if (cpu.attention !== 0 && this.scheduler.attend(cpu, r, false)) return;
    if (r.halted) {
      r.until = this.clock.now + r.remaining;
      r.halted = false;
      r.phase = COMPUTING;
      this.clock.at(r, r.until);
    } else if (r.paid || r.waits > 0) {
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
        this.#sleep(r, step);
        return;
      }
      if (cost === "compute") {
        r.phase = COMPUTING;
        r.until = clock.now + checkTime(step, task);
        clock.at(r, r.until);
        return;
      }
      const done = cost === "none" ? clock.now : this.#costs.over(step, cpu.index, clock.now);
      if (done > clock.now) {
        clock.at(r, done);
        return;
      }
      if (!this.#perform(r)) return;
    }
  }

  #sleep(r: Runner, step: Step): void {
    const { clock } = this;
    r.phase = SLEEPING;
    clock.timeline?.mark(r, "sleeping", null, clock.now);
    clock.at(r, clock.now + checkTime(step, r.task));
  }

  /** Its time to sleep is over. A clock, which is no thread that sleeps, acts without a CPU. */
  #awake(r: Runner): void {
    const step = r.task.pending!;
    if (step.operation.sleeps || r.task.context !== "task" || this.scheduler.holdsUp(r.task)) {
      r.paid = true;
      this.wake(r);
    } else if (this.#perform(r)) {
      if (r.task.pending === null) this.#finished(r);
      else this.wake(r);
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
    const { world } = this;
    const { task } = r;
    const { now } = this.clock;
    if (step.choices > 0) world.choice = this.#choose(r, step);
    this.decisions?.push({ task: task.id, choice: step.choices > 0 ? world.choice : 0 });
    const held = task.held.length;
    this.#actor = r;
    try {
      apply(world, task);
    } catch (error) {
      throw SimulationError.of(error, task, now);
    }
    this.steps++;
    this.#count(r);
    if (task.held.length !== held || r.waited) book(this.objects, r, step, held, now);
    if (step.operation.changes) this.#waiting.touched(step, world);
  }

  wake(r: Runner): void {
    const { clock } = this;
    if (r.task.context !== "task") this.scheduler.interrupt(r);
    else if (this.#prices.wakeup > 0) {
      r.phase = WAKING;
      clock.timeline?.mark(r, "ready", null, clock.now);
      clock.at(r, clock.now + this.#prices.wakeup);
    } else this.scheduler.ready(r);
  }

  notice(r: Runner, step: Step): void {
    const { clock } = this;
    this.scheduler.works(r);
    clock.timeline?.mark(r, "running", null, clock.now);
    const done =
      r.looksUntil > clock.now
        ? r.looksUntil
        : step.operation.cost === "none"
          ? clock.now
          : this.#costs.over(step, r.cpu!.index, clock.now);
    r.phase = ENTERING;
    if (done > clock.now) clock.at(r, done);
    else clock.agenda.push(r);
  }

  #finished(r: Runner): void {
    const { workload } = r;
    this.#count(r);
    if (workload === null) this.abandon(r);
    else workload.finished(r);
  }

  abandon(r: Runner): void {
    if (r.cpu !== null) this.scheduler.leave(r);
    this.#retire(r);
  }

  #retire(r: Runner): void {
    if (!r.task.daemon && --this.alive === 0) this.#lastEvent = this.clock.queue.pushed;
    this.ended?.(r);
    if (this.decisions === null) this.world.retire(r.task);
    this.dismiss(r);
  }

  /** A closed loop begins its next path, on the CPU that it has. */
  again(r: Runner): void {
    this.#begin(r);
    if (r.cpu!.attention !== 0 && this.scheduler.attend(r.cpu!, r, true)) return;
    this.clock.agenda.push(r);
  }

  #begin(r: Runner): void {
    try {
      start(this.world, r.task);
    } catch (error) {
      throw SimulationError.of(error, r.task, this.clock.now);
    }
  }

  #count(r: Runner): void {
    const { tick, now } = this.clock;
    if (r.tick !== tick) {
      r.tick = tick;
      r.instantSteps = 0;
    } else if (++r.instantSteps > MOST_STEPS_AT_ONCE) {
      throw endlessLoop(r.task, r.instantSteps, MOST_STEPS_AT_ONCE, now);
    }
  }

  #choose(r: Runner, step: Step): number {
    r.choices ??= new Random(
      streamSeed(this.seed, CHOICES ^ (r.workload?.purpose ?? 0), r.workload === null ? r.task.id : r.member),
    );
    return weighted(r.choices, step.choices, step.weights);
  }
}

function* nothing(): Path {
  // The workload gives the task its path.
}
