import type { Violation } from "@mm-lab/kernel-model";
import { expect, test } from "vitest";
import { offenceOf } from "../../src/explore/offence.js";
import { findCycle, waitingLines } from "../../src/explore/waits.js";
import { traceOf } from "./fixtures.js";

const rule = (what: string, step: string): Violation => ({
  kind: "rule",
  what,
  message: "m",
  task: "A",
  function: "f",
  step,
});
const locked = traceOf(
  ["A"],
  [["A", "f", "mutex_lock", "m", { changes: [{ object: "m", before: "unlocked", after: "held by A" }] }]],
);
const unlocked = traceOf(["A"], [["A", "f", "mutex_unlock", "m"]]);

test.each<[string, Violation, typeof locked, number, string]>([
  [
    "refused in the middle of its effect: the last entry",
    rule("unlock-not-held", "mutex_unlock(m)"),
    unlocked,
    1,
    "last step",
  ],
  [
    "refused before it took effect: one decision more than entries",
    rule("use-after-free", "mutex_unlock(m)"),
    unlocked,
    2,
    "refused",
  ],
  ["taken twice: the entry is the first time", rule("recursive-lock", "mutex_lock(m)"), locked, 1, "refused"],
  [
    "sleeping where it must not: refused when issued",
    rule("sleeping-in-atomic", "mutex_lock(m)"),
    locked,
    1,
    "refused",
  ],
  ["at return", rule("lock-held-at-return", "return"), locked, 1, "refused"],
  ["another task's", { ...rule("sleeping-in-atomic", "mutex_lock(m)"), task: "B" }, locked, 1, "refused"],
  ["a warning", rule("warning", "refcount_inc(r)"), locked, 1, "last step"],
  ["a property", { ...rule("x", "mutex_lock(m)"), kind: "always" }, locked, 1, "last step"],
])("%s", (_name, violation, trace, steps, at) => {
  expect(offenceOf(violation, trace, steps)?.at).toBe(at);
});

test("a property that holds in no run has no step", () => {
  expect(offenceOf({ kind: "sometimes", what: "x", message: "m", task: null, function: null, step: null }, [], 0)).toBe(
    null,
  );
});

const wait = (task: string, ...heldBy: string[]) => ({ task, function: task, step: "s()", object: "o", heldBy });

test("cycles among those who wait", () => {
  expect(findCycle([wait("A", "B"), wait("B", "C", "D"), wait("C"), wait("D", "B")])).toEqual(["B", "D"]);
  expect(findCycle([wait("A", "A")])).toEqual(["A"]);
  expect(findCycle([wait("A", "B"), wait("B")])).toBe(null);
  expect(waitingLines([wait("A")])).toEqual(["A waits at s(): no task is left to wake it"]);
  expect(waitingLines([wait("A", "A")])).toEqual(["A waits at s(): held by itself", "The cycle: A -> A"]);
});
