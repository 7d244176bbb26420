import { describe, expect, test } from "vitest";
import {
  csvWorkload, longRunReduction, mergedShortLived, mixWorkload, scanKsm, scanKsmFromParameters, simulateKsm, smallestSufficientRate, stepsWorkload,
} from "../../../src/mechanisms/ksm/index.js";

const unique = mixWorkload({ pages: 900, shares: { unique: 1 } });

test("22 scans of never-merging pages process 7 of 22 visits", () => {
  const run = simulateKsm({ workload: unique, scans: 22 });
  expect(run.visits).toBe(22 * 900);
  expect(run.total("pages_scanned")).toBe(7 * 900);
});

test("duplicates in groups of 4 leave one page in four, zero pages join the zero page", () => {
  const run = simulateKsm({ workload: mixWorkload({ pages: 1000, shares: { duplicate: 0.8, zero: 0.2 } }), knobs: { use_zero_pages: 1 }, scans: 4 });
  expect([run.last("pages_shared"), run.last("pages_sharing"), run.last("ksm_zero_pages")]).toEqual([200, 600, 200]);
  expect(run.last("general_profit")).toBe((600 + 200) * 4096 - run.state.rmapItems * 64);
});

test("a page rewritten faster than the scan stays volatile and never merges", () => {
  const run = simulateKsm({ workload: mixWorkload({ pages: 1000, shares: { volatile: 1 }, rewriteSeconds: 0.05 }), scans: 12, policy: "none" });
  expect(run.total("pages_merged")).toBe(0);
  expect(run.mean("pages_volatile", 2)).toBeGreaterThan(990);
});

test("the same options give the same run, with a seed as well", () => {
  const run = (seed: number) => simulateKsm({ workload: mixWorkload({ pages: 600, shares: { unique: 0.5, shortLived: 0.5 }, lifetimeSeconds: 1, seed }), scans: 20 }).dataset();
  expect(run(3)).toEqual(run(3));
  expect(run(3)).not.toEqual(run(4));
});

test("virtual time: wake-ups of pages_to_scan pages, each followed by a sleep", () => {
  const run = simulateKsm({ workload: unique, scans: 3, policy: "none", knobs: { pages_to_scan: 100, sleep_millisecs: 20 }, cost: { visitNs: 0, checksumNs: 0, comparisonNs: 0, mergeNs: 0, wakeUpNs: 0 } });
  // Nine wake-ups process 900 pages; the tenth finds the end of the scan.
  expect([...run.series.scan_time]).toEqual([0.2, 0.2, 0.2]);
});

test("a run can be cut by virtual time, its last row a part of a scan", () => {
  const run = simulateKsm({ workload: unique, seconds: 0.5, policy: "none" });
  expect(run.scans).toBe(3);
  expect(run.last("time")).toBeGreaterThanOrEqual(0.5);
  expect(run.last("pages_scanned")).toBeLessThan(900);
});

test("a long run stops every million visits or so to report progress", () => {
  const steps = scanKsm({ workload: mixWorkload({ pages: 300_000, shares: { unique: 1 } }), scans: 12, knobs: { pages_to_scan: 1_000_000 } });
  const notes: string[] = [];
  for (let step = steps.next(); step.done !== true; step = steps.next()) notes.push(`${step.value.done}/${step.value.total}`);
  expect(notes).toEqual(["0/12", "3/12", "7/12", "11/12", "12/12"]);
});

test("short-lived pages in place inherit the age of the page before them, those of new processes do not", () => {
  const fresh = mergedShortLived(1);
  const inPlace = mergedShortLived(1, "same-addresses");
  expect(fresh.smart).toBeGreaterThanOrEqual(fresh.plain);
  expect(inPlace.smart).toBeLessThan(0.95 * inPlace.plain);
});

test("the long-run reduction is eight ninths of the non-merging share", () => {
  expect(longRunReduction(0.45)).toBeCloseTo((8 / 9) * 0.45, 6);
  expect(smallestSufficientRate(0.56)).toBeLessThan(smallestSufficientRate(0.28));
});

