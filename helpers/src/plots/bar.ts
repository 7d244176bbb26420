import { checkOneOf, formatNumber, readableUnit } from "@mm-lab/kernel-model";
import type { Source } from "../tables/table.js";
import { categories, categoriesOf, positionOf, seriesOf, tooltipOf, type ChartJson } from "./axes.js";
import {
  allRows,
  colorText,
  commonParts,
  counted,
  dataColumns,
  emitRows,
  highEnough,
  numbersOnly,
  onePerSpot,
  plainTitle,
  prepare,
  unique,
  valueText,
  type Prepared,
} from "./build.js";
import { Chart, type Layer, type Row } from "./chart.js";
import { chartTextWidth } from "./font-widths.js";
import { asCategories, extent, fieldOptions, optionalField, textAt, type FrameColumn } from "./frame.js";
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

type Order = NonNullable<BarOptions["sort"]>;

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
    color: optionalField("color", options.color),
  };
  const first = prepare("barChart", source, options, fields, ["x", "y", "color", "horizontal", "sort"]);
  const x = asCategories(first.of("x"));
  const places = categories(x, first.rows);
  const horizontal = options.horizontal ?? !fitBeside(places, first.width);
  const perPlace = Math.max(1, first.names.length);
  const prepared = horizontal ? highEnough(first, options, places.length, Math.max(22, 16 * perPlace + 6)) : first;
  const { color, colors, dividing, grouping } = prepared;
  const y = prepared.of("y");
  numbersOnly("y", y);
  onePerSpot("bar chart", prepared.rows, unique([x, ...grouping]));
  const order = checkOneOf("sort", options.sort ?? "data", ["data", "ascending", "descending"]);
  const texts = valueTexts(y);
  const bars: Bars = { prepared, x, y, horizontal, count: places.length * perPlace };
  const labelled = canCarry(bars, texts);
  const position = positionsOf(bars, order, labelled);
  const beside = besideEachOther(bars);
  const drawn = unique([x, y, ...colors]);
  const rows = emitRows(allRows(prepared.rows), drawn, [x, ...grouping]);
  const layer: Layer = {
    mark: { type: "bar", ...(color === undefined ? { color: COLORS[0] } : {}) },
    encoding: {
      ...position,
      ...(color === undefined ? {} : seriesOf(color, prepared.names, false)),
      ...beside,
      tooltip: unique([x, y, ...grouping]).map(tooltipOf),
    },
  };
  return new Chart({
    ...commonParts("Bar chart", options, prepared, describeBars(bars)),
    rows: labelled ? rows.map((row, i): Row => ({ ...row, bar_label: texts[i]! })) : rows,
    columns: dataColumns([...drawn, ...dividing]),
    layers: labelled ? [layer, labelsOf(bars, { ...position, ...beside })] : [layer],
  });
}

/** What is drawn, and how it lies. */
interface Bars {
  readonly prepared: Prepared;
  readonly x: FrameColumn;
  readonly y: FrameColumn;
  readonly horizontal: boolean;
  /** Places for bars; some may stay empty. */
  readonly count: number;
}

/** Whether the names have room side by side below the bars. */
function fitBeside(names: readonly string[], width: number): boolean {
  return names.length <= 12 && names.every((n) => chartTextWidth(n, 11) <= (0.9 * width) / names.length);
}

/** The values as they stand at the bars, all in one unit. */
function valueTexts(y: FrameColumn): string[] {
  const [low, high] = extent(y.numbers);
  const scale = y.unit === undefined ? undefined : readableUnit(y.unit, Math.max(Math.abs(low), Math.abs(high)));
  return Array.from(y.numbers, (v) =>
    Number.isNaN(v) ? "" : formatNumber(v / (scale?.size ?? 1)) + (y.unit === "%" ? "%" : ""),
  );
}

/** Whether each bar has room for its value. */
function canCarry({ prepared, horizontal, count }: Bars, texts: readonly string[]): boolean {
  const room = ((horizontal ? prepared.height : prepared.width) * 0.8) / count;
  return count <= LABELLED && (horizontal ? room >= 10 : texts.every((text) => chartTextWidth(text, 11) <= room));
}

/** Where bars stand and how far they reach. Bars that carry their values need no labels on the axis. */
function positionsOf(bars: Bars, order: Order, labelled: boolean): ChartJson {
  const { prepared, x, y, horizontal } = bars;
  const [along, across] = horizontal ? (["x", "y"] as const) : (["y", "x"] as const);
  const value = positionOf(y, {
    channel: along,
    size: horizontal ? prepared.width : prepared.height,
    zero: true,
    grid: !labelled,
  });
  const quiet = { axis: { ...(value["axis"] as ChartJson), labels: false, ticks: false, domain: false } };
  return {
    [across]: categoriesOf(x, across, order === "data" ? undefined : sorted(x, y, prepared.rows, order)),
    [along]: labelled ? { ...value, ...quiet } : value,
  };
}

/** The place of each series within that of its name. */
function besideEachOther({ prepared: { color, names }, horizontal }: Bars): ChartJson {
  if (color === undefined) return {};
  return { [horizontal ? "yOffset" : "xOffset"]: { field: color.key, type: "nominal", sort: names, title: null } };
}

function labelsOf({ horizontal }: Bars, position: ChartJson): Layer {
  const place = horizontal
    ? { align: "left", baseline: "middle", dx: 4 }
    : { align: "center", baseline: "bottom", dy: -3 };
  return {
    mark: { type: "text", ...THEME_TEXT, ...place },
    encoding: { ...position, text: { field: "bar_label", type: "nominal" } },
  };
}

function sorted(x: FrameColumn, y: FrameColumn, rows: number, order: Exclude<Order, "data">): string[] {
  const total = new Map<string, number>();
  for (let row = 0; row < rows; row++) {
    const name = textAt(x, row);
    const value = y.numbers[row]!;
    total.set(name, (total.get(name) ?? 0) + (Number.isNaN(value) ? 0 : value));
  }
  const names = [...total].sort((a, b) => a[1] - b[1]).map(([name]) => name);
  return order === "ascending" ? names : names.reverse();
}

function describeBars({ prepared: { rows, color, names }, x, y }: Bars): string {
  const [low, high] = extent(y.numbers);
  const name = (value: number): string => {
    const row = y.numbers.indexOf(value);
    return row < 0 ? "" : ` (${textAt(x, row)}${color === undefined ? "" : `, ${textAt(color, row)}`})`;
  };
  const by = color === undefined ? "" : ` and ${colorText(color, names)}`;
  const all =
    rows <= 8 && color === undefined
      ? ` ${Array.from({ length: rows }, (_, i) => `${textAt(x, i)}: ${valueText(y, y.numbers[i]!)}`).join("; ")}.`
      : "";
  return `${plainTitle(y)} by ${plainTitle(x)}${by}, ${counted(rows, "bar")}. Smallest ${valueText(y, low)}${name(low)}, largest ${valueText(y, high)}${name(high)}.${all}`;
}
