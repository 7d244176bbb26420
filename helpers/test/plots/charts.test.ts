import { DISPLAY } from "@mm-lab/kernel-model";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  annotation,
  bandChart,
  barChart,
  Chart,
  dropdown,
  heatMap,
  histogram,
  layer,
  lineChart,
  referenceLine,
  slider,
  smallMultiples,
  timeline,
  toggle,
} from "../../src/plots/index.js";
import { COLORS } from "../../src/plots/theme.js";
import { table } from "../../src/tables/index.js";
import { draw, scene } from "./check.js";

const policies = ["none", "kernel", "custom"];
const scans = policies.flatMap((policy, p) =>
  Array.from({ length: 30 }, (_, i) => ({
    scan: i + 1,
    pages: Math.round(2e7 * Math.exp(-0.05 * i * p)),
    policy,
    workload: i % 2 === 0 ? "web" : "VM",
    unused: "x".repeat(500),
  })),
);
const counters = table(scans, { units: { pages: "pages" } });
const line = lineChart(counters, {
  title: "Smart scan skips pages",
  x: "scan",
  y: { field: "pages", title: "pages scanned" },
  color: "policy",
});
const bars = barChart(
  [
    { policy: "none", cpu: 8.2e9 },
    { policy: "kernel", cpu: 2.1e9 },
  ],
  { title: "CPU time", x: "policy", y: { field: "cpu", unit: "ns" } },
);
const runs = ["always", "never"].flatMap((thp, k) =>
  Array.from({ length: 40 }, (_, i) => ({
    threads: (i % 8) + 1,
    latency: 1000 * (k + 1) + (i % 8) * 100 + Math.floor(i / 8) * 10,
    thp,
  })),
);
const band = bandChart(runs, { title: "Latency", x: "threads", y: { field: "latency", unit: "ns" }, color: "thp" });
const cells = Array.from({ length: 12 }, (_, i) => ({ rate: (i % 4) * 100, age: Math.floor(i / 4), saved: i }));
const heat = heatMap(cells, { title: "Savings", x: "rate", y: "age", color: { field: "saved", unit: "%" } });
const samples = Array.from({ length: 1000 }, (_, i) => ({
  latency: 100 + ((i * i) % 997),
  thp: i % 3 === 0 ? "always" : "never",
}));
const bins = histogram(samples, { title: "Latency", x: { field: "latency", unit: "ns" } });
const outlines = histogram(samples, {
  title: "Latency",
  x: { field: "latency", unit: "ns", scale: "log" },
  color: "thp",
});
const spans = [
  { task: "cpu0", from: 0, to: 1500, state: "runs" },
  { task: "cpu1", from: 100, to: 1500, state: "waits" },
  { task: "cpu1", from: 1500, to: 4000, state: "runs" },
];
const gantt = timeline(spans, {
  title: "A lock",
  task: "task",
  start: { field: "from", unit: "ns" },
  end: "to",
  color: "state",
});
const panels = smallMultiples(lineChart, counters, {
  title: "By workload",
  by: "workload",
  x: "scan",
  y: "pages",
  color: "policy",
});
const grid = [100, 200, 300].flatMap((rate) =>
  ["on", "off"].flatMap((smart) =>
    [true, false].flatMap((zero) =>
      [1, 2, 3].map((scan) => ({ rate, smart, zero, scan, cost: rate * scan + (zero ? 7 : 0) })),
    ),
  ),
);
const steered = lineChart(grid, {
  title: "Cost",
  x: "scan",
  y: "cost",
  controls: [slider({ field: "rate" }), dropdown({ field: "smart" }), toggle({ field: "zero" })],
});
const layered = layer(
  line,
  referenceLine({ y: 4e6, label: "in the workload" }),
  referenceLine({ x: 5, label: "on" }),
  annotation({ x: 12, y: 6e6, text: "ages reach 5" }),
);
const kinds: Readonly<Record<string, Chart>> = {
  line,
  bars,
  band,
  heat,
  bins,
  outlines,
  gantt,
  panels,
  steered,
  layered,
};

