import { formatWithUnit, readableUnit } from "@mm-lab/kernel-model";
import type { Source } from "../tables/table.js";
import { categories, categoriesOf, columnTitle, tooltipOf, type ChartJson } from "./axes.js";
import {
  allRows,
  commonParts,
  counted,
  dataColumns,
  emitRows,
  numbersOnly,
  onePerSpot,
  plainTitle,
  prepare,
  rangeText,
  unique,
} from "./build.js";
import { Chart } from "./chart.js";
import { asCategories, extent, fieldOptions } from "./frame.js";
import type { ChartOptions, Field } from "./options.js";

export interface HeatMapOptions extends ChartOptions {
  readonly x: Field;
  readonly y: Field;
  /** Column of numbers that colours the cells. */
  readonly color: Field;
}

/**
 * A grid of cells coloured by a number, one cell for each x and y. Light is small, dark is large (scale "viridis", even
 * to the eye and safe for colour-blind readers). Numbers are in ascending order, upwards on the y axis.
 *
 * @throws InputError where two rows stand for one cell: aggregate first
 * @example heatMap(grid, { title: "Savings by scan rate and age", x: "pages_to_scan", y: "max_age", color: { field: "saved", unit: "%" } })
 */
export function heatMap(source: Source, options: HeatMapOptions): Chart {
  const fields = {
    x: fieldOptions("x", options.x),
    y: fieldOptions("y", options.y),
    value: fieldOptions("color", options.color),
  };
  const prepared = prepare("heatMap", source, options, fields, ["x", "y", "color"]);
  const [x, y, value] = [asCategories(prepared.of("x")), asCategories(prepared.of("y")), prepared.of("value")];
  numbersOnly("color", value);
  onePerSpot("heat map", prepared.rows, unique([x, y, ...prepared.dividing]));
  const [low, high] = extent(value.numbers);
  const scale =
    value.unit === undefined ? undefined : readableUnit(value.unit, Math.max(Math.abs(low), Math.abs(high)));
  const legend: ChartJson = {
    ...(scale !== undefined && scale.size > 1
      ? { labelExpr: `format(datum.value / ${scale.size}, ',~r')` }
      : { format: high >= 10_000 ? "~s" : ",~r" }),
    gradientLength: Math.min(200, prepared.height),
    titleLimit: 260,
  };
  const vertical = categoriesOf(y, "y");
  const encoding: ChartJson = {
    x: categoriesOf(x, "x"),
    y: y.type === "text" ? vertical : { ...vertical, sort: "descending" },
    color: {
      field: value.key,
      type: "quantitative",
      title: columnTitle(value, scale?.unit ?? value.unit),
      legend,
      scale: {
        type: value.options.scale ?? "linear",
        domain: low < high ? [low, high] : [low, low + 1],
        scheme: "viridis",
        reverse: true,
        zero: false,
      },
    },
    tooltip: unique([x, y, value, ...prepared.dividing]).map(tooltipOf),
  };
  const size = `${counted(categories(x, prepared.rows).length, "column")} by ${counted(categories(y, prepared.rows).length, "row")}`;
  const spot = (number: number): string => {
    const row = value.numbers.indexOf(number);
    const at = (c: typeof x): string => (c.type === "text" ? c.texts[row]! : formatWithUnit(c.numbers[row]!, c.unit));
    return row < 0 ? "" : ` at ${plainTitle(x)} ${at(x)}, ${plainTitle(y)} ${at(y)}`;
  };
  const description = `${plainTitle(value)} by ${plainTitle(x)} and ${plainTitle(y)}, ${size}. ${plainTitle(value)} ${rangeText(value)}: smallest${spot(low)}, largest${spot(high)}.`;
  return new Chart({
    ...commonParts("Heat map", options, prepared, description),
    rows: emitRows(allRows(prepared.rows), unique([x, y, value]), [x, y, ...prepared.dividing]),
    columns: dataColumns([x, y, value, ...prepared.dividing]),
    layers: [{ mark: { type: "rect" }, encoding }],
  });
}
