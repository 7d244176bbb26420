import { datasetOf, InputError, type Verdict } from "@mm-lab/kernel-model";
import type { ColumnTable } from "arquero";
import { table } from "../tables/table.js";

/** Verdicts with names: as an object, or as pairs in the order of the rows. */
export type NamedVerdicts = Readonly<Record<string, Verdict>> | Iterable<readonly [string, Verdict]>;

/**
 * One row per verdict: what was explored, how it came out, and what it took. `bound` is null where the search was not
 * cut: an `exhausted` there is a proof.
 *
 * @throws InputError for a value that is no verdict
 * @example verdictTable({ all: explore(program), "at most one preemption": explore(program, { preemptions: 1 }) })
 */
export function verdictTable(verdicts: NamedVerdicts): ColumnTable {
  const named =
    Symbol.iterator in verdicts ? [...(verdicts as Iterable<readonly [string, Verdict]>)] : Object.entries(verdicts);
  for (const [name, verdict] of named) {
    if (typeof (verdict as { effort?: unknown } | null | undefined)?.effort !== "object")
      throw new InputError(
        `the verdict ${JSON.stringify(name)}`,
        verdict,
        "what `explore` returns",
        "write verdictTable({ name: explore(program) })",
      );
  }
  type Row = (typeof named)[number];
  return table(
    datasetOf<Row>("Verdicts of the explorer", named, [
      { name: "scenario", meaning: "what was explored", of: ([name]) => name },
      {
        name: "verdict",
        meaning: "exhausted: a proof within the program's own size; bounded: nothing found, no proof",
        of: ([, { kind }]) => kind,
      },
      { name: "schedules", meaning: "complete runs", of: ([, { effort }]) => effort.schedules },
      {
        name: "redundant",
        meaning: "runs given up because they could only repeat what was seen",
        of: ([, { effort }]) => effort.redundant,
      },
      { name: "steps", meaning: "steps performed, replayed ones included", of: ([, { effort }]) => effort.steps },
      { name: "longest", meaning: "steps of the longest run", of: ([, { effort }]) => effort.longest },
      {
        name: "estimated",
        meaning: "complete and redundant runs in all: counted, or estimated where the search was cut",
        of: ([, { effort }]) => effort.estimated ?? NaN,
      },
      {
        name: "bound",
        meaning: "the bound that cut the search",
        of: ([, verdict]) => (verdict.kind === "bounded" ? verdict.bound : null),
      },
    ]),
  );
}
