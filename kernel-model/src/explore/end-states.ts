import type { World } from "../machine/world.js";
import { endState, visitEnd, type Visitor } from "./outcome.js";

/** A place on the way through an end state: what was met there, each with where it leads to. */
interface Place {
  /** What was met last, and where that led to. */
  key: unknown;
  value: unknown;
  next: Place | null;
  /** All that was met, by key and value, once there are two. */
  all: Map<unknown, Map<unknown, Place>> | null;
  /** For the end of the way. */
  counted: Counted | null;
}

/** An end state and how often it was reached. */
interface Counted {
  count: number;
}

/** Places that are remembered; beyond, the text of each end state is made. */
const MOST_PLACES = 50_000;
const ENTER = {};
const LEAVE = {};
const RESULTS = {};

/**
 * Counts runs by the state they end in. Most end in one that was seen before, whose text need not be made again: the way
 * through it leads, value by value, to the same place. (Ways that differ may lead to the same text, as 1 and "1" do.)
 */
export class EndStates implements Visitor {
  readonly #byText = new Map<string, Counted>();
  readonly #start = placed();
  #at: Place | null = null;
  #places = 0;

  constructor(before: readonly (readonly [string, number])[]) {
    for (const [text, count] of before) this.#byText.set(text, { count });
  }

  /** O(size of the state), 20 ns a value; 0.3 us a value where the state is new. */
  add(state: unknown, world: World): void {
    // Nothing to be like yet: many a small program has one end state.
    this.#at = this.#byText.size === 0 ? null : this.#start;
    if (this.#at !== null) visitEnd(state, world, this);
    const end = this.#at;
    if (end?.counted != null) {
      end.counted.count++;
      return;
    }
    const text = endState(state, world);
    let counted = this.#byText.get(text);
    if (counted === undefined) this.#byText.set(text, (counted = { count: 0 }));
    counted.count++;
    if (end !== null) end.counted = counted;
  }

  /** By text, in the order in which they were first reached. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [text, { count }] of this.#byText) counts.set(text, count);
    return counts;
  }

  enter(key: string | number | null): void {
    this.#meet(key, ENTER);
  }

  leave(): void {
    this.#meet(null, LEAVE);
  }

  leaf(key: string | number, value: unknown): void {
    this.#meet(key, value);
  }

  result(task: string, value: unknown): void {
    this.#meet(RESULTS, task);
    this.#meet(task, value);
  }

  #meet(key: unknown, value: unknown): void {
    const at = this.#at;
    if (at === null) return;
    this.#at = at.key === key && at.value === value ? at.next : this.#leadsTo(at, key, value);
  }

  /** Where something else than last time leads to; null if that is new, and no more is remembered. */
  #leadsTo(at: Place, key: unknown, value: unknown): Place | null {
    let next = at.all?.get(key)?.get(value);
    if (next === undefined) {
      if (this.#places >= MOST_PLACES) return null;
      this.#places++;
      next = placed();
      if (at.next !== null) {
        if (at.all === null) {
          at.all = new Map<unknown, Map<unknown, Place>>();
          put(at.all, at.key, at.value, at.next);
        }
        put(at.all, key, value, next);
      }
    }
    at.key = key;
    at.value = value;
    at.next = next;
    return next;
  }
}

function placed(): Place {
  return { key: undefined, value: undefined, next: null, all: null, counted: null };
}

function put(all: Map<unknown, Map<unknown, Place>>, key: unknown, value: unknown, next: Place): void {
  const values = all.get(key) ?? new Map<unknown, Place>();
  all.set(key, values.set(value, next));
}
