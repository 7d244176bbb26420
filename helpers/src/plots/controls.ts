import { checkKeys, InputError } from "@mm-lab/kernel-model";
import { shorten, visible } from "../tables/text.js";
import { categories, type ChartJson } from "./axes.js";
import type { FrameColumn } from "./frame.js";
import type { Control } from "./options.js";
import { clean } from "./ticks.js";

export interface ControlOptions {
  readonly field: string;
  readonly label?: string;
  readonly value?: number | string | boolean;
}

/**
 * A slider over the values of a numeric column, which must be evenly spaced (else use {@link dropdown}).
 *
 * @example lineChart(grid, { title: "Scan cost", x: "scan", y: "cost", controls: [slider({ field: "pages_to_scan" })] })
 */
export function slider(options: ControlOptions & { readonly value?: number }): Control {
  return control("slider", options);
}

/** A drop-down list of the values of a column, numbers or text. */
export function dropdown(options: ControlOptions): Control {
  return control("dropdown", options);
}

/** A check box for a column of true and false. */
export function toggle(options: ControlOptions & { readonly value?: boolean }): Control {
  return control("toggle", options);
}

function control(kind: Control["kind"], options: ControlOptions): Control {
  checkKeys(kind, options, ["field", "label", "value"]);
  if (typeof options.field !== "string")
    throw new InputError(
      `the field of a ${kind}`,
      options.field,
      "a column name",
      "name the column whose value the reader chooses",
    );
  return { kind, ...options };
}

export interface BoundControl {
  /** A Vega-Lite parameter bound to a form element. */
  readonly param: ChartJson;
  /** The transform that keeps the rows of the setting. */
  readonly filter: { readonly filter: string };
}

/**
 * Parameter and filter of a control, for a spec written by hand: put `param` among the top-level `params` and
 * `filter` first in `transform`.
 *
 * @param values the settings to choose from; for a slider evenly spaced and ascending, for a toggle ignored
 * @param index distinguishes several controls of one chart
 * @example controlParams(dropdown({ field: "policy" }), ["none", "kernel"]).filter
 */
export function controlParams(control: Control, values: readonly (number | string)[], index = 0): BoundControl {
  return bind(control, visible(control.field), values, index, visible(control.label ?? control.field));
}

/** The control for a column of a chart's data. */
export function bindControl(control: Control, column: FrameColumn, rows: number, index: number): BoundControl {
  const texts = categories(column, rows);
  const values = column.type === "number" ? texts.map(Number).filter((v) => !Number.isNaN(v)) : texts;
  const label = control.label ?? (column.unit === undefined ? column.name : `${column.name} (${column.unit})`);
  return bind(control, column.key, values, index, visible(label));
}

function bind(
  control: Control,
  key: string,
  values: readonly (number | string)[],
  index: number,
  label: string,
): BoundControl {
  if (values.length === 0)
    throw new InputError(
      `the values of ${control.field}`,
      values,
      "at least one value",
      "check that the table has rows",
    );
  const names = {
    param: `setting_${index + 1}`,
    datum: `datum[${JSON.stringify(key)}]`,
    label: `${shorten(label, 80)} `,
  };
  if (control.kind === "toggle") return bindToggle(control, names, values);
  const first = firstOf(control, values);
  return control.kind === "dropdown"
    ? bindDropdown(first, names, values)
    : bindSlider(control.field, first, names, values);
}

/** How the parameter, a row's value and the form element are called. */
interface Names {
  readonly param: string;
  readonly datum: string;
  readonly label: string;
}

function bindToggle(
  { field, value }: Control,
  { param, datum, label }: Names,
  values: readonly (number | string)[],
): BoundControl {
  const odd = values.find((v) => v !== "true" && v !== "false");
  if (odd !== undefined)
    throw new InputError(
      `a value of ${field}`,
      odd,
      "true or false in a column with a toggle",
      "use dropdown for other values",
    );
  if (value !== undefined && typeof value !== "boolean")
    throw new InputError(`the first setting of ${field}`, value, "true or false", "leave `value` out for true");
  return {
    param: { name: param, value: value ?? true, bind: { input: "checkbox", name: label } },
    filter: { filter: `${datum} === (${param} ? "true" : "false")` },
  };
}

function bindDropdown(
  first: number | string,
  { param, datum, label }: Names,
  values: readonly (number | string)[],
): BoundControl {
  return {
    param: { name: param, value: first, bind: { input: "select", options: values, name: label } },
    filter: { filter: `${datum} === ${param}` },
  };
}

function bindSlider(
  field: string,
  first: number | string,
  { param, datum, label }: Names,
  values: readonly (number | string)[],
): BoundControl {
  const step = evenStep(field, values);
  return {
    param: {
      name: param,
      value: first,
      bind: { input: "range", min: values[0], max: values.at(-1), step, name: label },
    },
    // The browser adds up steps in floating point: nearest value, not equal value.
    filter: { filter: `abs(${datum} - ${param}) < ${clean(step / 2)}` },
  };
}

/** The first setting, which must be one that the table has. */
function firstOf({ field, value }: Control, values: readonly (number | string)[]): number | string {
  const first = value ?? values[0];
  if (first !== undefined && typeof first !== "boolean" && values.includes(first)) return first;
  throw new InputError(
    `the first setting of ${field}`,
    first,
    `one of ${values.slice(0, 20).join(", ")}${values.length > 20 ? ", ..." : ""}`,
    "start with a value the table has",
  );
}

function evenStep(field: string, values: readonly (number | string)[]): number {
  const numbers = values.map((v) => (typeof v === "number" ? v : NaN));
  if (numbers.some(Number.isNaN))
    throw new InputError(`the values of ${field}`, values, "numbers for a slider", "use dropdown for text");
  const step = numbers.length < 2 ? 1 : clean((numbers.at(-1)! - numbers[0]!) / (numbers.length - 1));
  const uneven = numbers.some((v, i) => Math.abs(v - (numbers[0]! + i * step)) > step * 1e-6);
  if (uneven)
    throw new InputError(
      `the values of ${field}`,
      numbers,
      "evenly spaced numbers for a slider",
      "use dropdown, which takes any values",
    );
  return step;
}
