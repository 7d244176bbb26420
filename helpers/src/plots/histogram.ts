import { checkInteger, checkOneOf } from "@mm-lab/kernel-model";
import type { Source } from "../tables/table.js";
import { numberTip, positionOf, seriesOf } from "./axes.js";
import {
  colorText,
  commonParts,
  computedColumn,
  counted,
  dataColumns,
  groupRows,
  numbersOnly,
  plainTitle,
  prepare,
  rangeText,
  valueText,
  type Prepared,
} from "./build.js";
import { Chart, type Layer, type Row } from "./chart.js";
import { datumAt, fieldOptions, optionalField, type FrameColumn } from "./frame.js";
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

type Measure = NonNullable<HistogramOptions["measure"]>;

/**
 * How often values occur. Counted here, so that millions of values become a few bins; nothing is sampled.
 *
 * @example histogram(faults, { title: "Fault latency", x: { field: "latency", unit: "ns", scale: "log" }, color: "thp" })
 */
export function histogram(source: Source, options: HistogramOptions): Chart {
  const fields = { x: fieldOptions("x", options.x), color: optionalField("color", options.color) };
  const prepared = prepare("histogram", source, options, fields, ["x", "color", "bins", "measure"]);
  const x = prepared.of("x");
  const { color, grouping } = prepared;
  numbersOnly("x", x);
  if (options.bins !== undefined) checkInteger("bins", options.bins, { min: 2, max: 500, unit: "bins" });
  const measure = checkOneOf("measure", options.measure ?? (color === undefined ? "count" : "share"), [
    "count",
    "share",
  ]);
  const sorted = x.numbers.filter((v) => !Number.isNaN(v)).sort();
  const edges = binEdges(x, sorted, options.bins);
  const distributions = groupRows(prepared.rows, grouping, color).map(({ rows }): Distribution => {
    const counts = countBins(x, rows, edges);
    return { first: rows[0] ?? 0, counts, heights: measure === "share" ? shares(counts) : counts };
  });
  return new Chart({
    ...commonParts("Histogram", options, prepared, describeHistogram(prepared, sorted, edges.length - 1)),
    rows: distributions.flatMap((distribution) => binRows(prepared, distribution, edges)),
    columns: [
      ...dataColumns(grouping),
      computedColumn("bin_from", `${x.name} from`, x.unit),
      computedColumn("bin_to", `${x.name} to`, x.unit),
      computedColumn("bin_count", "values", undefined),
    ],
    layers: [binLayer(prepared, edges, heightColumn(measure, distributions))],
  });
}

/** The bins of one group of rows. */
interface Distribution {
  /** A row of the group, for what all its rows have in common. */
  readonly first: number;
  readonly counts: readonly number[];
  readonly heights: readonly number[];
}

function shares(counts: readonly number[]): number[] {
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => Number(((100 * count) / Math.max(1, total)).toPrecision(6)));
}

function binRows({ color, grouping }: Prepared, distribution: Distribution, edges: readonly number[]): Row[] {
  const { first, counts, heights } = distribution;
  const base = Object.fromEntries(grouping.map((c) => [c.key, datumAt(c, first, (v) => v)]));
  const bin = (from: number, to: number, height: number, count: number): Row => ({
    ...base,
    bin_from: from,
    bin_to: to,
    bin_height: height,
    bin_count: count,
  });
  const bins = counts.map((count, i) => bin(edges[i]!, edges[i + 1]!, heights[i]!, count));
  // An outline needs its last edge drawn.
  return color === undefined ? bins : [...bins, bin(edges.at(-1)!, edges.at(-1)!, 0, 0)];
}

/** The heights as a column, for the axis that they need. */
function heightColumn(measure: Measure, distributions: readonly Distribution[]): FrameColumn {
  const share = measure === "share";
  return {
    key: "bin_height",
    name: share ? "share of values" : "values",
    options: { field: "bin_height" },
    ...(share ? { unit: "%" } : {}),
    type: "number",
    numbers: Float64Array.from(distributions.flatMap(({ heights }) => heights)),
    texts: [],
    integers: !share,
  };
}

/** One distribution as bars, several as outlines, which may cross. */
function binLayer(prepared: Prepared, edges: readonly number[], height: FrameColumn): Layer {
  const { color, names } = prepared;
  const binned: FrameColumn = { ...prepared.of("x"), key: "bin_from", numbers: Float64Array.from(edges) };
  const x = positionOf(binned, { channel: "x", size: prepared.width, tight: true, zero: false });
  const y = positionOf(height, { channel: "y", size: prepared.height, zero: true });
  const tooltip = [numberTip("bin_from", "from"), numberTip("bin_to", "to"), numberTip("bin_count", "values")];
  if (color === undefined)
    return {
      mark: { type: "bar", color: COLORS[0], binSpacing: 1 },
      encoding: { x: { ...x, bin: "binned" }, y, x2: { field: "bin_to" }, tooltip },
    };
  const ofColor = { field: color.key, type: "nominal", title: plainTitle(color) };
  return {
    mark: { type: "line", interpolate: "step-after" },
    encoding: { x, y, ...seriesOf(color, names, true), tooltip: [...tooltip, ofColor] },
  };
}

function describeHistogram({ of, color, names }: Prepared, sorted: Float64Array, bins: number): string {
  const x = of("x");
  const by = color === undefined ? "" : `, ${counted(names.length, "distribution")} by ${colorText(color, names)}`;
  const middle =
    sorted.length === 0
      ? ""
      : ` Median ${valueText(x, quantile(sorted, 0.5))}, 99th percentile ${valueText(x, quantile(sorted, 0.99))}.`;
  return `${plainTitle(x)}, ${counted(sorted.length, "value")} in ${counted(bins, "bin")}${by}. ${plainTitle(x)} ${rangeText(x)}.${middle}`;
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
