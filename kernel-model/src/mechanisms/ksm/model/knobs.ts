import { checkInteger, checkKeys, checkOneOf } from "../../../base/errors.js";

/** The files of /sys/kernel/mm/ksm that can be written, with their Linux 6.18 names, units and defaults. */
export interface KsmKnobs {
  /** Pages ksmd processes at each wake-up; skipped pages are free, and with 0 nothing is scanned. Default 100 pages. */
  readonly pages_to_scan: number;
  /** Sleep between wake-ups. Default 20 ms. */
  readonly sleep_millisecs: number;
  /** 1: leave out pages that failed often (6.7; on by default since). Default 1. */
  readonly smart_scan: 0 | 1;
  /** Most mappings of one KSM page before a second copy ("dup") is started. Default 256, at least 2. */
  readonly max_page_sharing: number;
  /** 1: map empty pages to the kernel's zero page instead of merging them with each other. Default 0. */
  readonly use_zero_pages: 0 | 1;
  /** Least time between two full clean-ups of one chain. Default 2000 ms. */
  readonly stable_node_chains_prune_millisecs: number;
  /** 1: one tree for all NUMA nodes. The model has one node, so both values behave alike. Default 1. */
  readonly merge_across_nodes: 0 | 1;
  /** "scan-time": pages_to_scan is set by the advisor after each full scan (6.8). Default "none". */
  readonly advisor_mode: "none" | "scan-time";
  /** Advisor: most CPU time of ksmd, percent. Default 70. */
  readonly advisor_max_cpu: number;
  /** Advisor: pages_to_scan when it is switched on. Default 500 pages. */
  readonly advisor_min_pages_to_scan: number;
  /** Advisor: upper bound of pages_to_scan. Default 30000 pages. */
  readonly advisor_max_pages_to_scan: number;
  /** Advisor: wanted duration of a full scan. Default 200 s. */
  readonly advisor_target_scan_time: number;
}

export const DEFAULT_KNOBS: KsmKnobs = Object.freeze({
  pages_to_scan: 100,
  sleep_millisecs: 20,
  smart_scan: 1,
  max_page_sharing: 256,
  use_zero_pages: 0,
  stable_node_chains_prune_millisecs: 2000,
  merge_across_nodes: 1,
  advisor_mode: "none",
  advisor_max_cpu: 70,
  advisor_min_pages_to_scan: 500,
  advisor_max_pages_to_scan: 30000,
  advisor_target_scan_time: 200,
});

export type KnobName = keyof KsmKnobs;
export const KNOB_NAMES = Object.keys(DEFAULT_KNOBS) as readonly KnobName[];

const UINT = 0xffffffff;
/** The kernel takes any unsigned long here; above 2^53 a double is not exact. */
const ULONG = Number.MAX_SAFE_INTEGER;
const INTEGER_RANGES: Partial<Record<KnobName, { min: number; max: number; unit: string }>> = {
  pages_to_scan: { min: 0, max: UINT, unit: "pages" },
  sleep_millisecs: { min: 0, max: UINT, unit: "ms" },
  max_page_sharing: { min: 2, max: 0x7fffffff, unit: "mappings" },
  stable_node_chains_prune_millisecs: { min: 0, max: UINT, unit: "ms" },
  advisor_max_cpu: { min: 0, max: UINT, unit: "%" },
  advisor_min_pages_to_scan: { min: 0, max: ULONG, unit: "pages" },
  advisor_max_pages_to_scan: { min: 0, max: ULONG, unit: "pages" },
  advisor_target_scan_time: { min: 1, max: ULONG, unit: "s" },
};

/** Checks one knob's value as its sysfs file would; returns it. Errors: {@link InputError} naming the accepted range. */
export function checkKnob<K extends KnobName>(name: K, value: unknown): KsmKnobs[K];
export function checkKnob(name: KnobName, value: unknown): number | string {
  const range = INTEGER_RANGES[name];
  if (range !== undefined) return checkInteger(name, value, range);
  if (name === "advisor_mode") return checkOneOf(name, value, ["none", "scan-time"]);
  return checkOneOf(name, value, [0, 1]);
}

/** All knobs: the given ones checked, the others at their defaults. */
export function checkKnobs(given: Partial<KsmKnobs> = {}): KsmKnobs {
  checkKeys("knobs", given, KNOB_NAMES);
  const checked: Record<string, unknown> = { ...DEFAULT_KNOBS };
  for (const name of KNOB_NAMES) if (given[name] !== undefined) checked[name] = checkKnob(name, given[name]);
  return checked as unknown as KsmKnobs;
}
