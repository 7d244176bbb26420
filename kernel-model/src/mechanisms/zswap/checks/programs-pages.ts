import type { Path } from "../../../machine/path.js";
import { alwaysAtEnd, sometimesAtEnd, type Program } from "../../../machine/program.js";
import { zswapReclaimEntry } from "../model/paths-shrink.js";
import { zswapInvalidate, zswapLoad, zswapStore } from "../model/paths-store.js";
import { swapIn, swapOut } from "../model/paths-swap.js";
import { HALF, program, putEntry, TOO_LONG } from "./program.js";
import { entriesInOrder, noLeak, readBack } from "./properties.js";
import type { Faults } from "../model/options.js";
import type { Zswap } from "../model/state.js";
import type { Mutant } from "./mutants.js";

/** Paths that can meet at page 0. zswap keeps its lists in order whatever its callers do; they hold the folio's lock besides. */
const MEETING = {
  store: (z: Zswap): Path<unknown> => zswapStore(z, 0, HALF, 0, 2),
  load: (z: Zswap): Path<unknown> => zswapLoad(z, 0),
  invalidate: (z: Zswap): Path<unknown> => zswapInvalidate(z, 0),
  "write-back": (z: Zswap): Path<unknown> => zswapReclaimEntry(z, z.everyPool[0]!),
};

/** Some of them at once, on an entry that is there: it is freed once, and tree, list and counts agree in the end. */
export function oneOffset(paths: readonly (keyof typeof MEETING)[], mutant?: Mutant): Program<Zswap> {
  const writtenBack = sometimesAtEnd<Zswap>("a page is written back", (z) => z.counters.writtenBack === 1);
  const tasks = (z: Zswap): Record<string, Path<unknown>> =>
    Object.fromEntries(paths.map((name) => [name, MEETING[name](z)]));
  return program(
    `${paths.join(", ")} of one page`,
    {},
    tasks,
    [noLeak, entriesInOrder, writtenBack],
    (z) => putEntry(z, 0),
    mutant,
  );
}

/** Write-back of a page whose slot is freed and taken by another page meanwhile: that one must not be overwritten. */
export function slotTakenOver(mutant?: Mutant): Program<Zswap> {
  const takeOver = function* (z: Zswap): Path {
    yield* zswapInvalidate(z, 0);
    yield* swapOut(z, 0, TOO_LONG, 2);
  };
  return program(
    "a slot taken over during write-back",
    {},
    (z) => ({ "write-back": zswapReclaimEntry(z, z.everyPool[0]!), owner: takeOver(z) }),
    [alwaysAtEnd("the slot keeps the newest page", (z) => readBack(z, 0) === 2), noLeak, entriesInOrder],
    (z) => putEntry(z, 0),
    mutant,
  );
}

const ALL_FAULTS: Faults = { allocation: 0.1, writeback: 0.1, deviceFull: 0.1 };

/**
 * Two pages are swapped out where there is room for one, and memory and the swap device fail as they like: the pages are
 * somewhere in the end, and no reference is left over.
 */
export function faults(mutant?: Mutant): Program<Zswap> {
  const kept = alwaysAtEnd<Zswap>("no page is lost", (z, { results }) =>
    [1, 2].every((page) => results[`page ${page}`] === "kept" || readBack(z, page) === page),
  );
  const happens = [
    sometimesAtEnd<Zswap>("the swap device is full", (_z, { results }) => results["page 1"] === "kept"),
    sometimesAtEnd<Zswap>("there is no memory for an entry", (z) => z.counters.rejectKmemcacheFail > 0),
    sometimesAtEnd<Zswap>("there is no room in the pool", (z) => z.counters.rejectAllocFail > 0),
    sometimesAtEnd<Zswap>(
      "the worker gives up after its retries",
      (z) => z.counters.rejectReclaimFail === 2 && z.counters.writtenBack === 0,
    ),
  ];
  return program(
    "faults",
    { maxPages: 0, acceptPages: 1, maxReclaimRetries: 2, faults: ALL_FAULTS },
    (z) => ({ "page 1": swapOut(z, 1, HALF, 1), "page 2": swapOut(z, 2, HALF, 2) }),
    [noLeak, entriesInOrder, kept, ...happens],
    undefined,
    mutant,
  );
}

/** A fault reads a page that zswap has, with or without a failure to allocate the buffer. */
export function loadFaults(buffer: boolean): Program<Zswap> {
  const right = alwaysAtEnd<Zswap>("the fault reads its page", (_z, { results }) => results["fault"] === 1);
  return program(
    `a fault${buffer ? " without memory for a buffer" : ""}`,
    buffer ? { faults: { buffer: 0.1 } } : {},
    (z) => ({ fault: swapIn(z, 0) }),
    [right, entriesInOrder],
    (z) => putEntry(z, 0),
  );
}
