import { SharedObject } from "../../../machine/object.js";
import { operation, Step } from "../../../machine/step.js";

/** What an LRU list asks of its entries. */
interface Listed {
  readonly name: string;
}

/** The LRU list of a pool, behind its lru_lock: the newest entry at the head, the next to be written back at the tail. */
export class Lru<E extends Listed = Listed> extends SharedObject {
  /** In insertion order, the tail first: a Set deletes in O(1). For the effects of steps only. */
  readonly entries = new Set<E>();

  get size(): number {
    this.seen();
    return this.entries.size;
  }

  describe(): string {
    return [...this.entries].map(({ name }) => name).join(", ");
  }
}

const add = operation("list_add", "write", { cost: "store" });
const del = operation("list_del", "write", { cost: "store" });
const takeTail = operation("list_del(list_last_entry)", "write", { cost: "store" });

/** Puts the entry at the head, off its old place if it has one. The lock is held. */
export function lruAdd<E extends Listed>(lru: Lru<E>, entry: E): Step<void> {
  return new Step<void>(add, lru, () => {
    lru.entries.delete(entry);
    lru.entries.add(entry);
  }).with(entry.name);
}

/** Takes the entry off; nothing if it is on no list. The lock is held. */
export function lruDel<E extends Listed>(lru: Lru<E>, entry: E): Step<void> {
  return new Step<void>(del, lru, () => {
    lru.entries.delete(entry);
  }).with(entry.name);
}

/** Takes the entry at the tail off, and returns it; null if the list is empty. The lock is held. */
export function lruTakeTail<E extends Listed>(lru: Lru<E>): Step<E | null> {
  return new Step(takeTail, lru, () => {
    const [tail] = lru.entries;
    if (tail === undefined) return null;
    lru.entries.delete(tail);
    return tail;
  });
}
