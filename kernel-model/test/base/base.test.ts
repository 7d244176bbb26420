import { describe, expect, test } from "vitest";
import {
  checkInteger,
  checkKeys,
  checkNumber,
  checkOneOf,
  InputError,
  isDisplayable,
  DISPLAY,
  judge,
  mix32,
  quote,
  Random,
} from "../../src/base/index.js";

describe("errors name the value, the range and the next step", () => {
  test.each<[() => unknown, string]>([
    [
      () => checkInteger("pages", -5, { min: 1, unit: "pages" }),
      "pages is -5; accepted: an integer of at least 1 pages. Next: give a value in that range.",
    ],
    [() => checkNumber("share", NaN, { min: 0, max: 1 }), "share is NaN; accepted: a number from 0 to 1."],
    [() => checkNumber("share", "0.5", { max: 1 }), 'share is "0.5"; accepted: a number of at most 1.'],
    [
      () => checkOneOf("mode", "scan_time", ["none", "scan-time"]),
      'accepted: one of "none", "scan-time". Next: did you mean "scan-time".',
    ],
    [() => checkOneOf("mode", "xyzzy", ["none", "scan-time"]), "Next: use one of the accepted names."],
    [
      () => checkKeys("f", { pagse: 1 }, ["pages"]),
      'a parameter of f is "pagse"; accepted: pages. Next: did you mean "pages".',
    ],
  ])("%#", (act, message) => {
    expect(act).toThrow(InputError);
    expect(act).toThrow(message);
  });

  test("values are quoted short and unambiguous", () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect([
      quote("x".repeat(200)).length,
      quote(12n),
      quote(-0),
      quote({ a: 1n }),
      quote(loop),
      quote(undefined),
    ]).toEqual([82, "12n", "-0", '{"a":"1n"}', "[object Object]", "undefined"]);
  });
});

test("random numbers are the same on every machine", () => {
  const random = new Random(42);
  expect(Array.from({ length: 4 }, () => random.uint32())).toMatchInlineSnapshot(`
    [
      1424808046,
      3778525926,
      3676079305,
      1474846851,
    ]
  `);
  expect(() => new Random(-1)).toThrow("seed is -1; accepted: an integer from 0 to 4294967295.");
});

test("below(n) and exponential(mean) have their means", () => {
  const random = new Random(1);
  const mean = (draw: () => number): number =>
    Array.from({ length: 100_000 }, draw).reduce((sum, x) => sum + x, 0) / 100_000;
  expect(mean(() => random.below(11))).toBeCloseTo(5, 1);
  expect(mean(() => random.exponential(3))).toBeCloseTo(3, 1);
});

test("mix32 is a permutation of 32-bit integers that spreads neighbours", () => {
  const seen = new Set(Array.from({ length: 10_000 }, (_, i) => mix32(i)));
  expect(seen.size).toBe(10_000);
  expect(mix32(1) >>> 16).not.toBe(mix32(2) >>> 16);
});

test("what is displayable, and how a finding is judged", () => {
  expect([isDisplayable({ [DISPLAY]: () => ({}) }), isDisplayable({}), isDisplayable(null)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(judge(false, "seen")).toEqual({ verdict: "contradicted", seen: "seen" });
});
