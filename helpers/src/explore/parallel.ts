import { availableParallelism } from "node:os";
import {
  checkInteger,
  checkOptions,
  InputError,
  type ExploreOptions,
  type ParallelOptions,
  type Program,
  type Verdict,
  type Workers,
} from "@mm-lab/kernel-model";
import { experiment } from "../notebook/experiment.js";
import { Alone } from "./parallel-alone.js";
import { ParallelSearch } from "./parallel-search.js";
import { sourceOf } from "./parallel-source.js";
import { fingerprintOf } from "./workers/fingerprint.js";
import { intercepted } from "./workers/intercept.js";
import { WorkerPool } from "./workers/pool.js";

const MOST_WORKERS = 64;
/** A search that is over sooner needs no workers: another thread takes about as long until it is of any help. */
const ALONE_MS = 500;
/** Runs in which one worker has the chance to find what the parts have found, so that the answer is its answer. */
const MOST_AGAIN = 1_000_000;

/**
 * Explores a program on several cores: the verdict of `explore`, with the same counts and end states. It is what
 * `explore(program, { workers })` does where this package is imported.
 *
 * This thread is one of the workers. Each other one makes the program anew. In a notebook it runs the cells again that made it, and shows nothing of what they
 * show: leave what takes long or writes files to other cells. In a script it loads the module `from`, up to its call of
 * `explore`.
 *
 * What is found is what one worker finds first, where that takes it at most 1,000,000 runs; else what the first part of
 * the search finds that finds something: the same for any number of workers. `maxSchedules` can be exceeded by a few
 * runs a worker. The others take 0.5 s until they are of help, and as long as their module takes to load; a search that is over in
 * 0.5 s starts none.
 *
 * @param options.workers 1 to 64, or "all" for one a core
 * @throws InputError for options out of range, a program that workers cannot make, and where `explore` does
 * @throws Interrupted if it was interrupted
 * @example
 * const { scenarios } = await explorables[0].load();
 * const { program } = scenarios.find(({ name }) => name === "treiber-counted");
 * const verdict = await exploreInParallel(program, { workers: 2 });
 * verdict.effort.schedules; // => 15
 */
export function exploreInParallel<S>(program: Program<S>, options: ParallelOptions): Promise<Verdict> {
  return onWorkers(program, options, ALONE_MS);
}

/** @param aloneMs how long this thread explores alone before it starts others; 0: it only waits for them */
export async function onWorkers<S>(program: Program<S>, options: ParallelOptions, aloneMs: number): Promise<Verdict> {
  const elsewhere = intercepted();
  if (elsewhere !== undefined) return elsewhere(program);
  const { workers, from, ...rest } = options;
  const count = workersOf(workers);
  const { maxSchedules } = checkOptions(rest);
  if (count > 1) checkWhole(rest);
  const source = count > 1 ? await sourceOf(program, from) : null;
  return experiment(
    async ({ signal, progress }) => {
      const alone = new Alone(program, rest, signal, progress);
      const early =
        source === null || aloneMs > 0 ? await alone.until(() => source !== null && alone.ms >= aloneMs) : null;
      if (early !== null) return early;
      const pool = new WorkerPool({
        workers: count,
        own: aloneMs > 0 ? (program as unknown as Program) : null,
        source: source!,
        options: rest,
        fingerprint: fingerprintOf(program, rest.maxSteps),
        maxSchedules,
        maxTotalSteps: rest.maxTotalSteps ?? Infinity,
        onProgress: () => progress(ParallelSearch.progressOf(pool.states)),
      });
      const stop = (): void => void pool.close();
      signal.addEventListener("abort", stop, { once: true });
      try {
        return await explored(alone, pool, new ParallelSearch(program, rest, maxSchedules), program.name);
      } finally {
        signal.removeEventListener("abort", stop);
        await pool.close();
      }
    },
    { title: `exploring ${program.name}` },
  );
}

async function explored<S>(
  alone: Alone<S>,
  pool: WorkerPool,
  search: ParallelSearch<S>,
  name: string,
): Promise<Verdict> {
  const outcome = await search.run(pool, alone.ms);
  if (outcome.kind === "whole") {
    // Where time was short this thread has seen more than the workers: once more it looks at the clock.
    const own =
      outcome.verdict.kind === "bounded" && outcome.verdict.effort.schedules < alone.runs
        ? await alone.until(() => true)
        : null;
    return own ?? outcome.verdict;
  }
  await pool.close();
  // An answer must not depend on the number of workers: that of one, which is part of the way there already.
  const first = await alone.until(
    (runs) => runs >= MOST_AGAIN,
    `found; looking for what one worker finds first in ${name}`,
  );
  if (first !== null && first.kind !== "bounded") return first;
  if ("error" in outcome) throw outcome.error;
  return outcome.verdict;
}

function workersOf(workers: Workers): number {
  if (workers === "all") return Math.min(MOST_WORKERS, availableParallelism());
  if (typeof workers === "number")
    return checkInteger("workers", workers, {
      min: 1,
      max: MOST_WORKERS,
      next: 'give a number of threads, or "all" for one a core',
    });
  throw new InputError("workers", workers, `"all", or an integer from 1 to ${MOST_WORKERS}`, 'write workers: "all"');
}

/** Random runs, searches without reduction and those that go on with another are not cut into parts. */
function checkWhole(options: ExploreOptions): void {
  const given = Object.entries(options).filter(
    ([name, value]: [string, unknown]) =>
      name === "preemptions" ||
      name === "resume" ||
      (name === "strategy" && value !== "all") ||
      (name === "reduction" && value !== true),
  );
  if (given.length === 0) return;
  throw new InputError(
    "an option beside `workers`",
    given[0]![0],
    'those of a whole search with reduction (strategy "all")',
    "leave it out, or write workers: 1",
  );
}
