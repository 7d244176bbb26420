import type { Dataset, HasDataset } from "./dataset.js";
import { checkKeys, InputError, quote } from "./errors.js";
import { rowsToColumns, type ColumnNotes, type RowValue } from "./rows.js";
import { finish, partOf, type Progress } from "./run.js";

/** The values of one name of a grid: a list, or values under the names that the table shows. */
export type Axis = readonly RowValue[] | Readonly<Record<string, unknown>>;

/** What is varied: every combination of a value of each name is a point. */
export type Grid = Readonly<Record<string, Axis>>;

/** One combination of the values of a grid. */
export type GridPoint<G extends Grid> = {
  readonly [K in keyof G]: G[K] extends readonly (infer V)[] ? V : G[K][keyof G[K]];
};

/** How the table writes a point: the value itself, or its name where the grid gives names. */
export type GridLabels<G extends Grid> = {
  readonly [K in keyof G]: G[K] extends readonly (infer V)[] ? V : keyof G[K] & string;
};

export interface SweepOptions extends ColumnNotes {
  /** Title of the table. Default: the names of the grid. */
  readonly title?: string;
}

type OneRow<M> = M extends readonly (infer Row)[] ? Row : M;

/** Points above which a grid is taken for a mistake. */
const MOST_POINTS = 1_000_000;

/** What a sweep found: a row for each point, the names of the grid first. Shown as a table. */
export class Sweep<Row extends object = object> implements HasDataset {
  constructor(
    /** In the order of the grid: the last name varies fastest. */
    readonly rows: readonly Row[],
    readonly options: SweepOptions & { readonly title: string },
  ) {}

  dataset(): Dataset {
    return { title: this.options.title, columns: rowsToColumns("the sweep", this.rows, this.options) };
  }
}

/** What went wrong at one point of a sweep; `cause` is the error itself. */
export class SweepError extends Error {
  override readonly name = "SweepError";
}

/**
 * Runs an experiment at every point of a grid, one after the other, and gives a table of one row for each point.
 *
 * The order is that of the grid: names as written, the last one varying fastest. Seeds are yours to vary: nothing is
 * random by itself. A list holds numbers, texts or flags; values of other kinds, policies for instance, are given under
 * names, which the table shows.
 *
 * Cost: that of the runs, one after the other on one core, and a row each; a run's result is let go once it is measured.
 *
 * @param grid the values to try, by name: at least one of each, up to 1,000,000 points
 * @param run one run: a cooperative generator such as `ksm.simulatingKsm(...)` or `simulating(...)`, or its result
 * @param measure what to keep of the run: a record of numbers, texts and flags, which becomes a row; a list of such records
 *   gives a row each (a time series, say)
 * @throws InputError for an empty grid, a measure named as the grid, and points whose measures differ; SweepError for what
 *   a run throws, with the point where it happened
 * @example
 * const savings = sweep(
 *   { unique: [0, 0.5, 1], policy: { before: "none", "smart scan": "kernel" } },
 *   ({ unique, policy }) =>
 *     simulatingKsm({ workload: mixWorkload({ pages: 90, shares: { unique, duplicate: 1 - unique } }), scans: 22, policy }),
 *   (run) => ({ processed: run.total("pages_scanned") }),
 *   { units: { processed: "pages" } },
 * );
 * savings.rows.length; // => 6
 * savings.rows[5]; // => { unique: 1, policy: "smart scan", processed: 630 }
 */
export function sweep<const G extends Grid, R, M extends object>(
  grid: G,
  run: (point: GridPoint<G>) => Generator<Progress | undefined, R> | R,
  measure: (result: R, point: GridPoint<G>) => M,
  options: SweepOptions = {},
): Sweep<GridLabels<G> & OneRow<M>> {
  return finish(sweeping(grid, run, measure, options));
}

/**
 * The same as a generator: `experiment(sweeping(...))` shows how far it is, and can stop it between two points, and within
 * the runs that are generators.
 *
 * @example
 * const squares = await experiment(sweeping({ x: [1, 2, 3] }, ({ x }) => x * x, (square) => ({ square })));
 * squares.rows[2]; // => { x: 3, square: 9 }
 */
