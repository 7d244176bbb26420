import { basename } from "node:path";
import { checkKeys } from "@mm-lab/kernel-model";
import { executeNotebook } from "../run/execute.js";
import { readAssets } from "./assets.js";
import { findNotebooks } from "./find-notebooks.js";
import { escapeHtml } from "./html.js";
import { renderIndex, type IndexEntry } from "./index-page.js";
import { lintSize, type LintFinding } from "./lint.js";
import { parseNotebook, readNotebook, type Notebook } from "./notebook-file.js";
import { notebookBody, piecesOf } from "./notebook-page.js";
import { renderPage } from "./page.js";
import { codeDate, provenanceFooter, readProvenance } from "./provenance.js";
import { modelReleases } from "./releases.js";
import { renderPieces } from "./render.js";
import { openTarget } from "./target.js";

export interface ExportOptions {
  /** Paths of notebooks, or names of those in `notebooks/`. Default: all of `notebooks/`. */
  readonly notebooks?: readonly string[];
  /** Folder the pages are written to; created where missing. Default: `export` in the working directory. */
  readonly outDir?: string;
  /** Whether each notebook is run first; with `false` the outputs saved in the file are shown. Default: true. */
  readonly execute?: boolean;
  /** Values for the notebooks' `params(...)`; every notebook of the call gets them, so give them with one notebook. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Longest time one cell may take, in seconds. Default: 600. */
  readonly timeout?: number;
  /** Stops the running notebook and the export; nothing is written. */
  readonly signal?: AbortSignal;
}

export interface ExportedPage {
  readonly notebook: string;
  /** File name inside `outDir`. */
  readonly file: string;
  readonly title: string;
  readonly bytes: number;
  readonly charts: number;
  /** What the export lint found; an `error` means the page should not be shared as it is. */
  readonly findings: readonly LintFinding[];
}

export interface ExportReport {
  readonly outDir: string;
  readonly index: string;
  readonly pages: readonly ExportedPage[];
}

/**
 * Runs notebooks and writes each as one HTML file that works with no network, and an `index.html` that lists them.
 *
 * The pages depend on the code and the notebooks alone: the same commit gives the same bytes. Either every page is written or none.
 * Costs the run of each notebook, plus about 2 s. Limits: formulas stay as typed (`$...$`); HTML of cells is cut down to what
 * is known to be harmless, so scripts, style sheets and frames of a notebook do not reach its page.
 *
 * @throws {InputError} for a notebook that is missing, broken or of a name already taken, and for a folder that cannot be written
 * @throws {RunError} when a cell fails
 * @example
 * const report = await exportNotebooks({ notebooks: ["start-here"], outDir: "export" });
 * report.pages[0]?.bytes; // 1153302
 */
export async function exportNotebooks(options: ExportOptions = {}): Promise<ExportReport> {
  checkKeys("exportNotebooks", options, ["notebooks", "outDir", "execute", "params", "timeout", "signal"]);
  const paths = findNotebooks(options.notebooks ?? []);
  for (const path of paths) await readNotebook(path); // broken files are reported before the first one runs for minutes
  const target = await openTarget(options.outDir ?? "export");
  try {
    const notebooks: { path: string; notebook: Notebook }[] = [];
    for (const path of paths) notebooks.push({ path, notebook: await load(path, options) });
    const pages = await buildPages(notebooks, options);
    for (const { file, html } of pages.files) await target.add(file, html);
    options.signal?.throwIfAborted();
    await target.commit();
    return { outDir: target.folder, index: "index.html", pages: pages.report };
  } catch (error) {
    options.signal?.throwIfAborted(); // the caller's reason says more than "aborted"
    throw error;
  } finally {
    await target.discard();
  }
}

async function load(path: string, options: ExportOptions): Promise<Notebook> {
  options.signal?.throwIfAborted();
  if (options.execute === false) return await readNotebook(path);
  const { params, timeout, signal } = options;
  const executed = await executeNotebook(path, {
    ...(params === undefined ? {} : { params }),
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
    ...(signal === undefined ? {} : { signal }),
  });
  return parseNotebook(JSON.stringify(executed), path);
}

async function buildPages(notebooks: readonly { path: string; notebook: Notebook }[], options: ExportOptions): Promise<{ files: { file: string; html: string }[]; report: ExportedPage[] }> {
  const assets = readAssets();
  const pieces = notebooks.map(({ notebook }) => piecesOf(notebook));
  const rendered = await renderPieces(pieces.flat(), options.signal);
  const provenance = readProvenance(assets, rendered.nbconvert);
  const exported = new Set(notebooks.map(({ path }) => basename(path, ".ipynb")));
  const files: { file: string; html: string }[] = [];
  const report: ExportedPage[] = [];
  const entries: IndexEntry[] = [];
  let from = 0;
  for (const [i, { path, notebook }] of notebooks.entries()) {
    const name = basename(path, ".ipynb");
    const body = notebookBody(notebook, path, rendered.html.slice(from, (from += pieces[i]!.length)), (target) => linkToPage(target, exported));
    const html = renderPage({
      title: notebook.title,
      summary: notebook.question,
      charts: body.charts.length,
      name,
      header: `<header class="mm-header"><a href="index.html">mm-lab notebooks</a><span>${escapeHtml(codeDate(provenance))}</span><span class="mm-tools"></span></header>`,
      main: body.html,
      footer: provenanceFooter(provenance, await modelReleases(notebook), options.params ?? {}),
    }, assets);
    const page = { file: `${name}.html`, title: notebook.title, bytes: Buffer.byteLength(html), charts: body.charts.length };
    files.push({ file: page.file, html });
    report.push({ notebook: path, ...page, findings: [...body.findings, ...lintSize(page.bytes)] });
    entries.push({ ...page, question: notebook.question, thumbnail: body.charts.find((chart) => chart.picture !== undefined)?.picture });
  }
  files.push({ file: "index.html", html: renderIndex(entries, provenance, assets) });
  return { files, report };
}

/** Notebooks link to each other as notebooks; pages to pages, where the other one is part of the same export. */
function linkToPage(target: string, exported: ReadonlySet<string>): string {
  const match = /^(?:\.\/)?([^/?#:]+)\.ipynb(#.*)?$/.exec(target);
  if (match === null || !exported.has(decodeURIComponent(match[1]!))) return target;
  return `${match[1]!}.html${match[2] ?? ""}`;
}
