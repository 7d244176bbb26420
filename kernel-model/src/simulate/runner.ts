import type { SharedObject } from "../machine/object.js";
import type { Task } from "../machine/task.js";
import type { Random } from "../base/random.js";
import type { Cpu } from "./cpu.js";
import type { WaitNode } from "./object-state.js";
import { Draws } from "./streams.js";

// What a runner is doing: which event, or whose doing, makes it go on.
/** Nothing yet, or nothing any more. */
export const IDLE = 0;
/** On its CPU, between two steps, or in one that may not be interrupted. */
export const BUSY = 1;
/** On its CPU, computing: may be interrupted. */
export const COMPUTING = 2;
/** On its CPU, waiting for a guard to open. */
export const SPINNING = 3;
/** Off the CPU, waiting for a guard to open. */
export const PARKED = 4;
/** Off the CPU until a stated time. */
export const SLEEPING = 5;
/** Runnable soon: the wake-up is under way. */
export const WAKING = 6;
/** In a run queue. */
export const READY = 7;
/** On its CPU, to go on once the context switch, or noticing that a guard opened, is over. */
export const ENTERING = 8;
/** Held up by an interrupt handler on its CPU. */
export const INTERRUPTED = 9;
/** Between two paths of a closed loop. */
export const THINKING = 10;

/** Whom a runner works for: it gives the runner one path after the other. */
export interface Employer {
  /** Part of the seeds of its streams. */
  readonly purpose: number;
  /** The runner is to begin a path: its time to think is over. */
  begin(r: Runner): void;
  /** The runner, on its CPU, is through with its path. */
  finished(r: Runner): void;
}

/** The simulator's side of a task. Used again for the next task once its task is over. */
export class Runner {
  // What every event looks at comes first: fields that lie together share cache lines.
  task!: Task;
  phase = IDLE;
  /** The CPU that it is on; null while off. */
  cpu: Cpu<Runner> | null = null;
  /** The CPU that it was on last. */
  last: Cpu<Runner> | null = null;
  /** The cost of its pending step is paid: what is left is to perform it. */
  paid = false;
  /** Its computing was interrupted: `remaining` of it is left. */
  halted = false;
  /** It waits, or has just waited, for the guard of its pending step. */
  waited = false;
  /** Its places in queues: `waits` of them are linked. */
  waits = 0;
  /** 0 for SCHED_OTHER, else its SCHED_FIFO priority. */
  level = 0;
  /** To find a task that makes no progress in time: the tick of its last step, and its steps at that tick. */
  tick = -1;
  instantSteps = 0;
  /** What it had of its time slice when a more important task took its CPU, ns. */
  used = 0;
  /** The group it works for; null for a task of a program, or one started by a path. */
  employer: Employer | null = null;
  readonly nodes: WaitNode<Runner>[] = [];
  /** The CPU that an interrupt handler interrupts. */
  home = 0;
  /** Orders it among all run queues. */
  queued = 0;
  /** When its computing is over, while it computes. */
  until = 0;
  /** What is left of an interrupted computing, ns. */
  remaining = 0;
  /** Since when it waits for the guard of its pending step. */
  waitSince = 0;
  /** When its last look at a line on which it spins is over: until then it looks no further. */
  looksUntil = 0;
  /** The locks that it holds, and since when. */
  readonly locks: SharedObject[] = [];
  readonly lockedAt: number[] = [];
  member = 0;
  /** When its path began, ns. */
  begun = 0;
  readonly draws = new Draws();
  choices: Random | null = null;

  /** For the timeline: what it shows now, and since when. */
  shown = "";
  shownOn: string | null = null;
  shownCpu = -1;
  shownSince = 0;

  constructor(
    /** Its number in events. */
    readonly index: number,
  ) {}

  /** Takes a task on. */
  assign(task: Task): void {
    this.task = task;
    task.host = this;
    this.level = task.options.policy === "fifo" ? (task.options.priority ?? 1) : 0;
    this.phase = IDLE;
    this.cpu = this.last = this.employer = this.choices = null;
    this.tick = -1;
    this.paid = this.halted = this.waited = false;
    this.used = this.looksUntil = 0;
  }
}
