import type { PartState } from "./workers/pool.js";

/** How far the parts of a search are. */
export interface Overview {
  /** Parts that are over, of all. */
  readonly over: number;
  readonly parts: number;
  /** Complete and redundant runs so far. */
  readonly runs: number;
  /** Runs in all, as far as can be told: parts that nobody has begun are taken for as large as the others. */
  readonly estimated: number | null;
}

export function overviewOf(states: readonly PartState[]): Overview {
  let [over, runs, known, sum] = [0, 0, 0, 0];
  for (const state of states) {
    if (state.kind === "done") {
      const { tally, kind, estimated } = state.result;
      runs += tally.schedules + tally.redundant;
      sum += estimated;
      known++;
      if (kind !== "cut") over++;
    } else if (state.kind === "running" && state.runs > 0) {
      runs += state.runs;
      sum += Math.max(state.runs, state.estimated);
      known++;
    }
  }
  return {
    over,
    parts: states.length,
    runs,
    estimated: known === 0 ? null : Math.max(runs, Math.round((sum / known) * states.length)),
  };
}
