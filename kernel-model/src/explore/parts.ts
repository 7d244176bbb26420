import type { Progress } from "../base/run.js";
import type { Program } from "../machine/program.js";
import type { SavedSearch, SavedTally } from "../machine/saved-search.js";
import type { Decision, Schedule } from "../machine/schedule.js";
import type { Verdict } from "../machine/verdict.js";
import { Execution, Observed } from "./execution.js";
import { checkOptions, type ExploreOptions } from "./options.js";
import { OptimalSearch } from "./optimal.js";
import { NOTHING_YET } from "./saved.js";
import { split } from "./split.js";
import { Tally } from "./tally.js";

/** What properties were seen to look at. Plain data. */
export interface Seen {
  readonly names: readonly string[];
  readonly everything: boolean;
}

/** What came of a part of a search. Plain data. */
export interface PartResult {
  /**
   * `grew`: a property looked at more than was known when the search was cut into parts; then all begin anew.
   * `cut`: its host did not let it go on.
   */
  readonly kind: "covered" | "found" | "bounded" | "grew" | "cut";
  readonly tally: SavedTally;
  /** For `found`: the run, and how it ended. */
  readonly decisions: readonly Decision[];
  readonly end: "violated" | "stuck" | null;
  /** For `bounded`: by what. */
  readonly bound: string | null;
  /** Runs of this part in all, as far as can be told. */
  readonly estimated: number;
  readonly seen: Seen;
}

/** Asked after each run of a part whether it may go on. `complete`: not redundant; `steps`: in all runs of the part. */
export type MayGoOn = (complete: boolean, steps: number) => boolean;

/** Runs between two reports. */
const CHUNK = 200;

/** Parts of the exploration of a program, in their order: see {@link split}. */
export function partsOf<S>(
  program: Program<S>,
  parts: number,
  seen: Seen = { names: [], everything: false },
): SavedSearch[] {
  const observed = new Observed();
  observed.learn(seen.names, seen.everything);
  // The first state shows what most properties look at.
  new Execution(program, observed);
  for (;;) {
    observed.grew = false;
    const found = split(program, observed, parts);
    // What was asleep before a property was seen to look at more may depend on it.
    if (!observed.grew) return found;
  }
}

/** Explores one part, cooperatively. Yields how many runs it has made. Bounds of the search are its host's to keep. */
export function* exploringPart<S>(
  program: Program<S>,
  part: SavedSearch,
  options: ExploreOptions = {},
  mayGoOn: MayGoOn = () => true,
): Generator<Progress, PartResult> {
  const checked = checkOptions(options);
  const observed = new Observed();
  observed.learn(part.observed, part.observedEverything);
  const known = observed.names.size;
  const tally = new Tally(program, checked);
  const search = new OptimalSearch(program, observed, checked.maxSteps, part);
  const result = (kind: PartResult["kind"], rest: Partial<PartResult> = {}): PartResult => ({
    kind,
    tally: tally.save(),
    decisions: [],
    end: null,
    bound: null,
    estimated: tally.runs,
    seen: { names: [...observed.names], everything: observed.everything },
    ...rest,
  });
  for (let runs = 1; ; runs++) {
    const { execution, end } = search.run();
    tally.add(execution, end, search);
    if (end === "violated" || end === "stuck") return result("found", { end, decisions: search.decisions() });
    if (observed.names.size > known || observed.everything !== part.observedEverything) return result("grew");
    execution.world.end();
    if (!search.advance())
      return search.bound === null ? result("covered") : result("bounded", { bound: search.bound });
    const estimated = (): number => Math.round(runs / Math.max(search.progress, 1e-300));
    if (!mayGoOn(end !== "redundant", search.steps)) return result("cut", { estimated: estimated() });
    if (runs % CHUNK === 0) yield { done: runs, total: estimated() };
  }
}

/** Why a search ended before all parts did, and how many runs it would have taken as far as can be told. */
export interface Cut {
  readonly bound: string;
  readonly estimated: number | null;
}

/** The verdict of all parts together: of the first that found something, or else of the sum. */
export function verdictOf<S>(
  program: Program<S>,
  results: readonly PartResult[],
  options: ExploreOptions = {},
  ended: Cut | null = null,
): Verdict {
  const checked = checkOptions(options);
  const tally = new Tally(program, checked, sumOf(results.map(({ tally }) => tally)));
  const found = results.find(({ kind }) => kind === "found");
  if (found !== undefined) {
    const observed = new Observed();
    const execution = new Execution(program, observed);
    for (const { task, choice } of found.decisions) execution.step(execution.world.tasks[task]!, choice);
    if (found.end === "violated" && execution.violation === null) execution.checkEnd();
    return tally.found(execution, found.end!, found.decisions);
  }
  if (ended !== null) return tally.cut(ended.bound, ended.estimated, null);
  const bounded = results.find(({ kind }) => kind === "bounded");
  return bounded === undefined ? tally.covered() : tally.cut(bounded.bound!, null, null);
}

/** O(what is added): end states can be many, so that no sum of some is made on the way. */
function sumOf(tallies: readonly SavedTally[]): SavedTally {
  const endStates = new Map<string, number>();
  const examples = new Map<string, Schedule>();
  let { schedules, redundant, steps, longest } = NOTHING_YET;
  for (const tally of tallies) {
    schedules += tally.schedules;
    redundant += tally.redundant;
    steps += tally.steps;
    longest = Math.max(longest, tally.longest);
    for (const [state, count] of tally.endStates) endStates.set(state, (endStates.get(state) ?? 0) + count);
    for (const [name, example] of tally.examples) if (!examples.has(name)) examples.set(name, example);
  }
  return { schedules, redundant, steps, longest, endStates: [...endStates], examples: [...examples] };
}
