import { readableUnit } from "@mm-lab/kernel-model";
import { shorten, visible } from "../tables/text.js";
import { extent, plainText, textAt, utcKey, type FrameColumn } from "./frame.js";
import { COLORS, cycle, DASHES } from "./theme.js";
import { clean, roundDomain } from "./ticks.js";

/** A piece of a Vega-Lite encoding: plain JSON. */
export type ChartJson = Readonly<Record<string, unknown>>;

/** Title of an axis, a legend or a tool tip line: "pages scanned (pages)". */
export function columnTitle(column: FrameColumn, unit = column.unit): string {
  const title = visible(column.options.title ?? column.name);
  return plainText(
    shorten(
      unit === undefined || unit === "" || title === unit || title.endsWith(`(${unit})`) ? title : `${title} (${unit})`,
      200,
    ),
  );
}

export interface AxisRequest {
  readonly channel: "x" | "y";
  /** Pixels the axis has. */
  readonly size: number;
  /** Whether 0 must be on the axis. Default: when the data reach down near it. */
  readonly zero?: boolean;
  /** Numbers that share the axis with the column, e.g. the ends of a band. */
  readonly also?: readonly ArrayLike<number>[];
  readonly grid?: boolean;
  /** Do not round the ends of the axis outwards. */
  readonly tight?: boolean;
}

/** A position of numbers or times. The domain is fixed by all data of the chart, so that sliders do not move the axes. */
export function positionOf(column: FrameColumn, request: AxisRequest): ChartJson {
  const title = columnTitle(column);
  const layout = axisLayout(request.channel, request.grid ?? request.channel === "y");
  const count = Math.max(2, Math.round(request.size / (request.channel === "x" ? 90 : 50)));
  if (column.type === "text") return { field: column.key, type: "nominal", title, sort: null, axis: layout };
  const [low, high] = [column.numbers, ...(request.also ?? [])]
    .map(extent)
    .reduce(([a, b], [c, d]) => [Math.min(a, c), Math.max(b, d)]);
  if (column.type === "time") {
    return {
      field: column.key,
      type: "temporal",
      title: columnTitle(column, column.unit ?? "UTC"),
      scale: { type: "utc" },
      axis: { ...layout, tickCount: count, labelOverlap: true, format: timeFormat(high - low) },
    };
  }
  const kind = column.options.scale ?? "linear";
  if (kind === "log") return logPosition(column, low, high, layout, request.tight === true);
  if (kind !== "linear") {
    const { labels, unit } = numberLabels(column.unit, high);
    return {
      field: column.key,
      type: "quantitative",
      title: columnTitle(column, unit),
      scale: { type: kind, nice: true, zero: low <= 0 },
      axis: { ...layout, tickCount: count, labelOverlap: true, ...labels },
    };
  }
  const zero = column.options.zero ?? request.zero ?? (low >= 0 ? low < 0.6 * high : high > 0.6 * low && high <= 0);
  const { labels, unit, size } = numberLabels(column.unit, Math.max(Math.abs(low), Math.abs(high)));
  const ends = [(zero ? Math.min(0, low) : low) / size, (zero ? Math.max(0, high) : high) / size] as const;
  const { domain, ticks } = roundDomain(ends[0], ends[1], Math.max(5, count));
  const wide: [number, number] = request.tight === true && ends[1] > ends[0] ? [ends[0], ends[1]] : domain;
  const values = ticks.filter(
    (t) => t >= wide[0] && t <= wide[1] && (!column.integers || size !== 1 || Number.isInteger(t)),
  );
  return {
    field: column.key,
    type: "quantitative",
    title: columnTitle(column, unit),
    scale: { domain: wide.map((v) => clean(v * size)), nice: false, zero: false },
    axis: { ...layout, values: values.map((v) => clean(v * size)), labelOverlap: true, ...labels },
  };
}

/** Dates for long spans, times of the day for short ones. */
function timeFormat(span: number): string {
  const day = 86_400_000;
  return span > 1.5 * day ? "%Y-%m-%d" : span > 600_000 ? "%H:%M" : span > 10_000 ? "%H:%M:%S" : "%H:%M:%S.%L";
}

