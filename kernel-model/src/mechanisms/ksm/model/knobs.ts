import { Schema, parameter, type ValuesOf } from "../../../base/parameters.js";

const UINT = 0xffffffff;
/** The kernel takes any unsigned long here; above 2^53 a double is not exact. */
const ULONG = Number.MAX_SAFE_INTEGER;

/** The files of /sys/kernel/mm/ksm that can be written, with their Linux 6.18 names, units and defaults. */
export const knobs = new Schema("knobs", {
  pages_to_scan: parameter.integer({
    default: 100,
    min: 0,
    max: UINT,
    unit: "pages",
    meaning: "pages ksmd processes at each wake-up; skipped pages are free, and with 0 nothing is scanned",
  }),
  sleep_millisecs: parameter.integer({
    default: 20,
    min: 0,
    max: UINT,
    unit: "ms",
    meaning: "sleep between wake-ups",
  }),
  smart_scan: parameter.choice([0, 1], {
    default: 1,
    meaning: "1: leave out pages that failed often (6.7; on by default since)",
  }),
  max_page_sharing: parameter.integer({
    default: 256,
    min: 2,
    max: 0x7fffffff,
    unit: "mappings",
    meaning: 'most mappings of one KSM page before a second copy ("dup") is started',
  }),
  use_zero_pages: parameter.choice([0, 1], {
    default: 0,
    meaning: "1: map empty pages to the kernel's zero page instead of merging them with each other",
  }),
  stable_node_chains_prune_millisecs: parameter.integer({
    default: 2000,
    min: 0,
    max: UINT,
    unit: "ms",
    meaning: "least time between two full clean-ups of one chain",
  }),
  merge_across_nodes: parameter.choice([0, 1], {
    default: 1,
    meaning: "1: one tree for all NUMA nodes. The model has one node, so both values behave alike",
  }),
  advisor_mode: parameter.choice(["none", "scan-time"], {
    default: "none",
    meaning: "scan-time: pages_to_scan is set by the advisor after each full scan (6.8)",
  }),
  advisor_max_cpu: parameter.integer({
    default: 70,
    min: 0,
    max: UINT,
    unit: "%",
    meaning: "advisor: most CPU time of ksmd",
  }),
  advisor_min_pages_to_scan: parameter.integer({
    default: 500,
    min: 0,
    max: ULONG,
    unit: "pages",
    meaning: "advisor: pages_to_scan when it is switched on",
  }),
  advisor_max_pages_to_scan: parameter.integer({
    default: 30_000,
    min: 0,
    max: ULONG,
    unit: "pages",
    meaning: "advisor: upper bound of pages_to_scan",
  }),
  advisor_target_scan_time: parameter.integer({
    default: 200,
    min: 1,
    max: ULONG,
    unit: "s",
    meaning: "advisor: wanted duration of a full scan",
  }),
});

export type KsmKnobs = ValuesOf<typeof knobs>;

export const DEFAULT_KNOBS: KsmKnobs = Object.freeze(knobs.check({}));

export type KnobName = keyof KsmKnobs;
export const KNOB_NAMES = knobs.names as readonly KnobName[];

/** Checks one knob's value as its sysfs file would; returns it. Errors: {@link InputError} naming the accepted range. */
export function checkKnob<K extends KnobName>(name: K, value: unknown): KsmKnobs[K];
export function checkKnob(name: KnobName, value: unknown): number | string {
  return knobs.parameters[name].check(name, value);
}

/** All knobs: the given ones checked, the others at their defaults. */
export function checkKnobs(given: Partial<KsmKnobs> = {}): KsmKnobs {
  return knobs.check(given);
}
