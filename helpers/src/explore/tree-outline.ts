import type { BranchReason, Race, SearchBranch, SearchEnd, SearchTree } from "@mm-lab/kernel-model";
import { shorten, visible } from "../tables/text.js";

/** A line of the drawing. */
export type OutlineLine =
  | { readonly kind: "step"; readonly step: OutlineStep }
  /** Tasks that could run before the next step, and why they were not taken. Said once, as long as it stays so. */
  | { readonly kind: "not"; readonly text: string }
  | { readonly kind: "end"; readonly end: SearchEnd["kind"]; readonly text: string; readonly replay: string };

export interface OutlineStep {
  readonly depth: number;
  readonly task: string;
  /** Number of the task, for its colour. */
  readonly taskId: number;
  readonly text: string;
  readonly changes: string;
}

/** A branch of a state from which several were taken. */
export interface OutlineBranch {
  readonly step: OutlineStep;
  readonly why: string;
  readonly runs: number;
  /** Runs behind it that go wrong. */
  readonly wrong: number;
  readonly below: Outline;
}

/** Steps without an alternative that was taken, and what comes after them. */
export interface Outline {
  readonly lines: readonly OutlineLine[];
  readonly branches: readonly OutlineBranch[];
  /** Runs that are not shown, since there are too many lines. */
  readonly omitted: number;
}

const NAME_LIMIT = 80;
const STEP_LIMIT = 160;
const STATE_LIMIT = 300;

/** What the words mean. Only those that occur are explained. */
const LEGEND: Readonly<Record<BranchReason["kind"], string>> = {
  first: "first: no order is known there yet; the task that ran last goes on, or else the first that can",
  race: "race: a run has shown that a step could come before another one, so a run in which it does is made",
  outcome: "outcome: a step has several outcomes, and each is followed",
  way: "race: a run has shown that a step could come before another one, so a run in which it does is made",
  asleep: "asleep: not taken; it was explored before, from an earlier state, and is independent of all steps since",
  commutes: "commutes: not taken; no race demands it: it would only reorder independent steps of runs that were made",
  left: "left: a race demands it, but the search stopped before",
  open: "open: the search stopped before it was decided whether it has to be taken",
};

export function legendOf({ states }: SearchTree): string[] {
  const kinds = new Set(states.flatMap(({ branches }) => branches.map(({ reason }) => reason.kind)));
  const used = (Object.keys(LEGEND) as BranchReason["kind"][]).filter((kind) => kinds.has(kind));
  return [...new Set(used.map((kind) => LEGEND[kind]))];
}

/**
 * The tree as nested runs of steps. O(states x tasks).
 *
 * @param limit lines at most, but for the way to what goes wrong; the runs that are left out are counted
 */
export function outlineOf(tree: SearchTree, limit: number): Outline {
  return new Outliner(tree, limit).from(0, new Set());
}

class Outliner {
  #left: number;
  /** By state: runs behind it that go wrong. */
  readonly #wrong: number[];

  constructor(
    readonly tree: SearchTree,
    limit: number,
  ) {
    this.#left = limit;
    const { states } = tree;
    this.#wrong = states.map(({ end }) => (end?.kind === "violated" || end?.kind === "stuck" ? 1 : 0));
    for (let id = states.length - 1; id > 0; id--) this.#wrong[states[id]!.parent]! += this.#wrong[id]!;
  }

  /** `said`: what was said of the state before about tasks that were not taken. */
  from(state: number, said: ReadonlySet<string>): Outline {
    const lines: OutlineLine[] = [];
    for (let id = state; ;) {
      const { branches, end, depth } = this.tree.states[id]!;
      const taken = branches.filter(({ to }) => to !== null);
      if (this.#isFull(id)) {
        const behind = taken.reduce((sum, { runs }) => sum + runs, 0);
        return { lines, branches: [], omitted: end === null ? behind : 1 };
      }
      const notTaken = branches.filter(({ to }) => to === null).map((branch) => this.#not(branch));
      const news = notTaken.filter((text) => !said.has(text));
      if (news.length > 0) this.#say(lines, { kind: "not", text: news.join("; ") });
      said = new Set(notTaken);
      if (end !== null) {
        const text = visible(shorten(endText(end), STATE_LIMIT));
        this.#say(lines, { kind: "end", end: end.kind, text, replay: end.replay });
        return { lines, branches: [], omitted: 0 };
      }
      if (taken.length === 1) {
        this.#say(lines, { kind: "step", step: stepOf(taken[0]!, depth) });
        id = taken[0]!.to!;
        continue;
      }
      const below: OutlineBranch[] = [];
      let omitted = 0;
      for (const branch of taken) {
        if (this.#isFull(branch.to!)) omitted += branch.runs;
        else below.push(this.#branch(branch, depth, said));
      }
      return { lines, branches: below, omitted };
    }
  }

  /** The way to what goes wrong is shown however long the tree is. */
  #isFull(id: number): boolean {
    return this.#left <= 0 && this.#wrong[id] === 0;
  }

  #branch(branch: SearchBranch, depth: number, said: ReadonlySet<string>): OutlineBranch {
    this.#left -= 2;
    const { reason, runs, to } = branch;
    const [step, why] = [stepOf(branch, depth), visible(whyTaken(reason))];
    return { step, why, runs, wrong: this.#wrong[to!]!, below: this.from(to!, said) };
  }

  #say(lines: OutlineLine[], line: OutlineLine): void {
    lines.push(line);
    this.#left--;
  }

  #not({ task, step, reason }: SearchBranch): string {
    return visible(`${shorten(task, NAME_LIMIT)}: ${shorten(step, STEP_LIMIT)} ${this.#whyNot(reason)}`);
  }

  #whyNot(reason: BranchReason): string {
    if (reason.kind === "left") return `left: ${raceText(reason.race)}`;
    if (reason.kind !== "asleep") return reason.kind;
    return `asleep: run ${reason.run} took it at step ${this.tree.states[reason.state]!.depth}`;
  }
}

function stepOf({ task, taskId, step, changes }: SearchBranch, depth: number): OutlineStep {
  const changed = changes.map(({ object, before, after }) => `${object}: ${before} → ${after}`).join("; ");
  const [name, text] = [visible(shorten(task, NAME_LIMIT)), visible(shorten(step, STEP_LIMIT))];
  return { depth, task: name, taskId, text, changes: visible(shorten(changed, STATE_LIMIT)) };
}

function endText({ kind, run, text }: SearchEnd): string {
  if (kind === "redundant") return `run ${run} ends: all that can run here is asleep`;
  const how = kind === "violated" ? "violates" : kind === "stuck" ? "is stuck" : "is complete";
  return `run ${run} ${how}: ${text === "" ? "nothing to show" : text}`;
}

function whyTaken(reason: BranchReason): string {
  if (reason.kind !== "race" && reason.kind !== "outcome") return "first";
  const { race } = reason;
  if (reason.kind === "race") return `race: ${raceText(race)}`;
  return `outcome: ${whose(race.before)} has others than the one that run ${race.run} took`;
}

function raceText(race: Race): string {
  const { before, run } = race;
  return `${whose(race)} could come before ${whose(before)} of step ${before.depth}, as run ${run} shows`;
}

function whose({ task, step }: Pick<Race, "task" | "step">): string {
  return `${shorten(task, NAME_LIMIT)}'s ${shorten(step, STEP_LIMIT)}`;
}
