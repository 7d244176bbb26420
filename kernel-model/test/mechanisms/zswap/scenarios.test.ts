import { describe, expect, test } from "vitest";
import { replay } from "../../../src/explore/replay.js";
import { unexpected, type Scenario } from "../../../src/explore/scenario.js";
import { contextSwitches } from "../../../src/machine/schedule.js";
import type { Verdict } from "../../../src/machine/verdict.js";
import { scenarios } from "../../../src/mechanisms/zswap/index.js";
import { conforms, explored } from "../../conformance/kit.js";
import { outcome } from "../../outcome.js";

/** Above this a scenario is explored once; the kit explores each twice, and as often with other rules. */
const LARGE = 15_000;
const isLarge = ({ schedules }: Scenario): boolean => (schedules ?? 0) > LARGE;
const named = (name: string): Scenario => scenarios.find((scenario) => scenario.name === name)!;

// What these claim is that something is reached: a mutant would have to be one in which it is not.
const reached = ["two-stores-leaks", "three-stores-leaks", "four-stores-leaks", "two-above-base"];

/** Small enough to be compared with every schedule there is: some 14,000. */
const isSmall = ({ name }: Scenario): boolean => name.startsWith("two-stores");
const options = { simulations: 3, withoutMutant: reached };

describe("the conformance kit", () => conforms(scenarios.filter(isSmall), { ...options, naive: 14_000 }));
describe("the conformance kit, larger programs", () =>
  conforms(
    scenarios.filter((scenario) => !isSmall(scenario) && !isLarge(scenario)),
    { ...options, naive: 1000 },
  ));

test("names are unique, mutants exist, and the large scenarios that are proofs have one that the kit catches", () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
  for (const { mutantOf } of scenarios) if (mutantOf !== undefined) expect(named(mutantOf)?.expect).toBe("exhausted");
  expect(scenarios.filter(isLarge).map(({ name }) => name)).toEqual(["four-stores-fixed"]);
  expect(named("four-stores").mutantOf).toBe("four-stores-fixed");
});

/** Schedules by the count that the pool's references have in the end. */
function endCounts({ effort }: Verdict): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const [state, schedules] of effort.endStates) {
    const count = Number(/everyPool\[0\]\.kref = (\d+);/.exec(state)![1]);
    counts[count] = (counts[count] ?? 0) + schedules;
  }
  return counts;
}

describe("references in the end; base is 1", () => {
  // n stores and r runs of the worker, 1 <= r <= n, leave base + n - r.
  test.each([
    ["two-stores-leaks", { 1: 8, 2: 2 }],
    ["three-stores-leaks", { 1: 144, 2: 72, 3: 3 }],
    ["four-stores-leaks", { 1: 4608, 2: 3456, 3: 432, 4: 4 }],
    ["two-stores-fixed", { 1: 12 }],
    ["three-stores-fixed", { 1: 338 }],
    ["four-stores-fixed", { 1: 18_551 }],
  ])("%s", { timeout: 120_000 }, (name, counts) => {
    const scenario = named(name);
    const verdict = explored(scenario);
    expect(unexpected(scenario, verdict)).toBeNull();
    expect(endCounts(verdict)).toEqual(counts);
  });
});

/** The verdict's counterexample, which must be there. */
function shown(name: string): Extract<Verdict, { kind: "violated" }> & { replay: string } {
  const verdict = explored(named(name));
  if (verdict.kind !== "violated" || verdict.replay === null) throw new Error(`${name}: ${verdict.kind}`);
  return verdict;
}

describe("counterexamples", () => {
  test("the shortest way to leak one reference: two stores, then the worker, each in one piece", () => {
    const { replay: text, trace } = shown("two-stores");
    expect(text).toMatch(/-A5B5C7$/);
    expect(trace.filter(({ operation }) => operation === "queue_work").map(({ result }) => result)).toEqual([
      "true",
      "false",
    ]);
    expect(
      trace.filter(({ object }) => object === "pool lzo->kref").map(({ task, operation }) => `${task}: ${operation}`),
    ).toEqual([
      "CPU 0: refcount_inc_not_zero",
      "CPU 1: refcount_inc_not_zero",
      "kworker/zswap-shrink: refcount_dec_and_test",
    ]);
  });

  test.each([
    ["two-stores-in-a-row", /-A10B7$/, 1],
    ["three-stores-in-a-row", /-A15B7$/, 2],
  ])("%s: in two columns, one context switch", (name, schedule, leaked) => {
    const { replay: text, trace } = shown(name);
    expect(text).toMatch(schedule);
    expect(new Set(trace.map(({ task }) => task))).toEqual(new Set(["CPU 0", "kworker/zswap-shrink"]));
    expect(trace.findLast(({ object }) => object === "pool lzo->kref")!.changes[0]).toMatchObject({
      before: String(leaked + 2),
      after: String(leaked + 1),
    });
  });

  test.each([
    ["three-stores", /-A5B5C5D7$/],
    ["four-stores", /-A5B5C5D5E7$/],
  ])("%s: all references but the first leak", (name, schedule) => {
    const { replay: text, schedule: run } = shown(name);
    expect(text).toMatch(schedule);
    expect(contextSwitches(run)).toBe(name === "three-stores" ? 3 : 4);
    expect(outcome(replay(named(name).program, text))).toBe(`violated (${named(name).what!})`);
  });

  test.each([
    ["retired-pool-put-before", "process_one_work", "kworker/zswap-shrink"],
    ["retired-pool-put-twice", "process_one_work", "kworker/zswap-shrink"],
    ["retired-pool-missing-get", "process_one_work", "kworker/zswap-shrink"],
    ["one-offset-no-compare", "zswap_entry_get", "write-back"],
  ])("%s ends in a use after free, by %s", (name, step, task) => {
    const { violation, trace } = shown(name);
    expect(violation.what).toBe("use-after-free");
    expect([violation.task, violation.message]).toEqual([task, expect.stringContaining(step)]);
    expect(trace.some(({ operation }) => operation === "kfree")).toBe(true);
  });

  test.each([
    ["two-stores-put-twice", "the current pool lzo lost its last reference"],
    ["two-stores-missing-get", "the current pool lzo lost its last reference"],
    ["switch-back-drop", "the current pool lzo lost its last reference"],
    ["switch-percpu-ref-put", "percpu ref"],
  ])("%s: the kernel would warn that %s", (name, text) => {
    expect(shown(name).violation.message).toContain(text);
  });

  test("write-back stops after a leak and a switch: the last run of a worker is that of the old pool, with nothing to do", () => {
    const { trace } = shown("write-back-after-switch-buggy");
    const taken = trace.filter(({ operation }) => operation === "list_del(list_last_entry)");
    expect(taken.at(-1)).toMatchObject({ object: "pool lzo->lru", result: "NULL" });
    expect(trace.some(({ operation, object }) => operation === "list_add" && object === "pool zstd->lru")).toBe(true);
  });
});
