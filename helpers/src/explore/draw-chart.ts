import { InputError } from "@mm-lab/kernel-model";
import type { ChartJson } from "../plots/axes.js";
import { Chart, type Layer } from "../plots/chart.js";
import { chartTextWidth } from "../plots/font-widths.js";
import { timeline } from "../plots/timeline.js";
import { THEME_TEXT } from "../plots/theme.js";
import { shorten } from "../tables/text.js";
import type { Story, StoryStep } from "./story.js";

const WAITS = "waits for ever";
/** A sign on a coloured bar: seen by its shape and its white rim, on light and dark ground. */
const SIGN = {
  type: "point",
  shape: "diamond",
  filled: true,
  size: 130,
  color: "#b84700",
  stroke: "#ffffff",
  strokeWidth: 1.5,
  opacity: 1,
} as const;
const PLOT_WIDTH = 560;
const LABEL_LIMIT = 48;

interface Placed {
  readonly step: StoryStep;
  readonly task: string;
  readonly from: number;
  readonly waits: boolean;
}

/** The run as a chart: tasks by step number, coloured by function, a sign at what is wrong. Steps in the tool tips. */
export function drawChart(story: Story, width = PLOT_WIDTH): Chart {
  if (story.steps.length === 0)
    throw new InputError(
      "the verdict to draw",
      story.headline.word,
      "one with a run: violated or stuck",
      "print the verdict instead: there is no run in which something goes wrong",
    );
  const placed = place(story);
  const chart = timeline(
    placed.map(({ step, task, from, waits }) => ({
      task,
      from,
      to: from + 1,
      function: waits ? WAITS : (step.function ?? task),
      step: `${step.text}${step.index === null && !waits ? " (refused)" : ""}`,
      "changed state":
        step.changes.map(({ object, before, after }) => `${object}: ${before} → ${after}`).join("; ") || "nothing",
    })),
    {
      title: `${story.name === "" ? "" : `${story.name}: `}${story.headline.word.toLowerCase()}`,
      subtitle: shorten(story.headline.sentence, 240),
      width,
      task: "task",
      start: { field: "from", title: "step" },
      end: "to",
      color: "function",
      keep: ["step", "changed state"],
    },
  );
  const marked = placed.filter(({ step }) => step.mark !== null);
  return marked.length === 0 ? chart : withSigns(chart, marked, Math.max(...placed.map(({ from }) => from)) + 1);
}

/** Steps without a number come after the last one that has one; tasks wait at the same time. */
function place(story: Story): Placed[] {
  let next = 0;
  return story.steps.map((step) => {
    const from = step.index ?? next;
    if (step.index !== null) next = from + 1;
    return { step, task: story.tasks[step.column]!, from, waits: step.index === null && story.waiting.length > 0 };
  });
}

/** Adds the signs, and their texts behind the last step, where the axis is made longer to have room for them. */
function withSigns(chart: Chart, marked: readonly Placed[], end: number): Chart {
  const { parts } = chart;
  const [bars, ...rest] = parts.layers;
  const { x, y } = bars!.encoding as {
    readonly x: ChartJson & { readonly scale: ChartJson; readonly axis: ChartJson };
    readonly y: ChartJson;
  };
  const labels = marked.map(({ step, waits }) =>
    shorten(waits ? `${step.text}: ${step.mark!.replace(`${WAITS}: `, "")}` : step.mark!, LABEL_LIMIT),
  );
  const space = Math.max(...labels.map((text) => chartTextWidth(text, THEME_TEXT.fontSize))) + 14;
  const scale = { ...x.scale, domain: [0, end * (1 + space / parts.width)] };
  const numbers = { ...x, scale, axis: { ...x.axis, values: ticks(end) } };
  const data = marked.map(({ task, from }, i) => ({ task, middle: from + 0.5, end, label: labels[i]! }));
  const at = (field: string): ChartJson => ({
    field,
    type: "quantitative",
    title: x["title"],
    scale,
    axis: numbers.axis,
  });
  const row = { ...y, field: "task" };
  const signs: Layer[] = [
    { data, mark: SIGN, encoding: { x: at("middle"), y: row } },
    {
      data,
      mark: { type: "text", ...THEME_TEXT, align: "left", baseline: "middle", dx: 8 },
      encoding: { x: at("end"), y: row, text: { field: "label", type: "nominal" } },
    },
  ];
  return new Chart({
    ...parts,
    width: Math.min(2000, Math.round(parts.width + space)),
    description: `${parts.description} ${marked.map(({ task, from, step }) => `Marked: ${task} at ${from}, ${step.mark!}.`).join(" ")}`,
    layers: [{ ...bars!, encoding: { ...bars!.encoding, x: numbers } }, ...rest, ...signs],
  });
}

/** About eight whole numbers from 0 to the end. */
function ticks(end: number): number[] {
  const step =
    [1, 2, 5]
      .flatMap((m) => [m, 10 * m, 100 * m, 1000 * m])
      .sort((a, b) => a - b)
      .find((s) => end / s <= 12) ?? 10_000;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step);
}
