/**
 * How a model hands out its results: named columns of equal length, each with its unit and meaning.
 *
 * Models know nothing of Arquero; `@mm-lab/helpers` turns a dataset into a table, a chart or a file.
 */
export interface Column {
  /** Name as in the kernel where there is one, e.g. `pages_sharing`. */
  readonly name: string;
  /** Unit of the values, e.g. "pages", "ms", "B"; absent for names, indices and flags. */
  readonly unit?: string;
  /** One sentence: what the number counts. */
  readonly meaning: string;
  readonly values: ArrayLike<number> | readonly (number | string | boolean | null)[];
}

export interface Dataset {
  /** What the rows are, e.g. "KSM counters after each full scan". */
  readonly title: string;
  readonly columns: readonly Column[];
}

/** Anything that can state its results as columns; shown as a table when it is the last value of a notebook cell. */
export interface HasDataset {
  dataset(): Dataset;
}

/** A column and what it takes from a row. */
export interface ColumnOf<Row> extends Omit<Column, "values"> {
  readonly of: (row: Row) => number | string | boolean | null;
}

/**
 * A dataset of things of one kind, a row each. Columns of numbers are typed arrays. O(cells).
 *
 * @example
 * const pools = [{ name: "lz4", pages: 12 }, { name: "zstd", pages: 9 }];
 * const columns = [
 *   { name: "compressor", meaning: "of the pool", of: (pool) => pool.name },
 *   { name: "pages", unit: "pages", meaning: "that it takes", of: (pool) => pool.pages },
 * ];
 * datasetOf("Pools", pools, columns).columns[0].values; // => ["lz4", "zstd"]
 */
export function datasetOf<Row>(title: string, rows: readonly Row[], columns: readonly ColumnOf<Row>[]): Dataset {
  return { title, columns: columns.map(({ of, ...column }) => ({ ...column, values: columnValues(rows.map(of)) })) };
}

/** Values as a column has them: numbers in a typed array, anything else as they are. */
export function columnValues(values: readonly (number | string | boolean | null)[]): Column["values"] {
  const numbers = values.length > 0 && values.every((value) => typeof value === "number");
  return numbers ? Float64Array.from(values) : values;
}
