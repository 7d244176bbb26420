import {
  checkInteger,
  checkKeys,
  DISPLAY,
  InputError,
  type Displayable,
  type MimeBundle,
  groupDigits,
} from "@mm-lab/kernel-model";
import { alignDecimals, columnFormat } from "./cells.js";
import { columnInfo, columnValues, type TableLike } from "./columns.js";
import { gridToHtml, gridToText, type TableCell, type TableGrid } from "./grid.js";
import { isNumeric, scanColumn, type ColumnScan } from "./kinds.js";
import { checkColumns, hasDataset, isDataset, own, table, type Source } from "./table.js";

export interface ViewOptions {
  /** What the rows are; written after "N rows × M columns". Default: the title of the dataset, else nothing. */
  readonly caption?: string;
  /** Tables of more rows show the first two thirds and the last third of this many. Default: 20, of which 10 + 5 are shown when there are more. Range: 1 to 10,000. */
  readonly limit?: number;
  /** Units by column name; they win over those the columns carry. */
  readonly units?: Readonly<Record<string, string>>;
  /** Own text for the values of a column, by column name. */
  readonly format?: Readonly<Record<string, (value: unknown) => string>>;
  /** Numeric columns to draw a bar behind, in proportion to the value. */
  readonly bars?: readonly string[];
  /** Columns to show, in this order. Default: all. */
  readonly columns?: readonly string[];
}

/** A table as it is shown: HTML in notebooks, aligned text elsewhere. Made by {@link view} and {@link describe}. */
export class TableView implements Displayable {
  readonly #grid: TableGrid;

  /** @internal */
  constructor(grid: TableGrid) {
    this.#grid = grid;
  }

  /** HTML without scripts; all text in it is escaped. */
  toHTML(): string {
    return gridToHtml(this.#grid);
  }

  /** Aligned plain text. */
  toText(): string {
    return gridToText(this.#grid);
  }

  toString(): string {
    return this.toText();
  }

  [DISPLAY](): MimeBundle {
    return { "text/html": this.toHTML(), "text/plain": this.toText() };
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toText();
  }
}

/**
 * A table ready to be shown: caption with rows × columns, first and last rows, units, grouped digits, exact values in
 * tool tips. Numbers that are not integers have 4 significant digits; null and undefined are a grey "–".
 * Bytes and times get the unit that fits the column (B -> MiB, ns -> ms). Cost: one pass over each column shown.
 *
 * @throws InputError for an unknown column or option, or a limit out of range
 * @example view(results, { caption: "KSM after 30 scans", bars: ["pages_sharing"], units: { rss: "B" } })
 */
export function view(source: Source, options: ViewOptions = {}): TableView {
  checkKeys("view", options, ["caption", "limit", "units", "format", "bars", "columns"]);
  const shown: TableLike = table(source);
  const { units, format, bars = [] } = options;
  const columns = options.columns ?? shown.columnNames();
  checkColumns("a column to show", columns, shown);
  checkColumns("a column of `units`", Object.keys(units ?? {}), shown);
  checkColumns("a column of `format`", Object.keys(format ?? {}), shown);
  checkColumns("a column of `bars`", bars, shown);
  const total = shown.numRows();
  const { head, tail } = visibleRows(total, options.limit);

  const parts = columns.map((name) => {
    const values = columnValues(shown, name);
    const scan = scanColumn(values);
    const info = columnInfo(shown, name);
    const { note, align, cell } = columnFormat(scan, own(units, name) ?? info.unit);
    const custom = own(format, name);
    const write = custom === undefined ? cell : (value: unknown): TableCell => ({ text: custom(value) });
    const rows = [...range(0, head), ...range(total - tail, total)];
    const cells =
      align === "right" ? alignDecimals(rows.map((row) => write(values[row]))) : rows.map((row) => write(values[row]));
    const filled = bars.includes(name)
      ? withBars(
          name,
          cells,
          rows.map((row) => values[row]),
          scan,
        )
      : cells;
    return {
      column: { name, note, align, ...(info.meaning === undefined ? {} : { meaning: info.meaning }) },
      cells: filled,
    };
  });
  const size = `${counted(total, "row")} × ${counted(shown.numCols(), "column")}`;
  const caption = options.caption ?? datasetTitle(source);
  const hidden = total - head - tail;
  return new TableView({
    caption: caption === undefined || caption === "" ? size : `${size} · ${caption}`,
    columns: parts.map((p) => p.column),
    rows: Array.from({ length: head + tail }, (_, row) => parts.map((p) => p.cells[row]!)),
    ...(hidden > 0 && parts.length > 0 ? { gap: { after: head, hidden: counted(hidden, "more row") } } : {}),
  });
}

/** 3, "row" -> "3 rows". */
export function counted(n: number, thing: string): string {
  return `${groupDigits(n)} ${thing}${n === 1 ? "" : "s"}`;
}

function visibleRows(total: number, limit: number | undefined): { head: number; tail: number } {
  if (limit === undefined) return total <= 20 ? { head: total, tail: 0 } : { head: 10, tail: 5 };
  checkInteger("limit", limit, {
    min: 1,
    max: 10_000,
    unit: "rows",
    next: "show fewer rows, or write the table to a file for more",
  });
  if (total <= limit) return { head: total, tail: 0 };
  const tail = Math.floor(limit / 3);
  return { head: limit - tail, tail };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function datasetTitle(source: Source): string | undefined {
  if (isDataset(source)) return source.title;
  return hasDataset(source) ? source.dataset().title : undefined;
}

/** Bars share one scale over the whole column and start at 0; negative ones reach to the left of it. */
function withBars(
  name: string,
  cells: readonly TableCell[],
  values: readonly unknown[],
  scan: ColumnScan,
): TableCell[] {
  if (!isNumeric(scan.kind))
    throw new InputError(
      "a column of `bars`",
      name,
      "a column of numbers",
      `leave it out: ${JSON.stringify(name)} holds ${scan.kind}`,
    );
  const low = Math.min(0, scan.min);
  const span = Math.max(0, scan.max) - low;
  return cells.map((cell, i) => {
    const value = Number(values[i] ?? NaN);
    if (!Number.isFinite(value) || !(span > 0)) return cell;
    return { ...cell, bar: [(Math.min(0, value) - low) / span, (Math.max(0, value) - low) / span] };
  });
}
