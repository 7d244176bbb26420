import { checkInteger, checkOneOf } from "@mm-lab/kernel-model";
import type { Source } from "../tables/table.js";
import { categories, positionOf, seriesOf, type Json } from "./axes.js";
import {
  commonParts,
  counted,
  dataColumns,
  groupRows,
  listed,
  numbersOnly,
  plainTitle,
  prepare,
  rangeText,
  unique,
  valueText,
} from "./build.js";
import { Chart, type Row } from "./chart.js";
import { datumAt, fieldOptions, type FrameColumn } from "./frame.js";
import { quantile } from "./intervals.js";
import type { ChartOptions, Field } from "./options.js";
import { COLORS } from "./theme.js";
import { clean, roundDomain, roundStep } from "./ticks.js";

export interface HistogramOptions extends ChartOptions {
  /** Column of numbers; with `scale: "log"` the bins grow by a constant factor. */
  readonly x: Field;
  /** Column that tells the distributions apart, drawn as outlines. Default: one distribution, drawn as bars. */
  readonly color?: Field;
  /** About how many bins; edges are round numbers. Default: by the Freedman-Diaconis rule, about 10 to 60. Range: 2 to 500. */
  readonly bins?: number;
  /** Height of a bin: number of values, or share of each distribution. Default: "count", and "share" with `color`. */
  readonly measure?: "count" | "share";
}

/**
 * How often values occur. Counted here, so that millions of values become a few bins; nothing is sampled.
 *
 * @example histogram(faults, { title: "Fault latency", x: { field: "latency", unit: "ns", scale: "log" }, color: "thp" })
 */
export function histogram(source: Source, options: HistogramOptions): Chart {
  const fields = {
    x: fieldOptions("x", options.x),
    color: options.color === undefined ? undefined : fieldOptions("color", options.color),
  };
  const prepared = prepare("histogram", source, options, fields, ["x", "color", "bins", "measure"]);
  const x = prepared.of("x");
  const { color, dividing } = prepared;
  numbersOnly("x", x);
  if (options.bins !== undefined) checkInteger("bins", options.bins, { min: 2, max: 500, unit: "bins" });
  const share =
    checkOneOf("measure", options.measure ?? (color === undefined ? "count" : "share"), ["count", "share"]) === "share";
  const sorted = x.numbers.filter((v) => !Number.isNaN(v)).sort();
  const edges = binEdges(x, sorted, options.bins);
  const groups = groupRows(prepared.rows, unique([...(color === undefined ? [] : [color]), ...dividing]), color);
  const labels = unique([...(color === undefined ? [] : [color]), ...dividing]);
  const heights: number[] = [];
  const rows = groups.flatMap((group): Row[] => {
    const counts = countBins(x, group.rows, edges);
    const total = counts.reduce((a, b) => a + b, 0);
    const base = Object.fromEntries(labels.map((c) => [c.key, datumAt(c, group.rows[0] ?? 0, (v) => v)]));
    const bins = counts.map((count, i): Row => {
      const height = share ? Number(((100 * count) / Math.max(1, total)).toPrecision(6)) : count;
      heights.push(height);
      return { ...base, bin_from: edges[i]!, bin_to: edges[i + 1]!, bin_height: height, bin_count: count };
    });
    // An outline needs its last edge drawn.
    return color === undefined
      ? bins
      : [...bins, { ...base, bin_from: edges.at(-1)!, bin_to: edges.at(-1)!, bin_height: 0, bin_count: 0 }];
  });
  const names = color === undefined ? [] : categories(color, prepared.rows);
  const binned: FrameColumn = { ...x, key: "bin_from", numbers: Float64Array.from(edges) };
  const height: FrameColumn = {
    key: "bin_height",
    name: share ? "share of values" : "values",
    options: { field: "bin_height" },
    ...(share ? { unit: "%" } : {}),
    type: "number",
    numbers: Float64Array.from(heights),
    texts: [],
    integers: !share,
  };
  const position: Json = positionOf(binned, { channel: "x", size: prepared.width, tight: true, zero: false });
  const encoding: Json = {
    x: color === undefined ? { ...position, bin: "binned" } : position,
    y: positionOf(height, { channel: "y", size: prepared.height, zero: true }),
    ...(color === undefined ? { x2: { field: "bin_to" } } : seriesOf(color, names, true)),
    tooltip: [
      { field: "bin_from", type: "quantitative", title: "from", format: "," },
      { field: "bin_to", type: "quantitative", title: "to", format: "," },
      { field: "bin_count", type: "quantitative", title: "values", format: "," },
      ...(color === undefined ? [] : [{ field: color.key, type: "nominal", title: plainTitle(color) }]),
    ],
  };
  const mark =
    color === undefined
      ? { type: "bar", color: COLORS[0], binSpacing: 1 }
      : { type: "line", interpolate: "step-after" };
  const middle =
    sorted.length === 0
      ? ""
      : ` Median ${valueText(x, quantile(sorted, 0.5))}, 99th percentile ${valueText(x, quantile(sorted, 0.99))}.`;
  const by =
    color === undefined ? "" : `, ${counted(names.length, "distribution")} by ${plainTitle(color)} (${listed(names)})`;
  return new Chart({
    ...commonParts(
      "Histogram",
      options,
      prepared,
      `${plainTitle(x)}, ${counted(sorted.length, "value")} in ${counted(edges.length - 1, "bin")}${by}. ${plainTitle(x)} ${rangeText(x)}.${middle}`,
    ),
    rows,
    columns: [
      ...dataColumns(labels),
      ...(["from", "to"] as const).map((end) => ({
        field: `bin_${end}`,
        name: `${x.name} ${end}`,
        ...(x.unit === undefined ? {} : { unit: x.unit }),
      })),
      { field: "bin_count", name: "values" },
    ],
    layers: [{ mark, encoding }],
  });
}

