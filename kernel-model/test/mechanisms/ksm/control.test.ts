import { expect, test } from "vitest";
import {
  addProcess,
  applyOp,
  doScan,
  KsmState,
  madviseMergeable,
  mixWorkload,
  simulateKsm,
  violations,
  writeKnob,
  type KsmState as State,
} from "../../../src/mechanisms/ksm/index.js";

function merged(pages = 6, knobs: ConstructorParameters<typeof KsmState>[1] = {}): State {
  const ksm = new KsmState(pages, knobs);
  addProcess(ksm, pages);
  applyOp(ksm, { op: "fill", start: 0, stop: pages, step: 1, content: 1, increment: 0 });
  madviseMergeable(ksm, 0, pages);
  doScan(ksm, Infinity);
  doScan(ksm, Infinity);
  return ksm;
}

test("max_page_sharing cannot change while pages are merged, and can after unmerging", () => {
  const ksm = merged();
  expect(ksm.pagesSharing).toBe(5);
  expect(writeKnob(ksm, "max_page_sharing", 2)).toBe("EBUSY");
  expect(ksm.knobs.max_page_sharing).toBe(256);
  expect(writeKnob(ksm, "run", 2)).toBe("ok");
  expect([ksm.pagesShared, ksm.pagesSharing, ksm.rmapItems, ksm.seqnr]).toEqual([0, 0, 0, 0]);
  expect(writeKnob(ksm, "max_page_sharing", 2)).toBe("ok");
});

test("merge_across_nodes cannot change either, and a clean-up interval takes effect at once", () => {
  const ksm = merged(12, { knobs: { max_page_sharing: 4 } });
  expect(writeKnob(ksm, "merge_across_nodes", 0)).toBe("EBUSY");
  // Dups of 4, 4 and 4: pages 0 to 2 leave the last one, pages 4 and 5 another; a clean-up offers the fuller of the two.
  expect(ksm.nodes.noPruneBefore).toBe(2000);
  writeKnob(ksm, "stable_node_chains_prune_millisecs", 0);
  expect(ksm.nodes.noPruneBefore).toBe(0);
});

test("max_page_sharing 2 makes a chain of three dups out of six equal pages", () => {
  const ksm = merged(6, { knobs: { max_page_sharing: 2 } });
  expect([ksm.nodes.chains, ksm.nodes.dups, ksm.pagesShared, ksm.pagesSharing]).toEqual([1, 3, 3, 3]);
});

test("pages_to_scan belongs to the advisor while that is on, and both switches reset it", () => {
  const ksm = merged();
  writeKnob(ksm, "pages_to_scan", 77);
  expect(writeKnob(ksm, "advisor_mode", "scan-time")).toBe("ok");
  expect(ksm.knobs.pages_to_scan).toBe(500);
  expect(writeKnob(ksm, "pages_to_scan", 77)).toBe("EINVAL");
  writeKnob(ksm, "advisor_mode", "none");
  expect(ksm.knobs.pages_to_scan).toBe(100);
});

test("values that 6.18 takes although they look wrong, and the one it refuses", () => {
  const ksm = merged();
  for (const [name, value] of [
    ["pages_to_scan", 0],
    ["advisor_min_pages_to_scan", 0],
    ["advisor_max_pages_to_scan", 0],
    ["advisor_max_cpu", 150],
    ["advisor_max_cpu", 0],
  ] as const)
    expect([name, value, writeKnob(ksm, name, value)]).toEqual([name, value, "ok"]);
  expect(() => writeKnob(ksm, "advisor_target_scan_time", 0)).toThrow("accepted: an integer from 1 to");
  const { pagesScanned } = ksm;
  expect([doScan(ksm, ksm.knobs.pages_to_scan), ksm.pagesScanned]).toEqual([false, pagesScanned]);
});

test("a second 2 written to run does nothing, one after a scan unmerges again", () => {
  const ksm = merged();
  writeKnob(ksm, "run", 2);
  madviseMergeable(ksm, 0, ksm.pages);
  ksm.seqnr = 5;
  expect([writeKnob(ksm, "run", 2), ksm.seqnr]).toEqual(["ok", 5]);
  doScan(ksm, Infinity);
  expect([writeKnob(ksm, "run", 2), ksm.seqnr, ksm.rmapItems]).toEqual(["ok", 0, 0]);
});

