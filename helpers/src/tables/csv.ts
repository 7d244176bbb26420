import { InputError, type Column } from "@mm-lab/kernel-model";

/** Comma-separated values (RFC 4180), read and written. */

/** Rows of text cells of a comma-separated file (RFC 4180: quotes, doubled quotes, line breaks inside quotes, CRLF, BOM). */
export function parseCsvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let line = 1;
  let i = text.startsWith("\uFEFF") ? 1 : 0;
  while (i < text.length) {
    let cell: string;
    if (text[i] === '"') {
      const end = closingQuote(text, i, line);
      cell = text.slice(i + 1, end);
      line += cell.split("\n").length - 1;
      cell = cell.replaceAll('""', '"');
      i = end + 1;
      checkCellEnd(text, i, line);
    } else {
      const start = i;
      while (!endsCell(text, i)) i++;
      cell = text.slice(start, i);
    }
    row.push(cell);
    if (text[i] === ",") {
      i++;
      if (i === text.length) row.push("");
      if (i < text.length) continue;
    }
    if (text[i] === "\r") i++;
    if (text[i] === "\n") i++;
    if (row.length > 1 || row[0] !== "") {
      rows.push(row);
      checkWidth(row, rows[0]!.length, line);
    }
    line++;
    row = [];
  }
  return rows;
}

function endsCell(text: string, i: number): boolean {
  return i >= text.length || ",\r\n".includes(text.charAt(i));
}

/** Where the quotes end that open at `from`; doubled quotes are part of the value. */
function closingQuote(text: string, from: number, line: number): number {
  for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 2))
    if (text[end + 1] !== '"') return end;
  throw new InputError(
    "the CSV text",
    text.slice(from, from + 40),
    `a closing quote for the one opened on line ${line}`,
    "close the quote, or double a quote that is part of the value",
  );
}

function checkCellEnd(text: string, i: number, line: number): void {
  if (endsCell(text, i)) return;
  throw new InputError(
    `the CSV text on line ${line}`,
    text.slice(i, i + 20),
    "a comma or a line end after a closing quote",
    "double a quote that is part of the value",
  );
}

function checkWidth(row: readonly string[], width: number, line: number): void {
  if (row.length === width) return;
  throw new InputError(
    `the number of cells on line ${line} of the CSV text`,
    row.length,
    `${width}, as in its first line`,
    "add the missing cells, or quote the value that contains a comma",
  );
}

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const NOT_FINITE = new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
]);
const INTEGER = /^\s*[+-]?\d+\s*$/;
const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * Values of a text column in the narrowest type that holds every cell: numbers, integers too large for a number as
 * BigInt, booleans, ISO dates (UTC unless the text says otherwise), else text. An empty cell is null.
 * All cells are looked at: a word in the last row is never turned into NaN.
 */
export function inferColumn(cells: readonly string[]): Float64Array | unknown[] {
  const filled = cells.filter((c) => c !== "");
  const every = (test: (cell: string) => boolean): boolean => filled.length > 0 && filled.every(test);
  const map = (convert: (cell: string) => unknown): unknown[] => cells.map((c) => (c === "" ? null : convert(c)));
  if (every((c) => NUMBER.test(c) || NOT_FINITE.has(c))) {
    if (every((c) => INTEGER.test(c)) && !every((c) => Number.isSafeInteger(Number(c))))
      return map((c) => BigInt(c.trim().replace(/^\+/, "")));
    const number = (c: string): number => NOT_FINITE.get(c) ?? Number(c);
    return filled.length === cells.length ? Float64Array.from(cells, number) : map(number);
  }
  if (every((c) => c === "true" || c === "false")) return map((c) => c === "true");
  if (every((c) => DATE.test(c) && !Number.isNaN(utc(c)))) return map((c) => new Date(utc(c)));
  return map((c) => c);
}

function utc(text: string): number {
  const iso = text.replace(" ", "T");
  return Date.parse(iso.includes("T") && !/(?:Z|[+-]\d\d:?\d\d)$/.test(iso) ? `${iso}Z` : iso);
}

/** Columns as a comma-separated file: a header, and a line for each row. Quoted where needed; an absent value is an empty cell. */
export function formatCsv(columns: readonly Column[]): string {
  const lines = [columns.map(({ name }) => csvCell(name)).join(",")];
  const rows = columns[0]?.values.length ?? 0;
  for (let row = 0; row < rows; row++) lines.push(columns.map(({ values }) => csvCell(values[row])).join(","));
  return `${lines.join("\n")}\n`;
}

function csvCell(value: string | number | boolean | null | undefined): string {
  const text = value === null || value === undefined ? "" : `${value}`;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
