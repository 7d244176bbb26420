import { inspect } from "node:util";
import { DISPLAY } from "@mm-lab/kernel-model";
import { describe as suite, expect, test } from "vitest";
import { describe, table, view } from "../../src/tables/index.js";

const rows = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ scan: i, bytes: i * 1024 * 1024 * 100, share: i / 3 }));
/** Texts of the cells of a column in HTML, by position. */
const cells = (html: string, column: number): string[] =>
  [...html.matchAll(/<tr>(.*?)<\/tr>/g)]
    .slice(1)
    .map((row) => [...row[1]!.matchAll(/<td[^>]*>(.*?)<\/td>/g)][column]?.[1] ?? "");

suite("view", () => {
  test("up to 20 rows are all shown; more are head, tail and how many between", () => {
    const all = view(rows(20)).toHTML();
    expect(cells(all, 0)).toHaveLength(20);
    expect(all).not.toContain("more row");
    const cut = view(rows(1234)).toHTML();
    expect(cells(cut, 0)).toEqual([
      ...Array.from("0123456789"),
      "⋮ 1,219 more rows",
      "1,229",
      "1,230",
      "1,231",
      "1,232",
      "1,233",
    ]);
    expect(cut).toContain("⋮ 1,219 more rows");
    expect(cut).toContain(
      '<caption style="caption-side:top;text-align:left;padding:2px 10px 4px;white-space:nowrap">1,234 rows × 3 columns</caption>',
    );
    expect(cells(view(rows(30), { limit: 3 }).toHTML(), 0)).toEqual(["0", "1", "⋮ 27 more rows", "29"]);
  });

  test("the head has scope, unit or type below the name, and the meaning as a tool tip", () => {
    const html = view({
      title: "Counters",
      columns: [
        { name: "pages_sharing", unit: "pages", meaning: 'pages that "share"', values: [1] },
        { name: "policy", meaning: "", values: ["a"] },
      ],
    }).toHTML();
    expect(html).toMatch(
      /<th scope="col" title="pages that &#34;share&#34;" style="[^"]*position:sticky;top:0[^"]*text-align:right"><bdi>pages_sharing<\/bdi><br><span[^>]*>pages<\/span><\/th>/,
    );
    expect(html).toMatch(/<th scope="col" style="[^"]*text-align:left"><bdi>policy<\/bdi><br><span[^>]*>text<\/span>/);
    expect(html).toContain("1 row × 2 columns · Counters");
  });

  test("a column has one unit, chosen by its largest value, the exact value is in the tool tip", () => {
    const html = view(rows(12), { units: { bytes: "B" }, columns: ["bytes"] }).toHTML();
    expect(html).toContain(">GiB</span>");
    expect(html).toContain('title="1,153,433,600 B"');
    expect(cells(html, 0).at(-1)).toBe("1.074\u2007\u2007");
    expect(cells(html, 0)[1]).toBe("0.09766");
  });

  test("where one unit does not fit all values, each cell names its own", () => {
    const html = view([{ t: 5 }, { t: 5e9 }], { units: { t: "ns" } }).toHTML();
    expect(cells(html, 0)).toEqual(["5 ns", "5 s"]);
  });

  test("decimal points stand below each other", () => {
    const texts = cells(view([{ x: 1 }, { x: 12.25 }, { x: 0.5 }]).toHTML(), 0);
    expect(texts).toEqual(["1\u2008\u2007\u2007", "12.25", "0.5\u2007"]);
    expect(
      view([{ x: 1 }, { x: 12.25 }, { x: 0.5 }])
        .toText()
        .split("\n")
        .slice(-3),
    ).toEqual(["  1", " 12.25", "  0.5"]);
  });

  test("absent and odd values are readable", () => {
    const html = view([
      {
        a: null,
        b: NaN,
        c: -Infinity,
        d: 10n ** 20n,
        e: true,
        f: new Date(0),
        g: undefined,
        h: { x: 1n },
        i: Symbol("s"),
        j: -0,
      },
    ]).toHTML();
    const texts = [...Array(10).keys()].map((i) => cells(html, i)[0]);
    expect(texts).toEqual([
      "–",
      "NaN",
      "-∞",
      "100,000,000,000,000,000,000",
      "true",
      "1970-01-01",
      "–",
      "{&#34;x&#34;:&#34;1n&#34;}",
      "Symbol(s)",
      "0",
    ]);
    expect(html).toMatch(/<td dir="auto" title="null" style="[^"]*color:#767676">–<\/td>/);
  });

  test("bars start at 0 and are in proportion to the value, negative ones to the left", () => {
    const bars = [
      ...view([{ v: 50 }, { v: 100 }, { v: -100 }], { bars: ["v"] })
        .toHTML()
        .matchAll(/transparent (\d+)%,#1a85c847 \1%,#1a85c847 (\d+)%/g),
    ].map((m) => [Number(m[1]), Number(m[2])]);
    expect(bars).toEqual([
      [50, 75],
      [50, 100],
      [0, 50],
    ]);
    expect(() => view([{ v: "a" }], { bars: ["v"] })).toThrow(
      'a column of `bars` is "v"; accepted: a column of numbers',
    );
  });

  test("columns, format and caption are the user's", () => {
    const text = view(rows(2), {
      columns: ["share", "scan"],
      format: { scan: (v) => `#${String(v)}` },
      caption: "mine",
    }).toText();
    expect(text.split("\n")).toEqual([
      "2 rows × 3 columns · mine",
      " share     scan",
      "number  integer",
      "──────  ───────",
      "0            #0",
      "0.3333       #1",
    ]);
  });

  test("unknown columns and options are refused with the nearest name", () => {
    expect(() => view(rows(2), { columns: ["scn"] })).toThrow(
      'a column to show is "scn"; accepted: one of "scan", "bytes", "share". Next: did you mean "scan"',
    );
    expect(() => view(rows(2), { captoin: "x" } as object)).toThrow('did you mean "caption"');
    expect(() => view(rows(2), { limit: 0 })).toThrow("limit is 0; accepted: an integer from 1 to 10000 rows");
    expect(() => view([], { columns: ["a"] })).toThrow("the table has no columns");
  });

  test("an empty table says so", () => {
    expect(view([]).toText()).toBe("0 rows × 0 columns");
    expect(view(table([{ a: 1 }]).filter(() => false)).toText()).toContain("0 rows × 1 column");
  });

  test("a filtered and ordered table is shown as it is", () => {
    expect(
      cells(
        view(
          table(rows(9))
            .filter((d: { scan: number }) => d.scan > 6)
            .orderby("share"),
        ).toHTML(),
        0,
      ),
    ).toEqual(["7", "8"]);
  });

  test("HTML and text are in the bundle and nothing else; printing gives the text", () => {
    const shown = view(rows(2));
    expect(Object.keys(shown[DISPLAY]())).toEqual(["text/html", "text/plain"]);
    expect(inspect(shown)).toBe(shown.toText());
  });

  test("the text lines up with wide characters", () => {
    expect(
      view([
        { name: "日本", v: 1 },
        { name: "🎉", v: 10 },
      ])
        .toText()
        .split("\n")
        .slice(-2),
    ).toEqual(["日本        1", "🎉         10"]);
  });
});

suite("describe", () => {
  const described = describe({
    title: "t",
    columns: [
      {
        name: "latency",
        unit: "ns",
        meaning: "",
        values: Float64Array.from({ length: 200 }, (_, i) => (i + 1) * 1000),
      },
      { name: "maybe", meaning: "", values: Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? null : "x")) },
      {
        name: "odd",
        meaning: "",
        values: Array.from({ length: 200 }, (_, i) => (i === 0 ? NaN : i === 1 ? Infinity : 5)),
      },
    ],
  });

  test("counts, nearest-rank statistics, distinct values, per column", () => {
    const line = (name: string) =>
      described
        .toText()
        .split("\n")
        .find((l) => l.startsWith(name))!
        .trim()
        .split(/ {2,}/);
    expect(line("latency").slice(0, 10)).toEqual([
      "latency",
      "integer",
      "ns",
      "200",
      "0",
      "1 µs",
      "100 µs",
      "198 µs",
      "200 µs",
      "200",
    ]);
    expect(line("maybe")).toEqual(["maybe", "text", "100", "100", "1"]);
    expect(line("odd")).toEqual(["odd", "number, 2 not finite", "200", "0", "5", "5", "5", "5", "3"]);
  });

  test("histograms are pictures with a text for those who cannot see them", () => {
    const html = described.toHTML();
    // 1 to 200 in twelve bins of equal width.
    const bins = Array.from({ length: 12 }, () => 0);
    for (let x = 1; x <= 200; x++) bins[Math.min(11, Math.floor(((x - 1) / 199) * 12))]!++;
    expect(html).toContain(`<svg role="img" aria-label="histogram from 1 µs to 200 µs: ${bins.join(", ")}"`);
    expect(html.match(/<rect /g)).toHaveLength(13);
    expect(described.toText()).toMatch(/[▁-█]{12}/);
  });

  test("distinct values are counted up to a bound", () => {
    expect(
      describe({
        title: "t",
        columns: [{ name: "a", meaning: "", values: Float64Array.from({ length: 20_000 }, (_, i) => i) }],
      }).toText(),
    ).toContain("> 10,000");
  });
});
