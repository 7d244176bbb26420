import { always, alwaysAtEnd, sometimesAtEnd, type Property } from "../../../machine/program.js";
import type { Zswap } from "../model/state.js";

/** References beyond those of being current and of the entries: with nothing under way, these are leaked. */
export function leakedReferences(z: Zswap): number {
  return z.everyPool
    .filter(({ memory }) => !memory.freed)
    .reduce((sum, pool) => sum + z.references(pool) - z.base(pool), 0);
}

/** No pool keeps a reference that nobody will put. */
export const noLeak = alwaysAtEnd<Zswap>("no pool reference is leaked", (z) => leakedReferences(z) === 0);

/** The worst that `stores` stores at the limit could do does not happen: that all of them but one leak their reference. */
export const fewerLeaks = (stores: number): Property<Zswap> =>
  alwaysAtEnd(`leaked references stay below ${stores - 1}`, (z) => leakedReferences(z) < stores - 1);

/** It can happen that so many references are leaked. */
export const canLeak = (references: number): Property<Zswap> =>
  sometimesAtEnd(`${references} references are leaked`, (z) => leakedReferences(z) === references);

/** While the worker is queued, the pool has the reference that its run will put. */
export const pendingHolds = always<Zswap>("a queued worker holds a reference", (z) =>
  z.everyPool.every((pool) => !pool.shrinkWork.pending || pool.kref.value > z.base(pool)),
);

/** Of the pools that are not current, those without entries are freed. */
export const noUndeadPool = alwaysAtEnd<Zswap>("a retired pool without entries is freed", (z) =>
  z.everyPool.every((pool) => pool.memory.freed || z.base(pool) > 0),
);

/** Pools that are on the list no more are freed, each once. */
export const freedOnce = alwaysAtEnd<Zswap>(
  "each pool is on the list, or freed once",
  (z) => z.counters.poolsFreed + z.pools.value.length === z.everyPool.length,
);

/** What each slot reads back: the entry's content, or else what the device holds. */
export function readBack(z: Zswap, offset: number, device = 0): number {
  const tree = z.trees[device]!;
  return tree.entries.get(offset)?.data ?? tree.slots.at(offset).disk.value;
}

/** An entry is in the tree, or freed; one that a pool stores is on its LRU list, and one without a pool on none. */
export const entriesInOrder = alwaysAtEnd<Zswap>("each entry is in its tree and on its list, or freed", (z) => {
  const entries = z.trees.flatMap((tree) => [...tree.entries.values()]);
  const listed = [...new Set(z.everyPool.filter(({ memory }) => !memory.freed).map(({ lru }) => lru))].flatMap(
    (lru) => [...lru.now],
  );
  const stored = entries.filter(({ pool }) => pool !== null);
  const live = z.heap.live.filter((name) => name.startsWith("entry"));
  return (
    stored.length === listed.length &&
    stored.every((entry) => listed.includes(entry)) &&
    live.length === entries.length &&
    z.counters.stored === entries.length
  );
});

/** The type invariant: lists hold what exists, each pool once. */
export function isConsistent(z: Zswap): boolean {
  const pools = z.pools.value;
  return (
    new Set(pools).size === pools.length &&
    pools.every(({ memory, lru }) => !memory.freed && [...lru.now].every((entry) => !entry.memory.freed)) &&
    z.trees.every((tree) => [...tree.entries.values()].every(({ memory }) => !memory.freed))
  );
}
