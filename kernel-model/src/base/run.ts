/** How far a long run is; yielded now and then, so that a host can show it, and stop the run. */
export interface Progress {
  /** Work done so far, in the unit of `total`. */
  readonly done: number;
  readonly total: number;
  /** What is being done, for the progress bar. */
  readonly note?: string;
}

/**
 * Runs a cooperative run to its end, without showing its progress.
 *
 * @example
 * finish(ksm.simulatingKsm({ workload: ksm.mixWorkload({ pages: 100, shares: { unique: 1 } }), scans: 2 }));
 */
export function finish<T>(run: Generator<Progress | undefined, T>): T {
  for (;;) {
    const step = run.next();
    if (step.done === true) return step.value;
  }
}

/** Runs one part of a longer run: `done` of `total` parts are over, and the part's own progress is a share of the next. */
export function* partOf<T>(run: Generator<Progress | undefined, T>, at: Progress): Generator<Progress, T> {
  try {
    for (;;) {
      const step = run.next();
      if (step.done === true) return step.value;
      const { done = 0, total = 0 } = step.value ?? {};
      yield { ...at, done: at.done + (total > 0 ? Math.min(1, done / total) : 0) };
    }
  } finally {
    run.return(undefined as never); // where the whole is stopped, the part ends as well
  }
}
