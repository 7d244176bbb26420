import { checkOneOf, InputError } from "@mm-lab/kernel-model";
import type { Source } from "../tables/table.js";
import { numberTip, positionOf, tooltipOf } from "./axes.js";
import {
  commonParts,
  computedColumn,
  counted,
  dataColumns,
  groupRows,
  numbersOnly,
  plainTitle,
  prepare,
  rangeText,
  unique,
  type MarkGroup,
  type Prepared,
} from "./build.js";
import { Chart, type Layer, type Row } from "./chart.js";
import { datumAt, extent, fieldOptions, optionalField, rounding, textAt, type FrameColumn } from "./frame.js";
import { confidenceInterval, quantile } from "./intervals.js";
import { namedSeries, pointerTargets, seriesText } from "./lines.js";
import type { Field, XYOptions } from "./options.js";
import { COLORS } from "./theme.js";

export interface BandOptions extends XYOptions {
  /** Columns of the band's ends, where they are in the table. Give both, or neither: then several rows per x are summarised by `interval`. */
  readonly lower?: Field;
  readonly upper?: Field;
  /** What the band of repeated measurements is. Default: "ci95", the 95% confidence interval of the mean (Student's t). */
  readonly interval?: "ci95" | "min-max" | "quartiles";
}

const MEANING = {
  ci95: "mean and 95% confidence interval",
  "min-max": "mean, smallest and largest",
  quartiles: "median and quartiles",
} as const;
type Interval = keyof typeof MEANING;

/**
 * A line with a band around it: y between `lower` and `upper`, or repeated measurements (several rows with one x)
 * summarised here. The subtitle says what the band is.
 *
 * @throws InputError if only one of lower and upper is given
 * @example bandChart(runs, { title: "Fault latency over ten runs", x: "threads", y: { field: "latency", unit: "ns" }, color: "thp" })
 */
export function bandChart(source: Source, options: BandOptions): Chart {
  checkEnds(options);
  const fields = {
    x: fieldOptions("x", options.x),
    y: fieldOptions("y", options.y),
    lower: optionalField("lower", options.lower),
    upper: optionalField("upper", options.upper),
    color: optionalField("color", options.color),
  };
  const prepared = prepare("bandChart", source, options, fields, ["x", "y", "lower", "upper", "color", "interval"]);
  const interval = checkOneOf("interval", options.interval ?? "ci95", ["ci95", "min-max", "quartiles"]);
  const given = options.lower !== undefined;
  const ends = given ? [prepared.of("lower"), prepared.of("upper")] : [];
  const y = prepared.of("y");
  for (const column of [y, ...ends]) numbersOnly(column.name, column);
  const spots = given ? givenSpots(prepared, [y, ...ends]) : measuredSpots(prepared, interval);
  const repeats = spots.length === 0 ? 0 : prepared.rows / spots.length;
  const what = given
    ? ends.map(plainTitle).join(" to ")
    : `${MEANING[interval]} of ${Number(repeats.toPrecision(3))} ${Number.isInteger(repeats) ? "" : "(on average) "}measurements`;
  const reach = { ...y, numbers: Float64Array.of(...extent(endOf(spots, LOW)), ...extent(endOf(spots, HIGH))) };
  return new Chart({
    ...commonParts(
      "Band chart",
      options,
      prepared,
      describeBand(prepared, spots.length, reach, what),
      given ? [] : [`Band: ${what}`],
    ),
    rows: bandRows(prepared, spots, reach),
    columns: [
      ...dataColumns([prepared.of("x"), y, ...prepared.grouping]),
      computedColumn("band_low", "low end", y.unit),
      computedColumn("band_high", "high end", y.unit),
    ],
    layers: bandLayers(prepared, spots),
  });
}

function checkEnds({ lower, upper }: BandOptions): void {
  if ((lower === undefined) === (upper === undefined)) return;
  throw new InputError(
    lower === undefined ? "lower" : "upper",
    undefined,
    "a column for each end of the band",
    "give both `lower` and `upper`, or neither",
  );
}

/** One place of the band: the row of the table that says where, and the middle, the low and the high end. */
interface Spot {
  readonly row: number;
  readonly band: readonly number[];
}

const MIDDLE = 0;
const LOW = 1;
const HIGH = 2;

function endOf(spots: readonly Spot[], end: typeof MIDDLE | typeof LOW | typeof HIGH): Float64Array {
  return Float64Array.from(spots, ({ band }) => band[end]!);
}

/** The columns that name a spot. */
function namesOfSpot({ of, grouping }: Prepared): FrameColumn[] {
  return unique([of("x"), ...grouping]);
}

/** By ascending x; categories stay as they came. */
function ordered(spots: readonly Spot[], x: FrameColumn): Spot[] {
  return [...spots].sort((a, b) => (x.type === "text" ? 0 : x.numbers[a.row]! - x.numbers[b.row]!));
}

