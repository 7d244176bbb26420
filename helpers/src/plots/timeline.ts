import { InputError } from "@mm-lab/kernel-model";
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
  listed,
  numbersOnly,
  prepare,
  unique,
  valueText,
} from "./build.js";
import { Chart } from "./chart.js";
import { asCategories, extent, fieldOptions, optionalField } from "./frame.js";
import type { ChartOptions, Field } from "./options.js";
import { COLORS } from "./theme.js";

export interface TimelineOptions extends ChartOptions {
  /** Column that names the row: a task, a CPU, a lock. */
  readonly task: Field;
  /** Columns of the beginning and end of each span, in the same unit. */
  readonly start: Field;
  readonly end: Field;
  /** Column that colours the spans, e.g. what the task does. */
  readonly color?: Field;
}

/**
 * Who did what when: one row per task, one bar per span of time.
 *
 * @throws InputError for a span that ends before it starts
 * @example timeline(trace, { title: "Two faults race for one lock", task: "task", start: { field: "from", unit: "ns" }, end: "to", color: "state" })
 */
export function timeline(source: Source, options: TimelineOptions): Chart {
  const start = fieldOptions("start", options.start);
  const fields = {
    task: fieldOptions("task", options.task),
    start,
    end: fieldOptions("end", options.end),
    color: optionalField("color", options.color),
  };
  const first = prepare("timeline", source, options, fields, ["task", "start", "end", "color"]);
  const task = asCategories(first.of("task"));
  const tasks = categories(task, first.rows);
  const prepared = highEnough(first, options, tasks.length, 26);
  const [from, to] = [prepared.of("start"), prepared.of("end")];
  const { color, colors, names, dividing, grouping } = prepared;
  numbersOnly("start", from);
  numbersOnly("end", to);
  for (let row = 0; row < prepared.rows; row++) {
    if (to.numbers[row]! < from.numbers[row]!)
      throw new InputError(
        `the end of span ${row}`,
        to.numbers[row],
        `a time of at least its start, ${from.numbers[row]!}`,
        "swap `start` and `end`, or correct the row",
      );
  }
  const titled = start.title === undefined ? { ...from, options: { ...from.options, title: "time" } } : from;
  const rowPlace = categoriesOf(task, "y");
  const encoding: ChartJson = {
    x: positionOf(titled, { channel: "x", size: prepared.width, also: [to.numbers], grid: true }),
    x2: { field: to.key },
    y: rowPlace,
    ...(color === undefined ? {} : seriesOf(color, names, false)),
    tooltip: unique([task, ...colors, from, to, ...dividing]).map(tooltipOf),
  };
  const [begin] = extent(from.numbers);
  const [, finish] = extent(to.numbers);
  const description = `${counted(prepared.rows, "span")} of ${counted(tasks.length, "task")} (${listed(tasks)})${color === undefined ? "" : `, coloured by ${colorText(color, names)}`}, from ${valueText(from, begin)} to ${valueText(from, finish)}.`;
  const drawn = unique([task, from, to, ...colors]);
  return new Chart({
    ...commonParts("Timeline", options, prepared, description),
    rows: emitRows(allRows(prepared.rows), drawn, [task, ...grouping]),
    columns: dataColumns([...drawn, ...dividing]),
    layers: [
      { mark: { type: "bar", height: { band: 0.7 }, ...(color === undefined ? { color: COLORS[0] } : {}) }, encoding },
    ],
  });
}
