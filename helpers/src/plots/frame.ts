import { checkKeys, InputError, groupDigits } from "@mm-lab/kernel-model";
import { anyCell } from "../tables/cells.js";
import { columnInfo, columnValues, type TableLike } from "../tables/columns.js";
import { isNumeric, scanColumn } from "../tables/kinds.js";
import { checkColumns, table, type Source } from "../tables/table.js";
import { shorten, visible } from "../tables/text.js";
import type { Field, FieldOptions } from "./options.js";

/** A value as it stands in a chart's data: JSON, finite. */
export type Datum = number | string | null;

/** A column made ready for a chart. */
export interface FrameColumn {
  /** Name in the chart's data: the column's own, or a safe one where it has characters Vega reads as an access path. */
  readonly key: string;
  readonly name: string;
  readonly unit?: string;
  readonly options: FieldOptions;
  /** "time": milliseconds since 1970, UTC. */
  readonly type: "number" | "time" | "text";
  /** Numbers with NaN for absent values. Empty for text. */
  readonly numbers: Float64Array;
  /** Text of each row; empty for numbers. */
  readonly texts: readonly string[];
  /** Whether all numbers are integers. */
  readonly integers: boolean;
}

export interface Frame {
  readonly rows: number;
  readonly columns: readonly FrameColumn[];
  /** What was left out or changed, to be written on the chart. */
  readonly notes: readonly string[];
}

/** Name of a missing category. */
export const MISSING = "(missing)";
const TEXT_LIMIT = 500;

/** A field given by name or with options, checked. */
export function fieldOptions(what: string, field: Field | undefined): FieldOptions {
  const options = typeof field === "string" ? { field } : field;
  if (typeof options !== "object" || options === null || typeof options.field !== "string") {
    throw new InputError(
      what,
      field,
      'a column name, or an object such as { field: "latency", unit: "ns" }',
      "name the column to draw",
    );
  }
  checkKeys(what, options, ["field", "title", "unit", "scale", "zero"]);
  if (options.scale !== undefined && !["linear", "log", "symlog", "sqrt"].includes(options.scale)) {
    throw new InputError(
      `the scale of ${what}`,
      options.scale,
      '"linear", "log", "symlog" or "sqrt"',
      "use one of these",
    );
  }
  return options;
}

/** A field that may be left out, checked where it is given. */
export function optionalField(what: string, field: Field | undefined): FieldOptions | undefined {
  return field === undefined ? undefined : fieldOptions(what, field);
}

/** The columns a chart needs and no others, cleaned: no NaN, no infinity, no BigInt, no control character leaves here. */
export function frameOf(source: Source, wanted: Readonly<Record<string, FieldOptions>>): Frame {
  const from: TableLike = table(source);
  const keys = new Set<string>();
  const notes: string[] = [];
  const done = new Map<string, FrameColumn>();
  const columns = Object.entries(wanted).map(([role, options]) => {
    checkColumns(`the field of ${role}`, [options.field], from);
    const before = done.get(options.field);
    if (before !== undefined) return { ...before, options };
    const column = frameColumn(from, options, keys, notes);
    done.set(options.field, column);
    return column;
  });
  return { rows: from.numRows(), columns, notes };
}

function frameColumn(from: TableLike, options: FieldOptions, keys: Set<string>, notes: string[]): FrameColumn {
  const name = options.field;
  const values = columnValues(from, name);
  const scan = scanColumn(values);
  const unit = options.unit ?? columnInfo(from, name).unit;
  const base = {
    key: safeKey(name, keys),
    name: visible(name),
    options,
    ...(unit === undefined ? {} : { unit: visible(unit) }),
  };
  if (isNumeric(scan.kind) || scan.kind === "date" || scan.kind === "empty") {
    const numbers = new Float64Array(values.length);
    let lost = 0;
    if (scan.notFinite === 0 && options.scale !== "log" && values instanceof Float64Array) numbers.set(values);
    else
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        const number = value === null || value === undefined ? NaN : Number(value);
        const drawable = Number.isFinite(number) && (options.scale !== "log" || number > 0);
        if (!drawable && value !== null && value !== undefined) lost++;
        numbers[i] = drawable ? number : NaN;
      }
    if (lost > 0)
      notes.push(
        `${groupDigits(lost)} ${lost === 1 ? "value" : "values"} of ${visible(shorten(name, 40))} left out: not finite${options.scale === "log" ? ", or not positive on a log scale" : ""}`,
      );
    return {
      ...base,
      type: scan.kind === "date" ? "time" : "number",
      numbers,
      texts: [],
      integers: scan.kind === "integer",
    };
  }
  return { ...base, type: "text", numbers: new Float64Array(0), texts: Array.from(values, textDatum), integers: false };
}

