import { readFileSync, realpathSync } from "node:fs";
import { dirname, extname, join, sep } from "node:path";
import { chartFigure, chartOf, type PageChart } from "./chart.js";
import { escapeHtml } from "./html.js";
import { lintChart, lintOutputs, type LintFinding } from "./lint.js";
import type { Cell, Notebook, Output } from "./notebook-file.js";
import type { Piece } from "./render.js";
import { sanitizeHtml, type SanitizeOptions } from "./sanitize.js";

export interface Body {
  /** Safe HTML of all cells. */
  readonly html: string;
  readonly charts: readonly PageChart[];
  readonly findings: readonly LintFinding[];
}

/** The texts of a notebook that nbconvert's filters render, in the order {@link notebookBody} takes them back. */
export function piecesOf(notebook: Notebook): readonly Piece[] {
  return notebook.cells.filter(isShown).flatMap((cell): readonly Piece[] => {
    if (cell.kind === "markdown") return [{ kind: "markdown", text: cell.source, attachments: cell.attachments }];
    const code: readonly Piece[] = showsCode(cell) ? [{ kind: "code", text: cell.source, language: notebook.language }] : [];
    return [...code, ...shownOutputs(cell).flatMap((output) => pieceOf(output))];
  });
}

function pieceOf(output: Output): readonly Piece[] {
  if (output.kind !== "display") return [{ kind: "ansi", text: output.text }];
  switch (chosen(output)) {
    case "text/markdown": return [{ kind: "markdown", text: textOf(output, "text/markdown") }];
    case "text/plain": return [{ kind: "ansi", text: textOf(output, "text/plain") }];
    default: return [];
  }
}

/** @param html what the filters made of {@link piecesOf}, not yet sanitised */
export function notebookBody(notebook: Notebook, path: string, html: readonly string[], link: (target: string) => string): Body {
  const rendered = html[Symbol.iterator]();
  const charts: PageChart[] = [];
  const findings: LintFinding[] = [];
  const parts = notebook.cells.map((cell, i) => {
    if (!isShown(cell)) return "";
    const options: SanitizeOptions = { link, picture: (source) => findPicture(source, path, (finding) => findings.push({ ...finding, cell: i + 1 })) };
    const next = (): string => sanitizeHtml(rendered.next().value ?? "", options);
    if (cell.kind === "markdown") return `<section class="mm-text">\n${next()}</section>`;
    findings.push(...lintOutputs(cell, i + 1));
    const code = showsCode(cell) ? `<div class="mm-code">${next()}</div>` : "";
    const outputs = shownOutputs(cell).map((output, o) => {
      const pictureIds = { ...options, idPrefix: `mm-${i + 1}-${o + 1}-` };
      const chart = chartOf(output.data, (svg) => sanitizeHtml(svg, pictureIds));
      if (chart === undefined) return outputHtml(output, next, options, pictureIds);
      charts.push(chart);
      findings.push(...lintChart(chart.spec, chart.picture !== undefined, i + 1));
      return chartFigure(chart, charts.length);
    });
    return `<section class="mm-cell">${code}${outputs.filter((output) => output !== "").map((output) => `\n<div class="mm-output">${output}</div>`).join("")}</section>`;
  });
  return { html: parts.filter((part) => part !== "").join("\n"), charts, findings };
}

function outputHtml(output: Output, next: () => string, options: SanitizeOptions, pictureIds: SanitizeOptions): string {
  // A progress bar that is done leaves an output with nothing in it.
  const prints = (html: string, open: string): string => (html.trim() === "" ? "" : `${open}${html}</pre>`);
  if (output.kind === "stream") return prints(next(), `<pre class="mm-stream${output.name === "stderr" ? " mm-stderr" : ""}">`);
  if (output.kind === "error") return `<pre class="mm-error" role="alert">${next()}</pre>`;
  const type = chosen(output);
  const content = type === undefined ? "" : textOf(output, type);
  const label = escapeHtml(textOf(output, "text/plain") || "Picture");
  switch (type) {
    case "text/html": return sanitizeHtml(content, options);
    case "image/svg+xml": return `<figure role="img" aria-label="${label}">${sanitizeHtml(content, pictureIds)}</figure>`;
    case "image/png": case "image/jpeg": return sanitizeHtml(`<img src="data:${type};base64,${content.replace(/[^\w+/=]/g, "")}" alt="${label}">`);
    case "text/markdown": return `<div class="mm-text">${next()}</div>`;
    case "text/plain": return prints(next(), '<pre class="mm-stream">');
    default: return '<p class="mm-missing">This output has no form that a page can show.</p>';
  }
}

const BEST_FIRST = ["text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain"] as const;

function chosen(output: Output): (typeof BEST_FIRST)[number] | undefined {
  if (chartOf(output.data, () => "") !== undefined) return undefined;
  return BEST_FIRST.find((type) => typeof output.data[type] === "string");
}

function textOf(output: Output, type: string): string {
  const content = output.data[type];
  return typeof content === "string" ? content : "";
}

/** The tags that nbconvert's users know. */
function isShown(cell: Cell): boolean {
  return cell.kind !== "raw" && !cell.tags.includes("remove-cell") && (cell.kind === "code" ? cell.source.trim() !== "" || cell.outputs.length > 0 : cell.source.trim() !== "");
}

function showsCode(cell: Cell): boolean {
  return cell.source.trim() !== "" && !cell.tags.includes("hide-input") && !cell.tags.includes("remove-input");
}

function shownOutputs(cell: Cell): readonly Output[] {
  return cell.tags.includes("remove-output") ? [] : cell.outputs;
}

const PICTURES: Readonly<Record<string, string>> = { ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif", ".webp": "webp", ".svg": "svg+xml" };

/** A picture beside or below the notebook becomes part of the page; no other file is ever read for it. */
function findPicture(source: string, notebook: string, report: (finding: LintFinding) => void): string | undefined {
  if (/^\s*([a-z][a-z0-9+.-]*:|\/\/)/i.test(source)) {
    report({ level: "error", rule: "network", message: `a picture would be loaded from ${JSON.stringify(source.slice(0, 120))}; the page shows its text instead. Next: put the picture file beside the notebook` });
    return undefined;
  }
  const type = PICTURES[extname(source).toLowerCase()];
  try {
    const folder = realpathSync(dirname(notebook));
    const file = realpathSync(join(folder, decodeURIComponent(source)));
    if (type !== undefined && file.startsWith(folder + sep)) return `data:image/${type};base64,${readFileSync(file).toString("base64")}`;
  } catch {
    // reported below, like a picture outside the notebook's folder
  }
  report({ level: "error", rule: "missing-picture", message: `the picture ${JSON.stringify(source.slice(0, 120))} is not a picture file in the notebook's folder. Next: put it there, or correct its name` });
  return undefined;
}
