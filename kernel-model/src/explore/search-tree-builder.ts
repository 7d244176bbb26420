import { enabled } from "../machine/apply.js";
import type { Program } from "../machine/program.js";
import type { SavedBranch, SavedSearch } from "../machine/saved-search.js";
import { printSchedule, type Decision } from "../machine/schedule.js";
import { stepText, valueText, type TraceEntry } from "../machine/trace.js";
import type { World } from "../machine/world.js";
import { replay, taskNames, type Replay } from "./replay.js";
import type {
  BranchReason,
  Race,
  SearchBranch,
  SearchEnd,
  SearchState,
  SearchTotals,
  SearchTree,
  Unfinished,
} from "./search-tree-data.js";
import { bare, textOf } from "./search-tree-text.js";
import type { RunEnd } from "./strategy.js";
import type { Reason, Watcher } from "./watcher.js";

/** A task that can run in a state. */
interface Able {
  readonly id: number;
  readonly key: number;
  readonly task: string;
  readonly step: string;
  readonly choices: number;
  readonly asleep: boolean;
}

interface Taken {
  readonly id: number;
  readonly key: number;
  readonly choice: number;
  readonly shown: Omit<SearchBranch, "runs">;
  readonly to: number;
  runs: number;
}

interface State {
  readonly depth: number;
  readonly parent: number;
  readonly able: readonly Able[];
  readonly taken: Taken[];
  end: SearchEnd | null;
}

/** A sequence of the wake-up trees: its last step is the one that a race demands. */
interface Demand {
  /** State from which it starts. */
  readonly from: number;
  readonly race: Race;
  readonly outcome: boolean;
}

/** The steps behind a decision that the next run takes because a race demands the last of them. */
interface Plan {
  readonly first: number;
  readonly last: number;
  readonly demand: Demand;
}

/** A branch that was explored: its outcome, the state from which, and the first run through it. */
interface Explored {
  readonly choice: number;
  readonly state: number;
  readonly run: number;
}

/**
 * Watches a search and keeps what it does. Which race a run is made for the search does not say; but each leaf of the
 * wake-up trees stands for one race, and the next run leads to the first leaf. So after each run the leaves that are
 * new are the races that this run showed.
 */
export class TreeBuilder<S> implements Watcher {
  readonly #states: State[] = [];
  readonly #tasks: readonly string[];
  /** Of the current run, by decisions before. */
  readonly #arrived = new Map<number, readonly Able[]>();
  #found: Reason[] = [];
  /** Of the last run: its states, and keys with outcomes of its decisions as text. */
  #path: number[] = [];
  #steps: string[] = [];
  #played: Replay | null = null;
  #names = new Map<number, string>();
  /** By the decisions that lead to the leaf, as text. */
  #demands = new Map<string, Demand>();
  #plan: Plan | null = null;
  readonly #counts: Record<RunEnd, number> = { complete: 0, redundant: 0, violated: 0, stuck: 0 };
  #races = 0;
  #covered = 0;
  #longest = 0;
  #runs = 0;

  constructor(readonly program: Program<S>) {
    this.#tasks = taskNames(program);
  }

  arrived(depth: number, world: World, asleep: readonly number[]): void {
    const able: Able[] = [];
    for (const task of world.tasks) {
      if (task.pending === null || !enabled(world, task)) continue;
      const { operation, object, detail, choices } = task.pending;
      const step = bare({ operation: operation.name, object: object?.name ?? null, argument: valueText(detail) });
      able.push({ id: task.id, key: task.key, task: task.name, step, choices, asleep: asleep.includes(task.key) });
    }
    this.#arrived.set(depth, able);
  }

  found(reason: Reason, covered: boolean): void {
    this.#races++;
    if (covered) this.#covered++;
    else this.#found.push(reason);
  }

