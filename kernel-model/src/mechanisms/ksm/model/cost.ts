import { checkKeys, checkNumber } from "../../../base/errors.js";
import type { KsmState } from "./state.js";

/**
 * What ksmd's work costs in CPU time. The shape (a sum over events) is the model; the numbers are chosen by us, of the
 * order measured for a page of 4 KiB on server CPUs of about 3 GHz, and reported beside every result that uses them.
 */
export interface KsmCost {
  /** Finding the next page of a process: page table walk, reference, rmap item. Default 150 ns per visited page, skipped ones too. */
  readonly visitNs: number;
  /** xxhash of 4 KiB that is not in the cache. Default 450 ns. */
  readonly checksumNs: number;
  /** One step down a tree: two pages compared up to the first difference, both missing the cache. Default 120 ns. */
  readonly comparisonNs: number;
  /** Merging one page: write protection, TLB flush, comparing all 4 KiB, replacing the entry. Default 2500 ns. */
  readonly mergeNs: number;
  /** One wake-up of ksmd: timer, two context switches, mutex. Default 5000 ns. */
  readonly wakeUpNs: number;
}

export const DEFAULT_COST: KsmCost = Object.freeze({
  visitNs: 150,
  checksumNs: 450,
  comparisonNs: 120,
  mergeNs: 2500,
  wakeUpNs: 5000,
});

export function checkCost(given: Partial<KsmCost> = {}): KsmCost {
  checkKeys("cost", given, Object.keys(DEFAULT_COST));
  const cost = { ...DEFAULT_COST, ...given };
  for (const [name, value] of Object.entries(cost)) checkNumber(`cost.${name}`, value, { min: 0, unit: "ns" });
  return cost;
}

/** CPU time of all the work done so far, wake-ups not counted, ns. */
export function cpuNs(ksm: KsmState, cost: KsmCost): number {
  const { work } = ksm;
  return (
    (ksm.pagesScanned + ksm.pagesSkipped) * cost.visitNs +
    work.checksums * cost.checksumNs +
    work.comparisons * cost.comparisonNs +
    work.merges * cost.mergeNs
  );
}
