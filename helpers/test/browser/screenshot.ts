import { copyFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { launchChromium } from "./chromium.js";
import { startJupyter } from "./jupyter-server.js";
import { openNotebook } from "./lab.js";

export interface ScreenshotOptions {
  /** Path of the notebook; a copy of it is run, the file is not changed. */
  readonly notebook: string;
  /** Where the PNG goes. */
  readonly png: string;
  /** Number of the chart to show, from 1. Default: 1. */
  readonly chart?: number;
  /** Size of the window. Default: 1200 × 860, at twice the resolution. */
  readonly width?: number;
  readonly height?: number;
}

/** JupyterLab after "run all cells", with a chart in view: the picture of the README. */
export async function takeScreenshot({
  notebook,
  png,
  chart = 1,
  width = 1200,
  height = 860,
}: ScreenshotOptions): Promise<void> {
  const server = await startJupyter();
  try {
    await copyFile(notebook, join(server.folder, basename(notebook)));
    const browser = await launchChromium();
    try {
      const lab = await openNotebook(browser, server, basename(notebook), {
        viewport: { width, height },
        deviceScaleFactor: 2,
      });
      await lab.command("application:toggle-left-area");
      await lab.runAll(600_000);
      await lab.command("docmanager:save");
      const drawing = lab.page.locator(".jp-NotebookPanel .vega-embed").nth(chart - 1);
      await drawing.waitFor();
      await drawing.scrollIntoViewIfNeeded();
      // Whole cells to read: the one with the chart in the middle of the window.
      await drawing.evaluate("(element) => element.scrollIntoView({ block: 'center' })");
      await drawing.evaluate(
        "(element) => { const box = element.getBoundingClientRect(); element.closest('.jp-WindowedPanel-outer')?.scrollBy(0, Math.min(0, box.bottom - window.innerHeight + 48)); }",
      );
      await lab.page.mouse.move(width - 5, height / 2);
      await lab.page.waitForTimeout(500); // scroll bars and hover marks fade
      await lab.page.screenshot({ path: png });
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
  }
}