export function* sweeping<const G extends Grid, R, M extends object>(
  grid: G,
  run: (point: GridPoint<G>) => Generator<Progress | undefined, R> | R,
  measure: (result: R, point: GridPoint<G>) => M,
  options: SweepOptions = {},
): Generator<Progress, Sweep<GridLabels<G> & OneRow<M>>> {
  checkKeys("sweep", options, ["title", "units", "meanings"]);
  const points = pointsOf(grid);
  const rows: object[] = [];
  for (const [done, { values, labels }] of points.entries()) {
    const note = describePoint(labels);
    const at = { done, total: points.length, note };
    yield at;
    const measured = yield* measuredAt(values as GridPoint<G>, run, measure, at);
    for (const row of (Array.isArray(measured) ? measured : [measured]) as unknown[])
      rows.push({ ...labels, ...checkMeasures(row, labels, note) });
  }
  const title = options.title ?? `Sweep over ${Object.keys(grid).join(", ")}`;
  const found = new Sweep(rows as (GridLabels<G> & OneRow<M>)[], { ...options, title });
  found.dataset(); // columns that differ from point to point are told now
  return found;
}

function* measuredAt<P, R>(
  point: P,
  run: (point: P) => Generator<Progress | undefined, R> | R,
  measure: (result: R, point: P) => unknown,
  at: Progress & { readonly note: string },
): Generator<Progress, unknown> {
  try {
    const started = run(point);
    return measure(isRun(started) ? yield* partOf(started, at) : started, point);
  } catch (error) {
    throw error instanceof Error ? new SweepError(`at ${at.note}: ${error.message}`, { cause: error }) : error;
  }
}

interface PointOfGrid {
  readonly values: Readonly<Record<string, unknown>>;
  readonly labels: Readonly<Record<string, RowValue>>;
}

function pointsOf(grid: Grid): PointOfGrid[] {
  if (typeof grid !== "object" || grid === null || Object.keys(grid).length === 0)
    throw new InputError("the grid", grid, "at least one name with values", "write e.g. { cpus: [1, 2, 4] }");
  const axes = Object.entries(grid).map(([name, axis]) => [name, checkAxis(name, axis)] as const);
  const count = axes.reduce((product, [, values]) => product * values.length, 1);
  if (count > MOST_POINTS)
    throw new InputError("the points of the grid", count, `up to ${MOST_POINTS}`, "try fewer values of each name");
  return axes.reduce<PointOfGrid[]>(
    (points, [name, axis]) =>
      points.flatMap(({ values, labels }) =>
        axis.map(([label, value]) => ({
          values: { ...values, [name]: value },
          labels: { ...labels, [name]: label },
        })),
      ),
    [{ values: {}, labels: {} }],
  );
}

/** Labels and values of a name. */
function checkAxis(name: string, axis: unknown): readonly (readonly [label: RowValue, value: unknown])[] {
  const wrong = (value: unknown, accepted: string, next: string): InputError =>
    new InputError(`the values of ${name}`, value, accepted, next);
  if (typeof axis !== "object" || axis === null)
    throw wrong(axis, "a list, or values by name", `write ${name}: [${quote(axis)}] for a single value`);
  const pairs = Array.isArray(axis) ? axis.map((value: unknown) => [value, value] as const) : Object.entries(axis);
  if (pairs.length === 0) throw wrong(axis, "at least one value", "leave the name out, or give it a value");
  for (const [label, value] of pairs) {
    if (label === null || ["number", "string", "boolean"].includes(typeof label)) continue;
    throw wrong(value, "numbers, texts or flags in a list", "give it a name: { name: value }");
  }
  return pairs as readonly (readonly [RowValue, unknown])[];
}

function checkMeasures(measured: unknown, labels: Readonly<Record<string, RowValue>>, at: string): object {
  if (typeof measured !== "object" || measured === null)
    throw new InputError(
      "what `measure` returned",
      measured,
      "a record of numbers, texts and flags, or a list of records",
      "write e.g. (run) => ({ pages: run.pages })",
    );
  const twice = Object.keys(labels).find((name) => name in measured);
  if (twice !== undefined)
    throw new InputError(`a measure at ${at}`, twice, "names that the grid does not use", "rename the measure");
  return measured;
}

function describePoint(labels: Readonly<Record<string, RowValue>>): string {
  return Object.entries(labels)
    .map(([name, label]) => `${name} = ${typeof label === "string" ? label : quote(label)}`)
    .join(", ");
}

function isRun<R>(started: Generator<Progress | undefined, R> | R): started is Generator<Progress | undefined, R> {
  return (
    typeof started === "object" &&
    started !== null &&
    typeof (started as Partial<Generator>).next === "function" &&
    Symbol.iterator in started
  );
}
