import { describe, expect, test } from "vitest";
import { compute } from "../../src/primitives/time.js";
import { Mutex, mutexLock, mutexUnlock } from "../../src/primitives/mutex.js";
import { SpinLock, spinLock, spinUnlock } from "../../src/primitives/spinlock.js";
import {
  compare,
  exponential,
  replicate,
  replicating,
  simulate,
  studentTQuantile,
  type SimulateOptions,
} from "../../src/simulate/index.js";
import { estimate } from "../../src/simulate/estimate.js";
import { studentT } from "../../src/simulate/student-t.js";

function queue(service: number, extra: Partial<SimulateOptions<undefined>> = {}): SimulateOptions<undefined> {
  return {
    groups: [
      {
        name: "job",
        interarrival: exponential(1000),
        *path(_s, _i, draws) {
          yield* compute(draws.draw(exponential(service)));
        },
      },
    ],
    machine: { cores: 1, preset: "free", preemption: "none" },
    duration: 2e6,
    seed: 11,
    ...extra,
  };
}

describe("Student-t quantiles", () => {
  // From the usual tables.
  test.each([
    [0.95, 1, 12.706],
    [0.99, 1, 63.657],
    [0.95, 2, 4.303],
    [0.9, 5, 2.015],
    [0.95, 9, 2.262],
    [0.99, 9, 3.25],
    [0.95, 19, 2.093],
    [0.99, 19, 2.861],
    [0.95, 30, 2.042],
    [0.99, 120, 2.617],
    [0.95, 1e6, 1.96],
  ])("%f confidence, %i degrees of freedom: %f", (confidence, freedom, value) => {
    expect(studentTQuantile(confidence, freedom)).toBeCloseTo(
      value,
      3 - Math.floor(Math.log10(value)) - (value < 10 ? 0 : 0),
    );
  });

  test("in closed form for 1 and 2 degrees of freedom, and the distribution's own inverse", () => {
    expect(studentTQuantile(0.98, 1)).toBeCloseTo(Math.tan(Math.PI * 0.49), 9);
    expect(studentTQuantile(0.5, 2)).toBeCloseTo(Math.sqrt(2 / 3), 12);
    for (const freedom of [1, 3, 10, 100])
      expect(studentT(studentTQuantile(0.9, freedom), freedom)).toBeCloseTo(0.95, 12);
    expect([studentT(0, 5), studentT(-2, 5) + studentT(2, 5)]).toEqual([0.5, 1]);
  });

  test("errors", () => {
    expect(() => studentTQuantile(1, 5)).toThrow(
      "confidence is 1; accepted: a number from 0.5 to 0.9999. Next: give 0.95 or 0.99, say.",
    );
    expect(() => replicate(queue(500), { replications: 1 })).toThrow(
      "replications is 1; accepted: an integer from 2 to 10000 runs.",
    );
    expect(() => replicate(queue(500), { replication: 3 } as object)).toThrow('did you mean "replications"');
  });
});

test("an interval worked out by hand", () => {
  // Mean 5, deviation 2; 2.776 * 2 / sqrt(5) for 95 % and 4 degrees of freedom... of 3, 3, 5, 7, 7.
  const { mean, halfWidth, low, high } = estimate("x", Float64Array.of(3, 3, 5, 7, 7), 0.95);
  expect(mean).toBe(5);
  expect(halfWidth).toBeCloseTo((2.7764451 * 2) / Math.sqrt(5), 6);
  expect([low, high]).toEqual([5 - halfWidth, 5 + halfWidth]);
});

describe("replications", () => {
  test("are independent, and the same every time", () => {
    const [first, again] = [0, 1].map(() => replicate(queue(500), { replications: 5 }));
    expect(again).toEqual(first);
    expect(new Set(first!.of("job latency mean").values).size).toBe(5);
    expect(replicate(queue(500, { seed: 12 }), { replications: 5 }).of("utilisation").mean).not.toBe(
      first!.of("utilisation").mean,
    );
  });

  test("take the measures asked for, and become a table", () => {
    const runs = replicate(queue(500), {
      replications: 3,
      measures: (result) => ({ jobs: result.group("job").completions }),
    });
    expect(runs.dataset()).toMatchObject({
      title: "Means of 3 independent runs with 95 % confidence intervals",
      columns: [{ values: ["jobs"] }, { name: "mean" }, { name: "low" }, { name: "high" }],
    });
    expect(() => runs.of("latency")).toThrow('the measure is "latency"; accepted: one of "jobs"');
  });

  test("say how far they are", () => {
    const done = [...replicating(queue(500, { duration: 2e7 }), { replications: 3 })].map((progress) => progress.done);
    expect(done.length).toBeGreaterThan(3);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBeLessThanOrEqual(3);
  });
});

describe("common random numbers", () => {
  test("give both policies the same arrivals and the same work", () => {
    const comparison = compare({ slow: queue(500), fast: queue(450) }, { replications: 8, confidence: 0.99 });
    const gain = comparison.difference("fast", "job latency mean");
    expect(gain.high, "faster, for certain").toBeLessThan(0);
    // The difference is known far better than either latency, and than from independent runs.
    const independent = compare(
      { slow: queue(500), fast: queue(450, { seed: 99 }) },
      { replications: 8, confidence: 0.99 },
    ).difference("fast", "job latency mean");
    expect(gain.halfWidth).toBeLessThan(independent.halfWidth / 2);
    expect(gain.halfWidth).toBeLessThan(comparison.policies.get("slow")!.of("job latency mean").halfWidth / 2);
    expect(comparison.difference("slow", "utilisation")).toMatchObject({ mean: 0, halfWidth: 0 });
    expect(comparison.dataset().columns.map(({ name }) => name)).toEqual([
      "policy",
      "measure",
      "mean",
      "low",
      "high",
      "difference_mean",
      "difference_low",
      "difference_high",
    ]);
  });

  test("hold although tasks draw in the middle of their paths, in an order that the policy changes", () => {
    const drawn = (lock: "spin" | "mutex"): number[] => {
      const times: number[] = [];
      const note = (i: number, ns: number): number => (times[i] = ns);
      simulate({
        setup: () => ({ spin: new SpinLock("s"), mutex: new Mutex("m") }),
        groups: [
          {
            name: "job",
            interarrival: exponential(900),
            *path(s, index, draws) {
              if (lock === "spin") yield* spinLock(s.spin);
              else yield* mutexLock(s.mutex);
              yield* compute(note(index, draws.draw(exponential(600))));
              if (lock === "spin") yield* spinUnlock(s.spin);
              else yield* mutexUnlock(s.mutex);
            },
          },
        ],
        duration: 1e5,
        machine: { cores: 3 },
      });
      return times;
    };
    const [spin, mutex] = [drawn("spin"), drawn("mutex")];
    const both = Math.min(spin.length, mutex.length);
    expect(both).toBeGreaterThan(20);
    expect(spin.slice(0, both - 3)).toEqual(mutex.slice(0, both - 3));
  });
});

test("the warm-up is cut: a queue that starts empty looks better than it is", () => {
  const busy = (warmup: number): number =>
    replicate(queue(900, { warmup, duration: warmup + 1e6 }), { replications: 40 }).of("job latency mean").mean;
  expect(busy(0)).toBeLessThan(0.85 * busy(3e6));
  const { from, to, groups } = simulate(queue(500, { warmup: 1.5e6 }));
  expect([from, to]).toEqual([1.5e6, 2e6]);
  expect(groups[0]!.throughput).toBe(groups[0]!.completions * 2000);
});
