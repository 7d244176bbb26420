/** A column to draw, with what to say about it. */
export interface FieldOptions {
  /** Name of the column. */
  readonly field: string;
  /** Axis or legend title. Default: the column's name. The unit is added in parentheses. */
  readonly title?: string;
  /** Unit of the values. Default: the unit the column carries. */
  readonly unit?: string;
  /** Scale of a numeric axis. Default: "linear". */
  readonly scale?: "linear" | "log" | "symlog" | "sqrt";
  /** Whether a linear axis must include 0. Default: bars and histograms yes; otherwise when the data reach near it. */
  readonly zero?: boolean;
}

/** A column by name, or with options. */
export type Field = string | FieldOptions;

/**
 * A form element below a chart that chooses which rows are drawn. It works in the browser, in exports without a
 * network too, and can only choose among results that are in the table: compute the grid of all settings first.
 */
export interface Control {
  readonly kind: "slider" | "dropdown" | "toggle";
  /** Column whose value must equal the setting. */
  readonly field: string;
  /** Text beside the element. Default: the column's name and unit. */
  readonly label?: string;
  /** First setting. Default: the smallest number, the first text, or true. */
  readonly value?: number | string | boolean;
}

/** What every chart takes. */
export interface ChartOptions {
  /** What the chart shows, in words; ideally what it says. */
  readonly title: string;
  /** A second, smaller line: conditions, sample size. */
  readonly subtitle?: string;
  /** Alt text. Default: kind, axes, series, ranges, first and last values. */
  readonly description?: string;
  /** Width of the plot area. Default: 560. Range: 100 to 2,000 px. */
  readonly width?: number;
  /** Height of the plot area. Default: 300, or by the number of rows in timelines and horizontal bars. Range: 40 to 2,000 px. */
  readonly height?: number;
  /** Sliders, drop-downs and check boxes that filter the rows in the browser (see {@link slider}). */
  readonly controls?: readonly Control[];
  /** Further columns to keep in the chart's data, e.g. the one {@link smallMultiples} divides by. */
  readonly keep?: readonly string[];
}

/** Charts with two axes and a series column. */
export interface XYOptions extends ChartOptions {
  readonly x: Field;
  readonly y: Field;
  /** Column that tells the series apart: colour and dash. Default: one series. */
  readonly color?: Field;
}

export const COMMON_KEYS = ["title", "subtitle", "description", "width", "height", "controls", "keep"] as const;
