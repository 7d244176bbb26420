import { DISPLAY } from "@mm-lab/kernel-model";
import { table as arqueroTable } from "arquero";
import { describe, expect, test } from "vitest";
import { lineChart, table, toBundle, view } from "../../src/index.js";

const dataset = { title: "Counters", columns: [{ name: "scan", meaning: "", values: [1, 2] }] };
const spec = { $schema: "https://vega.github.io/schema/vega-lite/v5.20.json", description: "mine", mark: "bar" };

describe("toBundle", () => {
  test("a chart: the spec, picture, text, and options for the host; never HTML", () => {
    const bundle = toBundle(lineChart([{ x: 1, y: 2 }], { title: "t", x: "x", y: "y" }))!;
    expect(Object.keys(bundle.data)).toEqual(["application/vnd.vegalite.v5+json", "image/svg+xml", "text/plain"]);
    expect(bundle.metadata).toEqual({
      "application/vnd.vegalite.v5+json": {
        embed_options: { renderer: "svg", actions: { source: false, editor: false, compiled: false, export: true } },
      },
    });
  });

  test.each([
    ["an Arquero table", arqueroTable({ scan: [1, 2] })],
    ["a filtered table", table(dataset).filter(() => true)],
    ["a view", view(dataset)],
    ["a dataset", dataset],
    ["a result with dataset()", { dataset: () => dataset }],
    [
      "an instance with dataset()",
      new (class {
        dataset() {
          return dataset;
        }
      })(),
    ],
  ])("%s: a table as HTML and text, no metadata", (_name, value) => {
    const bundle = toBundle(value)!;
    expect(Object.keys(bundle.data)).toEqual(["text/html", "text/plain"]);
    expect(bundle.data["text/plain"]).toMatch(/^2 rows × 1 column/);
    expect(bundle.metadata).toEqual({});
  });

  test("the value's own display method goes first", () => {
    expect(toBundle({ [DISPLAY]: () => ({ "text/plain": "own" }), dataset: () => dataset })!.data).toEqual({
      "text/plain": "own",
    });
    expect(() =>
      toBundle({
        [DISPLAY]: () => {
          throw new Error("why");
        },
      }),
    ).toThrow("why");
  });

  test("types that would hide a chart are taken out", () => {
    const bundle = toBundle({
      [DISPLAY]: () => ({
        "application/vnd.vegalite.v5+json": spec,
        "text/html": "<b>",
        "application/json": {},
        "text/plain": "p",
      }),
    })!;
    expect(Object.keys(bundle.data)).toEqual(["application/vnd.vegalite.v5+json", "text/plain"]);
    expect(Object.keys(toBundle({ [DISPLAY]: () => ({ "text/html": "<b>", "application/json": {} }) })!.data)).toEqual([
      "text/html",
    ]);
  });

  test("a chart of another library: its Vega-Lite v5 spec, with a text", () => {
    expect(toBundle({ toSpec: () => spec })!.data).toEqual({
      "application/vnd.vegalite.v5+json": spec,
      "text/plain": "Chart: mine",
    });
    expect(
      toBundle({ toSpec: () => ({ ...spec, $schema: "https://vega.github.io/schema/vega-lite/v6.json" }) }),
    ).toBeUndefined();
    expect(
      toBundle({
        toSpec: () => {
          throw new Error("not for us");
        },
      }),
    ).toBeUndefined();
  });

  test.each([
    [42],
    ["text"],
    [null],
    [undefined],
    [[{ a: 1 }]],
    [{ a: 1 }],
    [{ dataset: () => 3 }],
    [{ toSpec: () => null }],
    [() => 1],
    [{ title: "t", columns: [] }],
    [10n],
    [Symbol("s")],
  ])("%s is printed plainly", (value) => {
    expect(toBundle(value)).toBeUndefined();
  });
});
