import {
  checkKeys,
  checkNumber,
  InputError,
  type TimelineInterval,
  formatWithUnit,
  groupDigits,
} from "@mm-lab/kernel-model";
import type { ChartJson } from "../plots/axes.js";
import { Chart } from "../plots/chart.js";
import { timeline } from "../plots/timeline.js";
import { COLORS } from "../plots/theme.js";
import { intervalsOf, type IntervalSource } from "./intervals.js";

export interface TimelineChartOptions {
  /** Default: "What the tasks did". */
  readonly title?: string;
  /** Only what happened from here on, ns. Default: from the beginning. */
  readonly from?: number;
  /** Only what happened up to here, ns. Default: to the end. */
  readonly to?: number;
  /** Width of the plot area, px. Default: 640. */
  readonly width?: number;
}

/** More bars make a spec that notebooks cannot hold, more rows a chart that no screen can. */
const MOST_STRETCHES = 4_000;
const MOST_TASKS = 60;
/** Objects that tasks wait for with a colour of their own; the rest share one. */
const MOST_OBJECTS = 6;

/** Colours of the states, that of running strongest; waits get further ones. */
const STATES: Readonly<Record<string, string>> = {
  running: COLORS[0],
  ready: COLORS[4],
  sleeping: "#b0b0b0",
  interrupted: COLORS[3],
};
const WAITS = [COLORS[1], COLORS[2], "#7a5195", "#a6611a", "#ef5675", "#4d9221", "#6b6b6b"] as const;

/**
 * What the tasks of a simulation did: one row per task, one bar per stretch; running, ready (no CPU free), waiting or
 * spinning by what for, sleeping and interrupted as colours. Times in the unit that fits. Of a longer run the first
 * 4,000 stretches of 60 tasks are drawn, and the chart says so; `from` and `to` choose another part.
 *
 * @throws InputError for a result without a timeline, options out of range, or a part in which nothing happened
 * @example timelineChart(simulate({ groups, duration: 50_000, timeline: true }), { to: 10_000 })
 */
export function timelineChart(source: IntervalSource, options: TimelineChartOptions = {}): Chart {
  checkKeys("timelineChart", options, ["title", "from", "to", "width"]);
  const { intervals, cutAt } = intervalsOf(source);
  const { shown, tasks, left } = drawable(partOf(intervals, options));
  const notes = [
    ...left,
    ...(cutAt !== null ? [`the simulator kept no more stretches from ${formatWithUnit(cutAt, "ns")} on`] : []),
  ];
  const rows = rowsOf(shown, tasks);
  const chart = timeline(rows, {
    title: options.title ?? "What the tasks did",
    width: options.width ?? 640,
    task: "task",
    start: { field: "from", title: "time", unit: "ns" },
    end: { field: "to", unit: "ns" },
    color: { field: "doing", title: "state" },
    keep: ["CPU", "waits for"],
    ...(notes.length === 0 ? {} : { subtitle: `Shown: ${notes.join("; ")}.` }),
  });
  return recoloured(
    chart,
    rows.map(({ doing }) => doing),
  );
}

/** The part between `from` and `to`, in order of time; stretches across its ends are cut there. */
function partOf(intervals: readonly TimelineInterval[], options: TimelineChartOptions): TimelineInterval[] {
  const from = options.from === undefined ? -Infinity : checkNumber("from", options.from, { unit: "ns" });
  const to =
    options.to === undefined
      ? Infinity
      : checkNumber("to", options.to, { min: Math.max(from, -Number.MAX_VALUE), unit: "ns" });
  const inside = intervals
    .filter((one) => one.to > from && one.from < to)
    .map((one) => ({ ...one, from: Math.max(one.from, from), to: Math.min(one.to, to) }))
    .sort((a, b) => a.from - b.from);
  if (inside.length === 0)
    throw new InputError(
      "the part of the timeline to draw",
      `${options.from ?? "its beginning"} to ${options.to ?? "its end"}`,
      intervals.length === 0
        ? "a run in which something happened"
        : `times between ${intervals[0]!.from} and ${intervals.reduce((most, one) => Math.max(most, one.to), 0)} ns`,
      intervals.length === 0 ? "simulate longer" : "choose `from` and `to` in that range",
    );
  return inside;
}