  ended(decisions: readonly Decision[], end: RunEnd, { tasks }: World): void {
    const run = ++this.#runs;
    this.#counts[end]++;
    this.#longest = Math.max(this.#longest, decisions.length);
    this.#names = new Map(tasks.map(({ key, name }) => [key, name]));
    const schedule = { program: this.program.name, tasks: this.#tasks, decisions };
    const played = (this.#played = replay(this.program, schedule));
    this.#path = [0];
    this.#steps = [];
    if (this.#states.length === 0) this.#add(0, -1);
    decisions.forEach((decision, depth) => {
      const { key } = tasks[decision.task]!;
      this.#steps.push(`${key}.${decision.choice}`);
      this.#path.push(this.#follow(depth, decision, key, played.trace[depth]));
    });
    const last = this.#states[this.#path.at(-1)!]!;
    last.end = { kind: end, run, text: textOf(end, played), replay: printSchedule(schedule) };
    this.#arrived.clear();
  }

  #add(depth: number, parent: number): number {
    return this.#states.push({ depth, parent, able: this.#arrived.get(depth) ?? [], taken: [], end: null }) - 1;
  }

  /** The state behind a decision, and counts the run on the way there. */
  #follow(depth: number, { task: id, choice }: Decision, key: number, entry: TraceEntry | undefined): number {
    const from = this.#path[depth]!;
    const { able, taken } = this.#states[from]!;
    const known = taken.find((other) => other.id === id && other.choice === choice);
    if (known !== undefined) {
      known.runs++;
      return known.to;
    }
    const to = this.#add(depth + 1, from);
    const pending = able.find((other) => other.id === id);
    const shown = {
      task: this.#names.get(key)!,
      taskId: id,
      choice: (pending?.choices ?? 0) > 1 ? choice : null,
      // A step that breaks a rule is refused: it is in no trace.
      step: entry === undefined ? (pending?.step ?? "") : stepText(entry),
      changes: entry?.changes ?? [],
      to,
      reason: this.#reason(depth),
      run: this.#runs,
    };
    taken.push({ id, key, choice, shown, to, runs: 1 });
    return to;
  }

  #reason(depth: number): BranchReason {
    const plan = this.#plan;
    if (plan === null || depth < plan.first || depth > plan.last) return { kind: "first" };
    const { demand } = plan;
    const entry = this.#played!.trace[plan.last];
    const race = entry === undefined ? demand.race : { ...demand.race, step: bare(entry) };
    return { kind: depth > plan.first ? "way" : demand.outcome ? "outcome" : "race", race };
  }

  /** After a run: what is left to explore, and which of it comes next. */
  planned({ states, next }: Omit<SavedSearch, "tally">): void {
    const known = this.#demands;
    this.#demands = new Map();
    this.#plan = null;
    states.forEach(({ task, choice, tree }, depth) => {
      const prefix = this.#steps
        .slice(0, depth)
        .map((step) => `${step} `)
        .join("");
      for (const branch of tree) this.#leaves(branch, prefix, depth, known);
      if (depth < states.length - 1) return;
      // The decision that comes next is named by its key, since the task may have another number there.
      const first = this.#leaves([-1 - task, choice, null, next], prefix, depth, known);
      this.#plan = { first: depth, last: first.split(" ").length - 2, demand: this.#demands.get(first)! };
    });
    this.#found = [];
  }

  /** Keeps the demands of the leaves of a branch; gives the way to the first of them. */
  #leaves(branch: SavedBranch, prefix: string, depth: number, known: ReadonlyMap<string, Demand>): string {
    const [key, choice, , next] = branch;
    const way = `${prefix}${key}.${choice} `;
    if (next.length > 0) return next.map((below) => this.#leaves(below, way, depth, known))[0]!;
    this.#demands.set(way, known.get(way) ?? this.#demand(key, depth));
    return way;
  }

  /** What the last run showed, by the task of the leaf and the state from which the way there starts. */
  #demand(key: number, depth: number): Demand {
    const task = this.#names.get(key) ?? `task ${key}`;
    const at = this.#found.findIndex((reason) => reason.before === depth && reason.task === task);
    const [reason] = at < 0 ? [] : this.#found.splice(at, 1);
    const { trace } = this.#played!;
    const entry = trace[depth]!;
    const before = { task: entry.task, step: bare(entry), depth };
    const outcome = this.#steps[depth]!.startsWith(`${key}.`);
    // In this run it came later, if at all; what it will be given may be something else.
    const later = trace.slice(depth + 1).find((other) => other.task === task && other.operation === reason?.step);
    const step = outcome ? before.step : later === undefined ? (reason?.step ?? "") : bare({ ...later, argument: "" });
    return { from: this.#path[depth]!, outcome, race: { task, step, before, run: this.#runs } };
  }