/** The middle and the ends as columns of the table give them. */
function givenSpots(prepared: Prepared, columns: readonly FrameColumn[]): Spot[] {
  const by = namesOfSpot(prepared);
  const spots = groupRows(prepared.rows, by).map(({ rows }): Spot => {
    if (rows.length > 1)
      throw new InputError(
        "a row of the band chart",
        by.map((c) => `${c.name} = ${textAt(c, rows[1]!)}`).join(", "),
        "one row for each combination when `lower` and `upper` are given",
        "leave both out to have repeated rows summarised",
      );
    return { row: rows[0]!, band: columns.map((c) => c.numbers[rows[0]!]!) };
  });
  return ordered(spots, prepared.of("x"));
}

/** The middle and the ends of what was measured at each place. */
function measuredSpots(prepared: Prepared, interval: Interval): Spot[] {
  const { numbers } = prepared.of("y");
  const spots = groupRows(prepared.rows, namesOfSpot(prepared)).map(({ rows }): Spot => {
    const values = Array.from(rows, (row) => numbers[row]!);
    return { row: rows[0]!, band: summarise(values, interval) };
  });
  return ordered(spots, prepared.of("x"));
}

function bandRows(prepared: Prepared, spots: readonly Spot[], reach: FrameColumn): Row[] {
  const [x, y, by] = [prepared.of("x"), prepared.of("y"), namesOfSpot(prepared)];
  const roundX = rounding(x);
  const roundY = rounding(reach);
  const number = (value: number): number | null => (Number.isFinite(value) ? roundY(value) : null);
  return spots.map(({ row, band }) => ({
    ...Object.fromEntries(by.map((c) => [c.key, datumAt(c, row, c === x ? roundX : (v) => v)])),
    [y.key]: number(band[MIDDLE]!),
    band_low: number(band[LOW]!),
    band_high: number(band[HIGH]!),
  }));
}

function bandLayers(prepared: Prepared, spots: readonly Spot[]): Layer[] {
  const { color, colors, dividing } = prepared;
  const [x, y] = [prepared.of("x"), prepared.of("y")];
  const finiteEnds = [endOf(spots, LOW), endOf(spots, HIGH)].map((end) => end.filter(Number.isFinite));
  const positions = {
    x: positionOf(x, { channel: "x", size: prepared.width }),
    y: positionOf(y, { channel: "y", size: prepared.height, also: finiteEnds }),
  };
  const { series, labels } = namedSeries(prepared, middleLines(prepared, spots), positions);
  const one = { value: COLORS[0] };
  // The band is filled by another channel than the line's colour, or the legend would show bands and no dashes.
  const fill = color === undefined ? one : { ...series["color"], legend: null };
  const unit = y.unit === undefined ? "" : ` (${y.unit})`;
  const tooltip = [
    ...[x, y, ...colors, ...dividing].map(tooltipOf),
    numberTip("band_low", `low end${unit}`),
    numberTip("band_high", `high end${unit}`),
  ];
  return [
    {
      mark: { type: "area", opacity: 0.2 },
      encoding: { x: positions.x, fill, y: { ...positions.y, field: "band_low" }, y2: { field: "band_high" } },
    },
    {
      mark: { type: "line" },
      encoding: { x: positions.x, ...(color === undefined ? { color: one } : series), y: positions.y },
    },
    pointerTargets(positions, tooltip),
    ...labels,
  ];
}

/** The lines through the middle: rows of spots, by series. */
function middleLines(
  { of, color, names }: Prepared,
  spots: readonly Spot[],
): { groups: MarkGroup[]; x: FrameColumn; y: FrameColumn } {
  const x = of("x");
  return {
    groups: names.map((name) => ({
      series: name,
      rows: Uint32Array.from(spots.flatMap(({ row }, i) => (textAt(color!, row) === name ? [i] : []))),
    })),
    x: x.type === "text" ? x : { ...x, numbers: Float64Array.from(spots, ({ row }) => x.numbers[row]!) },
    y: { ...of("y"), numbers: endOf(spots, MIDDLE) },
  };
}

function describeBand(prepared: Prepared, points: number, reach: FrameColumn, what: string): string {
  const [x, y] = [prepared.of("x"), prepared.of("y")];
  return (
    `${plainTitle(y)} by ${plainTitle(x)} with a band (${what}), ${seriesText(prepared)}, ` +
    `${counted(points, "point")}. ${plainTitle(x)} ${rangeText(x)}; band ${rangeText(reach)}.`
  );
}

/** Middle, low end, high end. One measurement alone has no confidence interval: its ends are NaN and no band is drawn there. */
function summarise(values: readonly number[], interval: Interval): number[] {
  const present = values.filter((v) => !Number.isNaN(v)).sort((a, b) => a - b);
  if (present.length === 0) return [NaN, NaN, NaN];
  const mean = present.reduce((a, b) => a + b, 0) / present.length;
  if (interval === "min-max") return [mean, present[0]!, present.at(-1)!];
  if (interval === "quartiles") return [quantile(present, 0.5), quantile(present, 0.25), quantile(present, 0.75)];
  return [mean, ...confidenceInterval(present)];
}
