import fc from "fast-check";
import { build } from "hdr-histogram-js";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/base/index.js";
import {
  constant,
  empirical,
  erlang,
  exponential,
  hyperexponential,
  Latencies,
  uniform,
  type Distribution,
} from "../../src/simulate/index.js";
import { EventQueue } from "../../src/simulate/event-queue.js";
import { Ring } from "../../src/simulate/ring.js";

test("the event queue gives events by time, priority and order of arrival, whatever is pushed, taken and dropped between", () => {
  interface Entry {
    readonly time: number;
    readonly key: number;
    readonly payload: number;
  }
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          { weight: 5, arbitrary: fc.tuple(fc.constant("push" as const), fc.nat(7), fc.nat(3)) },
          { weight: 4, arbitrary: fc.tuple(fc.constant("take" as const), fc.nat(9), fc.nat(0)) },
          { weight: 1, arbitrary: fc.tuple(fc.constant("retain" as const), fc.nat(2), fc.nat(0)) },
        ),
        { maxLength: 300 },
      ),
      (commands) => {
        const queue = new EventQueue(1);
        let model: Entry[] = [];
        let payload = 0;
        for (const [command, a, b] of commands) {
          if (command === "push") model.push({ time: a, key: queue.push(a, b, ++payload), payload });
          else if (command === "retain") {
            queue.retain((p) => p % 3 !== a);
            model = model.filter((entry) => entry.payload % 3 !== a);
          } else {
            model.sort((x, y) => x.time - y.time || x.key - y.key);
            const [first] = model;
            const taken = queue.take(a);
            expect(taken).toBe(first !== undefined && first.time < a);
            if (!taken) continue;
            expect({ time: queue.time, key: queue.key, payload: queue.payload }).toEqual(first);
            model.shift();
          }
          expect(queue.size).toBe(model.length);
        }
      },
    ),
    { numRuns: 500, seed: 1 },
  );
  const queue = new EventQueue();
  const [late, early] = [queue.push(1, 2, 0), queue.push(1, 0, 1)];
  expect(early).toBeLessThan(late);
});

test("a ring is a queue with two ends", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("push", "unshift", "shift"), { maxLength: 200 }), (commands) => {
      const ring = new Ring<number>(1);
      const model: number[] = [];
      commands.forEach((command, i) => {
        if (command === "push") ring.push(model[model.push(i) - 1]!);
        else if (command === "unshift") ring.unshift(model.unshift(i) > 0 ? i : -1);
        else expect(ring.shift()).toBe(model.shift());
        expect([ring.size, ring.peek()]).toEqual([model.length, model[0]]);
      });
    }),
    { numRuns: 300, seed: 1 },
  );
});

describe("latencies", () => {
  test("fall into the buckets of the library's own histogram, from 0 ns to weeks", () => {
    const ours = new Latencies();
    const theirs = build({
      bitBucketSize: 64,
      autoResize: true,
      lowestDiscernibleValue: 1,
      highestTrackableValue: 2 ** 20,
      numberOfSignificantValueDigits: 3,
    });
    const random = new Random(1);
    // Math.log2 of the library is off by one just below powers of two from 2^49 on; stay away from these.
    for (let i = 0; i < 20_000; i++) {
      const ns = Math.floor(2 ** (random.next() * 48));
      ours.record(ns);
      theirs.recordValue(ns);
    }
    for (const value of [0, 1, 2047, 2048, 4095, 4096, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 45]) {
      ours.record(value);
      theirs.recordValue(value);
    }
    for (let p = 0; p <= 100; p += 0.5) expect(ours.percentile(p)).toBe(theirs.getValueAtPercentile(p));
  });

  test("have an exact mean, deviation and extremes, and none of them when there are none", () => {
    const latencies = new Latencies();
    expect([latencies.mean, latencies.deviation, latencies.percentile(50)]).toEqual([NaN, NaN, NaN]);
    for (const ns of [2, 4, 4, 4, 5, 5, 7, 9]) latencies.record(ns);
    expect([latencies.count, latencies.mean, latencies.min, latencies.max]).toEqual([8, 5, 2, 9]);
    expect(latencies.deviation).toBeCloseTo(Math.sqrt(32 / 7), 12);
    latencies.reset();
    expect([latencies.count, latencies.mean, latencies.histogram.totalCount]).toEqual([0, NaN, 0]);
  });
});

describe("distributions", () => {
  test.each<[Distribution]>([
    [constant(700)],
    [exponential(700)],
    [uniform(200, 1200)],
    [erlang(4, 700)],
    [hyperexponential(0.9, 400, 3400)],
    [empirical([100, 200, 1800])],
  ])("%o have the mean and the variation that they state", (distribution) => {
    const random = new Random(3);
    const sample = new Latencies();
    for (let i = 0; i < 100_000; i++) sample.record(distribution.draw(random));
    expect(distribution.mean).toBe(700);
    expect(sample.mean / 700).toBeCloseTo(1, 1);
    expect(Math.abs(sample.deviation / 700 - distribution.cv)).toBeLessThan(0.03);
    expect(sample.min).toBeGreaterThanOrEqual(0);
  });

  test.each<[() => unknown, string]>([
    [
      () => exponential(-5),
      "the mean of exponential is -5; accepted: a time above 0 and up to 1e18 ns. Next: give the mean time between two events; for a rate r a second it is 1e9 / r.",
    ],
    [() => exponential(0), "the mean of exponential is 0"],
    [() => constant(-1), "the time of constant(ns) is -1; accepted: a number from 0 to 1000000000000000000 ns."],
    [() => uniform(5, 4), "the high end of uniform(low, high) is 4; accepted: a number from 5 to"],
    [() => erlang(1.5, 10), "the stages of erlang(stages, mean) is 1.5; accepted: an integer from 1 to 1000."],
    [
      () => hyperexponential(2, 1, 1),
      "the share of hyperexponential(share, first, second) is 2; accepted: a number from 0 to 1.",
    ],
    [() => empirical([]), "the values of empirical(values) is []; accepted: at least one time in ns."],
    [() => empirical([1, NaN]), "value 1 of empirical(values) is NaN"],
  ])("bad input %#", (make, message) => {
    expect(make).toThrow(message);
  });
});
