import { checkOneOf, groupDigits } from "@mm-lab/kernel-model";
import type { Source } from "../tables/table.js";
import { positionOf, tooltipOf } from "./axes.js";
import {
  commonParts,
  counted,
  dataColumns,
  emitRows,
  groupRows,
  numbersOnly,
  plainTitle,
  prepare,
  rangeText,
  unique,
  valueText,
  type MarkGroup,
  type Prepared,
} from "./build.js";
import { Chart } from "./chart.js";
import { minMaxDownsample, lttbDownsample } from "./downsample.js";
import { fieldOptions, optionalField, type FrameColumn } from "./frame.js";
import { namedSeries, pointerTargets, seriesText } from "./lines.js";
import type { XYOptions } from "./options.js";
import { COLORS } from "./theme.js";

/** Above this many points a line chart is thinned to {@link KEPT_POINTS}: no screen shows more. */
const POINT_LIMIT = 5_000;
const KEPT_POINTS = 2_000;
/** Up to this many points show their values under the pointer. */
const TARGET_LIMIT = 1_000;

export interface LineOptions extends XYOptions {
  /** What thinning keeps above 5,000 points: every bucket's extremes, or the shape. Default: "min-max". */
  readonly downsample?: "min-max" | "lttb";
  /** "step" for values that hold until they change (counters, settings). Default: "linear". */
  readonly interpolate?: "linear" | "step";
}

/**
 * Lines of y over x, one per value of `color`. A gap is drawn where y is null or NaN. Points are joined in order of x.
 * Above 5,000 points the lines are thinned to about 2,000, and a note on the chart says so.
 *
 * @throws InputError for an unknown column or option, no title, or a chart above 1 MB
 * @example lineChart(results, { title: "Smart scan skips pages", x: "scan", y: "pages_skipped", color: "policy" })
 */
export function lineChart(source: Source, options: LineOptions): Chart {
  const fields = {
    x: fieldOptions("x", options.x),
    y: fieldOptions("y", options.y),
    color: optionalField("color", options.color),
  };
  const prepared = prepare("lineChart", source, options, fields, ["x", "y", "color", "downsample", "interpolate"]);
  const downsample = checkOneOf("downsample", options.downsample ?? "min-max", ["min-max", "lttb"]);
  const interpolate = checkOneOf("interpolate", options.interpolate ?? "linear", ["linear", "step"]);
  const { color, colors, dividing, grouping } = prepared;
  const x = prepared.of("x");
  const y = prepared.of("y");
  numbersOnly("y", y);
  const groups = groupRows(prepared.rows, grouping, color).map((g) => ordered(g, x));
  const { rows, note } = thinned(groups, x, y, downsample, prepared.controls.length > 0);
  const positions = {
    x: positionOf(x, { channel: "x", size: prepared.width }),
    y: positionOf(y, { channel: "y", size: prepared.height }),
  };
  const { series, labels } = namedSeries(prepared, { groups, x, y }, positions);
  const mark = {
    type: "line",
    ...(interpolate === "step" ? { interpolate: "step-after" } : {}),
    ...(color === undefined ? { color: COLORS[0] } : {}),
  };
  // A crowded line needs no targets.
  const targets =
    rows.length > TARGET_LIMIT ? [] : [pointerTargets(positions, unique([x, y, ...grouping]).map(tooltipOf))];
  const shown = [x, y, ...colors];
  const description = describeLines(prepared, groups);
  return new Chart({
    ...commonParts("Line chart", options, prepared, description, note === undefined ? [] : [note]),
    rows: emitRows(rows, shown, grouping),
    columns: dataColumns([...shown, ...dividing]),
    layers: [{ mark, encoding: { ...positions, ...series } }, ...targets, ...labels],
  });
}

/** The rows of a group by ascending x; categories stay as they came. */
function ordered(group: MarkGroup, x: FrameColumn): MarkGroup {
  if (x.type === "text") return group;
  let ascending = true;
  for (let i = 1; i < group.rows.length && ascending; i++)
    ascending = !(x.numbers[group.rows[i]!]! < x.numbers[group.rows[i - 1]!]!);
  return ascending ? group : { ...group, rows: group.rows.slice().sort((a, b) => x.numbers[a]! - x.numbers[b]!) };
}

function thinned(
  groups: readonly MarkGroup[],
  x: FrameColumn,
  y: FrameColumn,
  method: "min-max" | "lttb",
  perGroup: boolean,
): { rows: number[]; note?: string } {
  const total = groups.reduce((n, g) => n + g.rows.length, 0);
  const visible = perGroup ? Math.max(0, ...groups.map((g) => g.rows.length)) : total;
  if (visible <= POINT_LIMIT) return { rows: groups.flatMap((g) => [...g.rows]) };
  const rows = groups.flatMap((g) => {
    const target = Math.max(8, Math.round((KEPT_POINTS * g.rows.length) / visible));
    const present = g.rows.filter((row) => !Number.isNaN(y.numbers[row]));
    const ys = pick(y, present);
    const kept =
      method === "min-max" || x.type === "text"
        ? minMaxDownsample(ys, target)
        : lttbDownsample(pick(x, present), ys, target);
    return kept.map((i) => present[i]!);
  });
  return {
    rows,
    note: `${groupDigits(total)} → ${groupDigits(rows.length)} points (${method === "min-max" ? "min/max kept" : "shape kept, LTTB"})`,
  };
}

function pick(column: FrameColumn, rows: Uint32Array): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) picked[i] = column.numbers[rows[i]!]!;
  return picked;
}

function describeLines(prepared: Prepared, groups: readonly MarkGroup[]): string {
  const [x, y] = [prepared.of("x"), prepared.of("y")];
  const ends = groups.slice(0, 6).flatMap((g) => {
    const first = g.rows.find((row) => !Number.isNaN(y.numbers[row]));
    const last = g.rows.findLast((row) => !Number.isNaN(y.numbers[row]));
    if (first === undefined || last === undefined) return [];
    return [
      `${g.series === "" ? "" : `${g.series} `}from ${valueText(y, y.numbers[first]!)} to ${valueText(y, y.numbers[last]!)}`,
    ];
  });
  return (
    `${plainTitle(y)} by ${plainTitle(x)}, ${seriesText(prepared)}, ${counted(prepared.rows, "point")}. ${plainTitle(x)} ${rangeText(x)}; ${plainTitle(y)} ${rangeText(y)}.` +
    (ends.length === 0 ? "" : ` First to last: ${ends.join("; ")}${groups.length > 6 ? "; and so on" : ""}.`)
  );
}
