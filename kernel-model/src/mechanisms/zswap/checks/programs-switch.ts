import type { Path } from "../../../machine/path.js";
import { alwaysAtEnd, sometimesAtEnd, type Program } from "../../../machine/program.js";
import { complete, Completion, waitForCompletion } from "../../../primitives/completion.js";
import { flushWorkqueue } from "../../../primitives/workqueue.js";
import { zswapCompressorSet } from "../model/paths-pool.js";
import { shrinkAtLimit, zswapInvalidate, zswapStore } from "../model/paths-store.js";
import { HALF, onCpus, program, retirePool } from "./program.js";
import { entriesInOrder, freedOnce, noLeak, noUndeadPool } from "./properties.js";
import { FULL, type Variant } from "../model/options.js";
import type { Zswap } from "../model/state.js";
import type { Mutant } from "./mutants.js";

/** Stores at the limit while another compressor is set: the old pool must go once nothing refers to it. */
export function switchUnderLimit(stores: number, variant: Variant, mutant?: Mutant): Program<Zswap> {
  return program(
    `${stores} stores at the limit, compressor switch`,
    { ...FULL, variant },
    (z) => ({ ...onCpus(stores, () => shrinkAtLimit(z)), switch: zswapCompressorSet(z, "zstd") }),
    [noUndeadPool, noLeak, freedOnce],
    undefined,
    mutant,
  );
}

/**
 * What the leak does beside the memory that it keeps. Two stores reach the limit; afterwards the compressor is set, and
 * when all is quiet a page is stored and another store reaches the limit. A pool that is never freed stays the oldest: it
 * is the one whose worker is queued, in vain.
 */
export function writeBackAfterSwitch(variant: Variant): Program<Zswap> {
  const served = alwaysAtEnd<Zswap>(
    "a store at the limit has the current pool shrunk",
    (z) => z.counters.writtenBack === 1,
  );
  const done = new WeakMap<Zswap, Completion>();
  const first = function* atLimit(z: Zswap): Path {
    yield* shrinkAtLimit(z);
    yield* complete(done.get(z)!);
  };
  const later = function* afterwards(z: Zswap): Path {
    for (let cpu = 0; cpu < 2; cpu++) yield* waitForCompletion(done.get(z)!);
    yield* zswapCompressorSet(z, "zstd");
    // All that is under way is over, and the old pool freed, if it ever is.
    yield* flushWorkqueue(z.shrinkWq);
    yield* flushWorkqueue(z.systemWq);
    yield* zswapStore(z, 1, HALF);
    yield* shrinkAtLimit(z);
  };
  return program(
    "a store after a switch",
    { maxPages: 1, acceptPages: 1, variant },
    (z) => ({ ...onCpus(2, () => first(z)), later: later(z) }),
    [served],
    (z) => done.set(z, new Completion("first stores")),
  );
}

/** A pool that was switched away and is kept by one entry, which is dropped while stores at the limit have it shrunk. */
export function retiredPool(stores: number, variant: Variant): Program<Zswap> {
  return program(
    `${stores} stores at the limit, a retired pool`,
    { ...FULL, variant },
    (z) => ({ ...onCpus(stores, () => shrinkAtLimit(z)), invalidate: zswapInvalidate(z, 0) }),
    [noUndeadPool, noLeak, freedOnce, entriesInOrder],
    retirePool,
  );
}

/** The same with a mistake, judged by the kernel's rules alone: warnings do not end the run, so that it shows what they warn of. */
export function retiredPoolBroken(stores: number, mutant: Mutant): Program<Zswap> {
  const tasks = (z: Zswap): ReturnType<Program<Zswap>["tasks"]> => retiredPool(stores, "fixed").tasks(z);
  return {
    ...program(`${stores} stores at the limit, a retired pool`, FULL, tasks, [], retirePool, mutant),
    warningsAreViolations: false,
  };
}

/** A page is stored while another compressor is set: into the old pool, which then lives as long as the entry, or the new one. */
export function storeDuringSwitch(variant: Variant, mutant?: Mutant): Program<Zswap> {
  const used = ["lzo", "zstd"].map((compressor) =>
    sometimesAtEnd<Zswap>(
      `the page is in the pool of ${compressor}`,
      (z) => z.trees[0]!.entries.get(0)?.pool?.compressor === compressor,
    ),
  );
  return program(
    "a page stored during a switch",
    { variant },
    (z) => ({ store: zswapStore(z, 0, HALF), switch: zswapCompressorSet(z, "zstd") }),
    [noUndeadPool, noLeak, freedOnce, entriesInOrder, ...used],
    undefined,
    mutant,
  );
}

/** What happens to the entry of a retired pool while that pool becomes current again. */
const MEANWHILE = {
  invalidate: (z: Zswap): Path<unknown> => zswapInvalidate(z, 0),
  "store at the limit": (z: Zswap): Path<unknown> => shrinkAtLimit(z),
};

/** A switch back to a pool that one entry keeps, while that goes: dropped, or written back for a store at the limit. */
export function switchBack(meanwhile: keyof typeof MEANWHILE, mutant?: Mutant): Program<Zswap> {
  const reused = sometimesAtEnd<Zswap>("the old pool is current again", (z) => z.pools.value[0] === z.everyPool[0]);
  const afresh = sometimesAtEnd<Zswap>(
    "the old pool went before, and there is a new one",
    (z) => z.everyPool.length === 3,
  );
  return program(
    `switch to an existing pool, ${meanwhile}`,
    FULL,
    (z) => ({ switch: zswapCompressorSet(z, "lzo"), [meanwhile]: MEANWHILE[meanwhile](z) }),
    [noUndeadPool, noLeak, freedOnce, entriesInOrder, reused, afresh],
    retirePool,
    mutant,
  );
}
