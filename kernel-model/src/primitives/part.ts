import { SharedObject } from "../machine/object.js";
import type { World } from "../machine/world.js";

/**
 * A part of an object, as far as it matters what commutes: steps that touch different parts do. It has the name of the
 * whole, which shows its state.
 */
export class Part extends SharedObject {
  describe(): string {
    return "";
  }

  /** That of the whole says it. */
  override fingerprint(): string | null {
    return "";
  }

  /** For the getters of the whole: they show state that steps on this part change. */
  look(): void {
    this.seen();
  }
}

/** Appending to a list and taking from its head meet in one of so many slots. */
const SLOTS = 8;

/**
 * A list to which tasks append and from which one task takes, in order. Appending touches the tail, and the slot of the
 * new entry; taking only the slot of the first: so it commutes with appending to a list that is not empty. The slot goes
 * by the position of an entry, which is the number of those that were taken or stand before it: taking one changes
 * nobody's. (Positions that differ by a multiple of SLOTS share a slot, which orders more than need be.)
 *
 * Removing from the middle gives those behind another position. Whoever does that must touch something that appending
 * and taking touch too.
 */
export class Fifo<T> {
  readonly entries: T[] = [];
  readonly tail: Part;
  readonly #slots: readonly Part[];
  #taken = 0;

  /** `make`: makes a part, the same in every run for the same text. */
  constructor(make: (part: string) => Part) {
    this.tail = make("tail");
    this.#slots = Array.from({ length: SLOTS }, (_, i) => make(`slot ${i}`));
  }

  /** What the next take looks at. */
  get head(): Part {
    return this.#slots[this.#taken % SLOTS]!;
  }

  append(entry: T, world: World): void {
    world.touch(this.tail, "write");
    world.touch(this.#slots[(this.#taken + this.entries.length) % SLOTS]!, "write");
    this.entries.push(entry);
  }

  take(world: World): T {
    world.touch(this.head, "write");
    this.#taken++;
    return this.entries.shift()!;
  }

  remove(entry: T): void {
    this.entries.splice(this.entries.indexOf(entry), 1);
  }
}
