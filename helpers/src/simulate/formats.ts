import type { Column, Dataset } from "@mm-lab/kernel-model";
import { parquetWriteBuffer } from "hyparquet-writer";

export const FORMATS = ["json", "csv", "parquet"] as const;
export type Format = (typeof FORMATS)[number];

/** A dataset as a file: json carries units and meanings, csv is a header and rows, parquet has typed columns. */
export function formatDataset(dataset: Dataset, format: Format): string | Uint8Array {
  switch (format) {
    case "json":
      return `${JSON.stringify({ title: dataset.title, columns: dataset.columns.map((column) => ({ ...column, values: values(column) })) })}\n`;
    case "csv":
      return csv(dataset);
    case "parquet": {
      const columnData = dataset.columns.map((column) => ({
        name: column.name,
        data: values(column),
        ...(isNumeric(column) && { type: "DOUBLE" as const }),
      }));
      return new Uint8Array(parquetWriteBuffer({ columnData }));
    }
  }
}

function csv({ columns }: Dataset): string {
  const rows = columns[0]?.values.length ?? 0;
  const lines = [columns.map(({ name }) => field(name)).join(",")];
  for (let i = 0; i < rows; i++) lines.push(columns.map(({ values }) => field(values[i])).join(","));
  return `${lines.join("\n")}\n`;
}

/** Quoted where needed (RFC 4180); an absent value is an empty field. */
function field(value: number | string | boolean | null | undefined): string {
  const text = value === null || value === undefined ? "" : `${value}`;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function values(column: Column): (number | string | boolean | null)[] {
  return Array.from(column.values as ArrayLike<number | string | boolean | null>);
}

function isNumeric(column: Column): boolean {
  return values(column).every((value) => typeof value === "number");
}