test("a store to a merged page copies it although its content stays, and the counters follow at the next visit", () => {
  const ksm = merged(4);
  applyOp(ksm, { op: "fill", start: 0, stop: 2, step: 1, content: 1, increment: 0 });
  expect([ksm.pagesShared, ksm.pagesSharing]).toEqual([1, 3]);
  doScan(ksm, 1);
  expect([ksm.pagesShared, ksm.pagesSharing]).toEqual([1, 3]); // visited, and merged again at once: its checksum is known
  expect(violations(ksm)).toEqual([]);
});

test("a process without mergeable memory leaves ksmd's list, others are scanned on", () => {
  const ksm = new KsmState(8);
  for (const name of ["one", "two"]) addProcess(ksm, 4, name);
  applyOp(ksm, { op: "fill", start: 0, stop: 8, step: 1, content: 3, increment: 0 });
  madviseMergeable(ksm, 0, 8);
  doScan(ksm, Infinity);
  doScan(ksm, Infinity);
  expect(ksm.slots.map(({ mergingPages }) => mergingPages)).toEqual([4, 4]);
  applyOp(ksm, { op: "unmap", start: 0, stop: 4 });
  doScan(ksm, Infinity);
  expect(ksm.slots.map(({ listed, rmapItems, mergingPages }) => [listed, rmapItems, mergingPages])).toEqual([
    [false, 0, 0],
    [true, 4, 4],
  ]);
});

test.each([
  ["smart_scn", 1, 'the knob is "smart_scn"; accepted: run, pages_to_scan,'],
  ["smart_scan", 2, "smart_scan is 2; accepted: one of 0, 1."],
  ["run", 3, "run is 3; accepted: 0, 1 or 2. Next: write one of these."],
])("writing %s = %s is refused", (name, value, message) => {
  expect(() => writeKnob(new KsmState(1), name, value)).toThrow(message);
});

test("the age stays at 255", () => {
  const ksm = new KsmState(1);
  addProcess(ksm, 1);
  applyOp(ksm, { op: "fill", start: 0, stop: 1, step: 1, content: 1, increment: 0 });
  madviseMergeable(ksm, 0, 1);
  for (let scan = 0; scan < 300; scan++) doScan(ksm, Infinity);
  expect(ksm.age[0]).toBe(255);
});

test.each<[() => unknown, string]>([
  [() => new KsmState(NaN), "pages is NaN; accepted: an integer from 1 to 134217728 pages"],
  [
    () => new KsmState(1, { walk: "lazy" } as never),
    'a parameter of KsmState is "walk"; accepted: knobs, policy, contentHint, walks, release. Next: did you mean "walks".',
  ],
  [() => doScan(merged(), -1), "the budget of doScan is -1; accepted: an integer of at least 0 pages, or Infinity."],
  [
    () => merged(4, { policy: { skip: [1] } as never }),
    'a parameter of the skip policy is "skip"; accepted: skips, agesOn, graceAge, resetsOn, name. Next: did you mean "skips".',
  ],
  [() => merged(4, { policy: 7 as never }), "the parameters of the skip policy is 7; accepted: an object with skips,"],
])("the scanner's own interface refuses nonsense: %#", (act, message) => {
  expect(act).toThrow(message);
});

test("a fill over an unmapped page stores nothing at all", () => {
  const ksm = merged(6);
  applyOp(ksm, { op: "unmap", start: 5, stop: 6 });
  const before = Array.from(ksm.content);
  expect(() => applyOp(ksm, { op: "fill", start: 0, stop: 6, step: 1, content: 9, increment: 0 })).toThrow(
    "a store to page is 5; accepted: a mapped page.",
  );
  expect(Array.from(ksm.content)).toEqual(before);
});

test("skipped pages do not count against pages_to_scan", () => {
  const run = simulateKsm({
    workload: mixWorkload({ pages: 1000, shares: { unique: 1 } }),
    scans: 5,
    knobs: { pages_to_scan: 100 },
    cost: { wakeUpNs: 0 },
  });
  expect(run.series.pages_skipped[4]).toBe(1000);
  expect(run.series.scan_time[4]).toBeCloseTo(0.02, 3);
});
