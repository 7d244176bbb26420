import { operation, type Step } from "../machine/step.js";
import { actOn, Shared } from "./shared.js";

/** What an LRU list asks of its entries. */
interface Listed {
  readonly name: string;
}

/** An LRU list: the newest entry at the head, the next to be reclaimed at the tail. All in O(1). */
export class LruList<E extends Listed = Listed> {
  /** In the order of insertion, the tail first: a Set deletes in O(1). */
  readonly #entries = new Set<E>();

  get size(): number {
    return this.#entries.size;
  }

  /** From the tail to the head. */
  [Symbol.iterator](): IterableIterator<E> {
    return this.#entries.values();
  }

  /** Puts the entry at the head, off its old place if it has one. */
  add(entry: E): void {
    this.#entries.delete(entry);
    this.#entries.add(entry);
  }

  /** Takes the entry off; tells whether it was on the list. */
  del(entry: E): boolean {
    return this.#entries.delete(entry);
  }

  /** Takes the entry at the tail off, and returns it; null if the list is empty. */
  takeTail(): E | null {
    const [tail] = this.#entries;
    if (tail === undefined) return null;
    this.#entries.delete(tail);
    return tail;
  }

  describe(): string {
    return [...this.#entries].map(({ name }) => name).join(", ");
  }
}

/** An LRU list that tasks share, behind a lock of its owner's. */
export type Lru<E extends Listed = Listed> = Shared<LruList<E>>;

const add = operation("list_add", "write", { cost: "store" });
const del = operation("list_del", "write", { cost: "store" });
const takeTail = operation("list_del(list_last_entry)", "write", { cost: "store" });

/** {@link LruList.add} as a step. The lock is held. */
export function lruAdd<E extends Listed>(lru: Lru<E>, entry: E): Step<void> {
  return actOn(add, lru, (list) => list.add(entry)).with(entry.name);
}

/** {@link LruList.del} as a step; nothing if the entry is on no list. The lock is held. */
export function lruDel<E extends Listed>(lru: Lru<E>, entry: E): Step<void> {
  return actOn(del, lru, (list) => void list.del(entry)).with(entry.name);
}

/** {@link LruList.takeTail} as a step. The lock is held. */
export function lruTakeTail<E extends Listed>(lru: Lru<E>): Step<E | null> {
  return actOn(takeTail, lru, (list) => list.takeTail());
}
