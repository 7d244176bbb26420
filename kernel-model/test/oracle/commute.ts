import type { Program } from "../../src/machine/program.js";
import type { Classes, Event } from "./classes.js";
import { endText } from "./end-text.js";
import { Run, type Decision, type Names } from "./run.js";
import { conflict, waiting } from "./touches.js";

/** A complete run: its decisions, and the events that they led to. */
export interface Complete {
  readonly decisions: readonly Decision[];
  readonly events: readonly Event[];
  readonly end: string;
}

/**
 * Runs a complete run again with events i and i + 1 the other way round, which their touches call independent: every
 * step must then be possible, touch the same, and the end be the same. Returns what is not, or null.
 */
export function untrue<S>(
  program: Program<S>,
  names: Names,
  classes: Classes,
  run: Complete,
  i: number,
): string | null {
  const { decisions, events } = run;
  const order = [...decisions.keys()];
  [order[i], order[i + 1]] = [i + 1, i];
  const again = new Run(program, names);
  const said: string[] = [];
  for (const at of order) {
    const task = again.world.tasks.find(({ key }) => key === decisions[at]!.key);
    const what = `step ${at} (${task?.pending?.operation.name ?? "nothing"} of ${task?.name ?? "nobody"})`;
    said.push(what);
    if (task === undefined || !again.canRun(task)) return `${about(said, i)}: ${what} cannot happen`;
    const touches = classes.number(again.perform(decisions[at]!));
    if (again.broken !== null) return `${about(said, i)}: ${what} breaks ${again.broken}`;
    if (touches !== events[at]!.touches) return `${about(said, i)}: ${what} touches something else`;
  }
  if (again.enabled.length > 0) return `${about(said, i)}: the run goes on`;
  const end = endText(again.state, again.world);
  return end === run.end ? null : `${about(said, i)}: ends in ${end} instead of ${run.end}`;
}

const about = (said: readonly string[], i: number): string =>
  `said to be independent, and swapped: ${said.slice(i, i + 2).join(", ")}`;

/** Tasks that a step made able or unable to go on although it touched nothing that their steps name. */
export function surprises<S>(
  run: Run<S>,
  before: readonly number[],
  event: Event,
  classes: Classes,
): readonly string[] {
  let found = NONE;
  for (const task of run.world.tasks) {
    const { key, pending } = task;
    if (pending === null || key === event.key) continue;
    const able = run.canRun(task);
    if (able === before.includes(key) || event.started.includes(key)) continue;
    if (conflict(classes.touches(event.touches), waiting(task, pending))) continue;
    const by = run.task(event.key).name;
    found = [
      ...found,
      `${pending.operation.name} of ${task.name} is ${able ? "opened" : "closed"} by a step of ${by} on something else`,
    ];
  }
  return found;
}

const NONE: readonly string[] = [];
