import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ksm } from "@mm-lab/kernel-model";
import { afterAll, describe, expect, test } from "vitest";

const scripts = fileURLToPath(new URL("../../live/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "mm-lab-recorder-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function python(script: string, ...args: string[]): { status: number | null; stderr: string } {
  return spawnSync("python3", [join(scripts, script), ...args], { encoding: "utf8" });
}

interface Workloads {
  readonly scans: number;
  readonly workloads: readonly { steps: readonly { ops: readonly unknown[][] }[] }[];
}

function generate(seed: number, name: string): string {
  const path = join(folder, name);
  expect(python("generate_ksm.py", String(seed), "120", path, "--pages", "60", "--scans", "12")).toMatchObject({
    status: 0,
    stderr: "",
  });
  return readFileSync(path, "utf8");
}

describe("generated workloads", () => {
  const text = generate(11, "a.json");
  const { scans, workloads } = JSON.parse(text) as Workloads;

  test("the same seed gives the same file, another one another", () => {
    expect(generate(11, "b.json")).toBe(text);
    expect(generate(12, "c.json")).not.toBe(text);
  });

  test("use every operation and every knob that a recording may change", () => {
    const ops = workloads.flatMap(({ steps }) => steps.flatMap((step) => step.ops));
    expect(new Set(ops.map(([kind]) => kind))).toEqual(
      new Set(["fill", "unmap", "dontneed", "read", "mergeable", "unmergeable", "knob"]),
    );
    expect(new Set(ops.filter(([kind]) => kind === "knob").map(([, name]) => name))).toEqual(
      new Set([
        "smart_scan",
        "use_zero_pages",
        "max_page_sharing",
        "run",
        "stable_node_chains_prune_millisecs",
        "merge_across_nodes",
      ]),
    );
  });

  test("are ones the model can replay: no store to an unmapped page, nothing outside the area", () => {
    // Completed as text: JSON.parse would round contents above 2^53.
    const rows = '"smart_scan": 1, "rows": [{"pre": [0], "post": [0]}]';
    const recording = ksm.parseRecording(
      text.replace("{", '{"columns": ["shared"], ').replaceAll('{"name"', `{${rows}, "name"`),
      "generated",
    );
    expect(recording.cases).toHaveLength(workloads.length);
    let merged = 0;
    for (const recorded of recording.cases) merged += ksm.replayCase(recorded, scans).at(-1)!.post.merging;
    expect(merged).toBeGreaterThan(100);
  });
});

describe("random cases wake-up by wake-up", () => {
  const draw = (seed: number, name: string): string => {
    const path = join(folder, name);
    const drawn = python("record_ksm_wakeups.py", "--draw", "--fork", String(seed), "60", path);
    expect(drawn).toMatchObject({ status: 0, stderr: "" });
    return readFileSync(path, "utf8");
  };
  const text = draw(5, "wakeups-a.json");
  const { cases } = JSON.parse(text) as { cases: readonly { log: readonly (readonly unknown[])[] }[] };
  const entries = cases.flatMap(({ log }) => log);

  test("the same seed gives the same file, another one another", () => {
    expect(draw(5, "wakeups-b.json")).toBe(text);
    expect(draw(99, "wakeups-c.json")).not.toBe(text);
  });

  test("use every entry and every operation of the format", () => {
    expect(new Set(entries.map(([kind]) => kind))).toEqual(new Set(["op", "knob", "fork", "exit", "wake"]));
    const operations = entries.filter(([kind]) => kind === "op").map(([, , operation]) => (operation as unknown[])[0]);
    expect(new Set(operations)).toEqual(new Set(["fill", "dontneed", "read", "unmap", "mergeable", "unmergeable"]));
  });

  test("are ones the model can replay: no store to an unmapped page, nothing of a process that has exited", () => {
    const counters = JSON.stringify(["wake", Array<number>(10).fill(0), []]);
    const runs = ksm.recordedRuns(text.replaceAll('["wake"]', counters), "drawn");
    expect(runs).toHaveLength(60);
    for (const run of runs) expect(run.compare()).toMatch(/: kernel 0, model \d+$/);
  });
});

describe("the recorder, given a bad file of workloads, says so before it touches anything", () => {
  const target = join(folder, "out.json");

  test.each([
    ["no such file", undefined, /missing\.json: FileNotFoundError/],
    ["no JSON", "scans: 3", /JSONDecodeError/],
    [
      "a workload without pages",
      '{"scans": 3, "workloads": [{"name": "x", "note": "", "knobs": {}, "steps": []}]}',
      /a workload without pages: .*'x'/,
    ],
  ])("%s", (_, text, message) => {
    const path = join(folder, text === undefined ? "missing.json" : "bad.json");
    if (text !== undefined) writeFileSync(path, text);
    const { status, stderr } = python("record_ksm.py", path, target);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/Next: see data\/live\/README\.md, or make one with generate_ksm\.py/);
    expect(() => readFileSync(target)).toThrow(/ENOENT/);
  });
});
