import { setImmediate as nextTurn } from "node:timers/promises";
import { InputError, type Progress } from "@mm-lab/kernel-model";
import { kernelBridge } from "./bridge.js";
import { Interrupted } from "./interrupted.js";
import { ProgressBar, describeProgress } from "./progress-bar.js";

/** What an asynchronous experiment is given. */
export interface ExperimentContext {
  /** Aborts when the user interrupts: pass it on to what can stop, or look at `signal.aborted`. */
  readonly signal: AbortSignal;
  /** States how far the work has come. */
  readonly progress: (progress: Progress) => void;
}

/**
 * Long work, in one of two forms: a generator that yields how far it has come between steps of at most some tens of
 * milliseconds, or an asynchronous function.
 */
export type Work<T> =
  | Generator<Progress | undefined, T>
  | ((context: ExperimentContext) => Generator<Progress | undefined, T> | Promise<T>);

export interface ExperimentOptions {
  /** Names the work in its progress bar and when it is interrupted. Default "experiment". */
  readonly title?: string;
  /** Stops the work as an interrupt does. */
  readonly signal?: AbortSignal;
}

/** After so long the event loop gets its turn, so that interrupts and drawing come through. */
const SLICE_MS = 50;

/** An asynchronous function that does not heed its signal is given up after this long. */
const HEED_MS = 1_000;

/**
 * Runs a long experiment so that Jupyter's interrupt stops it and a bar shows how far it is (from 0.3 s on).
 *
 * Costs about 1 µs per yield of a generator. The bar leaves no trace in the stored notebook.
 *
 * @throws Interrupted stating how far the work had come, if it was interrupted
 * @throws what the work throws
 *
 * @example
 * const run = await experiment(simulatingKsm({ workload: mixWorkload({ pages: 900, shares: { unique: 1 } }) }), { title: "900 pages" });
 * const sum = await experiment(function* () {
 *   let sum = 0;
 *   for (let i = 1; i <= 100; i++) {
 *     sum += i;
 *     yield { done: i, total: 100 };
 *   }
 *   return sum;
 * });
 */
export async function experiment<T>(work: Work<T>, options: ExperimentOptions = {}): Promise<T> {
  const title = options.title ?? "experiment";
  const bar = new ProgressBar(title);
  const aborting = new AbortController();
  let last: Progress | undefined;
  const interrupted = (): Interrupted =>
    new Interrupted(
      `${title} was stopped ${last === undefined ? "before its first step was done" : `at ${describeProgress(last)}`}. Next: run it again, or make it smaller; earlier variables are unchanged.`,
      last?.done,
      last?.total,
    );
  const abort = (): void => aborting.abort(interrupted());
  const progress = (now: Progress): void => {
    last = now;
    bar.update(now);
  };
  // On plain tslab a signal handler that is added in the same turn as the cell begins makes the next signal end the process.
  if (kernelBridge() === undefined) await nextTurn();
  const release = onInterrupt(abort);
  options.signal?.addEventListener("abort", abort, { once: true });
  try {
    if (options.signal?.aborted === true) throw interrupted();
    const started = typeof work === "function" ? work({ signal: aborting.signal, progress }) : work;
    if (isGenerator(started)) return await runGenerator(started, aborting.signal, progress, interrupted);
    if (!(started instanceof Promise)) {
      throw new InputError(
        "the work of an experiment",
        started,
        "a generator, or a function that returns one or a promise",
        "write `experiment(function* () { … })`",
      );
    }
    return await heeding(started, aborting.signal, interrupted);
  } finally {
    release();
    options.signal?.removeEventListener("abort", abort);
    bar.end();
  }
}

async function runGenerator<T>(
  steps: Generator<Progress | undefined, T>,
  signal: AbortSignal,
  progress: (now: Progress) => void,
  interrupted: () => Interrupted,
): Promise<T> {
  let sliceEnd = performance.now() + SLICE_MS;
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    if (step.value !== undefined) progress(step.value);
    if (performance.now() < sliceEnd) continue;
    await nextTurn();
    if (signal.aborted) {
      steps.return(undefined as never); // runs its `finally` blocks
      throw interrupted();
    }
    sliceEnd = performance.now() + SLICE_MS;
  }
}

async function heeding<T>(promise: Promise<T>, signal: AbortSignal, interrupted: () => Interrupted): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const givenUp = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => (timer = setTimeout(() => reject(interrupted()), HEED_MS)), { once: true });
  });
  try {
    const result = await Promise.race([promise, givenUp]);
    if (signal.aborted) throw interrupted();
    return result;
  } catch (error) {
    throw signal.aborted ? interrupted() : error;
  } finally {
    clearTimeout(timer);
    promise.catch(() => undefined);
  }
}

/** On our kernel, on plain tslab (beside its own handler) and in scripts (Ctrl-C). */
function onInterrupt(listener: () => void): () => void {
  const kernel = kernelBridge();
  if (kernel !== undefined) return kernel.onInterrupt(listener);
  process.on("SIGINT", listener);
  return () => process.off("SIGINT", listener);
}

function isGenerator<T>(
  value: Generator<Progress | undefined, T> | Promise<T>,
): value is Generator<Progress | undefined, T> {
  return typeof value === "object" && value !== null && "next" in value && Symbol.iterator in value;
}
