import { printSchedule, type NearestPassing, type Replay } from "@mm-lab/kernel-model";
import { shorten } from "../tables/text.js";
import { counted } from "../tables/view.js";
import type { Headline } from "./found.js";
import { tell, type Story, type StoryStep } from "./story.js";

/** A step of one of the two runs. */
export interface SideStep {
  readonly task: string;
  /** Place of the task among those of both runs, for its colour. */
  readonly color: number;
  readonly text: string;
  readonly changes: string;
  /** What is wrong here; null where nothing is. */
  readonly mark: string | null;
}

/** Steps with the same number; null where a run is over. */
export interface SideRow {
  readonly number: number;
  readonly left: SideStep | null;
  readonly right: SideStep | null;
  /** Rows left out before this one. */
  readonly skipped: number;
}

/** Two runs beside each other, ready to be drawn. */
export interface Sides {
  readonly name: string;
  /** One sentence: where they differ first. */
  readonly difference: string;
  /** Steps that both have, from the first on. */
  readonly common: readonly SideRow[];
  /** From the first difference on. */
  readonly rows: readonly SideRow[];
  readonly ends: readonly [left: SideEnd, right: SideEnd];
}

export interface SideEnd {
  readonly headline: Headline;
  /** Who waits for whom. */
  readonly waiting: readonly string[];
  readonly replay: string;
}

/** All steps: what is too long is cut here, not by the story of one run. */
const EVERY = 1_000_000;
/** Characters of a state at the end that are shown. */
const STATE_LIMIT = 400;

/** @param limit rows to keep from the first difference on, and as many before it: the first and the last of them */
export function sidesOf(nearest: NearestPassing, name: string | undefined, limit: number): Sides {
  const { wrong, passing, firstDifference: at } = nearest;
  const stories = [storyOf(wrong, name), storyOf(passing, name)] as const;
  const colors = [...new Set(stories.flatMap(({ tasks }) => tasks))];
  const side = ({ steps, tasks }: Story): SideStep[] => steps.map((step) => sideStep(step, tasks, colors));
  const [left, right] = [side(stories[0]), side(stories[1])];
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, number): SideRow => ({
    number,
    left: left[number] ?? null,
    right: right[number] ?? null,
    skipped: 0,
  }));
  return {
    name: stories[0].name,
    difference: differenceText(at, left[at], right[at]),
    common: cut(rows.slice(0, at), limit),
    rows: cut(rows.slice(at), limit),
    ends: [endOf(stories[0], wrong), endOf(stories[1], passing)],
  };
}

function storyOf(run: Replay, name: string | undefined): Story {
  return tell(run, name, EVERY, null);
}

function sideStep(step: StoryStep, tasks: readonly string[], colors: readonly string[]): SideStep {
  const { column, text, changes, mark } = step;
  const task = tasks[column]!;
  const changed = changes.map(({ object, before, after }) => `${object}: ${before} → ${after}`).join("; ");
  return { task, color: colors.indexOf(task), text, mark, changes: changed };
}

function differenceText(at: number, left: SideStep | undefined, right: SideStep | undefined): string {
  const step = (side: SideStep | undefined): string =>
    side === undefined ? "nothing more" : `${side.task}: ${shorten(side.text, 100)}`;
  const same = at === 1 ? "The first step is the same" : `The first ${counted(at, "step")} are the same`;
  const sides = `the run that goes wrong has ${step(left)}, and the nearest one that passes ${step(right)}`;
  return at === 0 ? `They differ from the first step on: ${sides}.` : `${same}; then ${sides}.`;
}

function cut(rows: readonly SideRow[], limit: number): SideRow[] {
  if (rows.length <= limit) return [...rows];
  const tail = Math.floor(limit / 2);
  const [first, ...others] = rows.slice(rows.length - tail);
  return [...rows.slice(0, limit - tail), { ...first!, skipped: rows.length - limit }, ...others];
}

function endOf({ headline, waiting }: Story, { schedule }: Replay): SideEnd {
  const sentence = shorten(headline.sentence, STATE_LIMIT);
  return { headline: { ...headline, sentence }, waiting, replay: printSchedule(schedule) };
}
