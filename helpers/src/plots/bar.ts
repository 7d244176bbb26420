import { checkOneOf } from "@mm-lab/kernel-model";
import { formatNumber, readableUnit } from "../tables/numbers.js";
import type { Source } from "../tables/table.js";
import { categories, categoriesOf, positionOf, seriesOf, tooltipOf, type Json } from "./axes.js";
import {
  allRows,
  commonParts,
  counted,
  dataColumns,
  emitRows,
  listed,
  numbersOnly,
  onePerSpot,
  plainTitle,
  prepare,
  unique,
  valueText,
} from "./build.js";
import { Chart, type Layer, type Row } from "./chart.js";
import { chartTextWidth } from "./font-widths.js";
import { asCategories, extent, fieldOptions, textAt, type FrameColumn } from "./frame.js";
import type { XYOptions } from "./options.js";
import { COLORS, THEME_TEXT } from "./theme.js";

/** Up to this many bars carry their value. */
const LABELLED = 30;

export interface BarOptions extends XYOptions {
  /** Bars to the right instead of upwards. Default: when names are long or many. */
  readonly horizontal?: boolean;
  /** Order of the bars. Default: "data", as the rows come. */
  readonly sort?: "data" | "ascending" | "descending";
}

/**
 * Bars of y for each x, side by side for each value of `color`. They start at 0; up to 30 bars carry their value.
 *
 * @throws InputError where two rows stand for one bar: aggregate first
 * @example barChart(cost, { title: "Scan cost by policy", x: "policy", y: { field: "cpu", unit: "ns" }, sort: "descending" })
 */
export function barChart(source: Source, options: BarOptions): Chart {
  const fields = {
    x: fieldOptions("x", options.x),
    y: fieldOptions("y", options.y),
    color: options.color === undefined ? undefined : fieldOptions("color", options.color),
  };
  const ownKeys = ["x", "y", "color", "horizontal", "sort"];
  const first = prepare("barChart", source, options, fields, ownKeys);
  const x = asCategories(first.of("x"));
  const names = categories(x, first.rows);
  const series = first.color === undefined ? [] : categories(first.color, first.rows);
  const horizontal =
    options.horizontal ??
    (names.length > 12 || names.some((n) => chartTextWidth(n, 11) > (0.9 * first.width) / names.length));
  const tall = Math.min(2000, Math.max(60, names.length * Math.max(22, 16 * Math.max(1, series.length) + 6)));
  const prepared = horizontal && options.height === undefined ? { ...first, height: tall } : first;
  const y = prepared.of("y");
  const { color, dividing } = prepared;
  numbersOnly("y", y);
  onePerSpot("bar chart", prepared.rows, unique([x, ...(color === undefined ? [] : [color]), ...dividing]));
  const order = checkOneOf("sort", options.sort ?? "data", ["data", "ascending", "descending"]);
  const [low, high] = extent(y.numbers);
  const scale = y.unit === undefined ? undefined : readableUnit(y.unit, Math.max(Math.abs(low), Math.abs(high)));
  const texts = Array.from(y.numbers, (v) =>
    Number.isNaN(v) ? "" : formatNumber(v / (scale?.size ?? 1)) + (y.unit === "%" ? "%" : ""),
  );
  const bars = names.length * Math.max(1, series.length);
  const room = ((horizontal ? prepared.height : prepared.width) * 0.8) / bars;
  const labelled =
    bars <= LABELLED && (horizontal ? room >= 10 : texts.every((text) => chartTextWidth(text, 11) <= room));
  const value = positionOf(y, {
    channel: horizontal ? "x" : "y",
    size: horizontal ? prepared.width : prepared.height,
    zero: true,
    grid: !labelled,
  });
  const place = categoriesOf(
    x,
    horizontal ? "y" : "x",
    order === "data" ? undefined : sorted(x, y, prepared.rows, order),
  );
  const [along, across, offset] = horizontal ? (["x", "y", "yOffset"] as const) : (["y", "x", "xOffset"] as const);
  const quiet = labelled
    ? { ...value, axis: { ...(value["axis"] as Json), labels: false, ticks: false, domain: false } }
    : value;
  const encoding: Json = {
    [across]: place,
    [along]: quiet,
    ...(color === undefined
      ? {}
      : {
          ...seriesOf(color, series, false),
          [offset]: { field: color.key, type: "nominal", sort: series, title: null },
        }),
    tooltip: unique([x, y, ...(color === undefined ? [] : [color]), ...dividing]).map(tooltipOf),
  };
  const drawn = unique([x, y, ...(color === undefined ? [] : [color])]);
  const rows = emitRows(allRows(prepared.rows), drawn, [x, ...(color === undefined ? [] : [color]), ...dividing]).map(
    (row, i): Row => (labelled ? { ...row, bar_label: texts[i]! } : row),
  );
  const textPlace = horizontal
    ? { align: "left", baseline: "middle", dx: 4 }
    : { align: "center", baseline: "bottom", dy: -3 };
  const { [across]: acrossValue, [along]: alongValue } = encoding;
  const label: Layer = {
    mark: { type: "text", ...THEME_TEXT, ...textPlace },
    encoding: {
      [across]: acrossValue,
      [along]: alongValue,
      ...(color === undefined ? {} : { [offset]: encoding[offset] }),
      text: { field: "bar_label", type: "nominal" },
    },
  };
  const drawnBars: Layer = { mark: { type: "bar", ...(color === undefined ? { color: COLORS[0] } : {}) }, encoding };
  return new Chart({
    ...commonParts("Bar chart", options, prepared, describeBars(x, y, color, series, prepared.rows)),
    rows,
    columns: dataColumns([...drawn, ...dividing]),
    layers: labelled ? [drawnBars, label] : [drawnBars],
  });
}

function sorted(x: FrameColumn, y: FrameColumn, rows: number, order: "ascending" | "descending"): string[] {
  const total = new Map<string, number>();
  for (let row = 0; row < rows; row++) {
    const name = textAt(x, row);
    const value = y.numbers[row]!;
    total.set(name, (total.get(name) ?? 0) + (Number.isNaN(value) ? 0 : value));
  }
  const names = [...total].sort((a, b) => a[1] - b[1]).map(([name]) => name);
  return order === "ascending" ? names : names.reverse();
}

function describeBars(
  x: FrameColumn,
  y: FrameColumn,
  color: FrameColumn | undefined,
  series: readonly string[],
  rows: number,
): string {
  const [low, high] = extent(y.numbers);
  const name = (value: number): string => {
    const row = y.numbers.indexOf(value);
    return row < 0 ? "" : ` (${textAt(x, row)}${color === undefined ? "" : `, ${textAt(color, row)}`})`;
  };
  const by = color === undefined ? "" : ` and ${plainTitle(color)} (${listed(series)})`;
  const all =
    rows <= 8 && color === undefined
      ? ` ${Array.from({ length: rows }, (_, i) => `${textAt(x, i)}: ${valueText(y, y.numbers[i]!)}`).join("; ")}.`
      : "";
  return `${plainTitle(y)} by ${plainTitle(x)}${by}, ${counted(rows, "bar")}. Smallest ${valueText(y, low)}${name(low)}, largest ${valueText(y, high)}${name(high)}.${all}`;
}