describe.each(Object.entries(kinds))("%s", (_name, chart) => {
  test("compiles and draws without a warning, every coordinate finite, text of at least 11 px", () => {
    const { marks, smallestText } = draw(chart);
    expect(marks.flatMap((m) => m.items).length).toBeGreaterThan(0);
    expect(smallestText).toBeGreaterThanOrEqual(11);
  });

  test("has title, axis titles and alt text", () => {
    const { texts } = draw(chart);
    expect(texts).toContain((chart.spec["title"] as { text: string[] }).text[0]);
    expect(chart.spec["description"]).toBe(chart.description);
    expect(chart.description.length).toBeGreaterThan(40);
    expect(JSON.stringify(chart.spec)).not.toContain('"title":""');
  });

  test("sets neither background nor text colour: the host's theme does", () => {
    expect(chart.spec).not.toHaveProperty("background");
    expect(JSON.stringify(chart.spec["config"])).not.toMatch(/background|labelColor|titleColor|"black"|"white"/);
  });

  test("its bundle is the spec, a picture and a sentence, never HTML", () => {
    const bundle = chart[DISPLAY]();
    expect(Object.keys(bundle)).toEqual(["application/vnd.vegalite.v5+json", "image/svg+xml", "text/plain"]);
    expect((bundle["application/vnd.vegalite.v5+json"] as { $schema: string }).$schema).toBe(
      "https://vega.github.io/schema/vega-lite/v5.json",
    );
    expect(bundle["text/plain"]).toContain(chart.description);
    expect(inspect(chart)).toBe(chart.toText());
  });

  test("the picture has a role and a name, and is the same each time", () => {
    const svg = chart.toSVG();
    expect(svg).toMatch(/^<svg [^>]* role="img" aria-label="[^"]{40,}"><title>[^<]{40,}<\/title>/);
    expect(/NaN|<script|href=/.exec(svg)?.[0]).toBeUndefined();
    expect(new Chart(chart.parts).toSVG()).toBe(svg);
  });
});

