import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Browser } from "playwright-core";
import { launchChromium, whyNoBrowser } from "./chromium.js";
import { startJupyter, type JupyterServer } from "./jupyter-server.js";
import { openCells, type LabNotebook, type LabOutput } from "./lab.js";

/** What a user of JupyterLab sees of the kernel, in a real browser. One server and one browser for all of it. */
describe.skipIf(whyNoBrowser() !== undefined)("the kernel in JupyterLab", () => {
  let browser: Browser;
  let server: JupyterServer;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startJupyter()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function withCells(
    name: string,
    cells: readonly string[],
    check: (notebook: LabNotebook) => Promise<void>,
  ): Promise<void> {
    const notebook = await openCells(browser, server, name, cells);
    try {
      await check(notebook);
    } finally {
      await notebook.command("kernelmenu:shutdown");
      await notebook.page.close();
    }
  }

  test("100,000 lines on stdout with stderr between them all arrive, in order, and the cell goes idle", async () => {
    const lines = 100_000;
    const every = 5_000;
    const source = `for (let i = 0; i < ${lines}; i++) {\n  console.log("line " + i);\n  if (i % ${every} === ${every - 1}) console.error("mark " + i);\n}`;
    await withCells("lines", [source, "1 + 1"], async (notebook) => {
      await notebook.run(0, 120_000);
      const expected = Array.from({ length: lines / every }, (_, block): [string, string][] => [
        ["stdout", Array.from({ length: every }, (_, i) => `line ${block * every + i}\n`).join("")],
        ["stderr", `mark ${(block + 1) * every - 1}\n`],
      ]).flat();
      const arrived = merge(await notebook.streams(0));
      expect(arrived.map(([name, text]) => [name, text.length])).toEqual(
        expected.map(([name, text]) => [name, text.length]),
      );
      expect(arrived.findIndex(([name, text], i) => name !== expected[i]![0] || text !== expected[i]![1])).toBe(-1);
      const shown = await notebook.output(0).evaluate((area) => (area as { textContent: string }).textContent);
      const inPage = shown.match(/(?:line|mark) \d+/g) ?? [];
      const wanted = expected.flatMap(([, text]) => text.trimEnd().split("\n"));
      expect(inPage).toHaveLength(wanted.length);
      expect(inPage.findIndex((line, i) => line !== wanted[i])).toBe(-1);
      expect(await notebook.kernelStatus()).toBe("idle");
      await notebook.run(1);
      expect(await notebook.output(1).innerText()).toContain("2");
    });
  });

  test("5,000 displays in one cell all arrive, in order", async () => {
    await withCells(
      "displays",
      ['import { display } from "tslab";\nfor (let i = 0; i < 5000; i++) display.text("display " + i);'],
      async (notebook) => {
        await notebook.run(0, 120_000);
        const outputs = await notebook.outputs(0);
        const texts = outputs.map(textOf);
        expect(texts.filter((text, i) => text !== `display ${i}`).slice(0, 3)).toEqual([]);
        expect(texts).toHaveLength(5000);
        expect(await notebook.kernelStatus()).toBe("idle");
      },
    );
  });

  test("a thrown error, a rejected promise and a type error are shown as errors that name the cell's own line", async () => {
    const cells = [
      'function pages(n: number) {\n  if (n < 0) throw new RangeError("pages is " + n);\n}\npages(-5);',
      'const late = async () => { throw new TypeError("rejected late"); };\n\nawait late();',
      'const before = 1;\nconst wrong: number = "four pages";',
      '"still " + "here"',
    ];
    await withCells("errors", cells, async (notebook) => {
      const expected = [
        [/^RangeError$/, /^pages is -5$/, 2],
        [/^TypeError$/, /^rejected late$/, 1],
        [/^\w+$/, /Type 'string' is not assignable to type 'number'/, 2],
      ] as const;
      for (const [i, [ename, evalue, line]] of expected.entries()) {
        await notebook.run(i);
        const outputs = await notebook.outputs(i);
        expect(outputs.map((output) => output.text ?? "")).toEqual([""]); // the error, and nothing on stderr beside it
        expect(outputs[0]?.output_type).toBe("error");
        expect(outputs[0]?.ename).toMatch(ename);
        expect(outputs[0]?.evalue).toMatch(evalue);
        const trace = (outputs[0]!.traceback ?? []).join("\n");
        expect(trace).toMatch(new RegExp(`(?:line |:)${line}\\b|(?:^|\\D)${line}:\\d+`));
        expect(trace).not.toMatch(/tslab|node:vm|node:internal|node_modules/);
        expect(await notebook.output(i).innerText()).toContain(outputs[0]!.ename);
      }
      await notebook.run(3);
      expect(await notebook.output(3).innerText()).toContain("still here");
    });
  });

  test("the last value of a cell is shown richly: a chart drawn by Vega as SVG, a table as a table, 42 as 42", async () => {
    const cells = [
      'import { lineChart, slider, table } from "@mm-lab/helpers";\nconst rows = table([5, 7, 8, 9, 3, 1].map((saved, i) => ({ scan: i % 3, age: i < 3 ? 1 : 2, saved })));',
      'lineChart(rows, { title: "Pages saved", x: "scan", y: { field: "saved", unit: "pages" }, controls: [slider({ field: "age" })] })',
      "rows",
      "42",
    ];
    await withCells("rich", cells, async (notebook) => {
      for (const i of cells.keys()) await notebook.run(i);
      expect(await notebook.outputs(0)).toEqual([]);
      const [drawn, ...others] = await notebook.outputs(1);
      expect(others).toEqual([]);
      const types = Object.keys(drawn?.data ?? { [JSON.stringify(drawn)]: "is no display" });
      expect(types).toEqual(
        expect.arrayContaining(["application/vnd.vegalite.v5+json", "image/svg+xml", "text/plain"]),
      );
      expect(types).not.toContain("text/html"); // it would be drawn instead of the chart
      const chart = notebook.output(1).locator(".vega-embed svg.marks");
      await chart.waitFor();
      const line = notebook.output(1).locator("svg.marks .mark-line path").first();
      const before = await line.getAttribute("d");
      // With the mouse: JupyterLab takes the arrow keys for itself outside editors.
      const slider = notebook.output(1).locator('input[type="range"]');
      await slider.click({ position: { x: (await slider.boundingBox())!.width - 4, y: 6 } });
      await expect.poll(() => line.getAttribute("d")).not.toBe(before);
      expect(await notebook.output(2).locator("table caption").innerText()).toMatch(/6 rows × 3 columns/);
      expect(await notebook.output(2).locator("table tbody tr").count()).toBe(6);
      expect((await notebook.output(3).innerText()).trim()).toMatch(/^(?:\[\d+\]:\s*)?42$/);
    });
  });

  test("the stop button ends a busy loop; variables survive and the next cell runs", async () => {
    await withCells(
      "interrupt",
      [
        "let rounds = 0;\nlet before = 7;",
        'console.log("started");\nwhile (true) rounds++;',
        "[before, rounds > 1000]",
      ],
      async (notebook) => {
        await notebook.run(0);
        await notebook.start(1);
        await notebook.output(1).getByText("started").waitFor();
        expect(await notebook.kernelStatus()).toBe("busy");
        await notebook.page.locator('[data-command="notebook:interrupt-kernel"]').first().click();
        await notebook.untilIdle(1, 15_000);
        expect((await notebook.outputs(1)).map((output) => output.output_type)).toContain("error");
        await notebook.run(2);
        expect(await notebook.output(2).innerText()).toMatch(/7,\s*true/);
      },
    );
  });

  test("Tab lists the members of a model's class, Shift-Tab shows its docstring", async () => {
    await withCells(
      "inspect",
      ['import { Random } from "@mm-lab/kernel-model";\nconst random = new Random(42);', "random.", "Random"],
      async (notebook) => {
        await notebook.run(0);
        await notebook.edit(1, 0, "random.".length);
        await notebook.page.keyboard.press("Tab");
        const popup = notebook.page.locator(".jp-Completer:not(.lm-mod-hidden)");
        await popup.waitFor();
        const items = await popup.locator(".jp-Completer-item").allInnerTexts();
        expect(items.map((item) => item.split("\n")[0])).toEqual(
          expect.arrayContaining(["below", "exponential", "uint32"]),
        );
        await notebook.page.keyboard.press("Escape");
        await notebook.edit(2, 0, 3);
        await notebook.page.keyboard.press("Shift+Tab");
        const tip = notebook.page.locator(".jp-Tooltip");
        await tip.waitFor();
        expect(await tip.innerText()).toContain("Seeded pseudo-random numbers (sfc32)");
      },
    );
  });
});

/** Plain text of a display; anything else as JSON, for the message of a failed test. */
function textOf(output: LabOutput): string {
  const text = output.data?.["text/plain"];
  return typeof text === "string" ? text : Array.isArray(text) ? text.join("") : JSON.stringify(output);
}

function merge(streams: readonly [name: string, text: string][]): [string, string][] {
  const merged: [string, string][] = [];
  for (const [name, text] of streams) {
    const last = merged.at(-1);
    if (last?.[0] === name) last[1] += text;
    else merged.push([name, text]);
  }
  return merged;
}
