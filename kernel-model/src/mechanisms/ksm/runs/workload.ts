import type { KsmState } from "../model/state.js";

/** What the processes do while ksmd scans. */
export interface Workload {
  readonly name: string;
  readonly pages: number;
  /** Contents that will exist at a time, to size the tables; a hint. */
  readonly contents: number;
  /** Sets up the memory of an empty model and returns what happens later. */
  start(ksm: KsmState): WorkloadDriver;
}

export interface WorkloadDriver {
  /** Does all that is due; called before each wake-up of ksmd. */
  advance(scan: number, nowMs: number): void;
}
