import type { Path } from "../../../machine/path.js";
import {
  always,
  alwaysAtEnd,
  define,
  sometimes,
  sometimesAtEnd,
  type Program,
  type Property,
} from "../../../machine/program.js";
import { PAGE_BYTES } from "../../../mm/page.js";
import { shrinkAtLimit, zswapStore } from "../model/paths-store.js";
import { HALF, onCpus, program, putEntry } from "./program.js";
import { canLeak, entriesInOrder, fewerLeaks, noLeak, pendingHolds } from "./properties.js";
import { Atomic, atomicDec, atomicInc } from "../../../primitives/atomic.js";
import { FULL, type Variant } from "../model/options.js";
import { makeZswap } from "../model/releases.js";
import type { Zswap } from "../model/state.js";
import type { Mutant } from "./mutants.js";

/** `stores` CPUs that reach the limit at once: the race of commit 969d63e1af3b in its barest form. */
export function storesAtLimit(
  stores: number,
  variant: Variant,
  properties: readonly Property<Zswap>[] = [noLeak],
  mutant?: Mutant,
): Program<Zswap> {
  return program(
    `${stores} stores at the limit`,
    { ...FULL, variant },
    (z) => onCpus(stores, () => shrinkAtLimit(z)),
    properties,
    undefined,
    mutant,
  );
}

/** One CPU that reaches the limit so often in a row: its stores race with the worker alone, in two columns. */
export function storesInARow(stores: number, variant: Variant): Program<Zswap> {
  const inARow = function* storing(z: Zswap): Path {
    for (let store = 0; store < stores; store++) yield* shrinkAtLimit(z);
  };
  return program(`${stores} stores at the limit by one CPU`, { ...FULL, variant }, (z) => ({ "CPU 0": inARow(z) }), [
    fewerLeaks(stores),
  ]);
}

/** Which numbers of references can be leaked: all from none to all but one. */
export function leaksReachable(stores: number, variant: Variant = "buggy"): Program<Zswap> {
  return storesAtLimit(
    stores,
    variant,
    Array.from({ length: stores }, (_, references) => canLeak(references)),
  );
}

/** Its counterexample is the shortest way to the worst leak. */
export function worstLeak(stores: number, variant: Variant): Program<Zswap> {
  return storesAtLimit(stores, variant, [fewerLeaks(stores)]);
}

/** A queued worker always has a reference to put; in the end none is left over. */
export function referenceOfWorker(stores: number, mutant?: Mutant, variant: Variant = "fixed"): Program<Zswap> {
  return storesAtLimit(stores, variant, [noLeak, pendingHolds], mutant);
}

/** How high the count gets with the fix: a worker that was queued again while it runs, which makes two references. */
export function twoAboveBase(): Program<Zswap> {
  const above = (z: Zswap): boolean => {
    const pool = z.everyPool[0]!;
    return pool.shrinkWork.pending && pool.shrinkWork.running && z.references(pool) === z.base(pool) + 2;
  };
  return storesAtLimit(2, "fixed", [
    noLeak,
    sometimes("two references above base: the worker queued while it runs", above),
  ]);
}

/** How high the count gets at most: base, one if the worker is queued, one if it runs, one for each store under way. */
export function boundedCount(
  stores: number,
  variant: Variant,
): Program<{ readonly z: Zswap; readonly underWay: Atomic }> {
  const store = function* (z: Zswap, underWay: Atomic): Path {
    yield* atomicInc(underWay);
    yield* shrinkAtLimit(z);
    yield* atomicDec(underWay);
  };
  return define({
    name: `${stores} stores at the limit, counted, ${variant}`,
    setup: () => ({ z: makeZswap({ ...FULL, variant }), underWay: new Atomic("stores under way") }),
    tasks: ({ z, underWay }) => onCpus(stores, () => store(z, underWay)),
    properties: [
      always("the count is explained by the worker and the stores under way", ({ z, underWay }) => {
        const pool = z.everyPool[0]!;
        const { pending, running } = pool.shrinkWork;
        return z.references(pool) <= z.base(pool) + Number(pending) + Number(running) + underWay.value;
      }),
    ],
  });
}

/** From the top of zswap_store(), each CPU with a swap device of its own. */
export function fullStores(stores: number, variant: Variant, mutant?: Mutant): Program<Zswap> {
  const rejected = alwaysAtEnd<Zswap>("every store is rejected", (_z, { results }) =>
    Object.values(results).every((stored) => stored === false),
  );
  const prepare = (z: Zswap): void => {
    z.totalSize.current = PAGE_BYTES;
  };
  return program(
    `${stores} whole stores at the limit`,
    { ...FULL, variant, devices: stores },
    (z) => onCpus(stores, (cpu) => zswapStore(z, cpu, HALF, cpu)),
    [noLeak, rejected],
    prepare,
    mutant,
  );
}

/** Two stores at the limit while the worker has an entry to write back: it can be queued again while it runs. */
export function requeueWhileRunning(variant: Variant): Program<Zswap> {
  const served = [1, 2].map((runs) =>
    sometimesAtEnd<Zswap>(`the worker runs ${runs === 1 ? "once" : "twice"}`, (z) => z.counters.shrinkRuns === runs),
  );
  return program(
    "a store while the worker runs",
    { ...FULL, variant },
    (z) => onCpus(2, () => shrinkAtLimit(z)),
    [noLeak, entriesInOrder, ...served],
    (z) => putEntry(z, 0),
  );
}
