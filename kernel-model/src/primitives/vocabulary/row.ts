import type { Order } from "../../machine/step.js";

/** A primitive: what the kernel calls it, what a path calls it, and how far the two agree. */
export interface VocabularyRow {
  /** The kernel's name; functions with "()". */
  readonly kernel: string;
  /** What a path writes. */
  readonly call: string;
  /** How many steps it takes: what can come in between. "-" for a type or a constant. */
  readonly steps: string;
  /** Order of its memory accesses, recorded and shown: both hosts are sequentially consistent. "-" where there is none of its own. */
  readonly order: Order | "-";
  readonly modelled: string;
  /** "" for nothing that matters. */
  readonly notModelled: string;
}

/** A row as it is written. */
export type Texts = readonly [
  kernel: string,
  call: string,
  steps: string,
  order: Order | "-",
  modelled: string,
  notModelled?: string,
];

// What several primitives leave out.
export const REORDERING = "weaker orders: the hosts do not reorder";
export const QUEUE = "the order of the spinners: any in the explorer, first come first in the simulator";
export const SPINNING =
  "that who spins is counted as waiting by nobody: in the explorer it has not come yet; signals, PREEMPT_RT";
export const HANDOFF =
  "signals, PREEMPT_RT; the moment in which a reader may say too late that readers own it lasts for ever";
export const QRWLOCK = "the order in which waiters come to the head of the queue: any";
export const TASK_STATE =
  "signals; other ways to be woken than by a wait queue; that preparing again may change whether it is exclusive";
export const TIMER_PLACE =
  "migration; jiffies and slack: it fires exactly after its delay, or, in the explorer, at any time";
export const WORKER = "pools, affinity, priorities, the rescuer";
