import type { Access } from "../machine/step.js";
import type { Events } from "./events.js";
import { conflict, conflictAt, EVERYTHING, touchesMore, type Footprint } from "./footprint.js";
import type { Answer, Probe } from "./probe.js";
import { COVERED, coverOf, insert, Sequence, SETTLED, type Branch, type Cover, type Sleeper } from "./wakeup-tree.js";

/** What is known of a state on the current run. */
export interface Place {
  /** Steps that were explored before the search came here, and do not matter to what it does here. */
  readonly sleep: Sleeper[];
  /** Steps that were explored from here. */
  readonly done: Sleeper[];
  /** What is left to explore from here. */
  tree: Branch[];
}

/** A step of the current run, performed or still waiting at its end. */
export interface Asked {
  /** Its event; one more than there are, for a step that waits. */
  event: number;
  performed: boolean;
  key: number;
  task: number;
  /** Its outcome, where it has several. */
  choice: number;
  /** The event of its task before it. */
  previous: number;
  /** What it touched; for a step that waits, what its guard looks at and at most what it says that it touches. */
  footprint: Footprint;
  /** Null for a step that can always happen. */
  guard: Guard | null;
  /** Whether its footprint is another where it comes elsewhere. */
  varies: boolean;
  /** What its footprint is there, by the state of its object; null where only performing it can tell. */
  foresight: Foresight | null;
}

/** How a step would touch its object in another state of that. */
export interface Foresight {
  tells: (state: unknown) => Access;
  /** The location of the object. */
  on: number;
  /** Whether properties see it: never, where it changes the object, always. */
  seen: "never" | "changed" | "always";
}

/** What decides whether a step can happen. */
export interface Guard {
  /** What it looks at; a CPU that may be taken is part of it. */
  readonly footprint: Footprint;
  /** The guard as a function of the state of the object at one location, where it is one; null otherwise. */
  opens: ((state: unknown) => boolean) | null;
  on: number;
}

const UNKNOWN = Symbol("unknown");

/** States of a guard that are looked at for one step. */
const MOST_LOOKS = 20_000;

/**
 * Finds the runs that the current one does not cover: for each of its steps, those in which the step comes earlier.
 *
 * A step that can always happen races with each event that conflicts with it and that nothing else orders before it. The
 * reversal of a race is what does not come after that event, and then the step (JACM 2017, section 5).
 *
 * A guarded step may be closed where that leads. Let K be the events that conflict with it. Whether its guard is open
 * depends only on which events of K have happened: on a part D of K that is closed downwards. The step can come after
 * every D for which its guard is open. What must be covered is each such D that is reached from K by taking off one
 * event after the other, the latest first, without passing another open one: from a state between, the step leads to
 * D's by the same rule. (Awaits by the race with the write before which they were open: Jonsson, Lang and Sagonas,
 * FMCAD 2022. There a guard looks at one variable, whose writes are in a row; here D ranges over the cuts of an order.)
 * The same for a step that waits at the end of the run for ever.
 */
export class Reversals {
  /** Why not all could be found; null if they were. */
  incomplete: string | null = null;
  /** Is told of each reversal: the step, the event before which it is to come, and whether that was not covered yet. */
  told: ((asked: Asked, first: number, added: boolean) => void) | null = null;
  /** Events taken off, and the first of them. */
  readonly #out: number[] = [];
  #first = 0;
  readonly #fronts: number[][] = [];
  #looks = 0;
  /** What probes said of guards, by the latest event that it depends on. */
  readonly #answers: Map<string, boolean>[] = [];
  readonly #sequence: Sequence;

  constructor(
    readonly events: Events,
    readonly places: readonly Place[],
    readonly probe: Pick<Probe<unknown>, "ask">,
    /** Number of the first state that is this search's to explore. */
    readonly root: number,
  ) {
    this.#sequence = new Sequence(events);
  }

  /** Whether what was last asked for holds for every run that has the event. If not, the next one has to ask again. */
  isSettled = true;

