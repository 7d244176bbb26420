import { checkInteger, checkKeys } from "../base/errors.js";
import type { Program } from "../machine/program.js";
import { Observed } from "./execution.js";
import { OptimalSearch } from "./optimal.js";
import { TreeBuilder } from "./search-tree-builder.js";
import type { SearchTree } from "./search-tree-data.js";

export interface SearchTreeOptions {
  /** Runs at most. Default 200. Range: 1 to 10,000. */
  readonly maxRuns?: number;
  /** A run longer than this is refused as an endless loop. Default 10,000 steps. */
  readonly maxSteps?: number;
}

/**
 * The tree of choices that {@link explore} makes with reduction: the states, the tasks that could run in each, and why
 * each of them was taken or left out. Like `explore` it stops at the first run that goes wrong; to see the whole tree
 * of such a program, leave its properties out: `searchTree({ ...program, properties: [] })`. Deterministic.
 *
 * Time: each run is made twice, the second time for its texts, some 20 us a step. Memory: O(runs x steps x tasks).
 *
 * @throws InputError for options out of range, and what {@link explore} throws
 * @example
 * function* increment(x) {
 *   yield* WRITE_ONCE(x, (yield* READ_ONCE(x)) + 1);
 * }
 * const two = define({
 *   name: "two increments",
 *   setup: () => ({ x: new Cell("x", 0) }),
 *   tasks: (s) => ({ A: increment(s.x), B: increment(s.x) }),
 * });
 * const { states, totals } = searchTree(two);
 * totals.runs; // => 4
 * states[0].branches.map(({ task, reason }) => `${task}: ${reason.kind}`); // => ["A: first", "B: race"]
 */
export function searchTree<S>(program: Program<S>, options: SearchTreeOptions = {}): SearchTree {
  checkKeys("searchTree", options, ["maxRuns", "maxSteps"]);
  const next = "show fewer runs, or a smaller program: explore() runs them all without keeping them";
  const maxRuns = checkInteger("maxRuns", options.maxRuns ?? 200, { min: 1, max: 10_000, unit: "runs", next });
  const maxSteps = checkInteger("maxSteps", options.maxSteps ?? 10_000, { min: 1, max: 100_000, unit: "steps" });
  const observed = new Observed();
  for (;;) {
    // As in `explore`: a property turned out to look at more than was known, so all begins anew.
    const tree = searched(program, observed, maxRuns, maxSteps);
    if (tree !== null) return tree;
  }
}

function searched<S>(program: Program<S>, observed: Observed, maxRuns: number, maxSteps: number): SearchTree | null {
  const builder = new TreeBuilder(program);
  const search = new OptimalSearch(program, observed, maxSteps, null, builder);
  observed.grew = false;
  for (let runs = 1; ; runs++) {
    const { execution, end } = search.run();
    const wrong = end === "violated" || end === "stuck";
    if (observed.grew && !wrong) return null;
    execution.world.end();
    const goesOn = search.advance();
    if (goesOn) builder.planned(search.save());
    if (wrong) return builder.tree(runs, "last run", "it stops at the first run that goes wrong, as explore() does");
    if (!goesOn) return builder.tree(runs, search.bound === null ? "none" : "all", search.bound);
    if (runs < maxRuns) continue;
    const estimated = Math.round(runs / Math.max(search.progress, 1e-300));
    return builder.tree(estimated, "next run", `it was cut at maxRuns = ${maxRuns}`);
  }
}
