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
