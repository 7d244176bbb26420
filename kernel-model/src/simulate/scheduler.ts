import { InputError } from "../base/errors.js";
import type { Task } from "../machine/task.js";
import type { Clock } from "./clock.js";
import { TIMER } from "./clock.js";
import { suspend } from "./computing.js";
import { Cpu, INTERRUPT, MODE_BUSY, MODE_IDLE, MODE_IRQ, MODE_SPIN, MODE_SWITCH, RESCHEDULE } from "./cpu.js";
import { Interrupts } from "./interrupts.js";
import type { Machine } from "./machine.js";
import { RunQueue } from "./run-queue.js";
import { BUSY, COMPUTING, ENTERING, READY, SPINNING, type Runner } from "./runner.js";

/**
 * Who is on which CPU: one run queue for all CPUs, and one for the tasks bound to each; SCHED_FIFO above SCHED_OTHER,
 * time slices for the latter while others wait, preemption if the machine has it, interrupt handlers on top of them.
 *
 * It only decides: a runner that got its CPU is put on the clock's agenda, or gets an event if the switch takes time.
 */
export class Scheduler {
  readonly cpus: readonly Cpu<Runner>[];
  readonly #timers: readonly number[];
  readonly #queue = new RunQueue<Runner>();
  readonly #interrupts: Interrupts;
  #idle: number;
  /** Orders the runnable tasks of all queues; those put back at the front count down. */
  #last = 0;
  #first = 0;

  constructor(
    readonly clock: Clock,
    readonly machine: Machine,
  ) {
    this.cpus = Array.from(
      { length: machine.topology.cpus },
      (_, i) => new Cpu<Runner>(i, () => this.#tick(this.cpus[i]!)),
    );
    this.#timers = this.cpus.map((cpu) => clock.add(cpu));
    this.#interrupts = new Interrupts(clock);
    this.#idle = this.cpus.length;
  }

  /** The runner is to run as soon as it gets a CPU. */
  ready(r: Runner): void {
    const cpu = this.#idleFor(r);
    if (cpu !== null) this.#give(cpu, r);
    else this.#enqueue(r, false);
  }

  /** Takes the runner off its CPU, which turns to the next; the caller says what the runner does now. */
  leave(r: Runner): void {
    const cpu = r.cpu!;
    if (r.task.context !== "task") {
      if (!this.#interrupts.handled(r, cpu)) this.#next(cpu);
      return;
    }
    cpu.current = null;
    cpu.attention &= ~RESCHEDULE;
    r.cpu = null;
    r.last = cpu;
    this.#idle++;
    this.#next(cpu);
  }

  /** The runner spins from now on. */
  spins(r: Runner): void {
    r.phase = SPINNING;
    const cpu = r.cpu!;
    if (cpu.handlers.length === 0) cpu.setMode(MODE_SPIN, this.clock.now);
    if (cpu.attention !== 0) this.attend(cpu, r, false);
  }

  /** The runner has work again. */
  works(r: Runner): void {
    r.cpu!.setMode(r.task.context === "task" ? MODE_BUSY : MODE_IRQ, this.clock.now);
  }

  /** An interrupt handler wants its CPU. */
  interrupt(r: Runner): void {
    this.#interrupts.raise(r, this.cpus[this.#check(r.home, r.task)]!);
  }

  /**
   * Between two steps of `r`, or while it may be interrupted: lets handlers in, and others if it is their turn.
   * `yields`: the task offers its CPU, as cond_resched does. True if `r` does not go on.
   */
  attend(cpu: Cpu<Runner>, r: Runner, yields: boolean): boolean {
    if ((cpu.attention & INTERRUPT) !== 0 && this.#interrupts.deliver(cpu, r)) return true;
    if ((cpu.attention & RESCHEDULE) === 0 || cpu.handlers.length > 0) return false;
    if (!(this.machine.preemption === "full" || yields) || r.task.atomic) return false;
    if (r.phase === SPINNING && r.task.pending?.operation.access === "acquire") return false;
    return this.#switch(cpu, r);
  }

  /** Whether what runs on the CPU that `task` is bound to keeps it from doing anything, as {@link World.mayRun} says. */
  holdsUp({ cpu, cpuObject }: Task): boolean {
    if (cpuObject === null) return false;
    const { handlers, current } = this.cpus[cpu]!;
    return handlers.length > 0 || (current !== null && current.task.cpu === cpu && current.task.atomic);
  }

  #give(cpu: Cpu<Runner>, r: Runner): void {
    const { now } = this.clock;
    if (cpu.current === null) this.#idle--;
    cpu.current = r;
    cpu.sliceStart = now - r.used;
    r.used = 0;
    r.cpu = cpu;
    this.clock.timeline?.mark(r, "running", null, now);
    const { contextSwitch } = this.machine.costs;
    if (contextSwitch > 0) {
      cpu.setMode(MODE_SWITCH, now);
      r.phase = ENTERING;
      this.clock.at(r, now + contextSwitch);
    } else {
      cpu.setMode(MODE_BUSY, now);
      r.phase = BUSY;
      this.clock.agenda.push(r);
    }
    if (r.level === 0 && cpu.event === -1 && this.#waiting(cpu)) this.#arm(cpu);
  }

  /** The CPU has no task: it gets the next, or is idle. */
  #next(cpu: Cpu<Runner>): void {
    if (cpu.handlers.length > 0) return;
    const r = this.#pick(cpu);
    if (r !== undefined) this.#give(cpu, r);
    else cpu.setMode(MODE_IDLE, this.clock.now);
  }

  #pick(cpu: Cpu<Runner>): Runner | undefined {
    if (cpu.queue.size === 0) return this.#queue.shift();
    const own = cpu.queue.peek()!;
    const any = this.#queue.peek();
    return any === undefined || before(own, any) ? cpu.queue.shift() : this.#queue.shift();
  }

  #peek(cpu: Cpu<Runner>): Runner | undefined {
    const own = cpu.queue.peek();
    const any = this.#queue.peek();
    return own === undefined || (any !== undefined && before(any, own)) ? any : own;
  }

