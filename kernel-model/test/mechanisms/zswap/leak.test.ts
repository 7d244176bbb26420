import { expect, test } from "vitest";
import {
  expectedLeakRate,
  hoursToSaturation,
  SATURATION,
  simulateLeak,
} from "../../../src/mechanisms/zswap/runs/leak.js";

const run = (options: Parameters<typeof simulateLeak>[0]) => simulateLeak(options);

test.each([
  [1000, 2],
  [10_000, 0.05],
  [100_000, 1],
])(
  "at %d stores/s and a worker %d ms behind: requests - runs exactly, rate x delay a run",
  (storeRate, shrinkDelayMs) => {
    const perRun = (storeRate * shrinkDelayMs) / 1000;
    const leaky = run({ storeRate, shrinkDelayMs, seconds: (2000 * (1 + perRun)) / storeRate });
    expect(leaky.runs).toBeGreaterThan(1800);
    expect(leaky.leaked).toBe(leaky.requests - leaky.runs - leaky.owed);
    // The number in a cycle is Poisson with mean perRun: four standard errors of the mean of 2,000.
    expect(Math.abs(leaky.leakedPerRun - perRun)).toBeLessThan(4 * Math.sqrt(perRun / 2000) + 1 / 2000);
    expect(leaky.leakedPerSecond / expectedLeakRate(storeRate, shrinkDelayMs)).toBeCloseTo(1, 1);
    expect(leaky.references.at(-1)).toBeLessThanOrEqual(1 + leaky.leaked + leaky.owed);
  },
);

test.each(["fixed", "percpu-ref"] as const)(
  "%s leaks nothing, and its count stays at base but for what is under way",
  (variant) => {
    const sound = run({ variant, seconds: 0.1 });
    expect(sound.requests).toBeGreaterThan(9000);
    expect(sound.leaked).toBe(0);
    expect(Math.max(...sound.references)).toBeLessThanOrEqual(4);
  },
);

test("a store that finds the worker idle leaks nothing: without delay there is nothing to leak", () => {
  const idle = run({ storeRate: 1000, shrinkDelayMs: 0, seconds: 1 });
  expect([idle.requests, idle.leaked]).toEqual([idle.runs, 0]);
});

test("the last stretch: saturated at 2^31, two warnings, and a pool that no switch frees", () => {
  const left = 2000;
  const last = run({ startReferences: SATURATION - 1 - left, seconds: 0.06, switchCompressor: true, samples: 600 });
  expect(last.warnings).toEqual(["refcount_t: saturated; leaking memory.", "refcount_t: underflow; use-after-free."]);
  expect([last.saturated, last.freed, last.leaked]).toEqual([true, false, NaN]);
  const at = last.time[last.references.findIndex((count) => count >= SATURATION)]!;
  expect(at * expectedLeakRate(100_000, 1)).toBeGreaterThan(0.9 * left);
  expect(at * expectedLeakRate(100_000, 1)).toBeLessThan(1.1 * left);
});

test("a switch frees the pool with the fix, and not once a reference is leaked", () => {
  expect(run({ variant: "fixed", seconds: 0.05, switchCompressor: true })).toMatchObject({
    freed: true,
    leaked: 0,
    warnings: [],
  });
  expect(run({ variant: "buggy", seconds: 0.05, switchCompressor: true }).freed).toBe(false);
});

test("hours until 2^31, by hand: 2^31 / 10^5 a second / 3600", () => {
  expect(hoursToSaturation(1e5)).toBeCloseTo(5.965, 3);
  expect(hoursToSaturation(1e4) / 24).toBeCloseTo(2.486, 3);
  expect(hoursToSaturation(0)).toBe(Infinity);
});

test("the same seed gives the same run, another seed another", () => {
  expect(run({ seconds: 0.01, seed: 5 }).references).toEqual(run({ seconds: 0.01, seed: 5 }).references);
  expect(run({ seconds: 0.01, seed: 5 }).requests).not.toBe(run({ seconds: 0.01, seed: 6 }).requests);
});

test("bad input names the value, the range and the remedy", () => {
  expect(() => run({ storeRate: -5 })).toThrow(
    /storeRate is -5; accepted: a number from 0.001 to 1000000000 stores\/s. Next: give a rate above 0/,
  );
  expect(() => run({ startReferences: 2 ** 31 })).toThrow(
    /startReferences is 2147483648; accepted: an integer from 1 to 2147483647 references/,
  );
  expect(() => run({ variant: "fixd" as never })).toThrow(
    /variant is "fixd"; accepted: one of "buggy", "fixed", "percpu-ref". Next: did you mean "fixed"/,
  );
});
