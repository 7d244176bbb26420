import { describe, expect, test } from "vitest";
import {
  csvWorkload,
  longRunReduction,
  meanOverTime,
  mergedShortLived,
  mixWorkload,
  simulateKsm,
  simulatingKsm,
  smallestSufficientRate,
  stepsWorkload,
} from "../../../src/mechanisms/ksm/index.js";
import { run as scan } from "../../../src/mechanisms/ksm/runs/scan.js";

const unique = mixWorkload({ pages: 900, shares: { unique: 1 } });

test("22 scans of never-merging pages process 7 of 22 visits", () => {
  const run = simulateKsm({ workload: unique, scans: 22 });
  expect(run.visits).toBe(22 * 900);
  expect(run.total("pages_scanned")).toBe(7 * 900);
});

test("duplicates in groups of 4 leave one page in four, zero pages join the zero page", () => {
  const run = simulateKsm({
    workload: mixWorkload({ pages: 1000, shares: { duplicate: 0.8, zero: 0.2 } }),
    knobs: { use_zero_pages: 1 },
    scans: 4,
  });
  expect([run.last("pages_shared"), run.last("pages_sharing"), run.last("ksm_zero_pages")]).toEqual([200, 600, 200]);
  expect(run.last("general_profit")).toBe((600 + 200) * 4096 - run.state.rmapItems * 64);
});

test("a page rewritten faster than the scan stays volatile and never merges", () => {
  const run = simulateKsm({
    workload: mixWorkload({ pages: 1000, shares: { volatile: 1 }, rewriteSeconds: 0.05 }),
    scans: 12,
    policy: "none",
  });
  expect(run.total("pages_merged")).toBe(0);
  expect(run.mean("pages_volatile", 2)).toBeGreaterThan(990);
});

test("the same options give the same run, with a seed as well", () => {
  const run = (seed: number) =>
    simulateKsm({
      workload: mixWorkload({ pages: 600, shares: { unique: 0.5, shortLived: 0.5 }, lifetimeSeconds: 1, seed }),
      scans: 20,
    }).dataset();
  expect(run(3)).toEqual(run(3));
  expect(run(3)).not.toEqual(run(4));
});

test("virtual time: wake-ups of pages_to_scan pages, each followed by a sleep", () => {
  const run = simulateKsm({
    workload: unique,
    scans: 3,
    policy: "none",
    knobs: { pages_to_scan: 100, sleep_millisecs: 20 },
    cost: { visitNs: 0, checksumNs: 0, comparisonNs: 0, mergeNs: 0, wakeUpNs: 0 },
  });
  // Nine wake-ups process 900 pages; the tenth finds the end of the scan.
  expect([...run.series.scan_time]).toEqual([0.2, 0.2, 0.2]);
});

test("CPU time is the sum of what was done, each at its cost", () => {
  const cost = { visitNs: 2, checksumNs: 30, comparisonNs: 500, mergeNs: 7000, wakeUpNs: 110_000 };
  // Scan 0: four visits, four checksums. Scan 1: four visits and checksums; page 0 enters the empty unstable tree; page 1 (equal)
  // passes 1 level of it and merges with page 0; pages 2 and 3 pass 1 level of the stable tree, and page 3 one of the unstable tree.
  const steps = [
    {
      scan: 0,
      ops: [
        { op: "fill", start: 0, stop: 2, step: 1, content: 1, increment: 0 },
        { op: "fill", start: 2, stop: 4, step: 1, content: 2, increment: 1 },
      ],
    },
  ] as const;
  const run = simulateKsm({
    workload: stepsWorkload({ pages: 4, steps }),
    scans: 6,
    cost,
    knobs: { pages_to_scan: 100, sleep_millisecs: 0 },
  });
  const inMs = (ns: number): number => ns / 1e6;
  expect(run.series.cpu_time[0]).toBeCloseTo(inMs(4 * 2 + 4 * 30 + 110_000), 6);
  expect(run.series.cpu_time[1]).toBeCloseTo(inMs(4 * 2 + 4 * 30 + 4 * 500 + 2 * 7000 + 110_000), 6);
  // Scan 4: the two merged pages are looked at, the two others skipped: visits only.
  expect(run.series.cpu_time[4]).toBeCloseTo(inMs(4 * 2 + 110_000), 6);
});

