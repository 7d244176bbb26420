import type { Events } from "./events.js";
import { conflict, type Footprint } from "./footprint.js";

/** A step of a task with this key, with this outcome, and what it touches. */
interface Step {
  readonly key: number;
  readonly choice: number;
  readonly footprint: Footprint;
}

/** A node of a wake-up tree (Abdulla, Aronis, Jonsson and Sagonas, JACM 2017, section 6): a step, and what follows it. */
export interface Branch extends Step {
  readonly next: Branch[];
}

/** A step that was explored from a state, with all that follows. */
export interface Sleeper extends Step {
  /**
   * Whether it was explored from a state above those of this search. Where such a step conflicts with a later one, that
   * search adds nothing to the trees of this one; so it covers only what has it as its first step.
   */
  readonly strict: boolean;
}

/**
 * Events of the current run that could come next in some earlier state of it, and behind them one step more. Taking a
 * step out leaves a sequence that can follow that step. One object serves all sequences, one after the other.
 */
export class Sequence {
  /** Events, in their order. 0 for one that was taken out. */
  readonly events: number[] = [];
  length = 0;
  /** The step behind them: its task, the outcome, and what it touches; whether it is still in. */
  key = 0;
  choice = 0;
  footprint!: Footprint;
  #hasStep = true;
  /** By place: whether the step must come after that event; found when first asked for. */
  readonly #beforeStep: boolean[] = [];
  #knowsOrder = false;

  constructor(readonly all: Events) {}

  /** Sets the step behind the events, whose task has performed event `previous` last. */
  setStep(key: number, choice: number, footprint: Footprint, previous: number): void {
    this.key = key;
    this.choice = choice;
    this.footprint = footprint;
    this.#previous = previous;
    this.#hasStep = true;
    this.#knowsOrder = false;
  }

  #previous = 0;

  /**
   * Whether a step of task `key` that touches `footprint` is a weak initial of the sequence: some equivalent of it, or
   * of it and the step, begins with the step. Gives its place; -1 if the task has no step in it; -2 if it is none.
   * A step with several outcomes is another step with each.
   */
  weakInitial({ key, choice, footprint }: Step): number {
    const { all, events, length } = this;
    let clashes = false;
    for (let i = 0; i < length; i++) {
      const event = events[i]!;
      if (event === 0) continue;
      if (all.key[event] === key) {
        if (all.choice[event] !== choice) return -2;
        for (let j = 0; j < i; j++) if (events[j] !== 0 && all.ordered(events[j]!, event)) return -2;
        return i;
      }
      clashes ||= conflict(all.footprint[event]!, footprint);
    }
    if (!this.#hasStep) return clashes ? -2 : -1;
    if (this.key !== key) return clashes || conflict(this.footprint, footprint) ? -2 : -1;
    if (this.choice !== choice) return -2;
    if (!this.#knowsOrder) this.#order();
    for (let j = 0; j < length; j++) if (events[j] !== 0 && this.#beforeStep[j]!) return -2;
    return length;
  }

  /** Which events the step comes after: those up to its task's last one, those it conflicts with, and all before these. */
  #order(): void {
    const { all, events, length, footprint } = this;
    this.#knowsOrder = true;
    for (let k = 0; k < length; k++) {
      const event = events[k]!;
      this.#beforeStep[k] = event !== 0 && this.#previous > 0 && all.ordered(event, this.#previous);
      if (event === 0 || !conflict(all.footprint[event]!, footprint)) continue;
      this.#beforeStep[k] = true;
      for (let j = 0; j < k; j++) if (events[j] !== 0 && all.ordered(events[j]!, event)) this.#beforeStep[j] = true;
    }
  }

  /** The branch that {@link weakInitialIn} found. */
  below: Branch | null = null;

  /** The place of the first branch whose step is a weak initial, as {@link weakInitial} gives it; -2 if none is. */
  weakInitialIn(level: readonly Branch[]): number {
    for (const branch of level) {
      const place = this.weakInitial(branch);
      if (place === -2) continue;
      this.below = branch;
      return place;
    }
    return -2;
  }

  /**
   * Whether the step at a place is one that the task of the step behind had come after when it was performed, as event
   * number `event`, or that step itself. What such a step leads to covers this sequence in every run that has that event.
   */
  isCore(place: number, event: number): boolean {
    return place >= this.length || this.events[place]! < event;
  }

  /** The place of the first step that is still in. */
  firstLeft(): number {
    let place = 0;
    while (place < this.length && this.events[place] === 0) place++;
    return place;
  }

  takeOut(place: number): void {
    if (place < this.length) this.events[place] = 0;
    else this.#hasStep = false;
  }

  /** What is left, as a chain of branches below `level`. Footprints of events are written anew by the next run: copied. */
  hang(level: Branch[]): void {
    const { all } = this;
    for (let i = 0; i < this.length; i++) {
      const event = this.events[i]!;
      if (event === 0) continue;
      const next: Branch[] = [];
      level.push({ key: all.key[event]!, choice: all.choice[event]!, footprint: all.footprint[event]!.copy(), next });
      level = next;
    }
    if (this.#hasStep) level.push({ key: this.key, choice: this.choice, footprint: this.footprint.copy(), next: [] });
  }
}

/** What is known of a sequence: not covered; covered as it is, which a longer one need not be; or settled for all longer ones. */
export type Cover = 0 | 1 | 2;
export const COVERED = 1;
export const SETTLED = 2;

/**
 * Whether what the sequence leads to was explored already from its state: a sleeper is a weak initial of it. If that is
 * no step of the sequence, but independent of all, what follows may conflict with it: the next run has to ask again.
 */
export function coverOf(sequence: Sequence, sleepers: readonly Sleeper[], event: number): Cover {
  let cover: Cover = 0;
  for (const sleeper of sleepers) {
    const place = sequence.weakInitial(sleeper);
    if (place >= 0 && sequence.isCore(place, event)) return SETTLED;
    if (place >= (sleeper.strict ? 0 : -1)) cover = COVERED;
  }
  return cover;
}

/**
 * Adds a sequence to the wake-up tree at its state, unless a leaf of the tree leads to all that it leads to (JACM 2017,
 * definition 6.3): goes down along weak initials, taking each out, and hangs what is left below where none is.
 * `settled`: whether the branch from the state is a step that every run with event number `event` has in the sequence.
 */
export function insert(
  tree: Branch[],
  sequence: Sequence,
  event: number,
): { readonly added: boolean; readonly settled: boolean } {
  let level = tree;
  let settled = false;
  for (let depth = 0; ; depth++) {
    // Behind a leaf everything is explored.
    if (depth > 0 && level.length === 0) return { added: false, settled };
    const place = sequence.weakInitialIn(level);
    if (depth === 0)
      settled =
        place === -2 ? sequence.isCore(sequence.firstLeft(), event) : place >= 0 && sequence.isCore(place, event);
    if (place === -2) break;
    if (place >= 0) sequence.takeOut(place);
    level = sequence.below!.next;
  }
  sequence.hang(level);
  return { added: true, settled };
}
