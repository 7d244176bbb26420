import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compute, simulate, sleep, type Path } from "@mm-lab/kernel-model";
import { expect, test } from "vitest";
import { toPerfetto, writePerfetto } from "../../src/index.js";
import { HOSTILE } from "../explore/fixtures.js";

/** What the Trace Event Format says of the two kinds of event that are used. */
interface Event {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly args?: Record<string, unknown>;
}
interface File {
  readonly traceEvents: Event[];
  readonly displayTimeUnit: string;
  readonly otherData: Record<string, unknown>;
}

function* nap(): Path {
  yield* compute(300);
  yield* sleep(500);
}
const result = simulate({ groups: [{ name: "napper", count: 6, path: nap }], duration: 10_000, timeline: true });

function read(text: string): File {
  const file = JSON.parse(text) as File;
  expect(["ms", "ns"]).toContain(file.displayTimeUnit);
  for (const event of file.traceEvents) {
    expect(typeof event.name === "string" && Number.isInteger(event.pid) && Number.isInteger(event.tid)).toBe(true);
    if (event.ph === "X")
      expect(Number.isFinite(event.ts) && event.ts! >= 0 && event.dur! >= 0 && typeof event.cat === "string").toBe(
        true,
      );
    else expect([event.ph, typeof event.args]).toEqual(["M", "object"]);
  }
  return file;
}

test("an object with traceEvents: complete events in µs, rows named", () => {
  const { traceEvents, displayTimeUnit, otherData } = read(toPerfetto(result));
  expect(displayTimeUnit).toBe("ns");
  expect(otherData).toEqual({ source: "mm-lab" });
  const stretches = traceEvents.filter(({ ph }) => ph === "X");
  expect(Math.max(...stretches.map(({ ts, dur }) => ts! + dur!))).toBeCloseTo(10, 9); // µs
  const names = traceEvents.filter(({ name }) => name === "thread_name").map(({ args }) => args!["name"]);
  expect(names).toEqual(expect.arrayContaining(["CPU 0", "CPU 3"]));
  expect(traceEvents.filter(({ name }) => name === "process_name")).toHaveLength(2);
});

test("slices of one row do not overlap: Perfetto would drop or nest them", () => {
  const rows = new Map<string, Event[]>();
  for (const event of read(toPerfetto(result)).traceEvents)
    if (event.ph === "X")
      rows.set(`${event.pid} ${event.tid}`, [...(rows.get(`${event.pid} ${event.tid}`) ?? []), event]);
  for (const events of rows.values()) {
    const sorted = events.sort((a, b) => a.ts! - b.ts!);
    for (let i = 1; i < sorted.length; i++)
      expect(sorted[i]!.ts!).toBeGreaterThanOrEqual(sorted[i - 1]!.ts! + sorted[i - 1]!.dur! - 1e-9);
  }
});

test.each(HOSTILE.map((text) => [text.slice(0, 20), text]))("%j as a name comes back as it was", (_short, text) => {
  const { traceEvents } = read(
    toPerfetto([{ task: text, taskId: 0, from: 0, to: 5, state: "waiting", on: text, cpu: null }]),
  );
  expect(traceEvents.find(({ ph }) => ph === "X")!.args).toMatchObject({ task: text, on: text });
});

test("the same run gives the same file, written whole", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mm-lab-trace-"));
  try {
    const file = join(folder, "trace.json");
    await writePerfetto(file, result);
    expect(readFileSync(file, "utf8")).toBe(toPerfetto(result.timeline!));
    await expect(writePerfetto(join(folder, "no", "trace.json"), result)).rejects.toThrow(
      /a place that can be written/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a timeline that was cut says from when on", () => {
  expect(read(toPerfetto({ intervals: [], cutAt: 7 })).otherData).toEqual({ source: "mm-lab", incompleteFromNs: 7 });
});
