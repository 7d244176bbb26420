import type { Program } from "../machine/program.js";
import type { Decision } from "../machine/schedule.js";
import type { Task } from "../machine/task.js";
import { Execution, Observed } from "./execution.js";
import { endOf, type RunEnd } from "./strategy.js";

/** Decisions to follow as far as can be, and such as wait until all other tasks have gone as far as they can. */
export interface Plan {
  readonly first: readonly Decision[];
  readonly behind: readonly Decision[];
  /** Decisions that stand elsewhere than in the run that was changed. */
  readonly cost: number;
}

/** A run that followed a plan to the end of the program. */
export interface Followed {
  readonly decisions: readonly Decision[];
  /** By decision: outcomes that its step has; 0 or 1 for one without a choice. */
  readonly choices: readonly number[];
  /** Null where it was given up because it is too long. */
  readonly end: RunEnd | null;
}

/** Outcomes of one step that are tried. */
const MOST_OUTCOMES = 64;

/**
 * A run with one change, each of them, those that move the fewest decisions first and among these the latest: another
 * outcome of one step; a block of a task's decisions put off, behind some of the others or behind all; or a block put
 * before the decisions of others. About steps^2 x tasks of them.
 */
export function* changes({ decisions, choices }: Followed): Generator<Plan> {
  for (let i = decisions.length - 1; i >= 0; i--) {
    for (let choice = 0; choice < Math.min(choices[i]!, MOST_OUTCOMES); choice++) {
      if (choice === decisions[i]!.choice) continue;
      yield { first: decisions.with(i, { task: decisions[i]!.task, choice }), behind: [], cost: 1 };
    }
  }
  const tasks = [...new Set(decisions.map(({ task }) => task))];
  const most = Math.max(0, ...tasks.map((task) => decisions.filter((decision) => decision.task === task).length));
  for (let size = 1; size <= most; size++) {
    for (let i = decisions.length - 1; i >= 0; i--) {
      yield* putOff(decisions, i, size);
      for (const task of tasks) yield* putBefore(decisions, i, task, size);
    }
  }
}

/** Places of the decisions of a task from place `from` on, at most so many. */
function placesOf(decisions: readonly Decision[], task: number, from: number, most: number): number[] {
  const places: number[] = [];
  for (let i = from; i < decisions.length && places.length < most; i++) if (decisions[i]!.task === task) places.push(i);
  return places;
}

/** The block of `size` decisions that begins at place `from` behind some or all of those of other tasks that follow. */
function* putOff(decisions: readonly Decision[], from: number, size: number): Generator<Plan> {
  const { task } = decisions[from]!;
  const places = placesOf(decisions, task, from, size + 1);
  if (places.length < size) return;
  const block = places.slice(0, size);
  const next = places[size] ?? decisions.length;
  const moved = block.map((place) => decisions[place]!);
  const others = decisions.filter((_decision, place) => !block.includes(place));
  for (let to = block.at(-1)! + 1; to < next; to++) {
    const at = to + 1 - size;
    yield { first: [...others.slice(0, at), ...moved, ...others.slice(at)], behind: [], cost: size };
  }
  // The run that is changed may have ended early: then others have more to do than it shows.
  if (next === decisions.length) yield { first: others, behind: moved, cost: size };
}

/** The next `size` decisions of a task in front of place `at`, where another task comes. */
function* putBefore(decisions: readonly Decision[], at: number, task: number, size: number): Generator<Plan> {
  if (decisions[at]!.task === task) return;
  const block = placesOf(decisions, task, at, size);
  if (block.length < size) return;
  const moved = block.map((place) => decisions[place]!);
  const others = decisions.filter((_decision, place) => !block.includes(place));
  yield { first: [...others.slice(0, at), ...moved, ...others.slice(at)], behind: [], cost: size };
}

/**
 * Runs the program by a plan: each time the first of its decisions whose task can run. When none can, the task that ran
 * last goes on, or the first that can. A run of more than `most` steps is given up. O(steps x tasks).
 */
export function follow<S>(program: Program<S>, { first, behind }: Omit<Plan, "cost">, most: number): Followed {
  const execution = new Execution(program, new Observed());
  const { tasks } = execution.world;
  const decisions: Decision[] = [];
  const choices: number[] = [];
  const goesOn = (): boolean => execution.violation === null && decisions.length < most;
  const canRun = (id: number): boolean => tasks[id] !== undefined && execution.canRun(tasks[id]);
  const take = (task: Task, wanted: number): void => {
    const outcomes = task.pending!.choices;
    const choice = wanted < outcomes ? wanted : 0;
    decisions.push({ task: task.id, choice });
    choices.push(outcomes);
    execution.step(task, choice);
  };
  const all = (plan: readonly Decision[]): void => {
    const left = [...plan];
    for (let at = 0; goesOn() && at < left.length;) {
      if (!canRun(left[at]!.task)) at++;
      else {
        const [{ task, choice }] = left.splice(at, 1) as [Decision];
        take(tasks[task]!, choice);
        at = 0;
      }
    }
  };
  const rest = (without: ReadonlySet<number>): void => {
    while (goesOn()) {
      const able = tasks.filter((task) => !without.has(task.id) && execution.canRun(task));
      const task = able.find(({ id }) => id === decisions.at(-1)?.task) ?? able[0];
      if (task === undefined) return;
      take(task, 0);
    }
  };
  all(first);
  if (behind.length > 0) {
    rest(new Set(behind.map(({ task }) => task)));
    all(behind);
  }
  rest(new Set());
  const over = execution.violation === null && !execution.goesOn;
  const end = execution.violation !== null ? "violated" : over ? endOf(execution) : null;
  execution.world.end();
  return { decisions, choices, end };
}

/** The first place in which two lists of decisions differ. */
export function firstDifference(a: readonly Decision[], b: readonly Decision[]): number {
  let i = 0;
  while (i < a.length && i < b.length && same(a[i]!, b[i]!)) i++;
  return i;
}

/** Cells of the table that is filled at most, for longest common subsequences. */
const MOST_CELLS = 4_000_000;

/**
 * How many of the decisions `a` stand elsewhere in `b`: those outside of a longest common subsequence. O(differing
 * part^2); where that is over four million, all of the differing part count.
 */
export function decisionsMoved(a: readonly Decision[], b: readonly Decision[]): number {
  const from = firstDifference(a, b);
  let [endA, endB] = [a.length, b.length];
  for (; endA > from && endB > from && same(a[endA - 1]!, b[endB - 1]!); endB--) endA--;
  const [height, width] = [endA - from, endB - from];
  if (height * width > MOST_CELLS) return height;
  const row = new Uint32Array(width + 1);
  for (let i = from; i < endA; i++) {
    let diagonal = 0;
    for (let j = 0; j < width; j++) {
      const above = row[j + 1]!;
      row[j + 1] = same(a[i]!, b[from + j]!) ? diagonal + 1 : Math.max(above, row[j]!);
      diagonal = above;
    }
  }
  return height - row[width]!;
}

function same(a: Decision, b: Decision): boolean {
  return a.task === b.task && a.choice === b.choice;
}