describe("lineChart", () => {
  test("embeds only the columns drawn, rounded to 6 digits, and says what they are", () => {
    const rows = (line.spec["data"] as { values: object[] }).values;
    expect(rows).toHaveLength(90);
    expect(rows[31]).toEqual({ scan: 2, pages: 19024600, policy: "kernel" });
    expect(line.spec["usermeta"]).toEqual({
      columns: [
        { field: "scan", name: "scan" },
        { field: "pages", name: "pages", unit: "pages" },
        { field: "policy", name: "policy" },
      ],
    });
  });

  test("axis titles carry the unit of the column, large numbers are short", () => {
    const { texts } = draw(line);
    expect(texts).toEqual(expect.arrayContaining(["pages scanned (pages)", "scan", "0", "5M", "20M"]));
  });

  test("bytes and times get round ticks in the unit that fits", () => {
    const chart = lineChart(
      [
        { t: 0, rss: 0 },
        { t: 3e9, rss: 7 * 2 ** 30 },
      ],
      { title: "t", x: { field: "t", unit: "ns" }, y: { field: "rss", unit: "B" } },
    );
    const { texts } = draw(chart);
    expect(texts).toEqual(expect.arrayContaining(["t (s)", "rss (GiB)", "1", "2", "3", "7"]));
    expect(texts.filter((t) => /\d\d\d/.test(t))).toEqual([]);
  });

  test("series differ in colour and in dash, and are named at their ends", () => {
    const { marks, texts } = draw(line);
    const lines = marks.filter((m) => m.type === "line").map((m) => m.items[0]!);
    expect(lines).toHaveLength(3);
    expect(new Set(lines.map((l) => l.stroke)).size).toBe(3);
    expect(new Set(lines.map((l) => String(l.strokeDash))).size).toBe(3);
    expect(texts.filter((t) => policies.includes(t))).toEqual(policies);
    const ends = marks.find((m) => m.type === "text")!.items;
    expect(ends.map((e) => e.fill)).toEqual(lines.map((l) => l.stroke));
  });

  test("24 series all differ; too many to name at their ends, they have a legend", () => {
    const many = Array.from({ length: 24 }, (_, s) => [0, 1].map((x) => ({ x, y: s * x, s: `series ${s}` }))).flat();
    const { marks, texts } = draw(lineChart(many, { title: "t", x: "x", y: "y", color: "s" }));
    const lines = marks
      .filter((m) => m.type === "line")
      .map((m) => `${m.items[0]!.stroke!} ${String(m.items[0]!.strokeDash)}`);
    expect(new Set(lines).size).toBe(24);
    expect(texts.filter((t) => t.startsWith("series "))).toHaveLength(24);
  });

  test("the description states series, ranges, first and last; the user's own wins", () => {
    expect(line.description).toBe(
      "pages scanned by scan, 3 series by policy (none, kernel, custom), 90 points. scan from 1 to 30; pages scanned from 1,100,464 pages to 20,000,000 pages. " +
        "First to last: none from 20,000,000 pages to 20,000,000 pages; kernel from 20,000,000 pages to 4,691,406 pages; custom from 20,000,000 pages to 1,100,464 pages.",
    );
    expect(lineChart(counters, { title: "t", x: "scan", y: "pages", description: "mine" }).toText()).toBe(
      'Line chart "t": mine',
    );
  });

  test("above 5,000 points it is thinned, spikes stay, and a note on the chart says so", () => {
    const points = Array.from({ length: 12_000 }, (_, i) => ({ x: i, y: i === 7777 ? 1000 : i % 7 }));
    const chart = lineChart(points, { title: "t", x: "x", y: "y" });
    const rows = (chart.spec["data"] as { values: { x: number; y: number }[] }).values;
    expect(rows.length).toBe(2000);
    expect(rows).toContainEqual({ x: 7777, y: 1000 });
    expect(draw(chart).texts).toContain("12,000 → 2,000 points (min/max kept)");
    expect(chart.toText()).toContain("Note: 12,000 → 2,000 points (min/max kept).");
    expect(chart[DISPLAY]()["image/svg+xml"]).toBeDefined();
    const lttb = lineChart(points, { title: "t", x: "x", y: "y", downsample: "lttb" });
    expect((lttb.spec["data"] as { values: object[] }).values).toHaveLength(2000);
    expect(draw(lttb).texts).toContain("12,000 → 2,000 points (shape kept, LTTB)");
    expect(draw(lineChart(points.slice(0, 5000), { title: "t", x: "x", y: "y" })).texts.join()).not.toContain("→");
  });

  test("points are joined in order of x; null and NaN make gaps; infinities are counted on the chart", () => {
    const chart = lineChart(
      [
        { x: 3, y: 1 },
        { x: 1, y: 5 },
        { x: 2, y: null },
        { x: 0, y: Infinity },
        { x: -1, y: NaN },
      ],
      { title: "t", x: "x", y: "y" },
    );
    expect((chart.spec["data"] as { values: object[] }).values).toEqual([
      { x: -1, y: null },
      { x: 0, y: null },
      { x: 1, y: 5 },
      { x: 2, y: null },
      { x: 3, y: 1 },
    ]);
    expect(draw(chart).texts).toContain("2 values of y left out: not finite");
    const log = lineChart(
      [
        { x: 1, y: 0 },
        { x: 2, y: 10 },
        { x: 3, y: 1000 },
      ],
      { title: "t", x: "x", y: { field: "y", scale: "log" } },
    );
    expect(draw(log).texts).toContain("1 value of y left out: not finite, or not positive on a log scale");
  });

  test("close large values are not rounded together", () => {
    const chart = lineChart(
      [
        { t: 1_700_000_000_001, y: 1 },
        { t: 1_700_000_000_002, y: 2 },
      ],
      { title: "t", x: "t", y: "y" },
    );
    expect((chart.spec["data"] as { values: { t: number }[] }).values.map((r) => r.t)).toEqual([
      1_700_000_000_001, 1_700_000_000_002,
    ]);
  });

  test("BigInt becomes a number", () => {
    const chart = lineChart(
      [
        { x: 1n, y: 10n ** 20n },
        { x: 2n, y: 3n },
      ],
      { title: "t", x: "x", y: "y" },
    );
    expect((chart.spec["data"] as { values: object[] }).values).toEqual([
      { x: 1, y: 1e20 },
      { x: 2, y: 3 },
    ]);
    draw(chart);
  });

  test("dates are drawn and told in UTC", () => {
    const chart = lineChart(
      [3, 9].map((d) => ({ day: new Date(Date.UTC(2026, 0, d)), v: d })),
      { title: "t", x: "day", y: "v" },
    );
    expect(draw(chart).texts).toEqual(expect.arrayContaining(["day (UTC)", "2026-01-03", "2026-01-09"]));
    expect(chart.description).toContain("day from 2026-01-03T00:00:00.000Z to 2026-01-09T00:00:00.000Z");
  });

  test("the static picture leaves out what only the pointer finds", () => {
    expect(line.toSVG().includes("mark-symbol role-mark")).toBe(false);
    expect(line.toSVG().length).toBeLessThan(15_000);
  });

  test("bad input is named with what to do next", () => {
    expect(() => lineChart(counters, { title: "t", x: "scn", y: "pages" })).toThrow(
      'the field of x is "scn"; accepted: one of "scan", "pages", "policy", "workload", "unused". Next: did you mean "scan".',
    );
    expect(() => lineChart(counters, { title: "t", x: "scan", y: "policy" })).toThrow(
      'the column of y is "policy"; accepted: a column of numbers',
    );
    expect(() => lineChart(counters, { title: " ", x: "scan", y: "pages" })).toThrow("the title of lineChart is");
    expect(() => lineChart(counters, { title: "t", x: "scan", y: "pages", colour: "policy" } as never)).toThrow(
      'did you mean "color"',
    );
    expect(() =>
      lineChart(counters, { title: "t", x: "scan", y: { field: "pages", scale: "cubic" as never } }),
    ).toThrow('the scale of y is "cubic"');
    expect(() => lineChart(counters, { title: "t", x: undefined as never, y: "pages" })).toThrow(
      "x is undefined; accepted: a column name",
    );
    expect(() => lineChart(counters, { title: "t", x: "scan", y: "pages", width: 5 })).toThrow(
      "width is 5; accepted: an integer from 100 to 2000 px",
    );
  });
});