/** A category as text: what it would be in a table, made inert. */
function textDatum(value: unknown): string {
  return value === null || value === undefined
    ? MISSING
    : value === ""
      ? "(empty)"
      : plainText(shorten(visible(typeof value === "string" ? value : anyCell(value).text), TEXT_LIMIT));
}

/**
 * The text, with an invisible word joiner before it where it is the name of a property every object has: Vega keeps
 * groups and titles in plain objects, and a category called "constructor" would break the chart.
 */
export function plainText(text: string): string {
  return text in {} ? `\u2060${text}` : text;
}

/** Text of a column's row, whatever its type: for series, facets and categories. */
export function textAt(column: FrameColumn, row: number): string {
  if (column.type === "text") return column.texts[row]!;
  const value = column.numbers[row]!;
  if (Number.isNaN(value)) return MISSING;
  return column.type === "time" ? new Date(value).toISOString() : String(value);
}

/** The column as categories: dates become text, without the time of day where all are at midnight UTC. */
export function asCategories(column: FrameColumn): FrameColumn {
  if (column.type !== "time") return column;
  const day = 86_400_000;
  const wholeDays = column.numbers.every((time) => Number.isNaN(time) || time % day === 0);
  const texts = Array.from(column.numbers, (time) =>
    Number.isNaN(time) ? MISSING : new Date(time).toISOString().slice(0, wholeDays ? 10 : undefined),
  );
  return { ...column, type: "text", numbers: new Float64Array(0), texts };
}

/** A JSON value of a column's row; absent numbers are null. Numbers are rounded by {@link rounding}. */
export function datumAt(column: FrameColumn, row: number, round: (value: number) => number): Datum {
  if (column.type === "text") return column.texts[row]!;
  const value = column.numbers[row]!;
  return Number.isNaN(value) ? null : round(value);
}

/** Name of the field that holds a time as UTC text, beside the field that holds it in milliseconds. */
export function utcKey(key: string): string {
  return `${key} as UTC text`;
}

/**
 * Rounds to 6 significant digits, or to more where the values are close to each other compared with their size
 * (addresses, times since boot), so that no two points that a chart could tell apart fall together.
 */
export function rounding(column: FrameColumn): (value: number) => number {
  if (column.type === "time") return (value) => value;
  const [low, high] = extent(column.numbers);
  const ratio = Math.max(Math.abs(low), Math.abs(high)) / (high - low);
  const digits = Math.min(17, 6 + (Number.isFinite(ratio) ? Math.max(0, Math.floor(Math.log10(ratio))) : 0));
  return (value) => (Object.is(value, -0) ? 0 : Number(value.toPrecision(digits)));
}

/** Smallest and largest number, NaN skipped; [0, 0] where there is none. */
export function extent(numbers: ArrayLike<number>): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}

/**
 * A name that Vega's field accessors read as one plain name. Dots, brackets, quotes and backslashes would be read as
 * paths, and escaping them is not understood by every transform; so such a name is replaced in the data, while titles,
 * legends and tool tips show the real one (and `usermeta.columns` of the spec maps one to the other).
 */
function safeKey(name: string, taken: Set<string>): string {
  const safe = /^[\p{L}\p{N}_][\p{L}\p{N}_ -]{0,59}$/u.test(name) && !(name in {}) && !name.startsWith("__");
  const base = safe
    ? name
    : name
        .replace(/[^\p{L}\p{N}_ -]+/gu, "_")
        .replace(/^[_ -]*/, "c_")
        .slice(0, 40)
        .replace(/[\ud800-\udbff]$/, "");
  let key = base;
  for (let i = 2; taken.has(key); i++) key = `${base}_${i}`;
  taken.add(key);
  return key;
}
