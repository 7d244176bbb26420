/**
 * Unit and meaning of table columns, kept beside the tables rather than in them.
 *
 * Arquero tables have no place for a unit, and its verbs build new tables all the time. But the verbs that only choose,
 * order or rename (select, filter, orderby, slice, groupby, rename, relocate, and derive for the columns it leaves alone)
 * pass the very same column objects on. So a weak map keyed by column object makes units follow them at no cost.
 * Verbs that compute or copy columns (rollup, join, fold, pivot, reify, concat) make new column objects: units are lost
 * there, and the `units` option of views and charts states them again.
 */
export interface ColumnInfo {
  /** Unit of the values, e.g. "pages", "B", "ns", "%". */
  readonly unit?: string;
  /** One sentence: what the number counts. */
  readonly meaning?: string;
}

const known = new WeakMap<object, ColumnInfo>();

/** The part of an Arquero table that is used here; another copy or version of Arquero satisfies it as well. */
export interface TableLike {
  numRows(): number;
  numCols(): number;
  columnNames(): string[];
  column(name: string): { readonly length: number; at(row: number): unknown } | undefined;
  array(name: string): ArrayLike<unknown>;
  isFiltered(): boolean;
  isOrdered(): boolean;
}

/** Whether a value is an Arquero table, of whichever copy of Arquero made it. Never throws. */
export function isTable(value: unknown): value is TableLike {
  if (typeof value !== "object" || value === null) return false;
  try {
    const table = value as Record<string, unknown>;
    return ["numRows", "numCols", "columnNames", "column", "array", "isFiltered", "isOrdered", "objects"].every(
      (method) => typeof table[method] === "function",
    );
  } catch {
    return false;
  }
}

/** Notes unit and meaning for a column object. */
export function setColumnInfo(column: object, info: ColumnInfo): void {
  known.set(column, info);
}

export function hasColumnInfo(column: object): boolean {
  return known.has(column);
}

/** Unit and meaning of a table's column; empty where nothing is known (see the top of this file for what is kept). */
export function columnInfo(table: TableLike, name: string): ColumnInfo {
  const column = table.column(name);
  return (column === undefined ? undefined : known.get(column)) ?? {};
}

/**
 * The visible values of a column, in the table's order: the backing array itself where the table is neither filtered
 * nor ordered (no copy of 20 million values), else a new array. Read only.
 */
export function columnValues(table: TableLike, name: string): ArrayLike<unknown> {
  const column: unknown = table.column(name);
  const plain = !table.isFiltered() && !table.isOrdered();
  if (plain && (Array.isArray(column) || ArrayBuffer.isView(column))) return column as unknown as ArrayLike<unknown>;
  return table.array(name);
}
