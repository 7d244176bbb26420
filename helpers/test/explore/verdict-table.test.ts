import type { Verdict } from "@mm-lab/kernel-model";
import { expect, test } from "vitest";
import { verdictTable, view } from "../../src/index.js";
import { toJson } from "../../src/explore/to-json.js";
import { deadlock, effort, useAfterFree } from "./fixtures.js";

const verdicts: Record<string, Verdict> = {
  fixed: { kind: "exhausted", effort },
  broken: useAfterFree(),
  locks: deadlock(),
  sampled: { kind: "bounded", bound: "a sample of 7 schedules", rest: null, effort },
};

test("one row per verdict; only a cut search has a bound", () => {
  const table = verdictTable(verdicts);
  expect(table.columnNames()).toEqual([
    "scenario",
    "verdict",
    "schedules",
    "redundant",
    "steps",
    "longest",
    "estimated",
    "bound",
  ]);
  expect(table.objects()[0]).toEqual({
    scenario: "fixed",
    verdict: "exhausted",
    schedules: 7,
    redundant: 2,
    steps: 60,
    longest: 12,
    estimated: 9,
    bound: null,
  });
  expect(table.array("verdict")).toEqual(["exhausted", "violated", "stuck", "bounded"]);
  expect(table.array("bound")).toEqual([null, null, null, "a sample of 7 schedules"]);
  expect(verdictTable(Object.entries(verdicts)).objects()).toEqual(table.objects());
  expect(view(table).toHTML()).toContain("complete runs");
});

test("what is no verdict is refused by name", () => {
  expect(() => verdictTable({ a: 3 as never })).toThrow(
    'the verdict "a" is 3; accepted: what `explore` returns. Next: write verdictTable({ name: explore(program) }).',
  );
});

test("as JSON maps are objects, whatever their keys", () => {
  const { endStates } = (
    JSON.parse(toJson({ kind: "exhausted", effort })) as { effort: { endStates: Record<string, number> } }
  ).effort;
  expect(Object.entries(endStates)).toEqual([
    ["x = 1", 5],
    ["__proto__", 2],
  ]);
});
