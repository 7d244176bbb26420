import { conflict, type Footprint } from "./footprint.js";

/** A step that is known before it is performed: of which task, with which outcome, and what it touches. */
export interface Planned {
  readonly key: number;
  readonly choice: number;
  readonly footprint: Footprint;
}

/** A node of a wake-up tree (Abdulla, Aronis, Jonsson and Sagonas, JACM 2017, section 6): a step, and what follows it. */
export interface Branch extends Planned {
  readonly next: Branch[];
}

/** A step that was explored from a state, with all that follows. */
export interface Sleeper {
  readonly key: number;
  readonly footprint: Footprint;
}

/**
 * A sequence of steps that can be performed from some state, with the order among them that each equivalent sequence
 * keeps. Taking a step out leaves a sequence that can follow that step.
 */
export class Sequence {
  readonly steps: (Planned | null)[];

  constructor(
    steps: readonly Planned[],
    /** Whether step i must come before step j, for i < j. */
    readonly ordered: (i: number, j: number) => boolean,
  ) {
    this.steps = [...steps];
  }

  /**
   * Whether a step of task `key` that touches `footprint` is a weak initial of the sequence: some equivalent of it, or
   * of it and the step, begins with the step. Gives its place; -1 if the task has no step in it; -2 if it is none.
   */
  weakInitial(key: number, footprint: Footprint): number {
    const { steps } = this;
    let clashes = false;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      if (step === null) continue;
      if (step.key === key) return this.#first(i) ? i : -2;
      clashes ||= conflict(step.footprint, footprint);
    }
    return clashes ? -2 : -1;
  }

  #first(i: number): boolean {
    for (let j = 0; j < i; j++) if (this.steps[j] !== null && this.ordered(j, i)) return false;
    return true;
  }
}

/** Whether what the sequence leads to was explored already from its state: a sleeper is a weak initial of it. */
export function isCovered(sequence: Sequence, sleepers: readonly Sleeper[]): boolean {
  return sleepers.some(({ key, footprint }) => sequence.weakInitial(key, footprint) !== -2);
}

/**
 * Adds a sequence to the wake-up tree at its state, unless a leaf of the tree leads to all that it leads to (JACM 2017,
 * definition 6.3): goes down along weak initials, taking each out, and hangs what is left below where none is.
 * The tree is not empty below a node except at a leaf. Tells whether it was added.
 */
export function insert(tree: Branch[], sequence: Sequence): boolean {
  let level = tree;
  for (let depth = 0; ; depth++) {
    // Behind a leaf everything is explored.
    if (depth > 0 && level.length === 0) return false;
    let at = -2;
    const below = level.find(({ key, choice, footprint }) => {
      at = sequence.weakInitial(key, footprint);
      return at === -1 || (at >= 0 && sequence.steps[at]!.choice === choice);
    });
    if (below === undefined) break;
    if (at >= 0) sequence.steps[at] = null;
    level = below.next;
  }
  for (const step of sequence.steps) {
    if (step === null) continue;
    const next: Branch[] = [];
    // Footprints of events are written anew by the next run.
    level.push({ key: step.key, choice: step.choice, footprint: step.footprint.copy(), next });
    level = next;
  }
  return true;
}
