import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe as suite, expect, test } from "vitest";
import { counterexample, describe, lineChart, view } from "../../src/index.js";
import { launchChromium, whyNoBrowser } from "../browser/chromium.js";
import { hostile } from "../explore/fixtures.js";

const HOSTILE = [
  "<script>window.ran = 1</script>",
  "</script><script>window.ran = 1</script>",
  '<img src=x onerror="window.ran = 1">',
  "\"><svg onload='window.ran = 1'>",
  "' onmouseover='window.ran = 1",
  "javascript:window.ran=1",
  "&lt;b&gt;",
  "${window.ran = 1}",
];
const names = Object.fromEntries(HOSTILE.map((text, i) => [text, i]));
const rows = HOSTILE.map((text) => ({ text, ...names }));

interface PageWindow {
  readonly ran?: unknown;
  readonly document: PageDocument;
}
interface PageDocument {
  querySelectorAll(
    selector: string,
  ): Iterable<{ readonly textContent: string; readonly attributes: Iterable<{ readonly name: string }> }>;
}
declare const window: PageWindow;

suite.skipIf(whyNoBrowser() !== undefined)("hostile text in a real browser", () => {
  let browser: Browser;
  beforeAll(async () => (browser = await launchChromium()));
  afterAll(async () => browser.close());

  async function open(body: string): Promise<{ texts: string[]; tags: string[]; errors: string[] }> {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith("data:") && !request.url().startsWith("about:")) errors.push(request.url());
    });
    await page.setContent(`<!doctype html><meta charset="utf-8"><body>${body}</body>`);
    await page.waitForTimeout(300);
    const found = await page.evaluate(() => ({
      ran: window.ran,
      texts: [...window.document.querySelectorAll("td, th, caption, text")].map((e) => e.textContent),
      tags: [...window.document.querySelectorAll("script:not([data-ours]), img, iframe, a")].map((e) => e.textContent),
      handlers: [...window.document.querySelectorAll("*")]
        .flatMap((e) => [...e.attributes].map((a) => a.name))
        .filter((n) => n.startsWith("on")),
    }));
    await page.close();
    expect(found.ran).toBeUndefined();
    expect(found.handlers).toEqual([]);
    return { texts: found.texts, tags: found.tags, errors };
  }

  test("in tables: names, cells and captions are text, word for word", async () => {
    for (const shown of [view(rows, { caption: HOSTILE[0]!, units: { [HOSTILE[1]!]: HOSTILE[2]! } }), describe(rows)]) {
      const { texts, tags, errors } = await open(shown.toHTML());
      expect(errors).toEqual([]);
      expect(tags).toEqual([]);
      for (const text of HOSTILE)
        expect(
          texts.some((t) => t.startsWith(text)),
          text,
        ).toBe(true);
    }
    const { texts } = await open(view(rows, { caption: HOSTILE[0]! }).toHTML());
    expect(texts[0]).toBe(`8 rows × 9 columns · ${HOSTILE[0]!}`);
    expect(texts.filter((t) => HOSTILE.includes(t))).toEqual(HOSTILE);
  });

  test("in counterexamples: task, function, step, change and sentence are text", async () => {
    for (const text of HOSTILE) {
      const view = counterexample(hostile(text));
      for (const body of [view.toHTML(), view.chart().toSVG()]) {
        const { texts, tags, errors } = await open(body);
        expect(errors).toEqual([]);
        expect(tags).toEqual([]);
        expect(
          texts.some((t) => t.includes(text)),
          text,
        ).toBe(true);
      }
    }
  });

  test("in charts: the picture, and the live chart with its legend and titles", async () => {
    const points = HOSTILE.flatMap((text, i) => [1, 2].map((x) => ({ x, [HOSTILE[0]!]: i * x, text })));
    const chart = lineChart(points, {
      title: HOSTILE[1]!,
      subtitle: HOSTILE[3]!,
      x: "x",
      y: HOSTILE[0]!,
      color: "text",
    });
    const picture = await open(chart.toSVG());
    const load = createRequire(import.meta.url);
    const libraries = await Promise.all(
      ["vega", "vega-lite", "vega-embed"].map(
        async (name) => await readFile(join(dirname(load.resolve(name)), `${name}.min.js`), "utf8"),
      ),
    );
    const live = await open(
      `<div id="chart"></div>${libraries.map((text) => `<script data-ours>${text}</script>`).join("")}<script data-ours>vegaEmbed("#chart", ${JSON.stringify(chart.spec).replaceAll("<", "\\u003c")}, { renderer: "svg", actions: false })</script>`,
    );
    for (const { texts, tags, errors } of [picture, live]) {
      expect(errors).toEqual([]);
      expect(tags).toEqual([]);
      expect(texts).toEqual(
        expect.arrayContaining([HOSTILE[0]!, HOSTILE[1]!, HOSTILE[3]!, ...HOSTILE.filter((t) => t.length < 60)]),
      );
    }
  });
});
