import { textWidth } from "../tables/text.js";
import { counted } from "../tables/view.js";
import { layOut, wrap, type Layout } from "./layout.js";
import type { Story, StoryStep } from "./story.js";

const INDENT = "  ";
const STATE = "shared state";

/**
 * The run as kernel patches draw races: one column per task, time downwards, functions at their first step, what
 * changed at the right, the offending step with an arrow.
 */
export function drawText(story: Story, width: number, howToReplay: readonly string[]): string {
  const { word, sentence, effort } = story.headline;
  const parts = [
    [
      ...wrap(story.name === "" ? `${word}: ${sentence}` : `${story.name}: ${word.toLowerCase()}: ${sentence}`, width),
      ...(effort === "" ? [] : wrap(effort, width)),
    ],
    story.steps.length === 0 ? [] : table(story, width),
    story.waiting.length === 0
      ? []
      : [
          "Who waits for whom",
          ...story.waiting.flatMap((line) => wrap(line, width - 2, 4)).map((line) => INDENT + line),
        ],
    story.replay === null ? [] : [`Replay: ${story.replay}`, ...howToReplay.map((line) => INDENT + line)],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n");
}

function table(story: Story, width: number): string[] {
  const digits = Math.max(1, ...story.steps.map(({ index }) => String(index ?? "").length));
  const gutter = digits + 2;
  const own = (column: number): number[] =>
    story.steps
      .filter((s) => s.column === column)
      .flatMap((s) => [s.enters ? textWidth(s.function ?? "") : 0, textWidth(INDENT + s.text)]);
  const changes = story.steps.flatMap(changesOf).map(textWidth);
  const layout = layOut(
    gutter,
    story.tasks.map((task, i) => Math.max(textWidth(task), ...own(i))),
    changes.length === 0 ? 0 : Math.max(STATE.length, ...changes),
    width,
  );
  const right = Math.max(width, layout.stateAt + layout.stateWidth);
  return [
    ...head(story.tasks, layout, gutter, changes.length > 0),
    ...story.steps.flatMap((step) => row(step, layout, digits, right)),
  ];
}

function changesOf({ changes }: StoryStep): string[] {
  return changes.map(({ object, before, after }) => `${object}: ${before} -> ${after}`);
}

function head(tasks: readonly string[], layout: Layout, gutter: number, state: boolean): string[] {
  const rule = "-".repeat(gutter - 2);
  if (layout.staggered) {
    const names = tasks.map((task, i) => new Line(layout, i).write(layout.at[i]!, wrap(task, layout.widths[i]!)[0]!));
    if (state) names.at(-1)!.write(layout.stateAt, STATE);
    return [
      ...names.map(String),
      `${rule}${INDENT}${"-".repeat(layout.stateAt - gutter - 2)}${state ? INDENT + "-".repeat(layout.stateWidth) : ""}`,
    ];
  }
  const broken = tasks.map((task, i) => wrap(task, layout.strides[i]!, 0));
  const deepest = Math.max(...broken.map((lines) => lines.length));
  const lines = Array.from({ length: deepest }, (_, row) => {
    const line = new Line(layout, 0);
    broken.forEach((texts, i) => line.write(layout.at[i]!, texts[row] ?? ""));
    return row === deepest - 1 && state ? line.write(layout.stateAt, STATE) : line;
  });
  const rules = new Line(layout, 0).write(0, rule);
  layout.strides.forEach((w, i) => rules.write(layout.at[i]!, "-".repeat(w)));
  return [...lines, state ? rules.write(layout.stateAt, "-".repeat(layout.stateWidth)) : rules].map(String);
}

function row(step: StoryStep, layout: Layout, digits: number, right: number): string[] {
  const { column } = step;
  const from = layout.at[column]!;
  const room = layout.widths[column]!;
  const fresh = (): Line => new Line(layout, column);
  const lines: Line[] = [];
  if (step.skipped > 0)
    lines.push(new Line(layout, 0).write(layout.at[0]!, `... ${counted(step.skipped, "step")} left out`));
  if (step.enters) lines.push(...wrap(step.function ?? "", room).map((text) => fresh().write(from, text)));
  const first = lines.length;
  const inside = step.function === null ? "" : INDENT;
  const texts = wrap(step.text, room - inside.length);
  const changes = changesOf(step).flatMap((change) => wrap(change, layout.stateWidth));
  for (let i = 0; i < Math.max(texts.length, changes.length); i++) lines.push(fresh());
  if (step.index !== null) lines[first]!.write(0, String(step.index).padStart(digits));
  texts.forEach((text, i) => lines[first + i]!.write(from + inside.length, text));
  if (step.mark !== null)
    mark(
      step.mark,
      lines,
      first + texts.length - 1,
      changes.length >= texts.length ? layout.stateAt : right,
      from,
      right,
      fresh,
    );
  changes.forEach((change, i) => lines[first + i]!.write(layout.stateAt, change));
  return lines.map(String);
}

/** The arrow stands behind the step where there is room, else below it. */
function mark(
  text: string,
  lines: Line[],
  at: number,
  limit: number,
  from: number,
  right: number,
  fresh: () => Line,
): void {
  const behind = ` <-- ${text}`;
  const line = lines[at]!;
  if (line.width + textWidth(behind) < limit || (limit === right && line.width + textWidth(behind) === limit)) {
    line.write(line.width, behind);
    return;
  }
  const start = Math.max(0, Math.min(from + INDENT.length, right - 40));
  lines.push(...wrap(`^-- ${text}`, right - start, 4).map((part) => fresh().write(start, part)));
}

/** A line that is filled from left to right; in a staggered drawing with a rule under each column to the left. */
class Line {
  #text = "";

  constructor(
    readonly layout: Layout,
    readonly column: number,
  ) {}

  get width(): number {
    return textWidth(this.#text);
  }

  write(at: number, text: string): this {
    if (text === "") return this;
    while (this.width < at) this.#text += this.#isRule(this.width) ? "|" : " ";
    this.#text += text;
    return this;
  }

  #isRule(x: number): boolean {
    return this.layout.staggered && this.layout.at.indexOf(x) >= 0 && this.layout.at.indexOf(x) < this.column;
  }

  toString(): string {
    return this.#text.trimEnd();
  }
}