  /** Covers all runs in which the step comes earlier than in the current one. */
  of(asked: Asked): void {
    if (asked.guard === null) {
      const races = this.events.races[asked.event]!;
      for (let i = 0; i < this.events.raceCount[asked.event]!; i++) this.ofRace(asked, races[i]!);
      return;
    }
    this.isSettled = true;
    this.#looks = 0;
    this.#out.length = 0;
    this.#takeOff(asked, 0, this.#front(asked, 0), null);
  }

  /** Covers the runs in which a step that can always happen comes before an event that it races with. */
  ofRace(asked: Asked, first: number): void {
    this.isSettled = true;
    this.#first = first;
    if (first <= this.root) return;
    this.#rest(asked, null);
    this.#reverse(asked);
  }

  /** Whether some event from number `fresh` on could come before event `first`. */
  hasNews(first: number, fresh: number): boolean {
    for (let event = fresh; event <= this.events.count; event++) if (!this.events.ordered(first, event)) return true;
    return false;
  }

  /** Covers the runs in which a step that was performed has another outcome: it takes its own event off. */
  otherOutcome(asked: Asked): void {
    this.#first = asked.event;
    this.#rest(asked, null);
    this.#reverse(asked);
  }

  /** The latest events of what is left of K, into the list at a depth of the recursion; gives how many. */
  #front({ footprint, previous, event }: Asked, depth: number): number {
    return this.events.frontier(footprint, previous, event, this.#out, (this.#fronts[depth] ??= []));
  }

  /** Takes one more event of K off, each of the latest in turn. `seen`: parts of K that were looked at, where two ways can lead to one. */
  #takeOff(asked: Asked, depth: number, count: number, seen: Set<string> | null): void {
    const met = count > 1 ? (seen ?? new Set<string>()) : seen;
    for (let i = 0; i < count; i++) {
      const event = this.#fronts[depth]![i]!;
      if (this.events.task[event] === asked.task) continue;
      this.#out.push(event);
      const left = this.#front(asked, depth + 1);
      if (met === null || this.#isNew(asked, depth + 1, left, met)) this.#look(asked, depth + 1, left, met);
      this.#out.pop();
      if (this.incomplete !== null) return;
    }
  }