describe("barChart", () => {
  test("bars start at 0 and carry their value in the unit of the axis", () => {
    const { marks, texts } = draw(bars);
    const [a, b] = marks.find((m) => m.type === "rect")!.items;
    expect(a!.y! + a!.height!).toBeCloseTo(300);
    expect(a!.height! / b!.height!).toBeCloseTo(8.2 / 2.1);
    expect(texts).toEqual(expect.arrayContaining(["8.2", "2.1", "cpu (s)", "none", "kernel"]));
  });

  test("long names lay the bars down; sort orders them", () => {
    const chart = barChart(
      [
        { n: "a very long name of a workload that needs room", v: 1 },
        { n: "b", v: 3 },
        { n: "c", v: 2 },
      ],
      { title: "t", x: "n", y: "v", sort: "descending" },
    );
    const rects = draw(chart).marks.find((m) => m.type === "rect")!.items;
    const byPlace = [...rects].sort((p, q) => p.y! - q.y!).map((r) => r.width!);
    expect(byPlace).toEqual([...byPlace].sort((p, q) => q - p));
    expect(byPlace[0]! / byPlace[2]!).toBeCloseTo(3);
  });

  test("series stand side by side", () => {
    const { marks } = draw(
      barChart(
        [1, 2].flatMap((x) => policies.map((p, i) => ({ x: `x${x}`, p, v: i + x }))),
        { title: "t", x: "x", y: "v", color: "p" },
      ),
    );
    const xs = marks.find((m) => m.type === "rect")!.items.map((r) => r.x);
    expect(new Set(xs).size).toBe(6);
  });

  test("two rows for one bar are refused", () => {
    expect(() =>
      barChart(
        [
          { x: "a", y: 1 },
          { x: "a", y: 2 },
        ],
        { title: "t", x: "x", y: "y" },
      ),
    ).toThrow(
      'a row of the bar chart is "x = a"; accepted: one row for each combination. Next: aggregate first: table.groupby("x")',
    );
  });
});