describe("workloads from steps and CSV", () => {
  const csv = "scan,op,args\n0,fill,0,8,1,7,0\n4, unmap, 0, 4\n";
  test("a CSV line does what the operation does", () => {
    const run = simulateKsm({ workload: csvWorkload(csv, 8), scans: 6 });
    expect([...run.series.pages_sharing]).toEqual([0, 7, 7, 7, 3, 3]);
  });
  test.each([
    ["0,fill,0,8,1,7", "CSV, line 1 is [\"fill\",0,8,1,7]; accepted: \"fill\" followed by 5 values."],
    ["x,fill", 'CSV, line 1 is "x,fill"; accepted: scan,op,... with a scan number first.'],
    ["0,fil,0,1,1,1,1", 'CSV, line 1 is "fil"; accepted: fill, unmap, dontneed, read, mergeable, unmergeable or knob.'],
    ["0,fill,0,9,1,7,0", "the end of fill is 9; accepted: an integer from 0 to 8 (not before its start, within the model)."],
    ["0,fill,0,8,1,-7,0", "CSV, line 1: class is -7; accepted: an integer from 0 to 2^64 - 1 (a bigint above 2^53)."],
  ])("%s is refused", (text, message) => {
    expect(() => simulateKsm({ workload: csvWorkload(text, 8), scans: 1 })).toThrow(message);
  });
  test("a store to an unmapped page is refused, as the process would fault", () => {
    const steps = [{ scan: 0, ops: [{ op: "unmap", start: 0, stop: 4 }, { op: "fill", start: 0, stop: 1, step: 1, content: 1, increment: 0 }] }] as const;
    expect(() => simulateKsm({ workload: stepsWorkload({ pages: 4, steps }), scans: 1 })).toThrow("a store to page is 0; accepted: a mapped page.");
  });
});

describe("bad input", () => {
  test.each<[string, () => unknown, string]>([
    ["unknown option", () => simulateKsm({ workload: unique, sacns: 3 } as never), 'a parameter of simulateKsm is "sacns"; accepted: workload, scans, seconds, knobs, policy, cost, walks. Next: did you mean "scans".'],
    ["negative pages", () => mixWorkload({ pages: -5, shares: { unique: 1 } }), "pages is -5; accepted: an integer from 1 to 2147483646 pages."],
    ["shares that do not sum to 1", () => mixWorkload({ pages: 5, shares: { unique: 0.7, duplicate: 0.7 } }), "the sum of the shares is 1.4; accepted: 1. Next: change {\"unique\":0.7,\"duplicate\":0.7} so that the shares sum to 1."],
    ["unknown kind", () => mixWorkload({ pages: 5, shares: { uniqe: 1 } as never }), 'a parameter of shares is "uniqe"; accepted: unique, duplicate, zero, shortLived, volatile. Next: did you mean "unique".'],
    ["knob out of range", () => simulateKsm({ workload: unique, knobs: { max_page_sharing: 1 } }), "max_page_sharing is 1; accepted: an integer from 2 to 2147483647 mappings."],
    ["unknown knob", () => simulateKsm({ workload: unique, knobs: { page_to_scan: 1 } as never }), 'Next: did you mean "pages_to_scan".'],
    ["wrong unit", () => simulateKsm({ workload: unique, knobs: { sleep_millisecs: 0.02 } }), "sleep_millisecs is 0.02; accepted: an integer from 0 to 4294967295 ms."],
    ["negative cost", () => simulateKsm({ workload: unique, cost: { visitNs: -1 } }), "cost.visitNs is -1; accepted: a number of at least 0 ns."],
    ["flat parameters", () => scanKsmFromParameters({ paages: 3 }).next(), 'a parameter of ksm is "paages"'],
  ])("%s", (_name, act, message) => {
    expect(act).toThrow(message);
  });
});
