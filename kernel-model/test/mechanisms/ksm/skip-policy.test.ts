import { expect, test } from "vitest";
import { compilePolicy, skipAge, visitsOfUniquePage, type SkipPolicy } from "../../../src/mechanisms/ksm/index.js";

const scans = (policy: SkipPolicy, rounds = 45): number[] => [...visitsOfUniquePage(rounds, { policy })];

test("the kernel's steps are 1, 2, 4, 8 scans with the bounds of skip_age()", () => {
  expect([0, 3, 4, 5, 6, 8, 9, 255].map(skipAge)).toEqual([1, 1, 2, 2, 4, 4, 8, 8]);
});

test("a page that never merges is processed at the scans seen on Linux 6.18", () => {
  expect(scans("kernel")).toEqual([0, 1, 2, 3, 5, 8, 13, 22, 31, 40]);
});

test("ageing on failed scans only, as the commit text has it, gives the other schedule", () => {
  expect(scans("failed-scans")).toEqual([0, 1, 2, 3, 5, 8, 11, 16, 21, 26, 35, 44]);
});

test("no history: every scan", () => {
  expect(scans("none", 5)).toEqual([0, 1, 2, 3, 4]);
});

test("a user's function, a table and a grace age replace the kernel's", () => {
  expect(scans((age) => (age > 3 ? 3 : 0), 14)).toEqual([0, 1, 2, 3, 4, 8, 12]);
  expect(scans([0, 0, 0, 2], 12)).toEqual([0, 1, 2, 3, 6, 9]);
  expect(scans({ graceAge: 0, skips: [1] }, 6)).toEqual([0, 2, 4]);
});

test("a function is asked once per age, so it costs nothing during a scan", () => {
  const ages: number[] = [];
  compilePolicy((age) => (ages.push(age), 0));
  expect(ages).toEqual(Array.from({ length: 256 }, (_, age) => age));
});

test.each<[SkipPolicy, string]>([
  [
    () => 1.5,
    "the skip length for age 0 is 1.5; accepted: an integer from 0 to 255 scans (an 8-bit counter). Next: return such a number from a function.",
  ],
  [
    [0, -1],
    "the skip length for age 1 is -1; accepted: an integer from 0 to 255 scans (an 8-bit counter). Next: correct that entry of the table.",
  ],
  [
    [],
    "the skip table is []; accepted: at least one skip length. Next: give one length per age, the last one for all greater ages.",
  ],
  [
    "kernal" as SkipPolicy,
    'policy is "kernal"; accepted: one of "none", "kernel", "failed-scans". Next: did you mean "kernel".',
  ],
  [{ graceAge: 300 }, "graceAge is 300; accepted: an integer from 0 to 255 visits. Next: give a value in that range."],
])("a policy that makes no sense is refused: %s", (policy, message) => {
  expect(() => compilePolicy(policy)).toThrow(message);
});
