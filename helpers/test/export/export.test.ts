import { existsSync } from "node:fs";
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from "vitest";
import { exportNotebooks, type ExportReport } from "../../src/export/index.js";

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), "mm-lab-export-test-")); });
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("an exported page", () => {
  let out: string;
  let report: ExportReport;
  let page: string;

  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), "mm-lab-export-test-"));
    report = await exportNotebooks({ notebooks: [fixture("charts.ipynb"), fixture("hostile.ipynb")], outDir: out, execute: false });
    page = await readFile(join(out, "charts.html"), "utf8");
  });
  afterAll(() => rm(out, { recursive: true, force: true }));

  test("stands beside an index that links to it by a relative address", async () => {
    expect((await readdir(out)).sort()).toEqual(["charts.html", "hostile.html", "index.html"]);
    const index = await readFile(join(out, "index.html"), "utf8");
    expect(index).toContain('<a href="charts.html">Pages saved by scan policy</a>');
    expect(index).toContain("How much of the saving of smart_scan is left when a page is skipped after three failed scans?");
    expect(index).toContain(`2 charts, ${Math.round(Buffer.byteLength(page) / 1000)} kB`);
    expect(report.pages[0]).toMatchObject({ file: "charts.html", title: "Pages saved by scan policy", charts: 2, findings: [] });
    expect(report.pages[0]!.bytes).toBe(Buffer.byteLength(page));
  });

  test("names nothing that a browser would load", () => {
    const markup = page.replace(/<script[\s\S]*?<\/script>|<style>[\s\S]*?<\/style>/g, "");
    expect(markup).not.toMatch(/\b(?:src|srcset|data|poster|background|action)\s*=\s*["'](?!data:)/i);
    expect([...markup.matchAll(/<link[^>]*>/g)].map(([link]) => link)).toEqual(['<link rel="icon" href="data:,">']);
    expect(markup).toContain("default-src 'none'");
    expect(markup).not.toContain("unsafe-eval");
    const styles = page.replace(/<script[\s\S]*?<\/script>/g, "");
    expect(styles.match(/@import|url\((?!["']?#)/g) ?? []).toEqual([]);
  });

  test("carries the libraries once, with their licence", () => {
    expect(page.match(/Redistribution and use in source and binary forms/g)).toHaveLength(1);
    expect(page).toContain("vega 5.33.1, vega-lite 5.23.0, vega-embed 6.29.0");
  });

  test("holds each chart as a picture, a description and a table", () => {
    expect(page.match(/<figure class="mm-chart"/g)).toHaveLength(2);
    expect(page.match(/class="mm-still" role="img" aria-label="(Line|Bar) chart of [^"]+"><svg /g)).toHaveLength(2);
    expect(page).toContain("<summary>Data as table (300 rows)</summary>");
    expect(page).toContain("The first 200 of 300 rows are shown; the CSV has all of them.");
    expect(page).toContain('<th scope="col" class="mm-number">Full scan <small>scan</small></th>');
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("leaves no trace of an output with nothing in it", () => {
    expect(page.match(/<div class="mm-output"><pre class="mm-stream">[^<]*/g)?.map((output) => output.split(">").at(-1)!.trim())).toEqual(["no history: done\nkernel table: done", "42"]);
  });

  test("says where it comes from", () => {
    const footer = /<footer[\s\S]*<\/footer>/.exec(page)?.[0] ?? "";
    for (const name of ["mm-lab", "Commit", "Date of the code", "Uncommitted changes", "Parameters given", "tslab 1.0.22", "arquero 8.0.3", "ksm of Linux 6.", `Node.js ${process.versions.node}`, "nbconvert 7."]) expect(footer).toContain(name);
    expect(footer).toMatch(/<dd>[0-9a-f]{40}<\/dd>[\s\S]*<dd>\d{4}-\d\d-\d\d<\/dd>/);
  });

  test("is the same, byte for byte, when it is made again", async () => {
    await exportNotebooks({ notebooks: [fixture("charts.ipynb"), fixture("hostile.ipynb")], outDir: folder, execute: false });
    // Somebody may commit between the two exports: the state of the checkout is part of the page.
    const code = /Code of [^<]*|<dd>[0-9a-f]{40}<|<dt>Uncommitted changes<\/dt><dd>[^<]*/g;
    for (const file of ["charts.html", "hostile.html"]) {
      const [first, second] = await Promise.all([out, folder].map(async (place) => (await readFile(join(place, file), "utf8")).replace(code, "")));
      expect(first === second).toBe(true);
    }
  });

  test("shows hostile text as text", async () => {
    const hostile = await readFile(join(out, "hostile.html"), "utf8");
    expect(hostile.match(/<script>/g)).toHaveLength(2); // the libraries and the page's own
    const markup = hostile.replace(/<script[\s\S]*?<\/script>/g, "");
    expect(markup).not.toMatch(/<[a-z](?:"[^"]*"|[^<>"])*\son\w+\s*=/i);
    expect(markup).not.toMatch(/<(?:meta http-equiv="refresh"|base|iframe|form|object|video|style>@import)/i);
    expect(hostile).toContain("&lt;/script&gt;&lt;script&gt;window.pwned=1");
    expect(hostile).toContain("The last cell is still here.");
    expect(hostile).toContain('class="mm-error" role="alert">InputError: pages is -5');
  });

  test("is looked over before it is shared", () => {
    const found = report.pages[1]!.findings.map(({ level, rule, cell }) => `${level} ${rule} ${cell ?? ""}`);
    expect(found).toEqual([
      "error network 1", "error network 2", "error missing-picture 2", "warning chart-description 5", "warning chart-picture 5",
      "error missing-picture 6", "error network 6",
    ]);
    expect(report.pages[1]!.findings[0]!.message).toContain('loaded from "http://127.0.0.1:9/title.png"');
  });
});

describe("bad input", () => {
  const out = (): string => join(folder, "out");
  const notebook = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };

  test.each([
    ["an unknown notebook", "ksm-scan-savigns", 'the notebook is "ksm-scan-savigns"; accepted: the path of an .ipynb file'],
    ["a file that is no notebook", fileURLToPath(import.meta.url), "Next: give a Jupyter notebook."],
  ])("%s", async (_, name, message) => {
    await expect(exportNotebooks({ notebooks: [name], outDir: out(), execute: false })).rejects.toThrow(message);
    expect(existsSync(out())).toBe(false);
  });

  test.each([
    ["broken JSON", '{"cells": [', "the notebook bad.ipynb is \"broken JSON: "],
    ["an empty file", "", 'the notebook bad.ipynb is "an empty file"'],
    ["an old format", '{"nbformat": 3, "worksheets": []}', 'is "nbformat 3"; accepted: a Jupyter notebook (JSON, nbformat 4, with a list of cells)'],
    ["no cells", '{"nbformat": 4}', 'is "a document without cells"'],
    ["a cell that is none", '{"nbformat": 4, "cells": [5]}', 'is "cell 1 that is not an object"'],
  ])("%s", async (_, text, message) => {
    const path = await notebook("bad.ipynb", text);
    await expect(exportNotebooks({ notebooks: [fixture("charts.ipynb"), path], outDir: out(), execute: false })).rejects.toThrow(message);
    expect(await readdir(folder)).toEqual(["bad.ipynb"]);
  });

  test("a folder that cannot be written", async () => {
    const file = await notebook("file", "");
    await expect(exportNotebooks({ notebooks: [fixture("charts.ipynb")], outDir: join(file, "out"), execute: false })).rejects.toThrow(
      /the output folder is ".*out"; accepted: a folder that can be written \(file is a file\)\. Next: give another folder with --out DIR/);
    expect(await readdir(folder)).toEqual(["file"]);
  });

  test("two notebooks of one name", async () => {
    await mkdir(join(folder, "a"));
    const other = join(folder, "a", "charts.ipynb");
    await writeFile(other, await readFile(fixture("charts.ipynb")));
    await expect(exportNotebooks({ notebooks: [fixture("charts.ipynb"), other], outDir: out(), execute: false })).rejects.toThrow(/accepted: a file name that differs from .*charts\.ipynb's/);
  });

  test("a misspelt option", async () => {
    await expect(exportNotebooks({ ["outdir" as "outDir"]: out() })).rejects.toThrow('a parameter of exportNotebooks is "outdir"');
  });

  test("an export that is stopped leaves nothing, and what was there stays", async () => {
    await mkdir(out());
    await writeFile(join(out(), "charts.html"), "old");
    await expect(exportNotebooks({ notebooks: [fixture("charts.ipynb")], outDir: out(), execute: false, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(await readdir(out())).toEqual(["charts.html"]);
    expect(await readFile(join(out(), "charts.html"), "utf8")).toBe("old");
  });
});

describe("the lint", () => {
  const printed = (text: string): readonly unknown[] => [{ output_type: "stream", name: "stdout", text }];
  const chart = (data: unknown): readonly unknown[] => [{ output_type: "display_data", metadata: {}, data: { "application/vnd.vegalite.v5+json": { description: "d", data }, "image/svg+xml": "<svg/>" } }];
  const error = [{ output_type: "error", ename: "RangeError", evalue: "x", traceback: [] }];
  const cases: readonly { name: string; outputs: readonly unknown[]; tags?: readonly string[]; found: readonly string[] }[] = [
    { name: "a home folder", outputs: printed("read /home/alice/linux/mm/ksm.c"), found: ['error local-path: the output shows the local path "/home/alice/linux/mm/ksm.c". Next: print a path relative to the project'] },
    { name: "root's home", outputs: printed("opened /root/secret.txt"), found: ['error local-path: the output shows the local path "/root/secret.txt". Next: print a path relative to the project'] },
    { name: "a home folder on Windows", outputs: printed("C:\\Users\\Bob\\x.txt"), found: [expect.stringContaining("Bob") as string] },
    { name: "paths of the kernel and words", outputs: printed("/sys/kernel/mm/ksm/run, the rbtree/root of a node, https://docs.kernel.org/home, 1/rooted"), found: [] },
    { name: "data that a chart would load", outputs: chart({ url: "data/x.csv" }), found: [expect.stringContaining('error network: the chart loads its data from "data/x.csv"') as string] },
    { name: "addresses that are data", outputs: chart({ values: [{ url: "https://example.org" }] }), found: [] },
    { name: "a failed cell", outputs: error, found: ["error cell-error: the cell failed with RangeError. Next: mend it and run the notebook again"] },
    { name: "a cell that is meant to fail", outputs: error, tags: ["raises-exception"], found: [] },
    { name: "a page of more than 10 MB", outputs: printed("pages\n".repeat(1_700_000)), found: [expect.stringMatching(/^warning size: the page has 10\.\d MB, more than 10 MB/) as string] },
  ];
  const reports = new Map<string, readonly string[]>();

  // All in one export: the cost is in starting nbconvert.
  beforeAll(async () => {
    const out = await mkdtemp(join(tmpdir(), "mm-lab-export-test-"));
    const paths = await Promise.all(cases.map(async ({ outputs, tags = [] }, i) => {
      const path = join(out, `case-${i}.ipynb`);
      await writeFile(path, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [{ cell_type: "code", metadata: { tags }, source: "run()", outputs }] }));
      return path;
    }));
    const report = await exportNotebooks({ notebooks: paths, outDir: join(out, "pages"), execute: false });
    report.pages.forEach(({ findings }, i) => reports.set(cases[i]!.name, findings.map(({ level, rule, message }) => `${level} ${rule}: ${message}`)));
    await rm(out, { recursive: true, force: true });
  });

  test.each(cases)("$name", ({ name, found }) => {
    expect(reports.get(name)).toEqual(found);
  });
});
