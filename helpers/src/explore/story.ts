import { stepText, type TraceEntry } from "@mm-lab/kernel-model";
import { shorten, visible } from "../tables/text.js";
import { isReplay, headline, type Found, type Headline } from "./found.js";
import { offenceOf } from "./offence.js";
import { waitingLines, whyWaiting } from "./waits.js";

/** One step as it is drawn, all texts inert. */
export interface StoryStep {
  /** Number of the step; null for one that was refused, or that a task waits to perform. */
  readonly index: number | null;
  /** Index into {@link Story.tasks}. */
  readonly column: number;
  readonly function: string | null;
  /** Whether the function is another than in the task's step before. */
  readonly enters: boolean;
  readonly text: string;
  readonly changes: readonly StoryChange[];
  /** What is wrong here; null where nothing is. */
  readonly mark: string | null;
  /** Steps left out before this one. */
  readonly skipped: number;
}

export interface StoryChange {
  readonly object: string;
  readonly before: string;
  readonly after: string;
}

/** A run, or the lack of one, ready to be drawn: the same for text, HTML and chart. */
export interface Story {
  /** Name of the program or scenario; "" if it is not known. */
  readonly name: string;
  readonly headline: Headline;
  readonly tasks: readonly string[];
  readonly steps: readonly StoryStep[];
  /** Who waits for whom; empty unless stuck. */
  readonly waiting: readonly string[];
  readonly replay: string | null;
}

const NAME_LIMIT = 80;
const STEP_LIMIT = 200;

/**
 * @param limit steps to keep; of a longer run the first fifth of them and the last ones
 * @param replay the schedule as text, if there is one
 */
export function tell(found: Found, name: string | undefined, limit: number, replay: string | null): Story {
  const schedule = isReplay(found) || found.kind === "violated" || found.kind === "stuck" ? found.schedule : null;
  const { word, tone, sentence, effort } = headline(found);
  const base = {
    name: text(name ?? schedule?.program ?? ""),
    headline: { word, tone, sentence: visible(shorten(sentence, 2000)), effort },
    replay,
  };
  if (schedule === null || !("trace" in found)) return { ...base, tasks: [], steps: [], waiting: [] };
  const waiting = "waiting" in found ? found.waiting : [];
  const columns = new Columns(schedule.tasks, found.trace);
  const offence = "violation" in found && found.violation !== null ? offenceOf(found.violation, found.trace) : null;
  const steps: Draft[] = found.trace.map((entry) => ({
    index: entry.index,
    task: columns.of(entry.taskId, entry.task),
    function: functionOf(entry.function, entry.task),
    text: visible(shorten(stepText(entry), STEP_LIMIT)),
    changes: entry.changes,
    mark: offence?.at === "step" && offence.index === entry.index ? offence.mark : null,
  }));
  if (offence?.at === "refused")
    steps.push({
      index: null,
      task: columns.named(offence.task),
      function: functionOf(offence.function, offence.task) ?? lastFunction(offence.task, found.trace),
      text: visible(shorten(offence.text, STEP_LIMIT)),
      changes: [],
      mark: offence.mark,
    });
  for (const one of waiting)
    steps.push({
      index: null,
      task: columns.named(one.task),
      function: functionOf(one.function, one.task),
      text: visible(shorten(one.step, STEP_LIMIT)),
      changes: [],
      mark: `waits for ever: ${whyWaiting(one)}`,
    });
  const order = columns.used();
  return {
    ...base,
    tasks: order.map(({ name: task }) => text(task)),
    steps: finish(
      steps,
      order.map(({ id }) => id),
      limit,
    ),
    waiting: waitingLines(waiting).map((line) => visible(shorten(line, 500))),
  };
}

interface Draft {
  readonly index: number | null;
  /** Number of the task. */
  readonly task: number;
  readonly function: string | null;
  readonly text: string;
  readonly changes: TraceEntry["changes"];
  readonly mark: string | null;
}

function finish(drafts: readonly Draft[], order: readonly number[], limit: number): StoryStep[] {
  const head = drafts.length <= limit ? drafts.length : Math.floor(limit / 5);
  const tail = drafts.length <= limit ? drafts.length : drafts.length - (limit - head);
  const inside = new Map<number, string | null>();
  return drafts.flatMap((draft, i) => {
    if (i >= head && i < tail) return [];
    const skipped = i === tail && tail > head ? tail - head : 0;
    if (skipped > 0) inside.clear(); // after a gap each task says again where it is
    const enters = draft.function !== null && inside.get(draft.task) !== draft.function;
    inside.set(draft.task, draft.function);
    return [
      {
        index: draft.index,
        column: order.indexOf(draft.task),
        function: draft.function,
        enters,
        text: draft.text,
        skipped,
        changes: draft.changes.map(({ object, before, after }) => ({
          object: text(object),
          before: text(before),
          after: text(after),
        })),
        mark: draft.mark === null ? null : visible(shorten(draft.mark, STEP_LIMIT)),
      },
    ];
  });
}

/** Tasks by number, in the order in which the schedule letters them; only those that appear get a column. */
class Columns {
  readonly #names = new Map<number, string>();
  readonly #known: readonly string[];

  constructor(tasks: readonly string[], trace: readonly TraceEntry[]) {
    this.#known = tasks;
    for (const { taskId, task } of trace) this.#names.set(taskId, task);
  }

  of(id: number, name: string): number {
    this.#names.set(id, name);
    return id;
  }

  /** The number of a task that is known by name only. */
  named(name: string): number {
    for (const [id, known] of this.#names) if (known === name) return id;
    const given = this.#known.indexOf(name);
    return this.of(given >= 0 ? given : Math.max(this.#known.length - 1, ...this.#names.keys()) + 1, name);
  }

  used(): { id: number; name: string }[] {
    return [...this.#names].map(([id, name]) => ({ id, name })).sort((a, b) => a.id - b.id);
  }
}

/** The engine's stacks do not always tell the function: then it is the task's name, and saying it again tells nothing. */
function functionOf(name: string, task: string): string | null {
  return name === task || name === "" ? null : `${text(name)}()`;
}

/** A task that returns or throws is in the function of its last step, as far as the trace can tell. */
function lastFunction(task: string, trace: readonly TraceEntry[]): string | null {
  const last = trace.findLast((entry) => entry.task === task);
  return last === undefined ? null : functionOf(last.function, task);
}

function text(given: string): string {
  return visible(shorten(given, NAME_LIMIT));
}
