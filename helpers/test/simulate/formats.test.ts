import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { formatDataset } from "@mm-lab/helpers";
import type { Dataset } from "@mm-lab/kernel-model";

const dataset: Dataset = {
  title: "two rows",
  columns: [
    { name: "pages", unit: "pages", meaning: "a count", values: Float64Array.of(1, 2.5) },
    { name: 'a "name", quoted', meaning: "text", values: ["x,y", null] },
  ],
};

test("json carries units and meanings", () => {
  expect(JSON.parse(formatDataset(dataset, "json") as string)).toEqual({
    title: "two rows",
    columns: [
      { name: "pages", unit: "pages", meaning: "a count", values: [1, 2.5] },
      { name: 'a "name", quoted', meaning: "text", values: ["x,y", null] },
    ],
  });
});

test("csv quotes what must be quoted, and leaves absent values empty", () => {
  expect(formatDataset(dataset, "csv")).toBe('pages,"a ""name"", quoted"\n1,"x,y"\n2.5,\n');
});

test("parquet is read back by another reader", async () => {
  const bytes = formatDataset(dataset, "parquet") as Uint8Array;
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  expect(await parquetReadObjects({ file })).toEqual([
    { pages: 1, 'a "name", quoted': "x,y" },
    { pages: 2.5, 'a "name", quoted': null },
  ]);
});
