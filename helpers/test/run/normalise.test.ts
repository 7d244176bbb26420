import { expect, test } from "vitest";
import {
  compareNotebooks,
  describeDifference,
  normaliseNotebook,
  notebookText,
  parseNotebook,
  type Cell,
  type Notebook,
  type Output,
} from "../../src/run/index.js";

function notebook(...cells: Partial<Cell>[]): Notebook {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: cells.map((cell) => ({
      cell_type: "code",
      metadata: {},
      source: "x",
      outputs: [],
      execution_count: null,
      ...cell,
    })),
  };
}
const out = (...outputs: Output[]): Notebook => normaliseNotebook(notebook({ outputs }));

test("traces of one run go: counts, timestamps, versions, pieces of streams; what the author wrote stays", () => {
  const before: Notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: "tslab", display_name: "TypeScript (mm-lab)" },
      language_info: { name: "typescript", version: "20.1.0" },
      title: "Savings",
      widgets: {},
    },
    cells: [
      { cell_type: "markdown", id: "intro", metadata: { tags: ["keep"] }, source: ["# T\n", "text"] },
      {
        cell_type: "code",
        id: "intro",
        source: "a\nb",
        execution_count: 17,
        metadata: { tags: ["parameters"], execution: { "iopub.status.busy": "2026-01-01" }, ExecuteTime: {} },
        outputs: [
          { output_type: "stream", name: "stdout", text: "1\n" },
          { output_type: "stream", name: "stdout", text: ["2", "\n3"] },
          { output_type: "stream", name: "stderr", text: "e" },
          { output_type: "stream", name: "stdout", text: "4" },
          { output_type: "execute_result", execution_count: 17, data: { "text/plain": "42" }, metadata: {} },
        ],
      },
      { cell_type: "code", id: "empty", source: "  ", metadata: {}, outputs: [], execution_count: 3 },
    ],
  };
  const after = normaliseNotebook(before);
  expect(after.metadata["title"]).toBe("Savings");
  expect(JSON.stringify(after.metadata)).not.toMatch(/20\.1\.0|widgets/);
  expect(after.cells.map(({ id }) => id)).toEqual(["intro", "cell-2", "empty"]);
  expect(after.cells[1]).toMatchObject({
    metadata: { tags: ["parameters"] },
    execution_count: 1,
    source: ["a\n", "b"],
    outputs: [
      { name: "stdout", text: ["1\n", "2\n", "3"] },
      { name: "stderr", text: ["e"] },
      { name: "stdout", text: ["4"] },
      { execution_count: 1, data: { "text/plain": ["42"] } },
    ],
  });
  expect(Object.keys(after.cells[1]?.metadata ?? {})).toEqual(["tags"]);
  expect(after.cells[2]?.execution_count).toBeNull();
  expect(
    notebookText(normaliseNotebook(parseNotebook("x", notebookText(after)))),
    "normalising twice changes nothing",
  ).toBe(notebookText(after));
});

test("the PNG that JupyterLab takes of a chart goes, a picture on its own stays", () => {
  const chart = {
    output_type: "display_data",
    metadata: {},
    data: { "application/vnd.vegalite.v5+json": { mark: "bar" }, "image/svg+xml": "<svg/>", "image/png": "aGk=" },
  };
  expect(Object.keys(out(chart).cells[0]?.outputs?.[0]?.data ?? {})).toEqual([
    "application/vnd.vegalite.v5+json",
    "image/svg+xml",
  ]);
  expect(out({ ...chart, data: { "image/png": "aGk=" } }).cells[0]?.outputs?.[0]?.data).toEqual({
    "image/png": "aGk=",
  });
});

test("files are as Jupyter writes them: keys sorted, one space of indent, a newline at the end", () => {
  const text = notebookText(
    out({ output_type: "display_data", metadata: {}, data: { "application/json": { b: 1, a: 2 } } }),
  );
  expect(text.endsWith("}\n")).toBe(true);
  expect(text.indexOf('"a": 2')).toBeLessThan(text.indexOf('"b": 1'));
  expect(text.split("\n")[1]).toBe(' "cells": [');
});

const stream = (text: string): Output => ({ output_type: "stream", name: "stdout", text });
const chart = (y: number): Output => ({
  output_type: "display_data",
  metadata: {},
  data: { "application/vnd.vegalite.v5+json": { data: { values: [{ y: 1 }, { y }] } } },
});

test.each([
  ["text", [stream("a\nb\n")], [stream("a\nc\n")], "output 1, stdout, line 2", '"b"', '"c"'],
  [
    "a chart's value",
    [chart(2)],
    [chart(3)],
    "output 1, application/vnd.vegalite.v5+json $.data.values[1].y",
    "2",
    "3",
  ],
  ["a missing output", [stream("a")], [], "output 1", 'stdout "a"', "no such output"],
  [
    "an output more",
    [stream("a")],
    [stream("a"), chart(1)],
    "output 2",
    "no such output",
    "display_data of application/vnd.vegalite.v5+json",
  ],
  ["never executed", [], [stream("a")], "output 1", "no output (is the notebook committed executed?)", 'stdout "a"'],
  [
    "another kind",
    [stream("a")],
    [chart(1)],
    "output 1",
    'stdout "a"',
    "display_data of application/vnd.vegalite.v5+json",
  ],
])("the first difference is named: %s", (_what, before, after, where, committed, now) => {
  expect(compareNotebooks(out(...before), out(...after))).toEqual({ cell: 1, where, committed, now });
  expect(compareNotebooks(out(...before), out(...before))).toBeUndefined();
});

test("of a long line the part around the difference is shown", () => {
  const difference = compareNotebooks(
    out(stream(`${"x".repeat(500)}A${"y".repeat(500)}`)),
    out(stream(`${"x".repeat(500)}B${"y".repeat(500)}`)),
  );
  expect(describeDifference("n.ipynb", difference!)).toMatch(
    /^n\.ipynb, cell 1, output 1, stdout, line 1:\n {2}- committed: \.\.\."x{40}Ay{79}"\.\.\.\n {2}\+ now: {7}\.\.\."x{40}By{79}"\.\.\.$/,
  );
});

test.each([
  [
    "not JSON",
    "{",
    /the notebook is "bad\.ipynb"; accepted: a Jupyter notebook of format 4[^]*this is not JSON[^]*Next: restore the file from git/,
  ],
  ["an older format", '{"nbformat":3,"worksheets":[]}', /Next: open it in JupyterLab and save it/],
  ["cells of no type", '{"nbformat":4,"metadata":{},"cells":[{}]}', /accepted: a Jupyter notebook of format 4/],
])("a file that is no notebook is refused: %s", (_what, text, message) => {
  expect(() => parseNotebook("bad.ipynb", text)).toThrow(message);
});
