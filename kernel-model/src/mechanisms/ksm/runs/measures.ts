/**
 * What a run measures after each full scan. Kernel counters keep the names of /sys/kernel/mm/ksm; pages_scanned and
 * pages_skipped, which only ever grow there, are those of the scan.
 */
export const MEASURES = [
  { name: "scan", meaning: "number of the full scan, from 0" },
  {
    name: "full_scans",
    meaning: "full scans completed, as the kernel counts them (writing 2 to run starts again at 0)",
  },
  { name: "time", unit: "s", meaning: "virtual time at the end of the scan" },
  { name: "scan_time", unit: "s", meaning: "virtual time the scan took, sleeps included" },
  { name: "cpu_time", unit: "ms", meaning: "CPU time of ksmd in this scan, by the cost model" },
  { name: "pages_to_scan", unit: "pages", meaning: "pages per wake-up, as the advisor left it" },
  { name: "pages_scanned", unit: "pages", meaning: "pages processed in this scan" },
  { name: "pages_skipped", unit: "pages", meaning: "pages left out by smart scan in this scan" },
  { name: "pages_merged", unit: "pages", meaning: "page table entries pointed at a KSM or zero page in this scan" },
  { name: "pages_shared", unit: "pages", meaning: "KSM pages in use" },
  { name: "pages_sharing", unit: "pages", meaning: "mappings of KSM pages beyond the first: pages saved" },
  { name: "pages_unshared", unit: "pages", meaning: "candidates in the unstable tree: unique, repeatedly checked" },
  { name: "pages_volatile", unit: "pages", meaning: "candidates in no tree: changing too fast, or skipped" },
  { name: "ksm_zero_pages", unit: "pages", meaning: "empty pages mapped to the zero page by KSM" },
  { name: "stable_node_chains", meaning: "contents with more than one KSM page" },
  { name: "stable_node_dups", meaning: "KSM pages on chains" },
  { name: "general_profit", unit: "B", meaning: "memory saved minus memory of rmap items" },
] as const;

export type MeasureName = (typeof MEASURES)[number]["name"];