  #isNew(asked: Asked, depth: number, left: number, met: Set<string>): boolean {
    const name = this.#nameOf(asked, depth, left);
    if (met.has(name)) return false;
    met.add(name);
    return true;
  }

  /** What is left of K is closed downwards: its latest events, the list at a depth, name it. */
  #nameOf({ key, previous }: Asked, depth: number, left: number): string {
    return `${key} ${previous} ${this.#fronts[depth]!.slice(0, left).join()}`;
  }

  /** Has the step explored behind what is left, if it can happen there; otherwise takes more off. */
  #look(asked: Asked, depth: number, left: number, met: Set<string> | null): void {
    if (++this.#looks > MOST_LOOKS) {
      this.incomplete = `a guard over more than ${MOST_LOOKS} combinations of events that commute`;
      return;
    }
    this.#first = asked.event;
    for (const event of this.#out) this.#first = Math.min(this.#first, event);
    this.#rest(asked, this.#out);
    if (this.#isOpen(asked, asked.guard!, depth, left)) this.#reverse(asked);
    else this.#takeOff(asked, depth, left, met);
  }

  /** Whether the guard is open without the events that are taken off. */
  #isOpen(asked: Asked, { footprint, opens, on }: Guard, depth: number, left: number): boolean {
    const { events } = this;
    if (asked.performed && !this.#outConflicts(footprint)) return true;
    if (opens !== null) {
      const state = events.stateAt(on, asked.event, this.#isOut, UNKNOWN);
      if (state !== UNKNOWN) return opens(state);
    }
    const latest = Math.max(asked.previous, left > 0 ? this.#fronts[depth]![0]! : 0);
    const answers = (this.#answers[latest] ??= new Map<string, boolean>());
    const name = this.#nameOf(asked, depth, left);
    let open = answers.get(name);
    if (open === undefined) answers.set(name, (open = this.#ask(asked).open));
    return open;
  }

  /** The events behind the first `count` were taken off the run. */
  truncate(count: number): void {
    if (this.#answers.length > count + 1) this.#answers.length = count + 1;
  }

  #outConflicts(footprint: Footprint): boolean {
    for (const event of this.#out) if (conflict(this.events.footprint[event]!, footprint)) return true;
    return false;
  }

  #ask({ key, choice }: Asked): Answer {
    const { events, length } = this.#sequence;
    return this.probe.ask(this.events, this.#first - 1, events, length, key, choice);
  }

  /** Puts into the sequence the events that come neither after one taken off (null: the first) nor after the step. */
  #rest({ performed, event: step }: Asked, out: readonly number[] | null): void {
    const { events } = this;
    const rest = this.#sequence.events;
    const first = this.#first;
    let length = 0;
    for (let event = first + 1; event <= events.count; event++) {
      if (events.ordered(first, event) || (performed && event >= step && events.ordered(step, event))) continue;
      if (out !== null && out.length > 1 && this.#comesAfter(event, out)) continue;
      rest[length++] = event;
    }
    this.#sequence.length = length;
  }

  /** Whether an event is taken off, or comes after one that is. */
  readonly #isOut = (event: number): boolean => this.#out.includes(event) || this.#comesAfter(event, this.#out);
  /** The same where the first is all that is taken off. */
  readonly #isFirst = (event: number): boolean => event >= this.#first && this.events.ordered(this.#first, event);

  #comesAfter(event: number, out: readonly number[]): boolean {
    for (const off of out) if (off <= event && this.events.ordered(off, event)) return true;
    return false;
  }

  /** What the step touches where it is to come, if the state of its object tells. */
  #foreseen({ foresight, footprint, event, guard, performed }: Asked): Footprint | null {
    if (foresight === null || !performed) return null;
    const state = this.events.stateAt(foresight.on, event, guard === null ? this.#isFirst : this.#isOut, UNKNOWN);
    if (state === UNKNOWN) return null;
    const access = foresight.tells(state);
    return footprint.with(
      foresight.on,
      access,
      foresight.seen === "always" || (foresight.seen === "changed" && access !== "read"),
    );
  }

  /** Whether the sequence is covered by the event that the current run has at its place: of that all is explored too. */
  #underWay(sequence: Sequence, asked: number): Cover {
    const { key, choice, footprint } = this.events;
    const event = this.#first;
    const place = sequence.weakInitial({ key: key[event]!, choice: choice[event]!, footprint: footprint[event]! });
    if (place === -2) return 0;
    return place >= 0 && sequence.isCore(place, asked) ? SETTLED : COVERED;
  }

  /** Whether a touch conflicts with an event that is taken off. */
  #isTakenOff({ guard }: Asked, touch: number): boolean {
    const off = guard === null ? [this.#first] : this.#out;
    return off.some((event) => conflictAt(this.events.footprint[event]!, touch));
  }

  /** Has the step explored where the events that are taken off have not happened: behind the sequence. */
  #reverse(asked: Asked): void {
    if (this.#first <= this.root) return;
    const sequence = this.#sequence;
    const place = this.places[this.#first - 1]!;
    const footprint = asked.varies
      ? (this.#foreseen(asked) ?? this.#ask(asked).footprint ?? EVERYTHING)
      : asked.footprint;
    sequence.setStep(asked.key, asked.choice, footprint, asked.previous);
    const { event } = asked;
    // Where it touches more, a longer run may have what commutes with the step as it was, and not with what it is to be.
    if (asked.varies && asked.performed)
      this.isSettled &&= !touchesMore(footprint, asked.footprint, (touch) => this.#isTakenOff(asked, touch));
    const cover = Math.max(
      this.#underWay(sequence, event),
      coverOf(sequence, place.sleep, event),
      coverOf(sequence, place.done, event),
    );
    if (cover === 0) {
      const { added, settled } = insert(place.tree, sequence, event);
      if (!settled) this.isSettled = false;
      this.told?.(asked, this.#first, added);
    } else {
      if (cover !== SETTLED) this.isSettled = false;
      this.told?.(asked, this.#first, false);
    }
  }
}