test("dates are categories on bars, cells, series and panels, and times on timelines", () => {
  const days = [3, 9].flatMap((d) =>
    ["a", "b"].map((s, i) => ({
      day: new Date(Date.UTC(2026, 0, d)),
      later: new Date(Date.UTC(2026, 0, d + 5)),
      s,
      v: d + i,
    })),
  );
  for (const chart of [
    barChart(days, { title: "t", x: "day", y: "v", color: "s" }),
    heatMap(days, { title: "t", x: "day", y: "s", color: "v" }),
    lineChart(days, { title: "t", x: "v", y: "v", color: "day" }),
    smallMultiples(lineChart, days, { title: "t", x: "v", y: "v", by: "day" }),
    timeline(days, { title: "t", task: "s", start: "day", end: "later" }),
  ])
    expect(draw(chart).texts, chart.toText()).toEqual(expect.arrayContaining(["2026-01-03"]));
});

describe("bandChart", () => {
  test("summarises repeated measurements by mean and Student's t", () => {
    const chart = bandChart(
      [1, 2, 3, 4].map((v) => ({ x: 1, y: v })),
      { title: "t", x: "x", y: "y" },
    );
    // mean 2.5, s = 1.29099, t(3) = 3.182446, half width = 3.182446 * 1.29099 / 2
    expect((chart.spec["data"] as { values: object[] }).values).toEqual([
      { x: 1, y: 2.5, band_low: 0.44574, band_high: 4.55426 },
    ]);
    expect(draw(chart).texts).toContain("Band: mean and 95% confidence interval of 4 measurements");
  });

  test("takes ends from columns; one alone is refused", () => {
    const chart = bandChart(
      [
        { x: 1, m: 5, lo: 4, hi: 9 },
        { x: 2, m: 6, lo: 5, hi: 8 },
      ],
      { title: "t", x: "x", y: "m", lower: "lo", upper: "hi" },
    );
    expect((chart.spec["data"] as { values: object[] }).values[0]).toEqual({ x: 1, m: 5, band_low: 4, band_high: 9 });
    expect(() => bandChart([{ x: 1, y: 2 }], { title: "t", x: "x", y: "y", lower: "y" })).toThrow(
      "give both `lower` and `upper`, or neither",
    );
  });

  test("min-max and quartiles", () => {
    const of = (interval: "min-max" | "quartiles") =>
      (
        bandChart(
          [1, 2, 3, 4, 10].map((v) => ({ x: 1, y: v })),
          { title: "t", x: "x", y: "y", interval },
        ).spec["data"] as { values: { y: number; band_low: number; band_high: number }[] }
      ).values[0]!;
    expect(of("min-max")).toEqual({ x: 1, y: 4, band_low: 1, band_high: 10 });
    expect(of("quartiles")).toEqual({ x: 1, y: 3, band_low: 2, band_high: 4 });
  });
});

