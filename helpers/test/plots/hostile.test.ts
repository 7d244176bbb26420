import { expect, test } from "vitest";
import {
  barChart,
  dropdown,
  heatMap,
  histogram,
  layer,
  lineChart,
  referenceLine,
  smallMultiples,
  timeline,
} from "../../src/plots/index.js";
import { draw } from "./check.js";

/** Text that tries to be something else: markup, code, an expression, a path into an object. */
const HOSTILE = [
  "<script>globalThis.broken = 1</script>",
  "</script><img src=x onerror=alert(1)>",
  "a.b[0]['c']",
  "quote ' double \" back \\ tick `",
  "${1 + 1}",
  "datum.x",
  "javascript:alert(1)",
  "]]>",
  "&lt;",
  "مرحبا \u202e abc",
  "🎉 日本",
  "__proto__",
  "constructor",
  "x".repeat(10_000),
  "line\nbreak\ttab",
  "\ud800",
  "\u0000\u001b[31m",
  " ",
  '{"signal":"x"}',
];

test.each(HOSTILE.map((text) => [text.slice(0, 30), text]))(
  "%j in names, titles, units and data comes out as text",
  (_short, text) => {
    const name = text === "__proto__" ? "x" : text;
    const other = `${name} too`;
    const rows = [1, 2, 3].flatMap((i) =>
      [text, "plain"].map((s) => ({ [name]: i, [other]: i * i, series: s, panel: `${text}${i % 2}` })),
    );
    const axes = { x: name, y: { field: other, title: text, unit: text } };
    const charts = [
      lineChart(rows, {
        title: text.trim() === "" ? "t" : text,
        subtitle: text,
        description: text,
        ...axes,
        color: { field: "series", title: text },
      }),
      barChart(
        rows.filter((_, i) => i < 2),
        { title: `t${text}`, x: "series", y: other },
      ),
      heatMap(rows, { title: "t", x: name, y: "series", color: { field: other, title: text } }),
      histogram(rows, { title: "t", x: axes.y, color: "series" }),
      timeline(rows, { title: "t", task: "series", start: name, end: other, color: "panel" }),
      smallMultiples(lineChart, rows, { title: "t", by: "panel", ...axes, color: "series" }),
      lineChart(rows, { title: "t", ...axes, controls: [dropdown({ field: "series", label: text })] }),
      layer(lineChart(rows, { title: "t", ...axes }), referenceLine({ y: 2, label: text })),
    ];
    for (const chart of charts) {
      const drawn = draw(chart);
      expect(drawn.marks.flatMap((m) => m.items).length).toBeGreaterThan(0);
      const svg = chart.toSVG();
      expect(/<(script|img|a|foreignObject)\b|\son\w+="/.exec(svg.replace(/="[^"]*"/g, '=""'))?.[0]).toBeUndefined();
      expect(/[\u0000-\u0008\u000b\u001b]|\p{Surrogate}/u.exec(svg + JSON.stringify(chart.spec))?.[0]).toBeUndefined();
    }
    if (text.trim() !== "" && text.length < 200) {
      const readable = text
        .replace("\n", "⏎")
        .replace("\t", "⇥")
        .replace("\u202e", "⟨U+202E⟩")
        .replace("\ud800", "\ufffd")
        .replace("\u0000", "␀")
        .replace("\u001b", "␛");
      expect(draw(charts[1]!).texts.map((t) => t.replace("\u2060", "").trim())).toContain(readable.trim());
      expect(draw(charts[7]!).texts.map((t) => t.replace("\u2060", "").trim())).toContain(readable.trim());
    }
  },
);

test("a dotted field name is mapped back to the real one for those who read the data", () => {
  const chart = lineChart([{ "a.b": 1, "a[b]": 2, a_b: 3 }], { title: "t", x: "a.b", y: "a[b]", color: "a_b" });
  expect(chart.spec["usermeta"]).toEqual({
    columns: [
      { field: "c_a_b", name: "a.b" },
      { field: "c_a_b_", name: "a[b]" },
      { field: "a_b", name: "a_b" },
    ],
  });
  expect(draw(chart).texts).toEqual(expect.arrayContaining(["a.b", "a[b]"]));
});
