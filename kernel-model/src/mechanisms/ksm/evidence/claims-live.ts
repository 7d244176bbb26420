/** The claims that recordings of a running kernel decide. */
import { judge } from "../../../base/claims.js";
import { percent } from "../../../base/numbers.js";
import { findRun, parseClaimsRecording, type ClaimsRecording } from "./claims-recording.js";
import { range, sum } from "./numbers-seen.js";
import { parseRecording } from "./recording.js";
import type { Question, Subject } from "./subject.js";

const CLAIMS_FILE = "ksm-claims-6.18.json";

export const liveQuestions: Readonly<Record<string, Question>> = {
  "ksm-smart-scan.no-history-before": ({ recording }) => {
    const { cases } = parseRecording(recording("ksm-6.18.json"), "ksm-6.18.json");
    const found = cases.find(({ name, smartScan }) => name === "unique_4096" && smartScan === 0);
    if (found === undefined) throw new Error("data/live/ksm-6.18.json has no case unique_4096: restore the file");
    const scanned = found.rows.map((row) => row.post.scanned);
    const skipped = found.rows.map((row) => row.post.skipped);
    return judge(
      scanned.every((n) => n >= found.pages) && skipped.every((n) => n === 0),
      `Linux 6.18, smart_scan=0, ${found.pages} unique pages: each of ${scanned.length} full scans processed ${range(scanned)} pages and skipped ${range(skipped)}.`,
    );
  },

  "ksm-smart-scan.off-by-default": (subject) => {
    const { release, smartScanDefault } = claimsRecording(subject);
    const seen = `An untouched Linux ${release} reads smart_scan=${smartScanDefault}.`;
    return smartScanDefault === 0
      ? judge(true, seen)
      : {
          verdict: "changed-since",
          seen: `${seen} True of version 3 of the series; version 4 (27 September 2023) changed the default to on, and mm/ksm.c of 6.12 has it "true at least temporarily, for testing".`,
        };
  },

  "ksm-smart-scan.pages-skipped-counter": (subject) => {
    const recording = claimsRecording(subject);
    const { pages, skipped } = findRun(recording, 1, "madvise");
    const growth = Array.from({ length: Math.max(0, skipped.length - 30) }, (_, i) =>
      sum(skipped.slice(22 + i, 31 + i)),
    );
    const expected = 8 * pages;
    return judge(
      skipped.every((n) => n >= 0) &&
        growth.length > 0 &&
        growth.every((n) => Math.abs(n - expected) <= 0.05 * expected),
      `Linux ${recording.release}, ${pages} unique pages: after 22 full scans pages_skipped grows by ${range(growth)} in any 9 full scans; 8n is ${expected}.`,
    );
  },

  "ksm-smart-scan.sysfs-path-slip": (subject) => {
    const { paths } = claimsRecording(subject);
    const right = paths["/sys/kernel/mm/ksm/pages_skipped"];
    const slip = paths["/sys/kernel/mm/pages_skipped"];
    return judge(
      right === true && slip === false,
      `/sys/kernel/mm/ksm/pages_skipped ${exists(right)}, /sys/kernel/mm/pages_skipped ${exists(slip)}.`,
    );
  },

  "ksm-smart-scan.madvise-and-prctl": (subject) => {
    const recording = claimsRecording(subject);
    const { pages } = findRun(recording, 1, "prctl");
    const [byMadvise, byPrctl] = (["madvise", "prctl"] as const).map((enabledBy) => {
      const [smart, plain] = ([1, 0] as const).map((on) => sum(findRun(recording, on, enabledBy, pages).scanned));
      return 1 - smart! / plain!;
    });
    return judge(
      byMadvise! > 0.05 && byPrctl! > 0.05 && Math.abs(byMadvise! - byPrctl!) <= 0.05,
      `Pages processed with smart scan, against the same ${pages} unique pages without, over 40 full scans: ${percent(byMadvise!, 4)} fewer enabled by madvise, ${percent(byPrctl!, 4)} by prctl.`,
    );
  },
};

function claimsRecording({ recording }: Subject): ClaimsRecording {
  return parseClaimsRecording(recording(CLAIMS_FILE));
}

function exists(found: boolean | undefined): string {
  return found === true ? "exists" : "does not exist";
}
