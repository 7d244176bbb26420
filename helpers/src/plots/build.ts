import { checkInteger, checkKeys, InputError, formatWithUnit, groupDigits } from "@mm-lab/kernel-model";
import type { Source } from "../tables/table.js";
import { shorten, visible } from "../tables/text.js";
import { categories, columnTitle } from "./axes.js";
import type { ChartParts, DataColumn, Row } from "./chart.js";
import { bindControl, type BoundControl } from "./controls.js";
import {
  asCategories,
  datumAt,
  extent,
  frameOf,
  rounding,
  textAt,
  utcKey,
  type Frame,
  type FrameColumn,
} from "./frame.js";
import { COMMON_KEYS, type ChartOptions, type FieldOptions } from "./options.js";

/** The columns of a chart by role, and what all charts derive from their options. */
export interface Prepared {
  readonly frame: Frame;
  readonly rows: number;
  /** The column of a role, e.g. "x". */
  readonly of: (role: string) => FrameColumn;
  readonly color: FrameColumn | undefined;
  /** The colour column as a list, empty without one. */
  readonly colors: readonly FrameColumn[];
  /** Names of the series, none without a colour column. */
  readonly names: readonly string[];
  /** Columns that divide the rows beside colour: kept ones and those with a control. */
  readonly dividing: readonly FrameColumn[];
  /** All columns that tell one group of rows from another: colour and the dividing ones, each once. */
  readonly grouping: readonly FrameColumn[];
  readonly controls: readonly BoundControl[];
  readonly width: number;
  readonly height: number;
}

/** Checks the options all charts share and reads the columns of `roles` (and of `color`, `keep`, `controls`). */
export function prepare(
  kind: string,
  source: Source,
  options: ChartOptions,
  roles: Readonly<Record<string, FieldOptions | undefined>>,
  ownKeys: readonly string[],
  size = { width: 560, height: 300 },
): Prepared {
  checkKeys(kind, options, [...COMMON_KEYS, ...ownKeys]);
  if (typeof options.title !== "string" || options.title.trim() === "")
    throw new InputError(
      `the title of ${kind}`,
      options.title,
      "a text that says what is shown",
      `write ${kind}(table, { title: "...", ... })`,
    );
  const width = options.width ?? size.width;
  const height = options.height ?? size.height;
  checkInteger("width", width, { min: 100, max: 2000, unit: "px" });
  checkInteger("height", height, { min: 40, max: 2000, unit: "px" });
  const wanted: Record<string, FieldOptions> = {};
  for (const [role, field] of Object.entries(roles)) if (field !== undefined) wanted[role] = field;
  const keep = options.keep ?? [];
  const controls = options.controls ?? [];
  keep.forEach((field, i) => (wanted[`keep[${i}]`] = { field }));
  controls.forEach(({ field }, i) => (wanted[`controls[${i}]`] = { field }));
  const frame = frameOf(source, wanted);
  const columns = new Map(Object.keys(wanted).map((role, i) => [role, frame.columns[i]!]));
  const color = columns.has("color") ? asCategories(columns.get("color")!) : undefined;
  const colors = color === undefined ? [] : [color];
  const dividing = [
    ...keep.map((_, i) => columns.get(`keep[${i}]`)!),
    ...controls.map((_, i) => columns.get(`controls[${i}]`)!),
  ].map(asCategories);
  return {
    frame,
    rows: frame.rows,
    width,
    height,
    of: (role) => columns.get(role)!,
    color,
    colors,
    names: colors.flatMap((column) => categories(column, frame.rows)),
    dividing,
    grouping: unique([...colors, ...dividing]),
    controls: controls.map((control, i) =>
      bindControl(control, asCategories(columns.get(`controls[${i}]`)!), frame.rows, i),
    ),
  };
}

/** The chart as high as its rows need, `each` px for one, unless the caller has chosen a height. */
export function highEnough(prepared: Prepared, options: ChartOptions, rows: number, each: number): Prepared {
  return options.height === undefined ? { ...prepared, height: Math.min(2000, Math.max(60, rows * each)) } : prepared;
}

export interface MarkGroup {
  /** Rows of the group, ascending. */
  readonly rows: Uint32Array;
  /** Value of the colour column, "" without one. */
  readonly series: string;
}

/** The rows by the values of these columns, in order of appearance. */
export function groupRows(rows: number, columns: readonly FrameColumn[], color?: FrameColumn): MarkGroup[] {
  if (columns.length === 0) return [{ rows: allRows(rows), series: "" }];
  const groups = new Map<string, { rows: number[]; series: string }>();
  for (let row = 0; row < rows; row++) {
    const key = columns.length === 1 ? textAt(columns[0]!, row) : JSON.stringify(columns.map((c) => textAt(c, row)));
    let group = groups.get(key);
    if (group === undefined)
      groups.set(key, (group = { rows: [], series: color === undefined ? "" : textAt(color, row) }));
    group.rows.push(row);
  }
  return [...groups.values()].map((g) => ({ rows: Uint32Array.from(g.rows), series: g.series }));
}

