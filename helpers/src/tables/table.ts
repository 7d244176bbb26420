import { checkKeys, checkOneOf, InputError, type Dataset, type HasDataset } from "@mm-lab/kernel-model";
import { table as arqueroTable, type ColumnTable } from "arquero";
import { columnInfo, hasColumnInfo, isTable, setColumnInfo, type ColumnInfo, type TableLike } from "./columns.js";
import { inferColumn, parseCsvRows } from "./csv.js";
import { stacked, type NamedValues } from "./stack.js";

type ColumnData = ReturnType<ColumnTable["data"]>;

/** Anything a table or a chart can be made from. */
export type Source = TableLike | Dataset | HasDataset | readonly object[];

/** Sources side by side, by the label that their rows get. */
export type LabelledSources = Readonly<Record<string, Source | string>>;

export interface TableOptions {
  /** Name of the column of labels where the source is several ones: `table({ plain, smart }, { by: "policy" })`. */
  readonly by?: string;
  /** Units by column name, for sources that do not carry any, e.g. `{ latency: "ns" }`. */
  readonly units?: Readonly<Record<string, string>>;
  /** What a column counts, by column name; shown when the pointer rests on the column's name. */
  readonly meanings?: Readonly<Record<string, string>>;
}

/**
 * An Arquero table of a model's result, of an array of records, or of CSV text.
 *
 * Units and meanings of a dataset's columns come along and stay through select, filter, orderby, slice, groupby and
 * rename; verbs that compute new columns (rollup, join, fold, reify) start without a unit: give `units` again there.
 * Typed arrays of a dataset are used in place, not copied: O(columns). Records and CSV: O(cells).
 * In CSV the first line names the columns; a column becomes numbers, BigInt (integers beyond 2^53), booleans or
 * dates only if every filled cell is one; an empty cell is null.
 *
 *
 * With `by`, several sources become one long table: their rows one below the other, after a first column of labels. All have
 * the same columns, in any order; units and meanings are kept (one that only some of them state holds for all). Copies the
 * cells.
 *
 * @param source a table (returned as it is), a Dataset, an object with `dataset()`, an array of records, or CSV text; with
 *   `by`, several of these by label
 * @throws InputError for columns of unequal length, repeated column names, a row of CSV with cells missing, a non-record;
 *   with `by`, for sources whose columns or units differ, and a label column that they have already
 * @example
 * table([{ policy: "kernel", latency: 1200 }], { units: { latency: "ns" } }).numRows(); // => 1
 * @example
 * const before = [{ scan: 0, pages: 8 }, { scan: 1, pages: 8 }];
 * const after = [{ scan: 0, pages: 6 }];
 * const both = table({ "no history": before, "smart scan": after }, { by: "policy", units: { pages: "pages" } });
 * both.columnNames(); // => ["policy", "scan", "pages"]
 * both.array("policy"); // => ["no history", "no history", "smart scan"]
 */
export function table(source: Source | string, options?: TableOptions & { readonly by?: undefined }): ColumnTable;
export function table(sources: LabelledSources, options: TableOptions & { readonly by: string }): ColumnTable;
export function table(source: Source | string | LabelledSources, options: TableOptions = {}): ColumnTable {
  checkKeys("table", options, ["by", "units", "meanings"]);
  const { by } = options;
  const result = by === undefined ? build(source) : fromColumns(stacked(labelled(source), by));
  const named = [...Object.keys(options.units ?? {}), ...Object.keys(options.meanings ?? {})];
  checkColumns("a column of `units` or `meanings`", named, result);
  if (named.length === 0) return result;
  const data: Record<string, unknown> = {};
  for (const name of result.columnNames()) {
    const values = result.column(name) as unknown as ArrayLike<unknown>;
    const unit = own(options.units, name);
    const meaning = own(options.meanings, name);
    const info = {
      ...columnInfo(result, name),
      ...(unit === undefined ? {} : { unit }),
      ...(meaning === undefined ? {} : { meaning }),
    };
    data[name] = named.includes(name) ? withInfo(values, info) : values;
  }
  return result.create({ data: data as ColumnData, names: result.columnNames() });
}

/** Throws an InputError that lists the columns, with the nearest one suggested, if a name is not a column of the table. */
export function checkColumns(what: string, names: readonly string[], source: TableLike): void {
  const known = source.columnNames();
  if (known.length === 0 && names.length > 0)
    throw new InputError(
      what,
      names[0],
      "a column name, but the table has no columns",
      "check that the table was filled",
    );
  for (const name of names) checkOneOf(what, name, known);
}