describe("histogram", () => {
  const counts = (chart: Chart): number =>
    (chart.spec["data"] as { values: { bin_count: number }[] }).values.reduce((n, r) => n + r.bin_count, 0);

  test("every value is in exactly one bin, on linear and log scales", () => {
    expect([counts(bins), counts(outlines)]).toEqual([1000, 1000]);
    expect(counts(histogram([{ x: 5 }, { x: 5 }], { title: "t", x: "x" }))).toBe(2);
  });

  test("integers are binned by whole numbers, a value on an edge goes up", () => {
    const chart = histogram(
      [1, 1, 2, 3, 3, 3].map((x) => ({ x })),
      { title: "t", x: "x" },
    );
    expect(
      (chart.spec["data"] as { values: { bin_from: number; bin_to: number; bin_count: number }[] }).values.map((r) => [
        r.bin_from,
        r.bin_to,
        r.bin_count,
      ]),
    ).toEqual([
      [1, 2, 2],
      [2, 3, 1],
      [3, 4, 3],
    ]);
  });

  test("shares add up to 100% in each distribution", () => {
    const rows = (outlines.spec["data"] as { values: { thp: string; bin_height: number }[] }).values;
    for (const thp of ["always", "never"])
      expect(rows.filter((r) => r.thp === thp).reduce((n, r) => n + r.bin_height, 0)).toBeCloseTo(100, 2);
  });
});

describe("heatMap and timeline", () => {
  test("every cell is drawn; the larger value is darker; the y axis points up", () => {
    const items = draw(heat).marks.find((m) => m.type === "rect")!.items;
    expect(items).toHaveLength(12);
    expect(items[0]!.y!).toBeGreaterThan(items[11]!.y!);
    const light = (fill: string): number =>
      /\d+/g.exec(fill) === null
        ? 0
        : fill
            .match(/\d+/g)!
            .map(Number)
            .reduce((a, b) => a + b, 0);
    expect(light(items[0]!.fill!)).toBeGreaterThan(light(items[11]!.fill!));
    expect(() => heatMap([...cells, cells[0]!], { title: "t", x: "rate", y: "age", color: "saved" })).toThrow(
      'a row of the heat map is "rate = 0, age = 0"',
    );
  });

  test("a span has its length in time; one that ends before it starts is refused", () => {
    const items = draw(gantt).marks.find((m) => m.type === "rect")!.items;
    expect(items[2]!.width! / items[0]!.width!).toBeCloseTo(2500 / 1500);
    expect(draw(gantt).texts).toEqual(expect.arrayContaining(["time (µs)", "cpu0", "cpu1", "runs", "waits"]));
    expect(() => timeline([{ t: "a", from: 5, to: 4 }], { title: "t", task: "t", start: "from", end: "to" })).toThrow(
      "the end of span 0 is 4; accepted: a time of at least its start, 5",
    );
  });
});

describe("smallMultiples", () => {
  test("one panel per value, on the same scales", () => {
    const { texts, marks } = draw(panels);
    expect(texts).toEqual(expect.arrayContaining(["web", "VM", "Panels: workload"]));
    expect(marks.filter((m) => m.type === "line")).toHaveLength(6);
    expect(panels.description).toMatch(/^One panel for each workload \(web, VM\)\. /);
  });

  test("independent panels have a y axis each, shared ones the same", () => {
    const rows = [1, 1000].flatMap((size) => [0, 1, 2].map((x) => ({ x, y: size * x, size })));
    const highest = (independent: boolean) =>
      draw(smallMultiples(lineChart, rows, { title: "t", by: "size", x: "x", y: "y", independent }))
        .marks.filter((m) => m.type === "line")
        .map((m) => Math.round(Math.min(...m.items.map((i) => i.y!))));
    expect(highest(true)).toEqual([0, 0]);
    expect(highest(false)).toEqual([150, 0]);
  });

  test.each([
    ["bar", () => smallMultiples(barChart, cells, { title: "t", by: "age", x: "rate", y: "saved" })],
    [
      "band",
      () =>
        smallMultiples(
          bandChart,
          runs.map((r) => ({ ...r, half: r.threads > 4 })),
          { title: "t", by: "half", x: "threads", y: "latency", color: "thp" },
        ),
    ],
    ["histogram", () => smallMultiples(histogram, samples, { title: "t", by: "thp", x: "latency" })],
    [
      "heat map",
      () =>
        smallMultiples(
          heatMap,
          [...cells, ...cells].map((c, i) => ({ ...c, half: i < 12 })),
          { title: "t", by: "half", x: "rate", y: "age", color: "saved" },
        ),
    ],
    [
      "timeline",
      () => smallMultiples(timeline, spans, { title: "t", by: "task", task: "task", start: "from", end: "to" }),
    ],
    [
      "numeric panels",
      () =>
        smallMultiples(
          lineChart,
          grid.filter((r) => r.zero && r.smart === "on"),
          { title: "t", by: "rate", x: "scan", y: "cost", independent: true },
        ),
    ],
  ])("divides a %s", (_name, make) => {
    const { marks } = draw(make());
    expect(marks.length).toBeGreaterThanOrEqual(2);
  });
});

