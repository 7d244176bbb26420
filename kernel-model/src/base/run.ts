/** How far a long run is; yielded now and then, so that a host can show it, and stop the run. */
export interface Progress {
  /** Work done so far, in the unit of `total`. */
  readonly done: number;
  readonly total: number;
  /** What is being done, for the progress bar. */
  readonly note?: string;
}

/** A named input of a mechanism, as the command line and parameter sweeps set it. */
export interface Parameter {
  readonly name: string;
  readonly default: number | string;
  readonly unit?: string;
  readonly meaning: string;
}

/**
 * Runs a cooperative run to its end, without showing its progress.
 *
 * @example
 * finish(ksm.scanKsm({ workload: ksm.mixWorkload({ pages: 100, shares: { unique: 1 } }), scans: 2 }));
 */
export function finish<T>(run: Generator<Progress, T>): T {
  for (;;) {
    const step = run.next();
    if (step.done === true) return step.value;
  }
}