/** A logarithmic position: ends and labels at 1, 2 and 5 times powers of ten, over more than three decades at the powers only. */
function logPosition(column: FrameColumn, low: number, high: number, layout: ChartJson, tight: boolean): ChartJson {
  const { unit, size } = numberLabels(column.unit, high);
  const [from, to] = low > 0 ? [low / size, high / size] : [1, 10];
  const first = Math.floor(Math.log10(from)) - 1;
  const last = Math.ceil(Math.log10(to)) + 1;
  const decades = Math.log10(to / from);
  const every = decades > 10 ? Math.ceil(decades / 8) : 1;
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const round = powers.flatMap((p) => [1, 2, 5].map((m) => clean(m * 10 ** p)));
  const start = tight ? from : (round.findLast((v) => v <= from * (1 + 1e-9)) ?? from);
  const end = tight && from < to ? to : (round.find((v) => v >= to * (1 - 1e-9) && v > start) ?? to);
  const ticks = decades <= 3 ? round : powers.filter((p) => p % every === 0).map((p) => clean(10 ** p));
  const format = Math.max(end, 1 / start) < 10_000 ? ",~r" : "~s";
  return {
    field: column.key,
    type: "quantitative",
    title: columnTitle(column, unit),
    scale: { type: "log", domain: [clean(start * size), clean(end * size)], nice: false },
    axis: {
      ...layout,
      values: ticks.filter((v) => v >= start && v <= end).map((v) => clean(v * size)),
      labelOverlap: true,
      labelExpr: `format(datum.value${size === 1 ? "" : ` / ${size}`}, '${start < 1e-3 ? "~g" : format}')`,
    },
  };
}

/** How the numbers of an axis are written: in the unit that fits, large ones with SI prefixes, digits grouped otherwise. */
function numberLabels(
  unit: string | undefined,
  largest: number,
): { labels: ChartJson; unit: string | undefined; size: number } {
  const scale = unit === undefined ? undefined : readableUnit(unit, largest);
  if (scale !== undefined && scale.size > 1)
    return { labels: { labelExpr: `format(datum.value / ${scale.size}, ',~r')` }, unit: scale.unit, size: scale.size };
  const labels =
    largest >= 10_000
      ? { format: "~s", labelExpr: "datum.value === 0 ? '0' : datum.label" }
      : { format: largest < 1e-3 && largest > 0 ? "~g" : ",~r" };
  return { labels, unit: scale?.unit ?? unit, size: 1 };
}

/** The title of the y axis lies above it, to be read without turning the head. */
function axisLayout(channel: "x" | "y", grid: boolean): ChartJson {
  const place =
    channel === "y"
      ? {
          titleAngle: 0,
          titleAlign: "left",
          titleBaseline: "bottom",
          titleX: 0,
          titleY: -8,
          domain: !grid,
          ticks: !grid,
        }
      : {};
  return { ...place, grid };
}

/** A position of categories; numbers are in ascending order, text as it came unless `sort` gives an order. */
export function categoriesOf(column: FrameColumn, channel: "x" | "y", sort?: readonly string[]): ChartJson {
  const numeric = column.type !== "text";
  const layout = axisLayout(channel, false);
  return {
    field: column.key,
    type: numeric ? "ordinal" : "nominal",
    title: columnTitle(column),
    sort: sort ?? (numeric ? "ascending" : null),
    axis: {
      ...layout,
      domain: false,
      ticks: false,
      labelAngle: 0,
      labelOverlap: true,
      labelPadding: 6,
      ...(numeric ? { format: "," } : {}),
    },
  };
}

/** Categories of a column in order of appearance (numbers: ascending). */
export function categories(column: FrameColumn, rows: number): string[] {
  const found = new Set<string>();
  for (let row = 0; row < rows; row++) found.add(textAt(column, row));
  const all = [...found];
  return column.type === "text" ? all : all.sort((a, b) => Number(a) - Number(b));
}

/** Colour, and dash for lines, by series. Both scales have the same domain, so that they share one legend. */
export function seriesOf(
  column: FrameColumn,
  names: readonly string[],
  dashed: boolean,
): Readonly<Record<string, ChartJson>> {
  const domain = column.type === "number" ? names.map((n) => (Number.isNaN(Number(n)) ? null : Number(n))) : names;
  const common = { field: column.key, type: "nominal", title: columnTitle(column) };
  const color = { ...common, scale: seriesScale(domain, false) };
  return dashed ? { color, strokeDash: { ...common, scale: seriesScale(domain, true) } } : { color };
}

/** A colour or a dash for each name. Dash changes with each series as colour does; the pair differs for 24 series. */
export function seriesScale(domain: readonly unknown[], dash: boolean): ChartJson {
  return { domain, range: domain.map((_, i) => (dash ? cycle(DASHES, i + Math.floor(i / 12)) : cycle(COLORS, i))) };
}

/** One line of a tool tip, for numbers that were computed for the chart. */
export function numberTip(field: string, title: string): ChartJson {
  return { field, type: "quantitative", title, format: "," };
}

/** One line of a tool tip. */
export function tooltipOf(column: FrameColumn): ChartJson {
  const base = { field: column.key, title: columnTitle(column) };
  return column.type === "number"
    ? { ...base, type: "quantitative", format: "," }
    : // As text, because Vega writes the times of tool tips in the reader's own time zone.
      column.type === "time"
      ? { ...base, field: utcKey(column.key), type: "nominal" }
      : { ...base, type: "nominal" };
}