  /**
   * The tree, when the search is over. `unfinished`: of which states it is not decided what else has to be explored
   * from them: of all, of those of the last run, of those of the next one that was planned, or of none.
   */
  tree(estimated: number, unfinished: Unfinished, cut: string | null): SearchTree {
    const open = new Set(
      unfinished === "all"
        ? this.#states.keys()
        : unfinished === "last run"
          ? this.#path
          : unfinished === "next run"
            ? this.#path.slice(0, this.#plan!.first + 1)
            : [],
    );
    const left = new Map<string, Race>();
    for (const [way, { from, race }] of this.#demands) {
      const first = `${from} ${way.split(" ")[this.#states[from]!.depth]!}`;
      if (!left.has(first)) left.set(first, race);
    }
    const states = this.#states.map((state, id): SearchState => {
      const taken = state.taken.map(({ shown, runs }) => ({ ...shown, runs }));
      const others = state.able.flatMap((able) => this.#notTaken(id, able, open.has(id), left));
      return { depth: state.depth, parent: state.parent, branches: [...taken, ...others], end: state.end };
    });
    const kinds = states.flatMap(({ branches }) => branches.map(({ reason }) => reason.kind));
    const count = (kind: BranchReason["kind"]): number => kinds.filter((other) => other === kind).length;
    const totals: SearchTotals = {
      runs: this.#runs,
      ...this.#counts,
      states: states.length,
      longest: this.#longest,
      asleep: count("asleep"),
      commutes: count("commutes"),
      left: count("left"),
      open: count("open"),
      races: this.#races,
      covered: this.#covered,
      estimated,
    };
    return { program: this.program.name, tasks: this.#tasks, states, totals, cut };
  }

  /** Why a task that could run in a state was not taken there, or not with each outcome: one branch a reason. */
  #notTaken(id: number, able: Able, open: boolean, left: ReadonlyMap<string, Race>): SearchBranch[] {
    const { taken } = this.#states[id]!;
    const sleepers = able.asleep ? this.#exploredAbove(id, able.key) : [];
    const reasons = new Map<BranchReason["kind"], BranchReason>();
    const outcomes = Math.max(1, able.choices);
    // Outcomes that nobody explored or demanded have one reason: no need to look at each.
    const most = taken.length + sleepers.length + left.size + 1;
    for (let choice = 0; choice < Math.min(outcomes, most); choice++) {
      if (taken.some((other) => other.id === able.id && other.choice === choice)) continue;
      const sleeper = sleepers.find((other) => other.choice === choice);
      const demanded = left.get(`${id} ${able.key}.${choice}`);
      const reason: BranchReason =
        sleeper !== undefined
          ? { kind: "asleep", state: sleeper.state, run: sleeper.run }
          : demanded !== undefined
            ? { kind: "left", race: demanded }
            : { kind: open ? "open" : "commutes" };
      if (!reasons.has(reason.kind)) reasons.set(reason.kind, reason);
    }
    const { task, step, id: taskId } = able;
    const nowhere = { choice: null, changes: [], to: null, run: null, runs: 0 };
    return [...reasons.values()].map((reason) => ({ task, taskId, step, reason, ...nowhere }));
  }

  /** Where a task that sleeps in a state was explored: from the nearest state above that took it before. */
  #exploredAbove(id: number, key: number): Explored[] {
    for (let [from, to] = [this.#states[id]!.parent, id]; from >= 0; [from, to] = [this.#states[from]!.parent, from]) {
      const { taken } = this.#states[from]!;
      const earlier = taken.slice(
        0,
        taken.findIndex((branch) => branch.to === to),
      );
      const before = earlier.filter((branch) => branch.key === key);
      if (before.length > 0) return before.map(({ choice, shown }) => ({ choice, state: from, run: shown.run! }));
    }
    return [];
  }
}
