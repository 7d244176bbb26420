/**
 * Small named configurations whose outcome is known by hand or from the kernel: a reading list, and a regression test.
 * Pages are drawn one character each: letters are contents, 0 the zero page, - not present.
 */
import type { KsmKnobs } from "../model/knobs.js";
import type { MeasureName } from "../runs/measures.js";
import type { Op, OpsAt } from "../model/ops.js";
import type { KsmRun } from "../runs/ksm-run.js";
import { simulateKsm } from "../runs/simulate.js";
import { stepsWorkload } from "../runs/steps-workload.js";

export interface WorkedExample {
  readonly name: string;
  /** What it shows, in a sentence. */
  readonly shows: string;
  /** The pages, drawn, before the first scan. */
  readonly pages: string;
  readonly knobs?: Partial<KsmKnobs>;
  /** What happens later. */
  readonly steps?: readonly OpsAt[];
  readonly scans: number;
  /** Values after the last scan. */
  readonly expected: Partial<Record<MeasureName, number>>;
}

export const scenarios: readonly WorkedExample[] = [
  {
    name: "first visit takes the checksum only",
    shows: "after one scan nothing is merged: all pages are volatile",
    pages: "AABB",
    scans: 1,
    expected: { pages_shared: 0, pages_sharing: 0, pages_volatile: 4 },
  },
  {
    name: "equal pages share one",
    shows: "four pages of two contents become two KSM pages; the unique one waits in the unstable tree",
    pages: "AABBC",
    scans: 2,
    expected: { pages_shared: 2, pages_sharing: 2, pages_unshared: 1 },
  },
  {
    name: "max_page_sharing starts a chain",
    shows: "six equal pages, two mappings a KSM page: one chain of three dups",
    pages: "AAAAAA",
    knobs: { max_page_sharing: 2 },
    scans: 2,
    expected: { pages_shared: 3, pages_sharing: 3, stable_node_chains: 1, stable_node_dups: 3 },
  },
  {
    name: "an odd page out",
    shows: "the fifth equal page finds every dup full and no partner: it stays unshared",
    pages: "AAAAA",
    knobs: { max_page_sharing: 2 },
    scans: 3,
    expected: { pages_shared: 2, pages_sharing: 2, pages_unshared: 1 },
  },
  {
    name: "zero pages join the zero page",
    shows: "with use_zero_pages they are neither shared nor sharing, and their items go with the next scan",
    pages: "00A0",
    knobs: { use_zero_pages: 1 },
    scans: 3,
    expected: { ksm_zero_pages: 3, pages_shared: 0, pages_sharing: 0, pages_unshared: 1, pages_volatile: 0 },
  },
  {
    name: "a store breaks the share, and the same content merges again",
    shows: "a store of the same content copies the page; its checksum is known, so the next scan merges it at once",
    pages: "AAA",
    steps: [{ scan: 3, ops: [{ op: "fill", start: 0, stop: 2, step: 1, content: 1, increment: 0 }] }],
    scans: 4,
    expected: { pages_shared: 1, pages_sharing: 2, pages_merged: 2 },
  },
  {
    name: "the last sharer leaves",
    shows: "when all pages of a KSM page are gone its node is stale, and the scan that meets it drops it",
    pages: "AAB",
    steps: [{ scan: 2, ops: [{ op: "unmap", start: 0, stop: 2 }] }],
    scans: 3,
    expected: { pages_shared: 0, pages_sharing: 0, pages_unshared: 1 },
  },
  {
    name: "smart scan skips the hopeless",
    shows: "at the fifth scan both unique pages are left out and leave the unstable tree",
    pages: "AB",
    scans: 5,
    expected: { pages_scanned: 0, pages_skipped: 2, pages_unshared: 0, pages_volatile: 2 },
  },
];

/** Runs a scenario. */
export function runScenario(scenario: WorkedExample, walks: "kernel" | "lazy" = "kernel"): KsmRun {
  const drawn = Array.from(scenario.pages).flatMap((letter, page): Op[] =>
    letter === "-"
      ? []
      : [
          {
            op: "fill",
            start: page,
            stop: page + 1,
            step: 1,
            content: letter === "0" ? 0 : letter.charCodeAt(0) - 64,
            increment: 0,
          },
        ],
  );
  const workload = stepsWorkload({
    name: scenario.name,
    pages: scenario.pages.length,
    steps: [{ scan: 0, ops: drawn }, ...(scenario.steps ?? [])],
  });
  return simulateKsm({
    workload,
    scans: scenario.scans,
    walks,
    ...(scenario.knobs !== undefined && { knobs: scenario.knobs }),
  });
}
