import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { exportNotebooks, type ExportReport } from "../../src/export/index.js";
import { launchChromium, whyNoBrowser } from "./chromium.js";

const fixture = (name: string): string => fileURLToPath(new URL(`../export/fixtures/${name}`, import.meta.url));

/** Exported pages as a reader opens them: from a file, with no network. `run.ipynb` is run by the real kernel. */
describe.skipIf(whyNoBrowser() !== undefined)("an exported page in Chromium", () => {
  let browser: Browser;
  let out: string;
  let report: ExportReport;
  /** Stands for the network; whoever asks it for something is remembered. */
  let network: Server;
  let address: string;
  const asked: string[] = [];

  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), "mm-lab-export-test-"));
    network = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end("reached");
    });
    await new Promise<void>((resolve) => network.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(network.address() as AddressInfo).port}`;
    // The fixture's addresses become ones that would answer, so that a request that leaves is seen to arrive.
    const hostile = join(out, "hostile.ipynb");
    await writeFile(
      hostile,
      (await readFile(fixture("hostile.ipynb"), "utf8")).replaceAll("http://127.0.0.1:9/", `${address}/`),
    );
    [browser] = await Promise.all([
      launchChromium(),
      exportNotebooks({ notebooks: [fixture("run.ipynb")], outDir: join(out, "run") }),
    ]);
    report = await exportNotebooks({ notebooks: [fixture("charts.ipynb"), hostile], outDir: out, execute: false });
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    network?.close();
    if (out !== undefined) await rm(out, { recursive: true, force: true });
  });

  interface Seen {
    readonly requests: string[];
    readonly complaints: string[];
  }

  async function open(
    file: string,
    check: (page: Page, seen: Seen) => Promise<void>,
    options: BrowserContextOptions = {},
  ): Promise<void> {
    const context = await browser.newContext({ acceptDownloads: true, ...options });
    const page = await context.newPage();
    const seen: Seen = { requests: [], complaints: [] };
    page.on("request", (request) => {
      if (!/^(?:file|data|blob):/.test(request.url())) seen.requests.push(request.url());
    });
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") seen.complaints.push(message.text());
    });
    page.on("pageerror", (error) => seen.complaints.push(String(error)));
    try {
      await page.goto(pathToFileURL(join(out, file)).href);
      if (options.javaScriptEnabled !== false)
        await page.locator("html[data-mm-ready]").waitFor({ state: "attached", timeout: 20_000 });
      await check(page, seen);
    } finally {
      await context.close();
    }
  }

  const pages = [
    ["charts.html", 2],
    ["hostile.html", 2],
    ["run/run.html", 3],
  ] as const;

  test.each(pages)("%s draws its %i charts, asks for nothing and reports no error", async (file, charts) => {
    await open(file, async (page, seen) => {
      expect(await page.locator("figure.mm-chart").count()).toBe(charts);
      expect(await page.locator("figure.mm-chart .mm-live svg.marks").count()).toBe(charts);
      expect(await page.locator("figure.mm-failed").count()).toBe(0);
      await page.waitForTimeout(300); // a request made late would still be seen
      expect(seen).toEqual({ requests: [], complaints: [] });
      expect(await page.evaluate(() => (globalThis as { pwned?: number }).pwned)).toBe(undefined);
    });
    expect(asked).toEqual([]);
  });

  test.each(pages)("%s has words and a table for each of its %i charts", async (file, charts) => {
    await open(file, async (page) => {
      const figures = page.locator("figure.mm-chart");
      for (let i = 0; i < charts; i++) {
        const caption = await figures.nth(i).locator("figcaption").innerText();
        expect(caption.length).toBeGreaterThan(10);
        // What assistive software gets as the chart's name.
        expect(await figures.nth(i).locator(".mm-live").getAttribute("aria-label")).toBe(caption);
        const details = figures.nth(i).locator("details.mm-data").first();
        await details.locator("summary").click();
        expect(await details.locator("tbody tr").first().isVisible()).toBe(true);
      }
    });
  });

  test.each(pages)("%s shows pictures and tables of its %i charts where scripts are off", async (file, charts) => {
    await open(
      file,
      async (page, seen) => {
        const stills = page.locator("figure.mm-chart .mm-still");
        expect(await stills.count()).toBe(charts);
        for (let i = 0; i < charts; i++) {
          const box = await stills.nth(i).boundingBox();
          expect(box?.width).toBeGreaterThan(60);
          expect((await stills.nth(i).getAttribute("aria-label"))?.length).toBeGreaterThan(10);
        }
        expect(await page.locator("figure.mm-chart .mm-still > svg").count()).toBe(
          file === "hostile.html" ? 1 : charts,
        );
        await page.locator("details.mm-data summary").first().click();
        expect(await page.locator("details.mm-data tbody tr").first().isVisible()).toBe(true);
        expect(seen.requests).toEqual([]);
      },
      { javaScriptEnabled: false },
    );
  });

  test("every notebook of the laboratory, as committed, is fit to be shared", async () => {
    const lab = await exportNotebooks({ outDir: join(out, "lab"), execute: false });
    expect(lab.pages.flatMap(({ file, findings }) => findings.map(({ message }) => `${file}: ${message}`))).toEqual([]);
    for (const { file, charts, bytes } of lab.pages) {
      await open(join("lab", file), async (page, seen) => {
        expect(await page.locator("figure.mm-chart .mm-live svg.marks").count()).toBe(charts);
        expect(await page.locator("figure.mm-chart details.mm-data").count()).toBe(charts);
        expect(seen).toEqual({ requests: [], complaints: [] });
        expect(bytes).toBeLessThan(3e6);
      });
    }
    expect(asked).toEqual([]);
  });

  test("a slider changes what is drawn", async () => {
    for (const file of ["charts.html", "run/run.html"]) {
      await open(file, async (page) => {
        const figure = page.locator("figure.mm-chart").first();
        const line = figure.locator("svg.marks .mark-line path").first();
        const before = await line.getAttribute("d");
        const slider = figure.locator('input[type="range"]');
        await slider.focus();
        for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
        await page.waitForTimeout(100);
        expect(await line.getAttribute("d")).not.toBe(before);
      });
    }
  });

  test("all rows of a chart can be saved as CSV", async () => {
    await open("charts.html", async (page) => {
      const details = page.locator("details.mm-data").first();
      await details.locator("summary").click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        details.getByRole("button", { name: "Download as CSV" }).click(),
      ]);
      expect(download.suggestedFilename()).toBe("charts-chart-1.csv");
      const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\r\n");
      expect(lines).toHaveLength(301);
      expect(lines.slice(0, 2)).toEqual(["scan,policy,saved", "1,no history,0"]);
    });
    await open("hostile.html", async (page) => {
      const details = page.locator("details.mm-data").first();
      await details.locator("summary").click();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        details.getByRole("button", { name: "Download as CSV" }).click(),
      ]);
      expect(await readFile(await download.path(), "utf8")).toContain('"=1+1, ""x""\nnew line",-2.5');
    });
  });

  test("tables sort by a click, numbers as numbers; tables with a gap do not", async () => {
    await open("charts.html", async (page) => {
      const table = page.locator(".mm-output > table");
      const column = async (n: number): Promise<string[]> =>
        await table.locator(`tbody td:nth-child(${n})`).allInnerTexts();
      await table.locator("th", { hasText: "pages" }).click();
      expect(await column(1)).toEqual(["a", "b", "c"]);
      await table.locator("th", { hasText: "pages" }).click();
      expect(await column(1)).toEqual(["c", "b", "a"]);
      await table.locator("th", { hasText: "name" }).press("Enter");
      expect(await column(1)).toEqual(["a", "b", "c"]);
    });
    await open("run/run.html", async (page) => {
      expect(await page.locator(".mm-output table caption", { hasText: "400 rows" }).count()).toBe(1);
      expect(await page.locator(".mm-output > :not(figure) th[aria-sort]").count()).toBe(0);
    });
  });

  test("code can be hidden and shown", async () => {
    await open("charts.html", async (page) => {
      await page.getByRole("button", { name: "Hide code" }).click();
      expect(await page.locator(".mm-code").first().isVisible()).toBe(false);
      expect(await page.locator("figure.mm-chart").first().isVisible()).toBe(true);
      await page.getByRole("button", { name: "Show code" }).click();
      expect(await page.locator(".mm-code").first().isVisible()).toBe(true);
    });
  });

  test("the index leads to every page and each page back; pages link to each other", async () => {
    await open("index.html", async (page, seen) => {
      for (const { file, title } of report.pages) {
        await page.getByRole("link", { name: title }).click();
        expect(page.url()).toBe(pathToFileURL(join(out, file)).href);
        expect(await page.title()).toBe(title);
        await page.getByRole("link", { name: "mm-lab notebooks" }).click();
        expect(await page.title()).toBe("mm-lab notebooks");
      }
      await page.getByRole("link", { name: "Pages saved by scan policy" }).click();
      await page.getByRole("link", { name: "the hostile one" }).click();
      expect(page.url()).toBe(`${pathToFileURL(join(out, "hostile.html")).href}#numbers`);
      expect(seen).toEqual({ requests: [], complaints: [] });
    });
  });

  test("a dark page and a narrow one fit: charts drawn, nothing wider than the window", async () => {
    await open(
      "charts.html",
      async (page, seen) => {
        expect(await page.locator(".mm-live svg.marks").count()).toBe(2);
        expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
        expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(20, 23, 26)");
        expect(seen.complaints).toEqual([]);
      },
      { colorScheme: "dark", viewport: { width: 360, height: 740 } },
    );
  });

  test("should hostile markup ever get past the sanitiser, the page's policy stops it", async () => {
    const page = await readFile(join(out, "charts.html"), "utf8");
    const markup = `<img src="${address}/img"><script>window.pwned = 1; fetch("${address}/fetch")</script><img src="data:," onerror="window.pwned = 2">
      <style>body { background: url(${address}/style) }</style><link rel="stylesheet" href="${address}/link"><iframe src="${address}/frame"></iframe><a id="js" href="javascript:window.pwned=3">x</a>`;
    await writeFile(
      join(out, "injected.html"),
      page.replace('<main class="mm-main">', (main) => `${main}${markup}`),
    );
    await open("injected.html", async (opened, seen) => {
      await opened.locator("#js").click();
      await opened.waitForTimeout(300);
      expect(await opened.evaluate(() => (globalThis as { pwned?: number }).pwned)).toBe(undefined);
      expect(seen.complaints.filter((text) => /Content Security Policy/.test(text)).length).toBeGreaterThanOrEqual(6);
      expect(await opened.locator(".mm-live svg.marks").count()).toBe(2);
    });
    expect(asked).toEqual([]);
  });

  test("the network that was watched can be reached without the policy", async () => {
    await writeFile(join(out, "open.html"), `<html data-mm-ready><img src="${address}/control"></html>`);
    await open("open.html", async (page, seen) => {
      await page.waitForTimeout(200);
      expect(seen.requests).toEqual([`${address}/control`]);
    });
    expect(asked.splice(0)).toEqual(["/control"]);
  });
});
