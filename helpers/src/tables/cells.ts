import { exactNumber, formatNumber, formatWithUnit, readableUnit } from "@mm-lab/kernel-model";
import type { TableCell } from "./grid.js";
import { isNumeric, type ColumnScan } from "./kinds.js";
import { shorten } from "./text.js";

/** Longest text written into one cell; the rest is cut, the first 2,000 characters stay in the tool tip. */
const CELL_LIMIT = 200;

export interface ColumnFormat {
  /** Second line of the head. */
  readonly note: string;
  readonly align: "left" | "right";
  readonly cell: (value: unknown) => TableCell;
}

/**
 * How a column is written. One unit for the whole column, so that its numbers can be compared by eye (bytes as KiB,
 * MiB, ..., ns as µs, ms, s); where the values differ too much for that, each cell names its own.
 */
export function columnFormat(scan: ColumnScan, unit: string | undefined): ColumnFormat {
  if (!isNumeric(scan.kind)) {
    const right = scan.kind === "mixed" && !Number.isNaN(scan.max);
    return {
      note: unit ?? scan.kind.replace("empty", "no values"),
      align: right ? "right" : "left",
      cell: (value) => anyCell(value, unit, scan),
    };
  }
  if (unit === undefined) return { note: scan.kind, align: "right", cell: (value) => anyCell(value, undefined, scan) };
  const scale = readableUnit(unit, scan.largest);
  if (scale.size > 1 && scan.smallest / scale.size < 0.01)
    return { note: unit, align: "right", cell: (value) => anyCell(value, unit, scan) };
  return {
    note: scale.unit,
    align: "right",
    cell(value) {
      if (scale.size === 1 || typeof value !== "number")
        return anyCell(value, scale.size === 1 ? undefined : unit, scan, unit);
      const exact = `${exactNumber(value)} ${unit}`;
      return { text: formatNumber(value / scale.size), exact };
    },
  };
}

/** A cell for any value at all; with `unit`, a number names it. */
export function anyCell(
  value: unknown,
  unit?: string,
  scan?: Pick<ColumnScan, "wholeDays">,
  exactUnit = unit,
): TableCell {
  if (value === null || value === undefined)
    return { text: "–", exact: value === null ? "null" : "missing", absent: true };
  if (typeof value === "number" || typeof value === "bigint") {
    const text = formatWithUnit(value, unit);
    const exact = exactNumber(value) + (exactUnit === undefined ? "" : ` ${exactUnit}`);
    return text === exact || (formatNumber(value) === exactNumber(value) && unit === undefined)
      ? { text }
      : { text, exact };
  }
  const text = value instanceof Date ? dateText(value, scan?.wholeDays === true) : textOf(value);
  return text.length > CELL_LIMIT ? { text: shorten(text, CELL_LIMIT), exact: text } : { text };
}

/** Dates in ISO form, UTC: "2026-11-21" where the whole column is at midnight, else "2026-11-21 01:33:56Z". */
function dateText(date: Date, wholeDays: boolean): string {
  if (Number.isNaN(date.getTime())) return "invalid date";
  const iso = date.toISOString();
  return wholeDays ? iso.slice(0, iso.indexOf("T")) : iso.replace("T", " ").replace(".000Z", "Z");
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "function") return `function ${value.name}`.trim();
  if (typeof value !== "object" || value === null) return String(value);
  try {
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    const plain: unknown =
      value instanceof Map || value instanceof Set
        ? [...value]
        : ArrayBuffer.isView(value)
          ? Array.from(value as Uint8Array)
          : value;
    return (
      JSON.stringify(plain, (_key, v: unknown) => (typeof v === "bigint" ? `${v}n` : v)) ??
      Object.prototype.toString.call(value)
    );
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/**
 * Pads the fractions of a right-aligned column to one length, so that decimal points stand below each other: the pad
 * is as wide as a digit (U+2007) and, for the missing point, as wide as a point (U+2008).
 */
export function alignDecimals(cells: readonly TableCell[]): TableCell[] {
  const fraction = (text: string): number => /^-?[\d,]+(?:\.(\d+))?$/.exec(text)?.[1]?.length ?? 0;
  const longest = Math.max(0, ...cells.map((c) => fraction(c.text)));
  if (longest === 0) return [...cells];
  return cells.map((cell) => {
    if (!/^-?[\d,]+(?:\.\d+)?$/.test(cell.text)) return cell;
    const own = fraction(cell.text);
    return { ...cell, text: cell.text + (own === 0 ? "\u2008" : "") + "\u2007".repeat(longest - own) };
  });
}