describe("controls", () => {
  const shown = (view: import("vega").View): unknown[] =>
    scene(view)
      .marks.find((m) => m.type === "line")!
      .items.map((i) => (i as { datum?: { cost?: number } }).datum?.cost);

  test("filter the rows to the setting, at first and when it changes; axes stay", () => {
    const { view } = draw(steered);
    expect(shown(view)).toEqual([107, 207, 307]);
    const domain = JSON.stringify(
      (view as unknown as { scale: (n: string) => { domain: () => number[] } }).scale("y").domain(),
    );
    view.signal("setting_1", 300).signal("setting_3", false).run();
    expect(shown(view)).toEqual([300, 600, 900]);
    expect(
      JSON.stringify((view as unknown as { scale: (n: string) => { domain: () => number[] } }).scale("y").domain()),
    ).toBe(domain);
    expect(steered.spec["params"]).toEqual([
      { name: "setting_1", value: 100, bind: { input: "range", min: 100, max: 300, step: 100, name: "rate " } },
      { name: "setting_2", value: "on", bind: { input: "select", options: ["on", "off"], name: "smart " } },
      { name: "setting_3", value: true, bind: { input: "checkbox", name: "zero " } },
    ]);
  });

  test("settings the table does not have are refused", () => {
    const chart = (control: ReturnType<typeof slider>) =>
      lineChart(
        [1, 2, 4].map((n) => ({ n, x: 1, y: 1, s: "a" })),
        { title: "t", x: "x", y: "y", controls: [control] },
      );
    expect(() => chart(slider({ field: "n" }))).toThrow("evenly spaced numbers for a slider. Next: use dropdown");
    expect(() => chart(slider({ field: "s" }))).toThrow("numbers for a slider");
    expect(() => chart(dropdown({ field: "n", value: 3 }))).toThrow(
      "the first setting of n is 3; accepted: one of 1, 2, 4",
    );
    expect(() => chart(toggle({ field: "n" }))).toThrow("true or false in a column with a toggle");
    expect(() => chart(dropdown({ field: "m" }))).toThrow('the field of controls[0] is "m"');
  });
});

