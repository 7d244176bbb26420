import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lttbDownsample, minMaxDownsample } from "../../src/plots/index.js";
import { confidenceInterval, quantile } from "../../src/plots/intervals.js";
import { roundDomain } from "../../src/plots/ticks.js";

const series = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 400 });

describe("minMaxDownsample", () => {
  test("keeps ends, order, the extremes of the whole, and at most the target", () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 4, max: 100 }), (y, target) => {
        const kept = minMaxDownsample(y, target);
        expect(kept.length).toBeLessThanOrEqual(Math.max(target, 4));
        expect([kept[0], kept.at(-1)]).toEqual([0, y.length - 1]);
        expect(kept.every((row, i) => i === 0 || row > kept[i - 1]!)).toBe(true);
        const values = kept.map((row) => y[row]!);
        expect([Math.min(...values), Math.max(...values)]).toEqual([Math.min(...y), Math.max(...y)]);
      }),
    );
  });

  test("skips NaN and refuses a target that cannot hold ends and extremes", () => {
    expect(minMaxDownsample([1, NaN, 5, NaN, NaN, 2], 4)).toEqual([0, 2, 5]);
    expect(() => minMaxDownsample([1], 3)).toThrow("target is 3; accepted: an integer of at least 4 points");
  });
});

describe("lttbDownsample", () => {
  test("keeps ends, order, and exactly the target", () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 3, max: 100 }), (y, target) => {
        const kept = lttbDownsample(
          y.map((_, i) => i),
          y,
          target,
        );
        expect(kept).toHaveLength(Math.min(target, y.length));
        expect(kept.every((row, i) => i === 0 || row > kept[i - 1]!)).toBe(true);
        expect([kept[0], kept.at(-1)]).toEqual([0, y.length - 1]);
      }),
    );
  });

  test("chooses the corner of a triangle", () => {
    const y = Array.from({ length: 101 }, (_, i) => (i === 30 ? 100 : 0));
    expect(
      lttbDownsample(
        y.map((_, i) => i),
        y,
        4,
      ),
    ).toContain(30);
    expect(() => lttbDownsample([1, 2], [1], 3)).toThrow("the length of y is 1; accepted: 2, as of x");
  });
});

test("round domains hold the data, end on ticks, and are not much wider", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
      fc.integer({ min: 2, max: 10 }),
      (low, span, count) => {
        const { domain, ticks } = roundDomain(low, low + span, count);
        const dust = 1e-6 * (Math.abs(low) + span);
        expect(domain[0]).toBeLessThanOrEqual(low + dust);
        expect(domain[1]).toBeGreaterThanOrEqual(low + span - dust);
        expect(domain).toEqual([ticks[0], ticks.at(-1)]);
        expect(ticks.length).toBeLessThanOrEqual(2 * count + 3);
      },
    ),
  );
});

test("quantiles and confidence intervals are the textbook's", () => {
  expect([0, 0.25, 0.5, 1].map((q) => quantile([1, 2, 3, 4], q))).toEqual([1, 1.75, 2.5, 4]);
  expect(confidenceInterval([1, 2, 3, 4]).map((v) => Number(v.toFixed(4)))).toEqual([0.4457, 4.5543]);
  expect(confidenceInterval([1])).toEqual([NaN, NaN]);
});