test("copies and lifetime are what they say", () => {
  const sharing = (copies: number, duplicate = 1): number =>
    simulateKsm({
      workload: mixWorkload({ pages: 120, shares: { duplicate, unique: 1 - duplicate }, copies }),
      scans: 2,
    }).last("pages_shared");
  expect([sharing(2), sharing(6), sharing(120)]).toEqual([60, 20, 1]);
  expect(mixWorkload({ pages: 1, shares: { unique: 1 } }).pages).toBe(1);
  const merged = (lifetimeSeconds: number): number =>
    simulateKsm({
      workload: mixWorkload({ pages: 400, shares: { shortLived: 1 }, lifetimeSeconds }),
      seconds: 200,
      policy: "none",
      cost: { wakeUpNs: 0 },
    }).total("pages_merged");
  // Each page is merged about once a life.
  expect(merged(10)).toBeGreaterThan(400 * 17);
  expect(merged(10)).toBeLessThan(400 * 22);
  expect(merged(20)).toBeLessThan(400 * 12);
});

test("a mean over time weighs each scan by its duration", () => {
  const run = simulateKsm({ workload: unique, scans: 6 });
  const { scan_time, pages_unshared } = run.series;
  const weighted =
    [...scan_time].reduce((sum, t, i) => sum + t * pages_unshared[i]!, 0) /
    [...scan_time].reduce((sum, t) => sum + t, 0);
  expect(meanOverTime(run, "pages_unshared")).toBeCloseTo(weighted, 9);
  expect(meanOverTime(run, "pages_unshared")).not.toBeCloseTo(run.mean("pages_unshared"), 1);
});

test("full_scans counts as the kernel does", () => {
  const steps = [
    { scan: 0, ops: [{ op: "fill", start: 0, stop: 2, step: 1, content: 1, increment: 0 }] },
    { scan: 3, ops: [{ op: "knob", name: "run", value: 2 }] },
  ] as const;
  expect([...simulateKsm({ workload: stepsWorkload({ pages: 2, steps }), scans: 5 }).series.full_scans]).toEqual([
    1, 2, 3, 1, 2,
  ]);
});

test("a run can be cut by virtual time, its last row a part of a scan", () => {
  const run = simulateKsm({ workload: unique, seconds: 0.5, policy: "none" });
  expect(run.scans).toBe(3);
  expect(run.last("time")).toBeGreaterThanOrEqual(0.5);
  expect(run.last("pages_scanned")).toBeLessThan(900);
});

test("a long run stops every million visits or so to report progress", () => {
  const steps = simulatingKsm({
    workload: mixWorkload({ pages: 300_000, shares: { unique: 1 } }),
    scans: 12,
    knobs: { pages_to_scan: 1_000_000 },
  });
  const notes: string[] = [];
  for (let step = steps.next(); step.done !== true; step = steps.next())
    notes.push(`${step.value.done}/${step.value.total}`);
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
    ["0,fill,0,8,1,7", 'CSV, line 1 is ["fill",0,8,1,7]; accepted: "fill" followed by 5 values.'],
    ["x,fill", 'CSV, line 1 is "x,fill"; accepted: scan,op,... with a scan number first.'],
    ["0,fil,0,1,1,1,1", 'CSV, line 1 is "fil"; accepted: fill, unmap, dontneed, read, mergeable, unmergeable or knob.'],
    ["0,fill,0,9,1,7,0", "CSV, line 1: stop is 9; accepted: an integer from 0 to 8"],
    ["0,fill,0,8,1,-7,0", "CSV, line 1: class is -7; accepted: an integer from 0 to 2^64 - 1 (a bigint above 2^53)."],
  ])("%s is refused", (text, message) => {
    expect(() => simulateKsm({ workload: csvWorkload(text, 8), scans: 1 })).toThrow(message);
  });
  test("a store to an unmapped page is refused, as the process would fault", () => {
    const steps = [
      {
        scan: 0,
        ops: [
          { op: "unmap", start: 0, stop: 4 },
          { op: "fill", start: 0, stop: 1, step: 1, content: 1, increment: 0 },
        ],
      },
    ] as const;
    expect(() => simulateKsm({ workload: stepsWorkload({ pages: 4, steps }), scans: 1 })).toThrow(
      "a store to page is 0; accepted: a mapped page.",
    );
  });
});

