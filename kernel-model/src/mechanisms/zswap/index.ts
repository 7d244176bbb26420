/** zswap for users: its paths and scenarios, page contents, compressors, the allocator's pages, the limits of the pool. */
export * from "../../mm/compressor.js";
export {
  checkMix,
  DEFAULT_MIX,
  isSameFilled,
  makePage,
  PageContents,
  type ContentMix,
  type GeneratedPage,
} from "../../mm/page-contents.js";
export * from "./model/limits.js";
export { zswapCompressorSet } from "./model/paths-pool.js";
export { zswapReclaimEntry } from "./model/paths-shrink.js";
export { shrinkAtLimit, zswapInvalidate, zswapLoad, zswapStore, type Folio } from "./model/paths-store.js";
export { makeZswap } from "./model/releases.js";
export { swapIn, swapOut, type SwappedOut } from "./model/paths-swap.js";
export {
  canLeak,
  entriesInOrder,
  fewerLeaks,
  freedOnce,
  isConsistent,
  leakedReferences,
  noLeak,
  noUndeadPool,
  pendingHolds,
  readBack,
} from "./checks/properties.js";
export { provenance } from "./evidence/provenance.js";
export {
  fullStores,
  leaksReachable,
  requeueWhileRunning,
  storesAtLimit,
  storesInARow,
  worstLeak,
} from "./checks/programs-limit.js";
export { faults, loadFaults, oneOffset, slotTakenOver } from "./checks/programs-pages.js";
export { retiredPool, switchBack, switchUnderLimit, writeBackAfterSwitch } from "./checks/programs-switch.js";
export { scenarios } from "./checks/scenarios.js";
export { mutants, type Mutant } from "./checks/mutants.js";
export { VARIANTS, type Faults, type Variant, type ZswapCosts, type ZswapOptions } from "./model/options.js";
export type { Counters, Entry, Pool, Zswap, ZswapOperations } from "./model/state.js";
export { PAGE_KINDS, type PageKind } from "../../mm/page-kinds.js";
export { sizeClasses, type ChainRule, type SizeClass } from "../../mm/size-classes.js";
export { SizeOnly, type Allocator } from "../../mm/zpool.js";
export { Zsmalloc, type ZsmallocOptions, type ZsmallocUsage } from "../../mm/zsmalloc.js";
export { claims } from "./evidence/claims.js";
export {
  expectedLeakRate,
  hoursToSaturation,
  leakParameters,
  type LeakOptions,
  LeakRun,
  SATURATION,
  simulateLeak,
  simulatingLeak,
} from "./runs/leak.js";
export { compressedLengths } from "./runs/compressed-lengths.js";
export { loadParameters, type LoadOptions, LoadRun, simulateLoad, simulatingLoad } from "./runs/load.js";
