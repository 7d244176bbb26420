import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { afterAll, describe, expect, test } from "vitest";
import { ROOT, run, type Ended } from "../setup/copy.js";

const mmLab = (...args: string[]): Promise<Ended> =>
  run(process.execPath, [join(ROOT, "helpers", "setup", "mm-lab.mjs"), ...args]);
const folder = mkdtempSync(join(tmpdir(), "mm-lab-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));
const recording = join(ROOT, "data", "live", "ksm-6.18.json");

describe("live compare", () => {
  test("a JSON line per file, status 0 only if every case is equal", async () => {
    const equal = await mmLab("live", "compare", recording);
    expect([equal.status, equal.stdout]).toEqual([0, `${JSON.stringify({ file: recording, cases: 28, equal: 28 })}\n`]);
    const wrong = join(folder, "wrong.json");
    writeFileSync(
      wrong,
      readFileSync(recording, "utf8").replace(
        '"post":[4096,0,0,0,0,4096,0,0,0,4096,0]',
        '"post":[4096,0,0,0,0,4095,0,0,0,4096,0]',
      ),
    );
    const unequal = await mmLab("live", "compare", wrong, recording);
    expect(unequal.status).toBe(1);
    const [difference, first, second] = unequal.stdout.trim().split("\n");
    expect(difference).toBe("unique_4096 (smart_scan 0): volatile after the scan 0: kernel 4095, model 4096");
    expect(JSON.parse(first!)).toEqual({ file: wrong, cases: 28, equal: 27 });
    expect(JSON.parse(second!)).toMatchObject({ equal: 28 });
  });

  test.each<[string, string, RegExp]>([
    [
      "an unreadable file",
      "/nowhere/x.json",
      /the recording is "\/nowhere\/x\.json"; accepted: a file that can be read \(the system says ENOENT\)/,
    ],
    [
      "evidence for claims",
      join(ROOT, "data", "live", "ksm-claims-6.18.json"),
      /accepted: a recording of counters per scan, with "workloads"\. Next: leave this file out/,
    ],
  ])("%s", async (_name, file, message) => {
    const { status, stderr, stdout } = await mmLab("live", "compare", file);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
  });

  test("the group has a help as well", async () => {
    expect(await mmLab("live", "--help")).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("live compare") as string,
    });
  });
});

describe("simulate", () => {
  test("a run as CSV, from flat parameters", async () => {
    const { status, stdout } = await mmLab(
      "simulate",
      "ksm",
      "-p",
      "pages=900",
      "-p",
      "unique=1",
      "-p",
      "scans=22",
      "--format",
      "csv",
    );
    expect(status).toBe(0);
    const [header, ...rows] = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(","));
    expect(rows).toHaveLength(22);
    const scanned = header!.indexOf("pages_scanned");
    expect(rows.reduce((sum, row) => sum + Number(row[scanned]), 0)).toBe(7 * 900);
  });

  test("a recorded workload, by name and smart_scan, gives the recorded counters", async () => {
    const { status, stdout } = await mmLab("simulate", "ksm", "--workload", recording, "--case", "unique_4096:1");
    expect(status).toBe(0);
    const { columns } = JSON.parse(stdout) as { columns: { name: string; unit?: string; values: number[] }[] };
    const skipped = columns.find(({ name }) => name === "pages_skipped")!;
    const recorded = (
      JSON.parse(readFileSync(recording, "utf8")) as {
        workloads: { name: string; smart_scan: number; rows: { post: number[] }[] }[];
      }
    ).workloads.find(({ name, smart_scan }) => name === "unique_4096" && smart_scan === 1)!;
    expect(skipped.values).toEqual(recorded.rows.map(({ post }) => post[1]));
    expect(skipped.unit).toBe("pages");
  });

  test.each([
    ["leak", "waiting for zswap-shrink"],
    ["load", "store 0"],
  ])("a trace of what the tasks of the run %s did", async (run, seen) => {
    const file = join(folder, `${run}.json`);
    const given = [run, "-p", "seconds=0.002", "-p", "samples=4", "--trace", file];
    const { status, stdout } = await mmLab("simulate", "zswap", ...given, "--format", "csv");
    expect(status).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(5);
    const { traceEvents } = JSON.parse(readFileSync(file, "utf8")) as { traceEvents: { ph: string; name: string }[] };
    expect(traceEvents.filter(({ ph }) => ph === "X").map(({ name }) => name)).toContain(seen);
  });

  test("seed and seconds are parameters as well", async () => {
    const { stdout } = await mmLab(
      "simulate",
      "ksm",
      "-p",
      "pages=500",
      "-p",
      "seconds=0.5",
      "-p",
      "seed=3",
      "--format",
      "csv",
    );
    expect(stdout.trim().split("\n").length).toBeLessThan(10);
  });

  test.each<[string, string[], RegExp]>([
    ["an unknown mechanism", ["kms"], /the mechanism is "kms"; accepted: one of "ksm"/],
    [
      "an unknown parameter",
      ["ksm", "-p", "paages=3"],
      /a parameter of ksm scan is "paages"; [^]*did you mean "pages"/,
    ],
    ["an unknown run", ["zswap", "leek"], /the run of zswap is "leek"; accepted: one of "load", "leak"/],
    ["a parameter of another run", ["zswap", "leak", "-p", "ramMib=5"], /a parameter of zswap leak is "ramMib"/],
    ["a negative page count", ["ksm", "-p", "pages=-5"], /pages is -5; accepted: an integer from 1 to/],
    [
      "a trace of a sequential model",
      ["ksm", "--trace", "trace.json"],
      /--trace is "trace\.json"; accepted: a run whose model has tasks \(zswap load, zswap leak\)\. Next: leave it out: ksm scan is one sequential path/,
    ],
    ["an unknown format", ["ksm", "--format", "xlsx"], /--format is "xlsx"; accepted: one of "json", "csv", "parquet"/],
    [
      "an unknown case",
      ["ksm", "--workload", recording, "--case", "nope"],
      /--case is "nope"; accepted: unique_4096:0, unique_4096:1/,
    ],
  ])("%s", async (_name, args, message) => {
    const out = join(folder, "out.json");
    const { status, stderr } = await mmLab("simulate", ...args, "--out", out);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(readdirSync(folder)).not.toContain("out.json");
  });
});

test("claims runs every experiment if told so; the next time they are kept, and said to be", async () => {
  const fresh = await mmLab("claims", "--topic", "zswap-refcount", "--fresh");
  expect(fresh.status).toBe(0);
  expect(fresh.stdout).toMatch(/\n4 of 4 experiments ran now\.\n$/);
  const kept = await mmLab("claims", "--topic", "zswap-refcount");
  expect(kept.stdout).toMatch(
    /\n0 of 4 experiments ran now; 4 kept from an earlier run of the same code on the same data/,
  );
  expect(kept.stdout.match(/ \(kept\)\n/g)).toHaveLength(4);
  const verdicts = (text: string): string => text.replaceAll(" (kept)", "").replace(/[^\n]*\n$/, "");
  expect(verdicts(kept.stdout)).toBe(verdicts(fresh.stdout));
});

test("claims --json is one document with counts", async () => {
  const { status, stdout } = await mmLab("claims", "--topic", "rcu", "--json");
  expect(status).toBe(0);
  const { counts, claims } = JSON.parse(stdout) as { counts: Record<string, number>; claims: unknown[] };
  expect(Object.values(counts).reduce((a, b) => a + b)).toBe(claims.length);
});
