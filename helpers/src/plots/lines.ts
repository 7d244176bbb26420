import { seriesOf, type ChartJson } from "./axes.js";
import { colorText, counted, type MarkGroup, type Prepared } from "./build.js";
import type { Layer } from "./chart.js";
import { endLabels } from "./end-labels.js";
import type { FrameColumn } from "./frame.js";

/* What all charts with lines have: series told apart, targets for the pointer. */

/** Positions on the two axes. */
export interface Positions {
  readonly x: ChartJson;
  readonly y: ChartJson;
}

/** How the lines of a chart are told apart. */
export interface NamedSeries {
  /** Colour and dash; with a legend where the names are not written at the lines. Empty for one line. */
  readonly series: Readonly<Record<string, ChartJson>>;
  /** The names at the ends of the lines, where that is clear. */
  readonly labels: readonly Layer[];
}

/** Names at the ends of the lines where they can stand there, else a legend: never both. */
export function namedSeries(
  { color, names, dividing, height }: Prepared,
  lines: { readonly groups: readonly MarkGroup[]; readonly x: FrameColumn; readonly y: FrameColumn },
  positions: Positions,
): NamedSeries {
  if (color === undefined) return { series: {}, labels: [] };
  const series = seriesOf(color, names, true);
  // A line that is divided further has several ends, of which the reader sees some.
  const label =
    dividing.length > 0
      ? undefined
      : endLabels({ ...lines, names, color, encoding: { ...positions, ...series }, height });
  return label === undefined ? { series, labels: [] } : { series: withoutLegend(series), labels: [label] };
}

function withoutLegend(series: Readonly<Record<string, ChartJson>>): Readonly<Record<string, ChartJson>> {
  return Object.fromEntries(Object.entries(series).map(([channel, value]) => [channel, { ...value, legend: null }]));
}

/** Wide, invisible targets for the pointer, because the line itself is thin. */
export function pointerTargets({ x, y }: Positions, tooltip: readonly ChartJson[]): Layer {
  return { mark: { type: "point", opacity: 0, size: 80, tooltip: true, aria: false }, encoding: { x, y, tooltip } };
}

/** How many lines there are and what tells them apart, for alt text. */
export function seriesText({ color, names }: Prepared): string {
  return color === undefined
    ? "1 series"
    : `${counted(names.length, "series", "series")} by ${colorText(color, names)}`;
}
