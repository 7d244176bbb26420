import { finish } from "../../src/base/run.js";
import { explore } from "../../src/explore/explore.js";
import { exploringPart, partsOf, verdictOf, type PartResult, type Seen } from "../../src/explore/parts.js";
import type { Program } from "../../src/machine/program.js";
import type { SavedSearch } from "../../src/machine/saved-search.js";
import type { Verdict } from "../../src/machine/verdict.js";

/** As it is when it was in a file, or sent to another process. */
const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** The verdict of a search that is cut, saved and resumed after each so many runs. */
export function inPieces<S>(program: Program<S>, runs: number): Verdict {
  let rest: SavedSearch | null = null;
  for (;;) {
    const verdict: Verdict = explore(program, {
      shrink: false,
      maxSchedules: runs,
      ...(rest !== null && { resume: rest }),
    });
    if (verdict.kind !== "bounded" || verdict.rest === null) return verdict;
    rest = sent(verdict.rest);
  }
}

/** The verdict of a search that is cut into parts, of which none knows of another, the last explored first. */
export function inParts<S>(program: Program<S>, count: number): Verdict {
  const names = new Set<string>();
  let everything = false;
  for (;;) {
    const seen: Seen = { names: [...names], everything };
    const parts = partsOf(program, count, seen).map(sent);
    const results: PartResult[] = parts.map((part) => finish(exploringPart(program, part, { shrink: false })));
    for (const result of results) {
      for (const name of result.seen.names) names.add(name);
      everything ||= result.seen.everything;
    }
    if (results.every(({ kind }) => kind !== "grew")) return verdictOf(program, results, { shrink: false });
  }
}
