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

const STEP_LIMIT = 160;
const STATE_LIMIT = 300;

/** What the words mean. Only those that occur are explained. */
const LEGEND: Readonly<Record<BranchReason["kind"], string>> = {
  first: "first: no order is known there yet; the task that ran last goes on, or else the first that can",
  race: "race: a run has shown that a step could come before another one, so a run in which it does is made",
  outcome: "outcome: a step has several outcomes, and each is followed",
  way: "race: a run has shown that a step could come before another one, so a run in which it does is made",
  asleep: "asleep: not taken, since it was explored before, from an earlier state, and is independent of all steps since",
  commutes: "commutes: not taken, since no race demands it: what begins with it differs only in the order of independent steps",
  left: "left: a race demands it, but the search stopped before",
  open: "open: the search stopped before it was decided whether it has to be taken",
};

export function legendOf({ states }: SearchTree): string[] {
  const kinds = new Set(states.flatMap(({ branches }) => branches.map(({ reason }) => reason.kind)));
  return [...new Set((Object.keys(LEGEND) as BranchReason["kind"][]).filter((kind) => kinds.has(kind)).map((kind) => LEGEND[kind]))];
}

/** The tree as nested runs of steps. `limit`: lines at most; what comes after them is counted. O(states x tasks). */
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
    for (let id = state; ; ) {
      const { branches, end, depth } = this.tree.states[id]!;
      const taken = branches.filter(({ to }) => to !== null);
      if (this.#left <= 0) return { lines, branches: [], omitted: taken.reduce((sum, { runs }) => sum + runs, end === null ? 0 : 1) };
      const notTaken = branches.filter(({ to }) => to === null).map((branch) => this.#not(branch));
      const news = notTaken.filter((text) => !said.has(text));
      if (news.length > 0) this.#say(lines, { kind: "not", text: news.join("; ") });
      said = new Set(notTaken);
      if (end !== null) {
        this.#say(lines, { kind: "end", end: end.kind, text: visible(shorten(endText(end), STATE_LIMIT)), replay: end.replay });
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
        if (this.#left <= 0) omitted += branch.runs;
        else below.push(this.#branch(branch, depth, said));
      }
      return { lines, branches: below, omitted };
    }
  }

  #branch(branch: SearchBranch, depth: number, said: ReadonlySet<string>): OutlineBranch {
    this.#left -= 2;
    const { reason, runs, to } = branch;
    return { step: stepOf(branch, depth), why: visible(whyTaken(reason)), runs, wrong: this.#wrong[to!]!, below: this.from(to!, said) };
  }

  #say(lines: OutlineLine[], line: OutlineLine): void {
    lines.push(line);
    this.#left--;
  }

  #not({ task, step, reason }: SearchBranch): string {
    return visible(`${shorten(task, 80)}: ${shorten(step, STEP_LIMIT)} ${this.#whyNot(reason)}`);
  }

  #whyNot(reason: BranchReason): string {
    if (reason.kind === "left") return `left: ${raceText(reason.race)}`;
    if (reason.kind !== "asleep") return reason.kind;
    return `asleep: run ${reason.run} took it at step ${this.tree.states[reason.state]!.depth}`;
  }
}

function stepOf({ task, taskId, step, changes }: SearchBranch, depth: number): OutlineStep {
  const changed = changes.map(({ object, before, after }) => `${object}: ${before} → ${after}`).join("; ");
  return { depth, task: visible(shorten(task, 80)), taskId, text: visible(shorten(step, STEP_LIMIT)), changes: visible(shorten(changed, STATE_LIMIT)) };
}

function endText({ kind, run, text }: SearchEnd): string {
  if (kind === "redundant") return `run ${run} ends: all that can run here is asleep`;
  return `run ${run} ${kind === "violated" ? "violates" : kind === "stuck" ? "is stuck" : "is complete"}: ${text === "" ? "nothing to show" : text}`;
}

function whyTaken(reason: BranchReason): string {
  if (reason.kind !== "race" && reason.kind !== "outcome") return "first";
  const { before, run } = reason.race;
  return reason.kind === "race" ? `race: ${raceText(reason.race)}` : `outcome: ${shorten(before.task, 80)}'s ${shorten(before.step, STEP_LIMIT)} has others than run ${run} took`;
}

function raceText({ task, step, before, run }: Race): string {
  return `${shorten(task, 80)}'s ${shorten(step, STEP_LIMIT)} could come before ${shorten(before.task, 80)}'s ${shorten(before.step, STEP_LIMIT)} of step ${before.depth}, as run ${run} shows`;
}
