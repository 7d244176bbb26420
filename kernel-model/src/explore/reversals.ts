import type { Events } from "./events.js";
import { conflict, EVERYTHING, type Footprint } from "./footprint.js";
import type { Answer, Probe } from "./probe.js";
import { insert, isCovered, Sequence, type Branch, type Planned, type Sleeper } from "./wakeup-tree.js";

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
  readonly event: number;
  readonly performed: boolean;
  readonly key: number;
  readonly task: number;
  /** The event of its task before it. */
  readonly previous: number;
  /** What it touched; for a step that waits, what its guard looks at and at most what it says that it touches. */
  readonly footprint: Footprint;
  /** What its guard looks at (a CPU that may be taken is part of it); null for a step that can always happen. */
  readonly guard: Footprint | null;
  readonly opens: ((state: unknown) => boolean) | null;
  readonly opensOn: number;
  /** Whether its footprint is another where it comes elsewhere. */
  readonly varies: boolean;
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
  readonly #out = new Set<number>();
  readonly #fronts: number[][] = [];
  #looks = 0;

  constructor(
    readonly events: Events,
    readonly places: readonly Place[],
    readonly probe: Pick<Probe<unknown>, "ask">,
  ) {}

  /** Covers all runs in which the step comes earlier than in the current one. */
  of(asked: Asked): void {
    this.#out.clear();
    if (asked.performed && asked.guard === null) {
      for (const event of this.events.races[asked.event]!) {
        this.#out.add(event);
        this.#reverse(asked, null);
        this.#out.clear();
      }
      return;
    }
    this.#looks = 0;
    this.#takeOff(asked, 0, new Set());
  }

  /** Takes one more event of K off, each in turn. */
  #takeOff(asked: Asked, depth: number, seen: Set<string>): void {
    const front = (this.#fronts[depth] ??= []);
    this.events.frontier(asked.footprint, asked.previous, asked.event, this.#out, front);
    for (const event of front) {
      if (this.events.task[event] === asked.task) continue;
      this.#out.add(event);
      const name = [...this.#out].sort((a, b) => a - b).join();
      if (!seen.has(name)) {
        seen.add(name);
        if (++this.#looks > MOST_LOOKS) {
          this.incomplete ??= `a guard over more than ${MOST_LOOKS} combinations of events that commute`;
          return;
        }
        const answer = this.#isOpen(asked);
        if (answer === false) this.#takeOff(asked, depth + 1, seen);
        else this.#reverse(asked, answer === true ? null : answer);
      }
      this.#out.delete(event);
    }
  }

  /** Whether the guard is open without the events that are taken off; the probe's answer where it had to be asked. */
  #isOpen(asked: Asked): boolean | Answer {
    const { events } = this;
    const { guard, opens } = asked;
    if (guard === null) return true;
    if (asked.performed && ![...this.#out].some((event) => conflict(events.footprint[event]!, guard))) return true;
    if (opens !== null) {
      const state = events.stateAt(asked.opensOn, asked.event, this.#out, UNKNOWN);
      if (state !== UNKNOWN) return opens(state);
    }
    const answer = this.#ask(asked, this.#rest(asked));
    return answer.open ? answer : false;
  }

  #ask(asked: Asked, rest: readonly number[]): Answer {
    return this.probe.ask(this.events, Math.min(...this.#out) - 1, rest, asked.key);
  }

  /** Events behind the first that is taken off which come neither after one taken off nor after the step. */
  #rest({ performed, event: step }: Asked): number[] {
    const { events } = this;
    const out = this.#out;
    const first = Math.min(...out);
    const rest: number[] = [];
    for (let event = first + 1; event <= events.count; event++) {
      if (performed && event >= step && events.ordered(step, event)) continue;
      let after = false;
      for (const off of out) if (off <= event && events.ordered(off, event)) after = true;
      if (!after) rest.push(event);
    }
    return rest;
  }

  /** Has the step explored where the events that are taken off have not happened. */
  #reverse(asked: Asked, known: Answer | null): void {
    const { events } = this;
    const rest = this.#rest(asked);
    const exact = (): Footprint => (known ?? this.#ask(asked, rest)).footprint ?? EVERYTHING;
    const footprint = asked.varies ? exact() : asked.footprint;
    const steps: Planned[] = rest.map((event) => ({ key: events.key[event]!, choice: events.choice[event]!, footprint: events.footprint[event]! }));
    steps.push({ key: asked.key, choice: 0, footprint });
    const before = rest.map((event) => event <= asked.previous && events.ordered(event, asked.previous));
    rest.forEach((event, k) => {
      if (!conflict(events.footprint[event]!, footprint)) return;
      before[k] = true;
      for (let j = 0; j < k; j++) if (events.ordered(rest[j]!, event)) before[j] = true;
    });
    const last = rest.length;
    const sequence = new Sequence(steps, (i, j) => (j === last ? before[i]! : events.ordered(rest[i]!, rest[j]!)));
    const place = this.places[Math.min(...this.#out) - 1]!;
    if (isCovered(sequence, place.sleep) || isCovered(sequence, place.done)) return;
    insert(place.tree, sequence);
  }
}
