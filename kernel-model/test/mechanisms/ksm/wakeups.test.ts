import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { recordedRuns } from "../../../src/mechanisms/ksm/evidence/recorded-runs.js";
import { readRecording } from "../../../src/mechanisms/ksm/evidence/recording-file.js";
import {
  compareWakeups,
  parseWakeups,
  type WakeupCase,
  type WakeupEvent,
} from "../../../src/mechanisms/ksm/evidence/wakeups.js";
import { simulateKsm, type KsmOptions } from "../../../src/mechanisms/ksm/index.js";

const folder = new URL("../../../../data/live/", import.meta.url);
const files = readdirSync(folder).filter((file) => /^ksm-wakeups-.*\.json$/.test(file));
const textOf = (file: string): string => readFileSync(new URL(file, folder), "utf8");
const casesOf = (file: string): readonly WakeupCase[] => parseWakeups(readRecording(textOf(file), file), file);

describe.each(files)("%s, as a running kernel did it, wake-up by wake-up", (file) => {
  test.each(casesOf(file).map((recorded) => [recorded.name, recorded] as const))("%s", (_, recorded) => {
    expect(compareWakeups(recorded)).toBeNull();
  });
});

test("the recordings are there, with everything that can happen between two wake-ups", () => {
  expect(files).toEqual(expect.arrayContaining(["ksm-wakeups-6.12.json", "ksm-wakeups-named-6.18.json"]));
  const events = files.flatMap(casesOf).flatMap(({ events }) => events);
  const seen = new Set(
    events.map((event) => (event.kind === "op" || event.kind === "knob" ? event.op.op : event.kind)),
  );
  expect([...seen].sort()).toEqual(
    ["dontneed", "exit", "fill", "fork", "knob", "mergeable", "read", "unmap", "unmergeable", "wake"].sort(),
  );
});

const named = "ksm-wakeups-named-6.18.json";
const [first] = casesOf(named);

describe("a changed recording is told apart", () => {
  const wakes = first!.events.flatMap((event, at) => (event.kind === "wake" ? [at] : []));
  const changed = (change: (event: WakeupEvent & { kind: "wake" }) => WakeupEvent): WakeupCase => ({
    ...first!,
    events: first!.events.map((event, at) => (at === wakes[2] && event.kind === "wake" ? change(event) : event)),
  });
  const oneMore = (numbers: readonly number[], at: number): number[] => numbers.map((n, i) => (i === at ? n + 1 : n));

  test.each(Array.from({ length: 10 }, (_, i) => i))("one more in counter %i", (i) => {
    const found = compareWakeups(changed((event) => ({ ...event, counters: oneMore(event.counters, i) })));
    expect(found).toMatch(/^all pages unmerged in the middle of a scan: wake-up 2: \w+: kernel \d+, model \d+$/);
  });

  test.each([0, 1])("one more in number %i of a process", (i) => {
    const found = compareWakeups(changed((event) => ({ ...event, processes: [oneMore(event.processes[0]!, i)] })));
    expect(found).toMatch(/wake-up 2: (rmap_items|merging) of process 0: kernel \d+, model \d+$/);
  });
});

test("what empties the LRU batch differs between the releases, so a case of one is not equal under the other", () => {
  const recorded = casesOf(named).find(({ name }) => name.startsWith("unmapping another page"))!;
  expect(compareWakeups(recorded)).toBeNull();
  expect(compareWakeups({ ...recorded, release: "6.12" })).toMatch(/sharing: kernel/);
});

test.each([
  "a page of the unstable tree is rewritten to the content of the next",
  "a process that leaves and rejoins is met last",
  "a pre-fork server: children store to half of their pages",
])("%s: run as a workload, the counters after each full scan are the recorded ones", (name) => {
  const run = recordedRuns(textOf(named), named).find((found) => found.name === name)!;
  const { scans, ...knobs } = run.parameters as { scans: number } & NonNullable<KsmOptions["knobs"]>;
  const { series } = simulateKsm({ workload: run.workload(), knobs, scans });
  const wakes = casesOf(named)
    .find((found) => found.name === name)!
    .events.flatMap((event) => (event.kind === "wake" ? [event.counters] : []));
  const afterScan = Array.from({ length: scans }, (_, scan) => wakes.find((counters) => counters[9] === scan + 1)!);
  expect(Array.from(series.pages_shared)).toEqual(afterScan.map((counters) => counters[2]));
  expect(Array.from(series.pages_sharing)).toEqual(afterScan.map((counters) => counters[3]));
  expect(Array.from(series.pages_unshared)).toEqual(afterScan.map((counters) => counters[4]));
});

describe("a malformed recording is refused, naming the place", () => {
  const wake = ["wake", [2, 0, 0, 0, 0, 2, 0, 0, 0, 1], [[2, 0]]];
  const fileWith = (over: object): string =>
    JSON.stringify({ kernel: "6.18", cases: [{ name: "two", knobs: {}, sizes: [2], log: [wake], ...over }] });
  const errorOf = (text: string): string => {
    try {
      recordedRuns(text, "mine.json");
    } catch (error) {
      return (error as Error).message;
    }
    return "no error";
  };

  test.each<[string, object, RegExp]>([
    [
      "no sizes",
      { sizes: [] },
      /mine\.json: cases\[0\]\.sizes is \[\]; accepted: a JSON array with at least one entry/,
    ],
    ["an unknown entry", { log: [["wak"]] }, /log\[0\] is "wak"; accepted: op, knob, exit, fork or wake/],
    ["an unknown process", { log: [["exit", 1]] }, /log\[0\]: the process is 1; accepted: an integer from 0 to 0/],
    ["a counter too few", { log: [["wake", [1], [[2, 0]]]] }, /log\[0\] is \[1\]; accepted: 10 numbers/],
    [
      "a page too many",
      { log: [["op", 0, ["dontneed", 0, 3]]] },
      /log\[0\]: stop is 3; accepted: an integer from 0 to 2/,
    ],
    ["no name and no seed", { name: undefined }, /cases\[0\]\.seed is undefined; accepted: a number/],
  ])("%s", (_, over, message) => {
    expect(errorOf(fileWith(over))).toMatch(message);
  });

  test("the unchanged one is accepted", () => {
    expect(errorOf(fileWith({}))).toBe("no error");
  });
});