/** Edges of the bins, ascending, round numbers; at least two. */
function binEdges(x: FrameColumn, sorted: Float64Array, wanted: number | undefined): number[] {
  const log = x.options.scale === "log";
  const along = log ? Math.log10 : (v: number): number => v;
  const [low, high] = sorted.length === 0 ? [0, 0] : [along(sorted[0]!), along(sorted.at(-1)!)];
  const spread = sorted.length === 0 ? 0 : along(quantile(sorted, 0.75)) - along(quantile(sorted, 0.25));
  const ruled = (high - low) / ((2 * spread) / Math.cbrt(sorted.length));
  const count = wanted ?? Math.min(60, Math.max(10, Number.isFinite(ruled) ? Math.ceil(ruled) : 30));
  if (log) {
    const bins = low < high ? count : 1;
    const step = low < high ? (high - low) / bins : 0.1;
    return Array.from({ length: bins + 1 }, (_, i) => Number((10 ** (low + i * step)).toPrecision(6))).map((edge, i) =>
      i === 0 ? Math.min(edge, 10 ** low) : i === bins ? Math.max(edge, 10 ** high) : edge,
    );
  }
  // Integers are binned by whole numbers, else bins would hold unequal numbers of them.
  const { ticks } = roundDomain(low, high, count);
  const step = Math.max(x.integers ? 1 : 0, low < high ? roundStep(high - low, count) : 0);
  if (!x.integers || step <= 0 || low >= high) return ticks;
  const from = Math.floor(low / step) * step;
  const bins = Math.floor((high - from) / step) + 1;
  return Array.from({ length: bins + 1 }, (_, i) => clean(from + i * step));
}

/** Values per bin; a value on an edge belongs to the bin above, the largest to the last bin. */
function countBins(x: FrameColumn, rows: Uint32Array, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (let i = 0; i < rows.length; i++) {
    const value = x.numbers[rows[i]!]!;
    if (Number.isNaN(value)) continue;
    let low = 0;
    let high = counts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (edges[middle]! <= value) low = middle;
      else high = middle - 1;
    }
    counts[low] = counts[low]! + 1;
  }
  return counts;
}
