import { escapeHtml, shorten, textWidth, visible } from "./text.js";

/** One cell, ready to be written: all escaping happens in {@link gridToHtml} and {@link gridToText}. */
export interface TableCell {
  readonly text: string;
  /** The value in full where `text` is rounded or cut. */
  readonly exact?: string;
  /** Absent value: written in grey. */
  readonly absent?: boolean;
  /** Share of the cell to fill as a bar, from and to, 0 to 1. */
  readonly bar?: readonly [number, number];
  /** Counts to draw as a small histogram; `text` says the same for those who cannot see it. */
  readonly histogram?: readonly number[];
}

export interface GridColumn {
  readonly name: string;
  /** Second line of the head: unit or type. */
  readonly note: string;
  readonly meaning?: string;
  readonly align: "left" | "right";
}

export interface TableGrid {
  readonly caption: string;
  readonly columns: readonly GridColumn[];
  readonly rows: readonly (readonly TableCell[])[];
  /** Rows left out, and after how many rows. */
  readonly gap?: { readonly after: number; readonly hidden: string };
}

const TOP =
  "position:sticky;top:0;z-index:1;background:var(--jp-layout-color0,var(--vscode-editor-background,#fff));vertical-align:bottom;padding:2px 10px;border-bottom:1px solid #888;";
const GREY = "color:#767676";
const INK = "#1a85c8";

/** Tables of so many rows are shown whole; longer ones in a box that scrolls. */
const WHOLE_ROWS = 20;

/**
 * The grid as HTML that needs no script and no style sheet: structure carries the meaning where styles are stripped.
 * Every text of the grid is escaped.
 */
export function gridToHtml(grid: TableGrid): string {
  const head = grid.columns.map((c) => {
    const title = c.meaning === undefined || c.meaning === "" ? "" : ` title="${attribute(c.meaning)}"`;
    const note =
      c.note === "" ? "" : `<br><span style="font-weight:normal;font-size:85%;${GREY}">${html(c.note)}</span>`;
    return `<th scope="col"${title} style="${TOP}text-align:${c.align}"><bdi>${html(c.name)}</bdi>${note}</th>`;
  });
  const body = grid.rows.map(
    (row) => `<tr>${row.map((cell, i) => cellToHtml(cell, grid.columns[i]!.align)).join("")}</tr>`,
  );
  if (grid.gap !== undefined) {
    body.splice(
      grid.gap.after,
      0,
      `<tr><td colspan="${grid.columns.length}" style="text-align:center;padding:2px 10px;${GREY}">⋮ ${html(grid.gap.hidden)}</td></tr>`,
    );
  }
  return (
    `<div class="mm-lab-table" role="region" tabindex="0" aria-label="${attribute(grid.caption)}" style="${grid.rows.length > WHOLE_ROWS ? "max-height:480px;" : ""}max-width:100%;overflow:auto">` +
    `<table style="border-collapse:collapse;margin:0;font-variant-numeric:tabular-nums">` +
    `<caption style="caption-side:top;text-align:left;padding:2px 10px 4px${grid.caption.length <= 90 ? ";white-space:nowrap" : ""}">${html(grid.caption)}</caption>` +
    `<thead><tr>${head.join("")}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody></table></div>`
  );
}

function cellToHtml(cell: TableCell, align: "left" | "right"): string {
  const title = cell.exact === undefined ? "" : ` title="${attribute(cell.exact)}"`;
  const bar =
    cell.bar === undefined
      ? ""
      : `background:linear-gradient(90deg,transparent ${cssPercent(cell.bar[0])},${INK}47 ${cssPercent(cell.bar[0])},${INK}47 ${cssPercent(cell.bar[1])},transparent ${cssPercent(cell.bar[1])});`;
  const direction = align === "left" ? ` dir="auto"` : "";
  const content = cell.histogram === undefined ? html(cell.text) : histogramSvg(cell.histogram, cell.text);
  return `<td${direction}${title} style="text-align:${align};padding:2px 10px;${align === "right" ? "white-space:pre;" : "max-width:36em;overflow-wrap:break-word;"}${bar}${cell.absent === true ? GREY : ""}">${content}</td>`;
}

function cssPercent(share: number): string {
  return `${Math.round(1000 * share) / 10}%`;
}

function histogramSvg(counts: readonly number[], label: string): string {
  const top = Math.max(1, ...counts);
  const bars = counts.map((count, i) => {
    const height = count === 0 ? 0 : Math.max(1, Math.round((16 * count) / top));
    return height === 0 ? "" : `<rect x="${i * 6}" y="${17 - height}" width="5" height="${height}"/>`;
  });
  const width = counts.length * 6;
  return (
    `<svg role="img" aria-label="${attribute(label)}" width="${width}" height="18" viewBox="0 0 ${width} 18" style="fill:${INK};vertical-align:middle">` +
    `<title>${html(label)}</title>${bars.join("")}<rect x="0" y="17" width="${width}" height="1" fill="#888"/></svg>`
  );
}

function html(text: string): string {
  return escapeHtml(visible(text));
}

function attribute(text: string): string {
  return escapeHtml(visible(shorten(text, 2000)));
}

const BLOCKS = " ▁▂▃▄▅▆▇█";

/** The grid as aligned plain text, for terminals and hosts without HTML. Cells are cut at 60 characters. */
export function gridToText(grid: TableGrid): string {
  const write = (cell: TableCell): string =>
    cell.histogram === undefined ? shorten(visible(cell.text), 60) : blocks(cell.histogram);
  const heads = grid.columns.map((c) => [shorten(visible(c.name), 60), shorten(visible(c.note), 60)] as const);
  const rows = grid.rows.map((row) => row.map(write));
  const widths = grid.columns.map((_, i) =>
    Math.max(...heads[i]!.map(textWidth), ...rows.map((row) => textWidth(row[i]!))),
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => {
        const space = " ".repeat(widths[i]! - textWidth(text));
        return grid.columns[i]!.align === "right" ? space + text : text + space;
      })
      .join("  ")
      .replaceAll(/[\u2007\u2008]/g, " ")
      .trimEnd();
  const lines = rows.map(line);
  if (grid.gap !== undefined) lines.splice(grid.gap.after, 0, `⋮ ${grid.gap.hidden}`);
  const notes = heads.some(([, note]) => note !== "") ? [line(heads.map(([, note]) => note))] : [];
  const rule = widths.map((w) => "─".repeat(w)).join("  ");
  return [
    visible(grid.caption),
    ...(grid.columns.length === 0 ? [] : [line(heads.map(([name]) => name)), ...notes, rule, ...lines]),
  ].join("\n");
}

function blocks(counts: readonly number[]): string {
  const top = Math.max(1, ...counts);
  return counts.map((c) => BLOCKS.charAt(c === 0 ? 0 : Math.max(1, Math.round((8 * c) / top)))).join("");
}
