import { SharedObject } from "../../../machine/object.js";
import { operation, Step } from "../../../machine/step.js";
import { SwapSlots } from "../../../mm/swap-slots.js";
import { SpinLock } from "../../../primitives/spinlock.js";

/** What a tree asks of its entries. */
interface Linked {
  readonly name: string;
  readonly offset: number;
  readonly pool: object | null;
}

/** struct zswap_tree: the entries of one swap device by offset, behind its lock. A map stands in for the rb-tree. */
export class Tree<E extends Linked = Linked> extends SharedObject {
  readonly lock: SpinLock;
  /** For the effects of steps only. */
  readonly entries = new Map<number, E>();
  /** Those of its swap device. */
  readonly slots = new SwapSlots();
  readonly #byPool = new Map<object | null, number>();

  constructor(name: string) {
    super(name);
    this.lock = new SpinLock(`${name}->lock`);
  }

  /** Number of entries. */
  get size(): number {
    this.seen();
    return this.entries.size;
  }

  /** Number of entries that the pool stores. O(1). */
  countIn(pool: object): number {
    this.seen();
    return this.#byPool.get(pool) ?? 0;
  }

  describe(): string {
    return [...this.entries.values()]
      .map(({ name }) => name)
      .sort()
      .join(", ");
  }

  link(entry: E): void {
    this.entries.set(entry.offset, entry);
    this.#count(entry, 1);
  }

  unlink(entry: E): boolean {
    if (this.entries.get(entry.offset) !== entry) return false;
    this.entries.delete(entry.offset);
    this.#count(entry, -1);
    return true;
  }

  #count({ pool }: E, by: number): void {
    this.#byPool.set(pool, (this.#byPool.get(pool) ?? 0) + by);
  }
}

const search = operation("zswap_rb_search", "read");
const insert = operation("zswap_rb_insert", "write", { cost: "store" });
const erase = operation("zswap_rb_erase", "write", { cost: "store" });

/** The entry at an offset, or null. The lock is held. */
export function treeSearch<E extends Linked>(tree: Tree<E>, offset: number): Step<E | null> {
  return new Step(search, tree, () => tree.entries.get(offset) ?? null).with(offset);
}

/** Links the entry; if another is at its offset, nothing happens and that one is returned (-EEXIST). The lock is held. */
export function treeInsert<E extends Linked>(tree: Tree<E>, entry: E): Step<E | null> {
  return new Step(insert, tree, () => {
    const other = tree.entries.get(entry.offset);
    if (other !== undefined) return other;
    tree.link(entry);
    return null;
  }).with(entry.name);
}

/** Unlinks the entry; tells whether it was linked. The lock is held. */
export function treeErase<E extends Linked>(tree: Tree<E>, entry: E): Step<boolean> {
  return new Step(erase, tree, () => tree.unlink(entry)).with(entry.name);
}
