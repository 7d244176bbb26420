import { checkOneOf, InputError } from "@mm-lab/kernel-model";
import { columnInfo, columnValues, type ColumnInfo, type TableLike } from "./columns.js";

/** A column before it is one of a table. */
export interface NamedValues {
  readonly name: string;
  readonly values: ArrayLike<unknown>;
  readonly info?: ColumnInfo;
}

/**
 * The rows of several tables, one table after the other, below a first column `by` that says whose they are. O(cells).
 *
 * All must have the same columns; their order is that of the first. A unit that only some of them state holds for all.
 */
export function stacked(tables: ReadonlyMap<string, TableLike>, by: string): NamedValues[] {
  const [[firstLabel, first] = [undefined, undefined]] = tables;
  if (firstLabel === undefined || first === undefined)
    throw new InputError("the sources of a table", {}, "at least one, by name", "write { plain, smart }");
  const names = first.columnNames();
  if (names.includes(by))
    throw new InputError("by", by, `a name that is no column of ${firstLabel}`, "name what the sources differ in");
  for (const [label, table] of tables) checkSame(label, table, firstLabel, names);
  const labels = [...tables].flatMap(([label, table]) => new Array<string>(table.numRows()).fill(label));
  return [{ name: by, values: labels }, ...names.map((name) => stackedColumn(name, tables))];
}

function checkSame(label: string, table: TableLike, firstLabel: string, names: readonly string[]): void {
  const own = table.columnNames();
  for (const name of own) checkOneOf(`a column of ${label} beside ${firstLabel}`, name, names);
  const missing = names.find((name) => !own.includes(name));
  if (missing !== undefined)
    throw new InputError(
      `the columns of ${label}`,
      own.join(", "),
      `those of ${firstLabel}, ${missing} too`,
      "select what they share: table(source).select(...)",
    );
}

function stackedColumn(name: string, tables: ReadonlyMap<string, TableLike>): NamedValues {
  const parts = [...tables.values()].map((table) => columnValues(table, name));
  const infos = [...tables].map(([label, table]) => ({ label, ...columnInfo(table, name) }));
  const named = infos.find(({ unit }) => unit !== undefined);
  const other = infos.find(({ unit }) => unit !== undefined && unit !== named?.unit);
  if (other !== undefined)
    throw new InputError(
      `the unit of ${name} in ${other.label}`,
      other.unit,
      `${named!.unit}, as in ${named!.label}`,
      "convert one of them with derive, or rename its column",
    );
  const meaning = infos.find((info) => info.meaning !== undefined)?.meaning;
  return {
    name,
    values: parts.every((part) => part instanceof Float64Array)
      ? joined(parts)
      : parts.flatMap((part) => Array.from(part)),
    info: { ...(named?.unit !== undefined && { unit: named.unit }), ...(meaning !== undefined && { meaning }) },
  };
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
