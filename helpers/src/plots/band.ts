import { checkOneOf, InputError } from "@mm-lab/kernel-model";
import type { Source } from "../tables/table.js";
import { categories, positionOf, seriesOf, tooltipOf, type Json } from "./axes.js";
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
} from "./build.js";
import { Chart, type Layer, type Row } from "./chart.js";
import { endLabels } from "./end-labels.js";
import { datumAt, extent, fieldOptions, rounding, textAt, type FrameColumn } from "./frame.js";
import { confidenceInterval, quantile } from "./intervals.js";
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

/**
 * A line with a band around it: y between `lower` and `upper`, or repeated measurements (several rows with one x)
 * summarised here. The subtitle says what the band is.
 *
 * @throws InputError if only one of lower and upper is given
 * @example bandChart(runs, { title: "Fault latency over ten runs", x: "threads", y: { field: "latency", unit: "ns" }, color: "thp" })
 */
export function bandChart(source: Source, options: BandOptions): Chart {
  const optional = (role: string, field: Field | undefined) =>
    field === undefined ? undefined : fieldOptions(role, field);
  if ((options.lower === undefined) !== (options.upper === undefined))
    throw new InputError(
      options.lower === undefined ? "lower" : "upper",
      undefined,
      "a column for each end of the band",
      "give both `lower` and `upper`, or neither",
    );
  const fields = {
    x: fieldOptions("x", options.x),
    y: fieldOptions("y", options.y),
    lower: optional("lower", options.lower),
    upper: optional("upper", options.upper),
    color: optional("color", options.color),
  };
  const prepared = prepare("bandChart", source, options, fields, ["x", "y", "lower", "upper", "color", "interval"]);
  const interval = checkOneOf("interval", options.interval ?? "ci95", ["ci95", "min-max", "quartiles"]);
  const { color, dividing } = prepared;
  const x = prepared.of("x");
  const y = prepared.of("y");
  const given = options.lower !== undefined;
  const ends = given ? [prepared.of("lower"), prepared.of("upper")] : [];
  for (const column of [y, ...ends]) numbersOnly(column.name, column);
  const by = unique([x, ...(color === undefined ? [] : [color]), ...dividing]);
  const rows = groupRows(prepared.rows, by)
    .map(({ rows: same }) => {
      if (given && same.length > 1)
        throw new InputError(
          "a row of the band chart",
          by.map((c) => `${c.name} = ${textAt(c, same[1]!)}`).join(", "),
          "one row for each combination when `lower` and `upper` are given",
          "leave both out to have repeated rows summarised",
        );
      const band = given
        ? [y, ...ends].map((c) => c.numbers[same[0]!]!)
        : summarise(
            Array.from(same, (row) => y.numbers[row]!),
            interval,
          );
      return { row: same[0]!, band };
    })
    .sort((a, b) => (x.type === "text" ? 0 : x.numbers[a.row]! - x.numbers[b.row]!));
  const low = Float64Array.from(rows, (r) => r.band[1]!);
  const high = Float64Array.from(rows, (r) => r.band[2]!);
  const names = color === undefined ? [] : categories(color, prepared.rows);
  const series = color === undefined ? { color: { value: COLORS[0] } } : seriesOf(color, names, true);
  const roundX = rounding(x);
  const roundY = rounding({ ...y, numbers: Float64Array.of(...extent(low), ...extent(high)) });
  const number = (value: number): number | null => (Number.isFinite(value) ? roundY(value) : null);
  const data = rows.map(({ row, band }): Row => ({
    ...Object.fromEntries(by.map((c) => [c.key, datumAt(c, row, c === x ? roundX : (v) => v)])),
    [y.key]: number(band[0]!),
    band_low: number(band[1]!),
    band_high: number(band[2]!),
  }));
  const position = positionOf(y, {
    channel: "y",
    size: prepared.height,
    also: [low, high].map((a) => a.filter(Number.isFinite)),
  });
  const shared: Json = {
    x: positionOf(x, { channel: "x", size: prepared.width }),
    color: (series as { color: Json }).color,
  };
  const unit = y.unit === undefined ? "" : ` (${y.unit})`;
  const middle: FrameColumn = { ...y, numbers: Float64Array.from(rows, (r) => r.band[0]!) };
  const places: FrameColumn =
    x.type === "text" ? x : { ...x, numbers: Float64Array.from(rows, (r) => x.numbers[r.row]!) };
  const bySeries = names.map((name) => ({
    series: name,
    rows: Uint32Array.from(rows.flatMap((r, i) => (textAt(color!, r.row) === name ? [i] : []))),
  }));
  const labels =
    dividing.length > 0
      ? undefined
      : endLabels({
          groups: bySeries,
          names,
          x: places,
          y: middle,
          color,
          encoding: { ...shared, y: position },
          height: prepared.height,
        });
  // The band is filled by another channel than the line's colour, or the legend would show bands and no dashes.
  const filled = {
    x: shared["x"],
    fill: color === undefined ? { value: COLORS[0] } : { ...(shared["color"] as Json), legend: null },
  };
  const named =
    labels === undefined || color === undefined
      ? series
      : {
          color: { ...(shared["color"] as Json), legend: null },
          strokeDash: { ...(series as { strokeDash: Json }).strokeDash, legend: null },
        };
  const layers: Layer[] = [
    {
      mark: { type: "area", opacity: 0.2 },
      encoding: { ...filled, y: { ...position, field: "band_low" }, y2: { field: "band_high" } },
    },
    { mark: { type: "line" }, encoding: { ...shared, ...named, y: position } },
    {
      mark: { type: "point", opacity: 0, size: 80, tooltip: true, aria: false },
      encoding: {
        x: shared["x"],
        y: position,
        tooltip: [
          ...[x, y, ...(color === undefined ? [] : [color]), ...dividing].map(tooltipOf),
          { field: "band_low", type: "quantitative", title: `low end${unit}`, format: "," },
          { field: "band_high", type: "quantitative", title: `high end${unit}`, format: "," },
        ],
      },
    },
    ...(labels === undefined ? [] : [labels]),
  ];
  const repeats = rows.length === 0 ? 0 : prepared.rows / rows.length;
  const what = given
    ? `${plainTitle(prepared.of("lower"))} to ${plainTitle(prepared.of("upper"))}`
    : `${MEANING[interval]} of ${Number(repeats.toPrecision(3))} ${Number.isInteger(repeats) ? "" : "(on average) "}measurements`;
  const description =
    `${plainTitle(y)} by ${plainTitle(x)} with a band (${what}), ${color === undefined ? "1 series" : `${counted(names.length, "series", "series")} by ${plainTitle(color)} (${listed(names)})`}, ` +
    `${counted(rows.length, "point")}. ${plainTitle(x)} ${rangeText(x)}; band ${rangeText(y, Float64Array.of(...extent(low), ...extent(high)))}.`;
  const numeric: FrameColumn[] = [x, y, ...(color === undefined ? [] : [color]), ...dividing];
  return new Chart({
    ...commonParts("Band chart", options, prepared, description, given ? [] : [`Band: ${what}`]),
    rows: data,
    columns: [
      ...dataColumns(numeric),
      ...(["low", "high"] as const).map((end) => ({
        field: `band_${end}`,
        name: `${end} end`,
        ...(y.unit === undefined ? {} : { unit: y.unit }),
      })),
    ],
    layers,
  });
}

/** Middle, low end, high end. One measurement alone has no confidence interval: its ends are NaN and no band is drawn there. */
function summarise(values: readonly number[], interval: keyof typeof MEANING): number[] {
  const present = values.filter((v) => !Number.isNaN(v)).sort((a, b) => a - b);
  if (present.length === 0) return [NaN, NaN, NaN];
  const mean = present.reduce((a, b) => a + b, 0) / present.length;
  if (interval === "min-max") return [mean, present[0]!, present.at(-1)!];
  if (interval === "quartiles") return [quantile(present, 0.5), quantile(present, 0.25), quantile(present, 0.75)];
  return [mean, ...confidenceInterval(present)];
}
