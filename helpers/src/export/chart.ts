import { escapeHtml, jsonForScript } from "./html.js";
import { dataTable, type Rows } from "./data-table.js";
import { isObject, type Json, type JsonObject } from "./notebook-file.js";

export const CHART = "application/vnd.vegalite.v5+json";

export interface PageChart {
  readonly spec: JsonObject;
  /** Static picture, already sanitised; undefined where the notebook has none. */
  readonly picture: string | undefined;
  /** The sentence the notebook gives for readers of text. */
  readonly sentence: string;
}

/** The chart of an output, or undefined. */
export function chartOf(data: JsonObject, sanitize: (html: string) => string): PageChart | undefined {
  const spec = data[CHART];
  if (!isObject(spec)) return undefined;
  const svg = data["image/svg+xml"];
  const png = data["image/png"];
  const text = data["text/plain"];
  return {
    spec,
    picture: typeof svg === "string" ? sanitize(svg)
      : typeof png === "string" && /^[\w+/=\s]+$/.test(png) ? `<img src="data:image/png;base64,${png.replace(/\s/g, "")}" alt="">` : undefined,
    sentence: typeof text === "string" ? text : "",
  };
}

/** What the chart says of itself: its description, else its title. Empty when it has neither (the export lint says so). */
export function describeChart(spec: JsonObject): string {
  const description = spec["description"];
  if (typeof description === "string" && description.trim() !== "") return description.trim();
  return titleOf(spec);
}

export function titleOf(spec: JsonObject): string {
  const title = spec["title"];
  const text = isObject(title) ? title["text"] : title;
  if (typeof text === "string") return text;
  return Array.isArray(text) ? (text as readonly Json[]).filter((line) => typeof line === "string").join(" ") : "";
}

/**
 * One chart as it stands in the page: the static picture, which the page's script replaces by the live chart, the
 * specification, and the data as a table. `index` numbers the charts of a page from 1.
 */
export function chartFigure(chart: PageChart, index: number): string {
  const label = describeChart(chart.spec) || chart.sentence || `Chart ${index}`;
  const id = `mm-chart-${index}`;
  const still = chart.picture ?? `<p class="mm-sentence">${escapeHtml(chart.sentence || label)}</p>`;
  const tables = inlineData(chart.spec).map((data, i) => dataTable(data, i, `chart-${index}${i === 0 ? "" : `-${i + 1}`}`)).join("");
  return `<figure class="mm-chart" id="${id}" aria-labelledby="${id}-text">
<div class="mm-plot"><div class="mm-still" role="img" aria-label="${escapeHtml(label)}">${still}</div></div>
<script type="application/json">${jsonForScript(chart.spec)}</script>
<figcaption id="${id}-text">${escapeHtml(label)}</figcaption>
${tables}</figure>`;
}

/**
 * The rows that a spec carries inside itself, with the words the chart uses for their fields. A chart of mm-lab says in
 * `usermeta.columns` what its table is; in any other spec every list of values is taken. page.js finds them in the same order.
 */
export function inlineData(spec: JsonObject): readonly Rows[] {
  const declared = declaredColumns(spec);
  const titles = declared ?? new Map<string, string>();
  const found: Rows[] = [];
  const seen = new Set<string>();
  const add = (name: string, values: Json | undefined): void => {
    if (!Array.isArray(values) || values.length === 0) return;
    const rows = (values as readonly Json[]).map((value): JsonObject => (isObject(value) ? value : { value }));
    const key = JSON.stringify(values);
    if (seen.has(key)) return;
    seen.add(key);
    found.push({ name, rows, titles, columns: declared === undefined ? columnsOf(rows) : [...declared.keys()] });
  };
  const walk = (value: Json): void => {
    if (Array.isArray(value)) return (value as readonly Json[]).forEach(walk);
    if (!isObject(value)) return;
    if (declared === undefined) rememberTitle(value, titles);
    for (const [key, child] of Object.entries(value)) {
      if (key === "data" && isObject(child)) add(typeof child["name"] === "string" ? child["name"] : "", child["values"]);
      else if (key === "datasets" && isObject(child)) Object.entries(child).forEach(([name, values]) => add(name, values));
      else walk(child);
    }
  };
  walk(spec);
  return declared === undefined ? found : found.slice(0, 1);
}

function columnsOf(rows: readonly JsonObject[]): readonly string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

function declaredColumns(spec: JsonObject): Map<string, string> | undefined {
  const meta = spec["usermeta"];
  const columns = isObject(meta) ? meta["columns"] : undefined;
  if (!Array.isArray(columns) || columns.length === 0) return undefined;
  const titles = new Map<string, string>();
  for (const column of columns as readonly Json[]) {
    if (!isObject(column) || typeof column["field"] !== "string") return undefined;
    const name = typeof column["name"] === "string" ? column["name"] : column["field"];
    titles.set(column["field"], typeof column["unit"] === "string" ? `${name} (${column["unit"]})` : name);
  }
  return titles;
}

function rememberTitle(encoding: JsonObject, titles: Map<string, string>): void {
  const field = encoding["field"];
  if (typeof field !== "string" || titles.has(field)) return;
  const axis = encoding["axis"];
  const legend = encoding["legend"];
  const title = encoding["title"] ?? (isObject(axis) ? axis["title"] : undefined) ?? (isObject(legend) ? legend["title"] : undefined);
  if (typeof title === "string" && title !== "" && title !== field) titles.set(field, title);
}