  #waiting(cpu: Cpu<Runner>): boolean {
    return this.#queue.size > 0 || cpu.queue.size > 0;
  }

  #idleFor(r: Runner): Cpu<Runner> | null {
    if (this.#idle === 0) return null;
    const bound = r.task.cpu;
    if (bound >= 0) {
      const cpu = this.cpus[this.#check(bound, r.task)]!;
      return isIdle(cpu) ? cpu : null;
    }
    if (r.last !== null && isIdle(r.last)) return r.last;
    for (const cpu of this.cpus) if (isIdle(cpu)) return cpu;
    return null;
  }

  #enqueue(r: Runner, front: boolean): void {
    const { now } = this.clock;
    r.phase = READY;
    r.queued = front ? --this.#first : ++this.#last;
    this.clock.timeline?.mark(r, "ready", null, now);
    const bound = r.task.cpu < 0 ? null : this.cpus[this.#check(r.task.cpu, r.task)]!;
    (bound?.queue ?? this.#queue).push(r, front);
    if (r.level > 0) this.#preemptFor(r, bound);
    if (bound !== null) this.#arm(bound);
    else if (this.#queue.size === 1) for (const cpu of this.cpus) this.#arm(cpu);
  }

  /** A real-time task waits: the CPU with the least important task is to take it. */
  #preemptFor(r: Runner, bound: Cpu<Runner> | null): void {
    let least: Cpu<Runner> | null = null;
    for (const cpu of bound === null ? this.cpus : [bound]) {
      const level = cpu.current?.level ?? Infinity;
      if (level < r.level && level < (least?.current?.level ?? Infinity)) least = cpu;
    }
    if (least !== null) this.#reschedule(least);
  }

  /** Sees to it that the time slice of the CPU's task ends. */
  #arm(cpu: Cpu<Runner>): void {
    const { current } = cpu;
    if (cpu.event !== -1 || current === null || current.level > 0 || this.machine.slice === Infinity) return;
    this.clock.atSpecial(
      this.#timers[cpu.index]!,
      Math.max(this.clock.now, cpu.sliceStart + this.machine.slice),
      TIMER,
    );
  }

  #tick(cpu: Cpu<Runner>): void {
    if (cpu.current === null || cpu.current.level > 0 || !this.#waiting(cpu)) return;
    if (this.clock.now < cpu.sliceStart + this.machine.slice) this.#arm(cpu);
    else this.#reschedule(cpu);
  }

  #reschedule(cpu: Cpu<Runner>): void {
    cpu.attention |= RESCHEDULE;
    const { current } = cpu;
    if (current !== null && (current.phase === COMPUTING || current.phase === SPINNING))
      this.attend(cpu, current, false);
  }

  /** Gives the CPU of `r` to a waiting task if that is more important, or as important and the slice of `r` is over. */
  #switch(cpu: Cpu<Runner>, r: Runner): boolean {
    cpu.attention &= ~RESCHEDULE;
    const next = this.#peek(cpu);
    if (next === undefined || next.level < r.level) return false;
    if (next.level === r.level && (r.level > 0 || this.clock.now < cpu.sliceStart + this.machine.slice)) return false;
    this.#pick(cpu);
    suspend(r, this.clock);
    if (next.level > r.level) r.used = this.clock.now - cpu.sliceStart;
    r.cpu = null;
    r.last = cpu;
    this.#give(cpu, next);
    this.#enqueue(r, next.level > r.level);
    return true;
  }

  #check(cpu: number, { name, context }: Task): number {
    if (cpu < this.cpus.length) return cpu;
    throw new InputError(
      `the cpu of ${context === "task" ? "task" : `${context} handler`} "${name}"`,
      cpu,
      `an integer from 0 to ${this.cpus.length - 1}: the machine has ${this.machine.topology.toString()}`,
      "name one of these, or simulate a larger machine",
    );
  }
}

/** CPUs without a task may still be busy with an interrupt handler. */
const isIdle = (cpu: Cpu<Runner>): boolean => cpu.current === null && cpu.handlers.length === 0;

/** Whether `a` is to run before `b`. */
const before = (a: Runner, b: Runner): boolean => a.level > b.level || (a.level === b.level && a.queued < b.queued);
