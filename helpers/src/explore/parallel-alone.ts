import { setImmediate as nextTurn } from "node:timers/promises";
import { exploring, type ExploreOptions, type Program, type Progress, type Verdict } from "@mm-lab/kernel-model";

/** Time between looks at what has come in meanwhile. */
const SLICE_MS = 10;

/** The search of one worker, in this thread, in stretches. */
export class Alone<S> {
  readonly #steps: Generator<Progress, Verdict>;
  readonly #began = performance.now();
  #runs = 0;

  constructor(
    program: Program<S>,
    options: ExploreOptions,
    private readonly signal: AbortSignal,
    private readonly progress: (progress: Progress) => void,
  ) {
    this.#steps = exploring(program, options);
  }

  /** Time since the start. */
  get ms(): number {
    return performance.now() - this.#began;
  }

  /** As far as it has told. */
  get runs(): number {
    return this.#runs;
  }

  /**
   * Goes on until `enough`, which is asked every 200 runs with how many were made; the verdict if the search ends before.
   * @throws the signal's reason, and what the search throws
   */
  async until(enough: (runs: number) => boolean, note?: string): Promise<Verdict | null> {
    let sliceEnd = performance.now() + SLICE_MS;
    for (;;) {
      const step = this.#steps.next();
      if (step.done === true) return step.value;
      this.#runs = step.value.done;
      if (enough(this.#runs)) return null;
      if (performance.now() < sliceEnd) continue;
      this.progress(note === undefined ? step.value : { ...step.value, note });
      await nextTurn();
      this.signal.throwIfAborted();
      sliceEnd = performance.now() + SLICE_MS;
    }
  }
}
