import { Ring } from "./ring.js";
import { RunQueue, type Ranked } from "./run-queue.js";

/** What a CPU spends its time on, as an index into {@link Cpu.spent}. */
export const CPU_MODES = ["idle", "busy", "spinning", "switching", "interrupt"] as const;
export const MODE_IDLE = 0;
export const MODE_BUSY = 1;
export const MODE_SPIN = 2;
export const MODE_SWITCH = 3;
export const MODE_IRQ = 4;

/** Bits of {@link Cpu.attention}. */
export const RESCHEDULE = 1;
export const INTERRUPT = 2;

/** A virtual CPU. `R` is what it runs, of which it knows no more than its queue does: the scheduler decides. */
export class Cpu<R extends Ranked> {
  /** The task it runs, interrupted or not. */
  current: R | null = null;
  /** Interrupt handlers on top of it; the last one runs. */
  readonly handlers: R[] = [];
  /** Handlers that could not begin yet. */
  readonly hardirqs = new Ring<R>();
  readonly softirqs = new Ring<R>();
  /** Runnable tasks that are bound to it. */
  readonly queue = new RunQueue<R>();
  /** What to look at between two steps: bits. */
  attention = 0;
  /** When its current task got it, or its time slice began again. */
  sliceStart = 0;
  /** Key of its timer event; -1 for none. */
  event = -1;
  #mode = MODE_IDLE;
  #since = 0;
  /** Time by mode since the measures were reset, ns. */
  readonly spent: Float64Array = new Float64Array(CPU_MODES.length);

  constructor(
    readonly index: number,
    /** What its timer does. */
    readonly fire: () => void,
  ) {}

  setMode(mode: number, now: number): void {
    this.spent[this.#mode]! += now - this.#since;
    this.#mode = mode;
    this.#since = now;
  }

  /** Books the time so far. */
  settle(now: number): void {
    this.setMode(this.#mode, now);
  }
}