/** 0 to n - 1, in 4 bytes each: there may be twenty million. */
export function allRows(n: number): Uint32Array {
  const rows = new Uint32Array(n);
  for (let i = 0; i < n; i++) rows[i] = i;
  return rows;
}

/** Rows of the table as rows of the chart's data. Dividing columns stay exact, drawn numbers are rounded. */
export function emitRows(
  rows: ArrayLike<number>,
  drawn: readonly FrameColumn[],
  dividing: readonly FrameColumn[],
): Row[] {
  const exact = new Set(dividing.map((c) => c.key));
  const columns = unique([...drawn, ...dividing]).map(
    (c) => [c, exact.has(c.key) ? (v: number) => v : rounding(c)] as const,
  );
  return Array.from(rows, (row) =>
    Object.fromEntries(
      columns.flatMap(([c, round]) => [
        [c.key, datumAt(c, row, round)] as const,
        ...(c.type === "time" ? [[utcKey(c.key), textAt(c, row)] as const] : []),
      ]),
    ),
  );
}

export function unique(columns: readonly FrameColumn[]): FrameColumn[] {
  return columns.filter((c, i) => columns.findIndex((other) => other.key === c.key) === i);
}

export function dataColumns(columns: readonly FrameColumn[]): DataColumn[] {
  return unique(columns).map((c) => computedColumn(c.type === "time" ? utcKey(c.key) : c.key, c.name, c.unit));
}

/** A column that was computed for the chart. */
export function computedColumn(field: string, name: string, unit: string | undefined): DataColumn {
  return { field, name, ...(unit === undefined ? {} : { unit }) };
}

/** The parts every chart takes from its options. */
export function commonParts(
  kind: string,
  options: ChartOptions,
  prepared: Prepared,
  description: string,
  notes: readonly string[] = [],
): Pick<ChartParts, "kind" | "title" | "subtitle" | "notes" | "description" | "width" | "height" | "controls"> {
  return {
    kind,
    title: visible(options.title),
    ...(options.subtitle === undefined ? {} : { subtitle: options.subtitle }),
    notes: [...prepared.frame.notes, ...notes],
    description: visible([options.description ?? description, ...prepared.controls.map(firstSetting)].join(" ")),
    width: prepared.width,
    height: prepared.height,
    controls: prepared.controls,
  };
}

/** "from 1 to 30", with unit; times as dates. */
export function rangeText(column: FrameColumn, numbers: ArrayLike<number> = column.numbers): string {
  if (column.type === "text") {
    const names = categories(column, column.texts.length);
    return `${counted(names.length, "value")}: ${listed(names)}`;
  }
  const [low, high] = extent(numbers);
  return `from ${valueText(column, low)} to ${valueText(column, high)}`;
}

export function valueText(column: FrameColumn, value: number): string {
  if (column.type === "time") return new Date(value).toISOString();
  return Number.isNaN(value) ? "no value" : formatWithUnit(value, column.unit);
}

/** At most eight names, the rest counted. */
export function listed(names: readonly string[]): string {
  const short = names.slice(0, 8).map((n) => shorten(n, 40));
  return names.length > 8 ? `${short.join(", ")} and ${names.length - 8} more` : short.join(", ");
}

export function counted(n: number, thing: string, things = `${thing}s`): string {
  return `${groupDigits(n)} ${n === 1 ? thing : things}`;
}

/** The title without the unit, for sentences. */
export function plainTitle(column: FrameColumn): string {
  return columnTitle(column, "");
}

/** What the colours stand for, for sentences: "policy (none, kernel)". */
export function colorText(color: FrameColumn, names: readonly string[]): string {
  return `${plainTitle(color)} (${listed(names)})`;
}

/** Throws an InputError for a column of text where numbers are drawn. */
export function numbersOnly(role: string, column: FrameColumn): void {
  if (column.type !== "text") return;
  throw new InputError(
    `the column of ${role}`,
    column.name,
    "a column of numbers",
    `${JSON.stringify(column.name)} holds text such as ${JSON.stringify(column.texts[0] ?? "")}: draw another column, or convert it with derive`,
  );
}

/** Throws an InputError where two rows would be drawn on one spot: which of them the reader sees would be chance. */
export function onePerSpot(kind: string, rows: number, columns: readonly FrameColumn[]): void {
  const spots = new Set<string>();
  for (let row = 0; row < rows; row++) {
    const spot = JSON.stringify(columns.map((c) => textAt(c, row)));
    if (spots.has(spot)) {
      const where = columns.map((c) => `${c.name} = ${shorten(textAt(c, row), 40)}`).join(", ");
      throw new InputError(
        `a row of the ${kind}`,
        where,
        "one row for each combination",
        `aggregate first: table.groupby(${columns.map((c) => JSON.stringify(c.name)).join(", ")}).rollup({ ... })`,
      );
    }
    spots.add(spot);
  }
}

/** What a picture without its control shows. */
function firstSetting({ param }: BoundControl): string {
  const { value, bind } = param as { readonly value?: unknown; readonly bind?: { readonly name?: string } };
  return `Drawn for ${(bind?.name ?? "").trim()} = ${String(value)}; a control chooses others.`;
}
