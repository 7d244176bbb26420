/*
 * The screenshot of the README: JupyterLab with a notebook after it has run.
 *
 *   node helpers/scripts/screenshot.mjs PNG [NOTEBOOK] [CHART]
 *
 * NOTEBOOK is notebooks/ksm-scan-savings.ipynb by default, CHART the number of the chart to show (1). Needs a Chromium.
 */
import { runnerImport } from "vite";
import { fileURLToPath } from "node:url";

const [png, notebook = fileURLToPath(new URL("../../notebooks/ksm-scan-savings.ipynb", import.meta.url)), chart = "1"] =
  process.argv.slice(2);
if (png === undefined || !/^[1-9]\d*$/.test(chart)) {
  process.stderr.write("usage: node helpers/scripts/screenshot.mjs PNG [NOTEBOOK] [CHART]\n");
  process.exit(2);
}
// The browser harness is TypeScript: vite, which the tests run on, loads it.
const harness = /** @type {{ module: typeof import("../test/browser/screenshot.js") }} */ (
  await runnerImport(fileURLToPath(new URL("../test/browser/screenshot.ts", import.meta.url)))
);
await harness.module.takeScreenshot({ notebook, png, chart: Number(chart) });
process.stdout.write(`${png}\n`);
