import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ExportReport } from "../../src/export/index.js";

const program = fileURLToPath(new URL("../../setup/mm-lab.mjs", import.meta.url));
const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), "mm-lab-export-test-")); });
afterEach(() => rm(folder, { recursive: true, force: true }));

function run(...args: string[]): Promise<{ status: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [program, "export", ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => { out += chunk.toString(); });
  child.stderr.on("data", (chunk: Buffer) => { err += chunk.toString(); });
  return new Promise((resolve, reject) => child.on("error", reject).on("close", (status) => resolve({ status, out, err })));
}

describe("mm-lab export", () => {
  test("writes to ./export and says what it wrote", async () => {
    const { status, out } = await run("--no-execute", fixture("charts.ipynb"));
    expect(status).toBe(0);
    const { size } = await stat(join(folder, "export", "charts.html"));
    expect(out).toBe(`${join(folder, "export")}/charts.html  ${(size / 1e6).toFixed(2)} MB, 2 charts\n`);
    expect((await readdir(join(folder, "export"))).sort()).toEqual(["charts.html", "index.html"]);
  });

  test("--json prints the report and nothing else; what must not be shared fails the command", async () => {
    const { status, out, err } = await run("--no-execute", "--json", "--out", "pages", fixture("hostile.ipynb"));
    const report = JSON.parse(out) as ExportReport;
    expect(report.pages.map(({ file, charts }) => [file, charts])).toEqual([["hostile.html", 2]]);
    expect(err).toContain('hostile.html, cell 1: error: a picture would be loaded from "http://127.0.0.1:9/title.png"');
    expect(status).toBe(1);
  });

  test("wrong input ends with status 2, the message, and no file", async () => {
    const { status, out, err } = await run("--no-execute", "no-such-notebook");
    expect(err).toMatch(/^mm-lab: the notebook is "no-such-notebook"; accepted: the path of an \.ipynb file/m);
    expect([status, out]).toEqual([2, ""]);
    expect(await readdir(folder)).toEqual([]);
  });
});
