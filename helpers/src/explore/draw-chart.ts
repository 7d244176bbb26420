import { InputError } from "@mm-lab/kernel-model";
import { annotation, layer, timeline, type Chart } from "../plots/index.js";
import { shorten } from "../tables/text.js";
import type { Story, StoryStep } from "./story.js";

/** The run as a chart: tasks by step number, coloured by function, a ring at what is wrong. Steps in the tool tips. */
export function drawChart(story: Story, width?: number): Chart {
  if (story.steps.length === 0) throw new InputError("the verdict to draw", story.headline.word, "one with a run: violated or stuck", "print the verdict instead: there is no run in which something goes wrong");
  // A refused step, and a step that a task waits to perform, come after the last one that has a number.
  const numbers = numbered(story.steps);
  const task = (step: StoryStep): string => story.tasks[step.column]!;
  const rows = story.steps.map((step, i) => ({
    task: task(step), from: numbers[i]!, to: numbers[i]! + 1, function: step.function ?? task(step),
    step: `${step.text}${step.index === null ? " (not performed)" : ""}`,
    "changed state": step.changes.map(({ object, before, after }) => `${object}: ${before} → ${after}`).join("; ") || "nothing",
  }));
  const chart = timeline(rows, {
    title: `${story.name === "" ? "" : `${story.name}: `}${story.headline.word.toLowerCase()}`,
    subtitle: shorten(story.headline.sentence, 200),
    task: "task", start: { field: "from", title: "step" }, end: "to", color: "function", keep: ["step", "changed state"],
    ...(width === undefined ? {} : { width }),
  });
  const marked = story.steps.flatMap((step, i) => (step.mark === null ? [] : [annotation({ x: numbers[i]! + 0.5, y: task(step), text: shorten(step.mark, 60) })]));
  return layer(chart, ...marked);
}

function numbered(steps: readonly StoryStep[]): number[] {
  let next = 0;
  return steps.map(({ index }) => {
    const number = index ?? next;
    next = Math.max(next, number + 1);
    return number;
  });
}
