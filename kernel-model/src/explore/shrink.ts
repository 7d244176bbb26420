import type { Program } from "../machine/program.js";
import { contextSwitches, type Decision } from "../machine/schedule.js";
import { Execution, Observed } from "./execution.js";
import { NaiveSearch } from "./naive.js";

/** What a run shows; a smaller run must show the same. */
export interface FaultyRun {
  readonly end: "violated" | "stuck";
  /** Kind and name of the violation; "" for stuck. */
  readonly what: string;
}

/** Runs spent on each number of preemptions. */
const RUNS_PER_BOUND = 5_000;

/**
 * A run that shows the same with as few context switches as were found, and then as few steps. First a search with 0,
 * 1, 2... preemptions, then single decisions and whole tasks are left out as long as it still shows.
 */
export function shrink<S>(
  program: Program<S>,
  decisions: readonly Decision[],
  finding: FaultyRun,
  maxSteps: number,
): readonly Decision[] {
  let best = decisions;
  const switches = contextSwitches({ decisions });
  for (let preemptions = 0; preemptions < Math.min(switches, 4); preemptions++) {
    const found = searchFor(program, finding, preemptions, maxSteps);
    if (found === null) continue;
    if (smaller(found, best)) best = found;
    break;
  }
  return reduced(program, best, finding);
}

function searchFor<S>(
  program: Program<S>,
  finding: FaultyRun,
  preemptions: number,
  maxSteps: number,
): readonly Decision[] | null {
  const search = new NaiveSearch(program, new Observed(), preemptions, maxSteps);
  let best: readonly Decision[] | null = null;
  for (let runs = 0; runs < RUNS_PER_BOUND; runs++) {
    const { execution, end } = search.run();
    if (end === finding.end && (end === "stuck" || nameOf(execution) === finding.what)) {
      const decisions = search.decisions();
      if (best === null || smaller(decisions, best)) best = decisions;
    }
    if (!search.advance()) break;
  }
  return best;
}

/** Leaves out runs of decisions, greedily, as long as the finding stays. O(decisions^2) short runs. */
function reduced<S>(program: Program<S>, decisions: readonly Decision[], finding: FaultyRun): readonly Decision[] {
  let best = decisions;
  for (let improved = true; improved;) {
    improved = false;
    for (const candidate of candidates(best)) {
      const run = lenient(program, candidate, finding);
      if (run !== null && smaller(run, best)) {
        best = run;
        improved = true;
        break;
      }
    }
  }
  return best;
}

function* candidates(decisions: readonly Decision[]): Generator<readonly Decision[]> {
  for (const task of new Set(decisions.map((d) => d.task))) yield decisions.filter((d) => d.task !== task);
  const starts = decisions.flatMap((d, i) => (i === 0 || d.task !== decisions[i - 1]?.task ? [i] : []));
  for (let b = 0; b < starts.length; b++) {
    const [from, to] = [starts[b]!, starts[b + 1] ?? decisions.length];
    const block = decisions.slice(from, to);
    yield [...decisions.slice(0, from), ...decisions.slice(to)];
    // The block moved to its task's next one, or to its last one: one context switch less.
    const next = decisions.findIndex((d, i) => i >= to && d.task === block[0]?.task);
    if (next > 0) yield [...decisions.slice(0, from), ...decisions.slice(to, next), ...block, ...decisions.slice(next)];
    const last = decisions.slice(0, from).findLastIndex((d) => d.task === block[0]?.task);
    if (last >= 0)
      yield [...decisions.slice(0, last + 1), ...block, ...decisions.slice(last + 1, from), ...decisions.slice(to)];
  }
  for (let i = decisions.length - 1; i >= 0; i--) yield [...decisions.slice(0, i), ...decisions.slice(i + 1)];
}

/** Performs what can be performed of the decisions; the decisions made, if the run then shows the finding. */
function lenient<S>(
  program: Program<S>,
  decisions: readonly Decision[],
  finding: FaultyRun,
): readonly Decision[] | null {
  const execution = new Execution(program, new Observed());
  const made: Decision[] = [];
  for (const { task: id, choice } of decisions) {
    if (execution.violation !== null) break;
    const task = execution.world.tasks[id];
    if (task === undefined || !execution.canRun(task)) continue;
    const taken = { task: id, choice: choice < Math.max(1, task.pending?.choices ?? 0) ? choice : 0 };
    execution.step(task, taken.choice);
    made.push(taken);
  }
  const over = execution.violation === null && !execution.goesOn;
  const stuck = over && execution.isStuck;
  if (over && !stuck) execution.checkEnd();
  if (finding.end === "stuck") return stuck ? made : null;
  return execution.violation !== null && nameOf(execution) === finding.what ? made : null;
}

export function nameOf<S>({ violation }: Execution<S>): string {
  return violation === null ? "" : `${violation.kind}: ${violation.what}`;
}

function smaller(a: readonly Decision[], b: readonly Decision[]): boolean {
  const [x, y] = [contextSwitches({ decisions: a }), contextSwitches({ decisions: b })];
  return x < y || (x === y && a.length < b.length);
}
