import { alwaysAtEnd } from "../../machine/program.js";
import type { Pool, Zswap } from "./state.js";

/** References on the pool now, as far as they can be told from outside. */
export function referencesOf(z: Zswap, pool: Pool): number {
  if (z.variant !== "percpu-ref") return pool.kref.value;
  const { ref } = pool;
  return ref.counts.slots.reduce((sum, slot) => sum + slot.value, 0);
}

/** References beyond those of being current and of the entries: with nothing under way, these are leaked. */
export function leakedReferences(z: Zswap): number {
  return z.everyPool.filter(({ memory }) => !memory.freed).reduce((sum, pool) => sum + pool.kref.value - z.base(pool), 0);
}

/** No pool keeps a reference that nobody will give back. */
export const noLeak = alwaysAtEnd<Zswap>("no pool reference is leaked", (z) => z.variant === "percpu-ref" || leakedReferences(z) === 0);

/** Of the pools that are not current, those without entries are freed. */
export const noUndeadPool = alwaysAtEnd<Zswap>("a retired pool without entries is freed", (z) => z.everyPool.every((pool) => pool.memory.freed || z.base(pool) > 0));

/** The type invariant: lists hold what exists, each pool once. */
export function isConsistent(z: Zswap): boolean {
  const pools = z.pools.value;
  return new Set(pools).size === pools.length && pools.every(({ memory }) => !memory.freed) && z.trees.every((tree) => [...tree.entries.values()].every(({ memory }) => !memory.freed));
}
