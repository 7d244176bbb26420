import { columnValues, type Column } from "./dataset.js";
import { checkOneOf, InputError } from "./errors.js";

/** What one cell of a result's table holds; null where there is no value. */
export type RowValue = number | string | boolean | null;

/** Unit and meaning of columns, by name: what rows cannot carry themselves. */
export interface ColumnNotes {
  /** E.g. `{ pool: "pages" }`. Default: no unit. */
  readonly units?: Readonly<Record<string, string>>;
  /** One sentence each: what the number counts. Default: none. */
  readonly meanings?: Readonly<Record<string, string>>;
}

/**
 * Rows as columns: numbers become a Float64Array, anything else a plain array. All rows must have the same columns, those
 * of the first. O(cells).
 *
 * @param what what a row is, for messages: "the sweep"
 * @throws InputError for a row that is no record, misses a column or has one more, and for a value that is no cell
 */
export function rowsToColumns(what: string, rows: readonly object[], notes: ColumnNotes = {}): Column[] {
  const names = Object.keys(rows[0] ?? {});
  rows.forEach((row, i) => checkRow(`row ${i} of ${what}`, row, names));
  checkNotes(what, notes, names);
  return names.map((name): Column => {
    const unit = notes.units?.[name];
    return {
      name,
      ...(unit !== undefined && { unit }),
      meaning: notes.meanings?.[name] ?? "",
      values: columnValues(rows.map((row) => (row as Record<string, RowValue>)[name]!)),
    };
  });
}

function checkRow(what: string, row: unknown, names: readonly string[]): void {
  if (typeof row !== "object" || row === null || Array.isArray(row) || Object.keys(row).length === 0)
    throw new InputError(what, row, "an object with a value for each column", "write e.g. ({ pages: 20, full: true })");
  for (const name of Object.keys(row)) checkOneOf(`a column of ${what}`, name, names);
  for (const name of names) {
    const value = (row as Record<string, unknown>)[name];
    if (value === null || ["number", "string", "boolean"].includes(typeof value)) continue;
    throw new InputError(
      `${name} of ${what}`,
      value,
      "a number, a text, true, false or null",
      name in row ? "take one number out of it" : "give every row the same columns, null where there is no value",
    );
  }
}

/** A unit for a column that is not there is a misspelt name. */
function checkNotes(what: string, { units = {}, meanings = {} }: ColumnNotes, names: readonly string[]): void {
  if (names.length === 0) return;
  for (const name of [...Object.keys(units), ...Object.keys(meanings)]) checkOneOf(`a column of ${what}`, name, names);
}