/** As many stretches as can be drawn, all tasks in order, and notes on what was left out. */
function drawable(inside: readonly TimelineInterval[]): { shown: TimelineInterval[]; tasks: string[]; left: string[] } {
  const tasks = [...new Set(inside.map(({ task }) => task))].sort(naturally);
  const shownTasks = new Set(tasks.slice(0, MOST_TASKS));
  const ofTasks = inside.filter(({ task }) => shownTasks.has(task));
  const shown = ofTasks.slice(0, MOST_STRETCHES);
  const left = [
    ...(tasks.length > MOST_TASKS ? [`${MOST_TASKS} of ${groupDigits(tasks.length)} tasks`] : []),
    ...(ofTasks.length > shown.length
      ? [
          `the first ${groupDigits(shown.length)} of ${groupDigits(ofTasks.length)} stretches, up to ${formatWithUnit(shown.at(-1)!.from, "ns")}: choose a part with \`from\` and \`to\``,
        ]
      : []),
  ];
  return { shown, tasks, left };
}

interface StretchRow {
  readonly task: string;
  readonly from: number;
  readonly to: number;
  readonly doing: string;
  readonly CPU: string;
  readonly "waits for": string;
}

/** The table that is drawn: by task, then by time. */
function rowsOf(shown: readonly TimelineInterval[], tasks: readonly string[]): StretchRow[] {
  const nameOf = namer(shown);
  const order = new Map(tasks.map((task, i) => [task, i]));
  return [...shown]
    .sort((a, b) => order.get(a.task)! - order.get(b.task)! || a.from - b.from)
    .map((one) => ({
      task: one.task,
      from: one.from,
      to: one.to,
      doing: nameOf(one),
      CPU: one.cpu === null ? "none" : String(one.cpu),
      "waits for": one.on ?? "nothing",
    }));
}

/** "waiting for LOCK", "spinning on LOCK", or the state; objects beyond the most waited-for ones share a name. */
function namer(intervals: readonly TimelineInterval[]): (one: TimelineInterval) => string {
  const waited = new Map<string, number>();
  for (const { state, on, from, to } of intervals)
    if (state === "waiting" && on !== null) waited.set(on, (waited.get(on) ?? 0) + to - from);
  const known = new Set(
    [...waited]
      .sort((a, b) => b[1] - a[1] || naturally(a[0], b[0]))
      .slice(0, MOST_OBJECTS)
      .map(([name]) => name),
  );
  return ({ state, on, cpu }) => {
    if (state !== "waiting") return state;
    const what = on === null ? "something" : known.has(on) ? on : "others";
    return cpu === null ? `waiting for ${what}` : `spinning on ${what}`;
  };
}

/** The same colour for the same state in every chart; the legend in the order of the states, waits by name. */
function recoloured(chart: Chart, doing: readonly string[]): Chart {
  const [bars, ...rest] = chart.parts.layers;
  const color = bars!.encoding["color"] as ChartJson & { readonly scale: { readonly domain: readonly string[] } };
  const states = Object.keys(STATES);
  const rank = (name: string): number => (states.includes(name) ? states.indexOf(name) : states.length);
  const domain = [...new Set(color.scale.domain.length > 0 ? color.scale.domain : doing)].sort(
    (a, b) => rank(a) - rank(b) || naturally(a, b),
  );
  const waits = domain.filter((name) => rank(name) === states.length);
  const range = domain.map((name) =>
    Object.hasOwn(STATES, name) ? STATES[name]! : WAITS[waits.indexOf(name) % WAITS.length]!,
  );
  return new Chart({
    ...chart.parts,
    layers: [{ ...bars!, encoding: { ...bars!.encoding, color: { ...color, scale: { domain, range } } } }, ...rest],
  });
}

/** "worker 2" before "worker 10". */
function naturally(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => text.split(/(\d+)/));
  for (let i = 0; i < Math.min(x!.length, y!.length); i++) {
    const [p, q] = [x![i]!, y![i]!];
    if (p === q) continue;
    return i % 2 === 1 ? Number(p) - Number(q) || (p < q ? -1 : 1) : p < q ? -1 : 1;
  }
  return x!.length - y!.length;
}
