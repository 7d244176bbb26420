import type { Column, Dataset } from "@mm-lab/kernel-model";
import { formatCsv } from "../tables/csv.js";
import { parquetWriteBuffer } from "hyparquet-writer";

export const FORMATS = ["json", "csv", "parquet"] as const;
export type Format = (typeof FORMATS)[number];

/** A dataset as a file: json carries units and meanings, csv is a header and rows, parquet has typed columns. */
export function formatDataset(dataset: Dataset, format: Format): string | Uint8Array {
  switch (format) {
    case "json":
      return `${JSON.stringify({ title: dataset.title, columns: dataset.columns.map((column) => ({ ...column, values: values(column) })) })}\n`;
    case "csv":
      return formatCsv(dataset.columns);
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

function values(column: Column): (number | string | boolean | null)[] {
  return Array.from(column.values as ArrayLike<number | string | boolean | null>);
}

function isNumeric(column: Column): boolean {
  return values(column).every((value) => typeof value === "number");
}