describe("layer", () => {
  test("overlays stand on the chart's axes", () => {
    const { marks, texts } = draw(layered);
    const rules = marks.filter((m) => m.type === "rule").map((m) => m.items[0]!);
    expect(rules).toHaveLength(2);
    expect(rules[0]!.y).toBeCloseTo(300 * (1 - 4 / 20));
    expect(rules[1]!.x).toBeCloseTo(560 * (5 / 30));
    expect(texts).toEqual(expect.arrayContaining(["in the workload", "on", "ages reach 5"]));
    expect(layered.description).toContain("Line at y = 4000000: in the workload.");
    expect(layer(layered, referenceLine({ y: 1000 / 51, label: "bound" })).description).toContain(
      "Line at y = 19.6078: bound.",
    );
    const inNs = lineChart(
      [
        { t: 0, y: 1 },
        { t: 2e9, y: 2 },
      ],
      { title: "t", x: { field: "t", unit: "ns" }, y: "y" },
    );
    expect(layer(inNs, referenceLine({ x: 5e8, label: "switch" })).description).toContain(
      "Line at x = 500 ms: switch.",
    );
  });

  test("charts with other series share one scale, each series with its own colour", () => {
    const one = (s: string) =>
      lineChart(
        [
          { x: 0, y: 1, s: `${s}1` },
          { x: 1, y: 2, s: `${s}1` },
          { x: 0, y: 3, s: `${s}2` },
          { x: 1, y: 9, s: `${s}2` },
        ],
        { title: "t", x: "x", y: "y", color: "s" },
      );
    const lines = draw(layer(one("model"), one("measured")))
      .marks.filter((m) => m.type === "line")
      .map((m) => m.items[0]!.stroke);
    expect(new Set(lines)).toEqual(new Set(COLORS.slice(0, 4)));
  });

  test("lines need one place, remarks two; panels cannot be layered", () => {
    expect(() => referenceLine({ label: "x" })).toThrow("exactly one of x and y");
    expect(() => referenceLine({ x: 1, y: 1, label: "x" })).toThrow("exactly one of x and y");
    expect(() => annotation({ x: NaN, y: 1, text: "x" })).toThrow("x is NaN; accepted: a finite number");
    expect(() => layer(panels, referenceLine({ y: 1, label: "x" }))).toThrow(
      "layer the charts first, then divide them with smallMultiples",
    );
  });
});

describe("limits", () => {
  const points = (n: number) => Array.from({ length: n }, (_, i) => ({ x: i, y: (i * 7919) % 101, s: `s${i}` }));

  test("above 1,000 marks there is no static picture, and the text says so", () => {
    const bundle = heatMap(
      Array.from({ length: 1200 }, (_, i) => ({ x: i % 40, y: Math.floor(i / 40), v: i })),
      { title: "t", x: "x", y: "y", color: "v" },
    )[DISPLAY]();
    expect(Object.keys(bundle)).toEqual(["application/vnd.vegalite.v5+json", "text/plain"]);
    expect(bundle["text/plain"]).toContain("(No static picture: 1,200 marks are too many for one.)");
  });

  test("marks of crowded pictures are not labelled one by one, their root is", () => {
    const of = (n: number) =>
      heatMap(
        Array.from({ length: n }, (_, i) => ({ x: i % 20, y: Math.floor(i / 20), v: i })),
        { title: "t", x: "x", y: "y", color: "v" },
      ).toSVG();
    const labels = (svg: string): number => svg.split('aria-label="x: ').length - 1;
    expect([labels(of(60)), labels(of(400))]).toEqual([60, 0]);
    expect(of(400).slice(0, 500)).toMatch(/^<svg [^>]*role="img" aria-label="t\. /);
  });

  test("a spec above 1 MB is refused with the remedy", () => {
    expect(() => heatMap(points(40_000), { title: "too much", x: "x", y: "s", color: "y" })).toThrow(
      /the spec of chart "too much" is "40,000 rows, [\d,]+ characters"; accepted: at most 1,000,000 characters\. Next: aggregate the table first/,
    );
  });
});

test("colours have a contrast of 3 on white and on the dark theme's ground", () => {
  const luminance = (hex: string): number =>
    [1, 3, 5]
      .map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
      .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i]!, 0);
  const contrast = (a: string, b: string): number =>
    (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05);
  for (const color of COLORS) {
    expect(contrast(color, "#ffffff"), color).toBeGreaterThanOrEqual(3);
    expect(contrast(color, "#333333"), color).toBeGreaterThanOrEqual(3);
  }
});
