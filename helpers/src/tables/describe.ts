import { formatWithUnit, groupDigits, hasScales } from "@mm-lab/kernel-model";
import { anyCell } from "./cells.js";
import { columnInfo, columnValues, type TableLike } from "./columns.js";
import type { TableCell, GridColumn } from "./grid.js";
import { isNumeric, scanColumn, type ColumnScan } from "./kinds.js";
import { table, type Source } from "./table.js";
import { counted, TableView } from "./view.js";

/** Distinct values are counted up to here; beyond it the count reads "> 10,000". */
const DISTINCT_LIMIT = 10_000;
const BINS = 12;

/**
 * What a table holds, one row per column: kind, values present and absent, minimum, median, 99th percentile, maximum,
 * distinct values (counted up to 10,000), and a small histogram of the numbers. Median and p99 are values that occur
 * (nearest rank). NaN and infinities are counted as absent from the statistics and named. Cost: a sort per numeric column.
 *
 * @example describe(results)
 */
export function describe(source: Source): TableView {
  const described: TableLike = table(source);
  const column = (name: string, align: "left" | "right", meaning: string): GridColumn => ({
    name,
    note: "",
    align,
    meaning,
  });
  return new TableView({
    caption: `${counted(described.numRows(), "row")} × ${counted(described.numCols(), "column")} · summary, one row per column`,
    columns: [
      column("column", "left", "name of the column"),
      column("type", "left", "what the column holds"),
      column("unit", "left", "unit of the values"),
      column("n", "right", "values present"),
      column("nulls", "right", "values absent: null or undefined"),
      column("min", "right", "smallest value"),
      column("median", "right", "half of the values are no larger"),
      column("p99", "right", "99% of the values are no larger"),
      column("max", "right", "largest value"),
      column("distinct", "right", "different values"),
      column("histogram", "left", `${BINS} bins of equal width from min to max`),
    ],
    rows: described.columnNames().map((name) => describeColumn(described, name)),
  });
}

function describeColumn(described: TableLike, name: string): TableCell[] {
  const { unit } = columnInfo(described, name);
  const values = columnValues(described, name);
  const scan = scanColumn(values);
  const distinct = countDistinct(values);
  return [
    anyCell(name),
    { text: scan.kind + (scan.notFinite > 0 ? `, ${groupDigits(scan.notFinite)} not finite` : "") },
    unit === undefined ? { text: "" } : anyCell(unit),
    { text: groupDigits(scan.present) },
    { text: groupDigits(values.length - scan.present) },
    ...statistics(values, scan, unit),
    { text: distinct > DISTINCT_LIMIT ? `> ${groupDigits(DISTINCT_LIMIT)}` : groupDigits(distinct) },
    histogram(values, scan, unit),
  ];
}

function statistics(values: ArrayLike<unknown>, scan: ColumnScan, unit: string | undefined): TableCell[] {
  const none: TableCell = { text: "" };
  if (isNumeric(scan.kind)) {
    const sorted = finite(values).sort();
    if (sorted.length === 0) return [none, none, none, none];
    // Nearest rank: the smallest value that at least this share of the values does not exceed.
    return [0, 0.5, 0.99, 1].map((share) =>
      anyCell(
        sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)],
        unit !== undefined && hasScales(unit) ? unit : undefined,
      ),
    );
  }
  if (scan.kind === "date") {
    const times = finite(values).sort();
    const date = (time: number | undefined): TableCell =>
      time === undefined ? none : anyCell(new Date(time), undefined, scan);
    return [date(times[0]), date(times[Math.ceil(times.length / 2) - 1]), none, date(times.at(-1))];
  }
  return [none, none, none, none];
}

/** The finite numbers (or times of dates) among the values. */
function finite(values: ArrayLike<unknown>): Float64Array {
  const numbers = new Float64Array(values.length);
  let n = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (
      value === null ||
      value === undefined ||
      (typeof value !== "number" && typeof value !== "bigint" && !(value instanceof Date))
    )
      continue;
    const number = Number(value);
    if (Number.isFinite(number)) numbers[n++] = number;
  }
  return numbers.subarray(0, n);
}

function countDistinct(values: ArrayLike<unknown>): number {
  const seen = new Set<unknown>();
  for (let i = 0; i < values.length && seen.size <= DISTINCT_LIMIT; i++) {
    const value = values[i];
    if (value !== null && value !== undefined) seen.add(value instanceof Date ? value.getTime() : value);
  }
  return seen.size;
}

function histogram(values: ArrayLike<unknown>, scan: ColumnScan, unit: string | undefined): TableCell {
  const span = scan.max - scan.min;
  if (!isNumeric(scan.kind) || !(span > 0) || !Number.isFinite(span)) return { text: "" };
  const counts = new Array<number>(BINS).fill(0);
  for (const number of finite(values)) {
    const bin = Math.min(BINS - 1, Math.floor(((number - scan.min) / span) * BINS));
    counts[bin] = counts[bin]! + 1;
  }
  const range = `${formatWithUnit(scan.min, unit)} to ${formatWithUnit(scan.max, unit)}`;
  return { text: `histogram from ${range}: ${counts.map(groupDigits).join(", ")}`, histogram: counts };
}