/** The value of an own property; names such as "constructor" are plain column names here. */
export function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Whether a value is a model's dataset. */
export function isDataset(value: unknown): value is Dataset {
  if (typeof value !== "object" || value === null) return false;
  const { title, columns } = value as { title?: unknown; columns?: unknown };
  return (
    typeof title === "string" &&
    Array.isArray(columns) &&
    columns.length > 0 &&
    columns.every(
      (c: unknown) =>
        typeof c === "object" && c !== null && typeof (c as { name?: unknown }).name === "string" && "values" in c,
    )
  );
}

export function hasDataset(value: unknown): value is HasDataset {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    typeof (value as { dataset?: unknown }).dataset === "function"
  );
}

function build(source: unknown): ColumnTable {
  if (isTable(source)) return source as unknown as ColumnTable;
  if (isDataset(source)) return fromDataset(source);
  if (hasDataset(source)) return fromDataset(source.dataset());
  if (typeof source === "string") return fromCsv(source);
  if (Array.isArray(source)) return fromRecords(source);
  throw new InputError(
    "the source of a table",
    source,
    "an Arquero table, a dataset, an object with dataset(), an array of records, or CSV text",
    'wrap single records in an array; for several sources by label say which column labels them: { by: "policy" }',
  );
}

/** The sources of a table with `by`. */
function labelled(sources: unknown): Map<string, ColumnTable> {
  const isOne = isTable(sources) || isDataset(sources) || hasDataset(sources) || Array.isArray(sources);
  if (typeof sources !== "object" || sources === null || isOne)
    throw new InputError(
      "the source of a table with `by`",
      sources,
      "several sources by label, such as { plain, smart }",
      "leave `by` out for a single source",
    );
  return new Map(Object.entries(sources).map(([label, source]) => [label, build(source)]));
}

function fromColumns(columns: readonly NamedValues[]): ColumnTable {
  const names = columns.map((c) => c.name);
  const rows = columns[0]?.values.length ?? 0;
  columns.forEach(({ name, values }, i) => {
    if (names.indexOf(name) !== i)
      throw new InputError("a column name", name, "names that differ", "rename one of the two columns");
    if (name === "__proto__")
      throw new InputError(
        "a column name",
        name,
        "any name but this one, which JavaScript reserves",
        "rename the column",
      );
    if (values.length !== rows)
      throw new InputError(
        `the length of column ${JSON.stringify(name)}`,
        values.length,
        `${rows}, as in column ${JSON.stringify(names[0])}`,
        "give columns of equal length",
      );
  });
  return arqueroTable(
    columns.map(
      ({ name, values, info }) => [name, info === undefined ? asArray(values) : withInfo(values, info)] as const,
    ),
    names,
  );
}

/** A column object of its own for the values, so that two datasets may name one array differently. Typed arrays share their memory. */
function withInfo(values: ArrayLike<unknown>, info: ColumnInfo): ArrayLike<unknown> {
  const array = asArray(values);
  const view = ArrayBuffer.isView(array)
    ? (array as unknown as Float64Array).subarray(0)
    : hasColumnInfo(array)
      ? Array.from(array)
      : array;
  setColumnInfo(view, info);
  return view;
}

function asArray(values: ArrayLike<unknown>): ArrayLike<unknown> {
  return Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView))
    ? values
    : Array.from(values);
}

function fromDataset(dataset: Dataset): ColumnTable {
  return fromColumns(
    dataset.columns.map((column) => ({
      name: column.name,
      values: column.values,
      info: { meaning: column.meaning, ...(column.unit === undefined ? {} : { unit: column.unit }) },
    })),
  );
}

function fromRecords(records: readonly unknown[]): ColumnTable {
  const columns = new Map<string, unknown[]>();
  records.forEach((record, row) => {
    if (typeof record !== "object" || record === null || Array.isArray(record)) {
      throw new InputError(
        `record ${row} of the array`,
        record,
        "an object with one property per column, e.g. { scan: 1, pages: 20 }",
        "turn each row into such an object",
      );
    }
    for (const [name, value] of Object.entries(record)) {
      let column = columns.get(name);
      if (column === undefined) columns.set(name, (column = new Array<unknown>(records.length).fill(undefined)));
      column[row] = value;
    }
  });
  return fromColumns([...columns].map(([name, values]) => ({ name, values })));
}

function fromCsv(text: string): ColumnTable {
  const [names, ...rows] = parseCsvRows(text);
  if (names === undefined)
    throw new InputError(
      "the CSV text",
      text,
      "a first line of column names and rows below it",
      "pass the content of the file, not an empty text",
    );
  return fromColumns(names.map((name, i) => ({ name, values: inferColumn(rows.map((row) => row[i] ?? "")) })));
}
