import { conflict, textOf, type Touches } from "./touches.js";

/** A step that was performed, as the order of steps sees it. */
export interface Event {
  /** Task, number of its step, outcome and touches: an event with the same label is the same event in another run. */
  readonly label: string;
  readonly key: number;
  /** Number of these touches in {@link Classes}. */
  readonly touches: number;
  /** Keys of the tasks that it has started. */
  readonly started: readonly number[];
  /** One more than the largest of an event that must come before it. */
  readonly level: number;
  /** Number of label and level. */
  readonly letter: number;
}

/**
 * Tells Mazurkiewicz classes apart, of runs that differ only in the order of independent steps, by their Foata normal
 * form: each event stands on the level above the highest of those that must come before it, and two runs are of one
 * class exactly if they have the same events on the same levels.
 */
export class Classes {
  readonly #touches: Touches[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #letters = new Map<string, number>();
  readonly #conflicts: (boolean | undefined)[][] = [];
  readonly #seen = new Set<string>();

  get count(): number {
    return this.#seen.size;
  }

  number(touches: Touches): number {
    const text = textOf(touches);
    const number = this.#numbers.get(text) ?? this.#touches.push(touches) - 1;
    this.#numbers.set(text, number);
    return number;
  }

  touches(number: number): Touches {
    return this.#touches[number]!;
  }

  /** Whether steps that touched what stands under these numbers do not commute. */
  conflict(a: number, b: number): boolean {
    return ((this.#conflicts[a] ??= [])[b] ??= conflict(this.#touches[a]!, this.#touches[b]!));
  }

  /** Whether the order of two events of one run, the earlier first, is the same in each run of its class. */
  dependent(a: Event, b: Event): boolean {
    return a.key === b.key || this.conflict(a.touches, b.touches) || a.started.includes(b.key);
  }

  /** The event behind those in `before`. `nth`: number of its task's steps before it. */
  event(
    before: readonly Event[],
    key: number,
    nth: number,
    choice: number,
    touches: number,
    started: readonly number[],
  ): Event {
    const event = { label: `${key}.${nth}.${choice}.${touches}`, key, touches, started, level: 0, letter: 0 };
    for (const other of before)
      if (other.level >= event.level && this.dependent(other, event)) event.level = other.level + 1;
    const name = `${event.label}@${event.level}`;
    event.letter = this.#letters.get(name) ?? this.#letters.size;
    this.#letters.set(name, event.letter);
    return event;
  }

  /** Books a complete run. */
  add(run: readonly Event[]): void {
    this.#seen.add(
      Uint32Array.from(run, ({ letter }) => letter)
        .sort()
        .join(),
    );
  }
}