describe("bad input", () => {
  test.each<[string, () => unknown, string]>([
    [
      "unknown option",
      () => simulateKsm({ workload: unique, sacns: 3 } as never),
      'a parameter of simulateKsm is "sacns"; accepted: workload, scans, seconds, knobs, policy, cost, walks. Next: did you mean "scans".',
    ],
    [
      "negative pages",
      () => mixWorkload({ pages: -5, shares: { unique: 1 } }),
      "pages is -5; accepted: an integer from 1 to 134217728 pages. Next: give a number of pages, each of which takes 24",
    ],
    [
      "shares that do not sum to 1",
      () => mixWorkload({ pages: 5, shares: { unique: 0.7, duplicate: 0.7 } }),
      'the sum of the shares is 1.4; accepted: 1. Next: change {"unique":0.7,"duplicate":0.7} so that the shares sum to 1.',
    ],
    [
      "unknown kind",
      () => mixWorkload({ pages: 5, shares: { uniqe: 1 } as never }),
      'a parameter of shares is "uniqe"; accepted: unique, duplicate, zero, shortLived, volatile. Next: did you mean "unique".',
    ],
    [
      "knob out of range",
      () => simulateKsm({ workload: unique, knobs: { max_page_sharing: 1 } }),
      "max_page_sharing is 1; accepted: an integer from 2 to 2147483647 mappings.",
    ],
    [
      "unknown knob",
      () => simulateKsm({ workload: unique, knobs: { page_to_scan: 1 } as never }),
      'Next: did you mean "pages_to_scan".',
    ],
    [
      "wrong unit",
      () => simulateKsm({ workload: unique, knobs: { sleep_millisecs: 0.02 } }),
      "sleep_millisecs is 0.02; accepted: an integer from 0 to 4294967295 ms.",
    ],
    [
      "negative cost",
      () => simulateKsm({ workload: unique, cost: { visitNs: -1 } }),
      "cost.visitNs is -1; accepted: a number of at least 0 ns.",
    ],
    [
      "no workload",
      () => simulateKsm({ scans: 3 } as never),
      "workload is undefined; accepted: a workload. Next: make one with mixWorkload, stepsWorkload or csvWorkload.",
    ],
    [
      "no options",
      () => simulateKsm(undefined as never),
      "the parameters of simulateKsm is undefined; accepted: an object with workload,",
    ],
    [
      "a knob as a boolean",
      () => simulateKsm({ workload: unique, knobs: { smart_scan: true as never } }),
      "smart_scan is true; accepted: one of 0, 1. Next: use one of these.",
    ],
    [
      "more pages than fit",
      () => mixWorkload({ pages: 2e9, shares: { unique: 1 } }),
      "pages is 2000000000; accepted: an integer from 1 to 134217728 pages",
    ],
    [
      "the advisor's own knob",
      () => simulateKsm({ workload: unique, knobs: { advisor_mode: "scan-time", pages_to_scan: 7 } }),
      "pages_to_scan is 7; accepted: no value while the advisor sets it",
    ],
    [
      "a run in which no time passes",
      () =>
        simulateKsm({
          workload: unique,
          seconds: 1,
          knobs: { sleep_millisecs: 0 },
          cost: { visitNs: 0, checksumNs: 0, comparisonNs: 0, mergeNs: 0, wakeUpNs: 0 },
        }),
      "seconds is 1; accepted: a run in which time passes",
    ],
    [
      "a run that never scans",
      () => simulateKsm({ workload: unique, scans: 2, knobs: { pages_to_scan: 0 } }),
      "pages_to_scan is 0; accepted: a run in which ksmd scans. Next: raise it, or limit the run by seconds.",
    ],
    [
      "an unknown measure",
      () => simulateKsm({ workload: unique, scans: 2 }).total("nope" as never),
      'the measure is "nope"; accepted: one of "scan",',
    ],
    [
      "an unknown operation",
      () =>
        simulateKsm({
          workload: stepsWorkload({ name: "mine", pages: 2, steps: [{ scan: 1, ops: [{ op: "fil" }] as never }] }),
          scans: 2,
        }),
      'mine, before scan 1: an operation is "fil"; accepted: fill, unmap,',
    ],
    [
      "a refused write",
      () =>
        simulateKsm({
          workload: stepsWorkload({
            pages: 2,
            steps: [
              { scan: 0, ops: [{ op: "fill", start: 0, stop: 2, step: 1, content: 1, increment: 0 }] },
              { scan: 3, ops: [{ op: "knob", name: "max_page_sharing", value: 9 }] },
            ],
          }),
          scans: 4,
        }),
      "steps, before scan 3: max_page_sharing is 9; accepted: 256 while pages are merged (the kernel answers EBUSY).",
    ],
    ["an empty CSV", () => csvWorkload("scan,op,args\n", 8), "accepted: at least one operation."],
    [
      "a bad knob in a CSV",
      () => simulateKsm({ workload: csvWorkload("0,knob,smart_scan,7", 8), scans: 1 }),
      "CSV, line 1: smart_scan is 7; accepted: one of 0, 1.",
    ],
    ["flat parameters", () => scan.simulate({ paages: 3 }, {}), 'a parameter of ksm scan is "paages"'],
  ])("%s", (_name, act, message) => {
    expect(act).toThrow(message);
  });
});
