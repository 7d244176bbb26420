import type { Clock } from "./clock.js";
import { suspend } from "./computing.js";
import { INTERRUPT, MODE_BUSY, MODE_IRQ, type Cpu } from "./cpu.js";
import { BUSY, COMPUTING, INTERRUPTED, SPINNING, type Runner } from "./runner.js";

/**
 * Interrupt handlers, on top of what their CPU runs: hard interrupts above softirqs above tasks. One begins between two
 * steps of what it interrupts, or in the middle of its computing or spinning.
 */
export class Interrupts {
  constructor(readonly clock: Clock) {}

  /** The handler wants this CPU. */
  raise(r: Runner, cpu: Cpu<Runner>): void {
    (r.task.context === "hardirq" ? cpu.hardirqs : cpu.softirqs).push(r);
    cpu.attention |= INTERRUPT;
    this.deliver(cpu);
  }

  /** A handler is over: the next one, or what it interrupted, goes on. False if its CPU has neither. */
  handled(r: Runner, cpu: Cpu<Runner>): boolean {
    cpu.handlers.pop();
    r.cpu = null;
    const below = cpu.handlers.at(-1) ?? cpu.current;
    if (below === null) return this.deliver(cpu);
    below.phase = INTERRUPTED;
    if (this.deliver(cpu)) return true;
    below.phase = BUSY;
    cpu.setMode(cpu.handlers.length > 0 ? MODE_IRQ : MODE_BUSY, this.clock.now);
    this.clock.timeline?.mark(below, "running", null, this.clock.now);
    this.clock.agenda.push(below);
    return true;
  }

  /** Starts the next handler on the CPU, if one waits and may. `at`: the runner that is between two steps now. */
  deliver(cpu: Cpu<Runner>, at: Runner | null = null): boolean {
    const below = cpu.handlers.at(-1) ?? cpu.current;
    const handler = next(cpu, below);
    if (handler === undefined) {
      if (cpu.hardirqs.size + cpu.softirqs.size === 0) cpu.attention &= ~INTERRUPT;
      return false;
    }
    if (
      below !== null &&
      below !== at &&
      below.phase !== COMPUTING &&
      below.phase !== SPINNING &&
      below.phase !== INTERRUPTED
    )
      return false;
    (handler.task.context === "hardirq" ? cpu.hardirqs : cpu.softirqs).shift();
    const { now } = this.clock;
    if (below !== null) {
      suspend(below, this.clock);
      below.phase = INTERRUPTED;
      this.clock.timeline?.mark(below, "interrupted", null, now);
    }
    cpu.handlers.push(handler);
    handler.cpu = cpu;
    handler.phase = BUSY;
    cpu.setMode(MODE_IRQ, now);
    this.clock.timeline?.mark(handler, "running", null, now);
    this.clock.agenda.push(handler);
    return true;
  }
}

/** The handler that may begin on top of `below`; undefined if there is none. */
function next(cpu: Cpu<Runner>, below: Runner | null): Runner | undefined {
  const rank = below === null || below.task.context === "task" ? 0 : below.task.context === "softirq" ? 1 : 2;
  if (rank === 2 || (below !== null && below.task.irqsOff > 0)) return undefined;
  return (
    cpu.hardirqs.peek() ??
    (rank === 0 && (below === null || below.task.softirqsOff === 0) ? cpu.softirqs.peek() : undefined)
  );
}
