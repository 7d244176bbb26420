import { InputError, type Verdict } from "@mm-lab/kernel-model";
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
  const column = <T>(
    name: string,
    meaning: string,
    of: (verdict: Verdict) => T,
  ): { name: string; meaning: string; values: T[] } => ({
    name,
    meaning,
    values: named.map(([, verdict]) => of(verdict)),
  });
  return table({
    title: "Verdicts of the explorer",
    columns: [
      { name: "scenario", meaning: "what was explored", values: named.map(([name]) => name) },
      column(
        "verdict",
        "exhausted: a proof within the program's own size; bounded: nothing found, no proof",
        ({ kind }) => kind,
      ),
      column("schedules", "complete runs", ({ effort }) => effort.schedules),
      column(
        "redundant",
        "runs given up because they could only repeat what was seen",
        ({ effort }) => effort.redundant,
      ),
      column("steps", "steps performed, replayed ones included", ({ effort }) => effort.steps),
      column("longest", "steps of the longest run", ({ effort }) => effort.longest),
      column(
        "estimated",
        "complete and redundant runs in all: counted, or estimated where the search was cut",
        ({ effort }) => effort.estimated ?? NaN,
      ),
      column("bound", "the bound that cut the search", (verdict) =>
        verdict.kind === "bounded" ? verdict.bound : null,
      ),
    ],
  });
}
