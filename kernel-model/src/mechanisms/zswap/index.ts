/** zswap for users: its paths and scenarios, page contents, compressors, the allocator's pages, the limits of the pool. */
export * from "./compressor.js";
export {
  checkMix,
  DEFAULT_MIX,
  isSameFilled,
  makePage,
  PageContents,
  type ContentMix,
  type GeneratedPage,
} from "./content.js";
export * from "./limits.js";
export { zswapCompressorSet } from "./paths-pool.js";
export { shrinkWorker, zswapReclaimEntry } from "./paths-shrink.js";
export { makeZswap, shrinkAtLimit, zswapInvalidate, zswapLoad, zswapStore, type Folio } from "./paths-store.js";
export { swapIn, swapOut, type SwappedOut } from "./paths-swap.js";
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
  referencesOf,
} from "./properties.js";
export { provenance } from "./provenance.js";
export {
  fullStores,
  leaksReachable,
  requeueWhileRunning,
  storesAtLimit,
  storesInARow,
  worstLeak,
} from "./programs-limit.js";
export { faults, loadFaults, oneOffset, slotTakenOver } from "./programs-pages.js";
export { retiredPool, switchBack, switchUnderLimit, writeBackAfterSwitch } from "./programs-switch.js";
export { scenarios } from "./scenarios.js";
export {
  TWINS,
  VARIANTS,
  type Counters,
  type Entry,
  type Faults,
  type Pool,
  type Twin,
  type Variant,
  type Zswap,
  type ZswapCosts,
  type ZswapOptions,
} from "./state.js";
export { PAGE_KINDS, type PageKind } from "./page-kinds.js";
export { sizeClasses, type ChainRule, type SizeClass } from "./size-classes.js";
export { SizeOnly, type Allocator } from "./zpool.js";
export { Zsmalloc, type ZsmallocOptions, type ZsmallocUsage } from "./zsmalloc.js";
export { claims } from "./claims.js";
export { expectedLeakRate, hoursToSaturation, type LeakOptions, LeakRun, SATURATION, simulateLeak } from "./leak.js";
export { compressedLengths, type LoadOptions, LoadRun, simulateLoad } from "./load.js";
export { PARAMETERS, simulateZswapFromParameters } from "./parameters.js";
