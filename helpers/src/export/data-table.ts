import { escapeHtml } from "./html.js";
import type { Json, JsonObject } from "./notebook-file.js";

export interface Rows {
  /** Name of the data set in the chart; empty for the only one. */
  readonly name: string;
  readonly rows: readonly JsonObject[];
  /** Field to the title its axis or legend shows, where one does. */
  readonly titles: ReadonlyMap<string, string>;
  /** Fields to show, in order. */
  readonly columns: readonly string[];
}

/** A page carries every row once, in the chart's specification; the table shows this many and offers the rest as CSV. */
export const ROWS_SHOWN = 200;

/** Data set number `index` of a chart, folded away under it. `file` names the CSV that the page's script offers. */
export function dataTable({ name, rows, titles, columns }: Rows, index: number, file: string): string {
  const numeric = columns.map((column) => rows.every((row) => row[column] === undefined || row[column] === null || typeof row[column] === "number"));
  const head = columns.map((column, i) => {
    const title = titles.get(column);
    const field = title === undefined || title === column || title.startsWith(`${column} (`) ? "" : ` <small>${escapeHtml(column)}</small>`;
    return `<th scope="col"${numeric[i] === true ? ' class="mm-number"' : ""}>${escapeHtml(title ?? column)}${field}</th>`;
  });
  const body = rows.slice(0, ROWS_SHOWN).map((row) =>
    `<tr>${columns.map((column, i) => `<td${numeric[i] === true ? ' class="mm-number"' : ""}>${cell(row[column])}</td>`).join("")}</tr>`);
  const more = rows.length > ROWS_SHOWN ? `The first ${ROWS_SHOWN} of ${grouped(rows.length)} rows are shown; the CSV has all of them. ` : "";
  const size = `${grouped(rows.length)} ${rows.length === 1 ? "row" : "rows"}`;
  return `<details class="mm-data" data-mm-file="${escapeHtml(file)}" data-mm-index="${index}"><summary>Data as table (${size}${name === "" ? "" : `, ${escapeHtml(name)}`})</summary>
<div class="mm-scroll" tabindex="0"><table class="mm-sortable"><thead><tr>${head.join("")}</tr></thead>
<tbody>${body.join("\n")}</tbody></table></div>
<p class="mm-note">${more}<span class="mm-csv"></span></p></details>
`;
}

function cell(value: Json | undefined): string {
  if (value === null || value === undefined) return '<span class="mm-none">–</span>';
  if (typeof value === "number") return escapeHtml(number(value));
  return escapeHtml(typeof value === "string" ? value : JSON.stringify(value));
}

/** Digits in groups of three, kept exact: a table of data is there to be checked against. */
function number(value: number): string {
  const text = String(value);
  if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
  const [whole = "", fraction] = text.split(".");
  return `${whole.replace(/\B(?=(\d{3})+$)/g, "\u202f")}${fraction === undefined ? "" : `.${fraction}`}`;
}

function grouped(count: number): string {
  return number(count);
}
