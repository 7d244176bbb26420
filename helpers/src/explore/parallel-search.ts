import {
  partsOf,
  verdictOf,
  type Cut,
  type ExploreOptions,
  type PartResult,
  type Program,
  type Progress,
  type Seen,
  type Verdict,
} from "@mm-lab/kernel-model";
import { overviewOf } from "./parallel-estimate.js";
import type { PartState, WorkerPool } from "./workers/pool.js";

/** What came of all parts. `hit`: of the first part that had something to say; the others were given up. */
export type SearchOutcome =
  { readonly kind: "whole" | "hit"; readonly verdict: Verdict } | { readonly kind: "hit"; readonly error: Error };

/** The same for any number of workers, so that what is found is: enough for 64, and not so many that cutting costs. */
const PARTS = 256;

/** A search that is cut into parts, which a pool explores. */
export class ParallelSearch<S> {
  #timedOut = false;

  constructor(
    private readonly program: Program<S>,
    private readonly options: ExploreOptions,
    private readonly maxSchedules: number,
  ) {}

  /** @param spent time that was spent before, of `seconds` */
  async run(pool: WorkerPool, spent: number): Promise<SearchOutcome> {
    const { seconds = Infinity } = this.options;
    const left = Math.max(0, 1000 * seconds - spent);
    const timer =
      left > LONGEST_TIMER
        ? undefined
        : setTimeout(() => {
            this.#timedOut = true;
            pool.stop();
          }, left);
    try {
      for (let seen: Seen = { names: [], everything: false }; ;) {
        await pool.explore(partsOf(this.program, PARTS, seen));
        const next = this.#outcome(pool);
        if ("kind" in next) return next;
        seen = next; // properties look at more than was known: all begin anew
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** For a progress bar. */
  static progressOf(states: readonly PartState[]): Progress {
    const { over, parts, runs, estimated } = overviewOf(states);
    return { done: runs, total: estimated ?? runs, note: `schedules, ${over} of ${parts} parts over` };
  }

  #outcome(pool: WorkerPool): SearchOutcome | Seen {
    const { states } = pool;
    const results = states.flatMap((state) => (state.kind === "done" ? [state.result] : []));
    const first = states.findIndex((state) => !isOver(state));
    if (first < 0 && schedulesOf(results) <= this.maxSchedules)
      return { kind: "whole", verdict: verdictOf(this.program, results, this.options) };
    // What a later part found is true as well where a bound has kept an earlier one from its end.
    const hit = pool.isStopped ? states.findIndex(saysSomething) : first;
    const at = states[hit];
    if (at?.kind === "failed") return { kind: "hit", error: at.error };
    if (at?.kind === "done" && at.result.kind === "found") {
      return {
        kind: "hit",
        verdict: verdictOf(this.program, results.slice(0, results.indexOf(at.result) + 1), this.options),
      };
    }
    if (at?.kind === "done" && at.result.kind === "grew") return at.result.seen;
    return { kind: "whole", verdict: verdictOf(this.program, results, this.options, this.#cut(pool, results)) };
  }

  #cut(pool: WorkerPool, results: readonly PartResult[]): Cut {
    const { estimated } = overviewOf(pool.states);
    const bound = this.#timedOut
      ? `seconds = ${this.options.seconds!}`
      : schedulesOf(results) > this.maxSchedules
        ? `maxSchedules = ${this.maxSchedules}`
        : `maxTotalSteps = ${this.options.maxTotalSteps!}`;
    return { bound, estimated };
  }
}

/** What setTimeout takes. */
const LONGEST_TIMER = 0x7fffffff;

function isOver(state: PartState): boolean {
  return state.kind === "done" && (state.result.kind === "covered" || state.result.kind === "bounded");
}

function saysSomething(state: PartState): boolean {
  return state.kind === "failed" || (state.kind === "done" && state.result.kind === "found");
}

function schedulesOf(results: readonly PartResult[]): number {
  return results.reduce((sum, { tally }) => sum + tally.schedules, 0);
}
