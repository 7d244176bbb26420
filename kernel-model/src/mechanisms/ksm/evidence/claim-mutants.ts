/**
 * For each claim of the topic a subject that is not the kernel, and for which its experiment must find something else: an
 * experiment that says the same of every subject tests nothing. Tried by test/mechanisms/ksm/claims.test.ts.
 */
import { skipAge, type SkipPolicy } from "../model/skip-policy.js";
import type { Subject } from "./subject.js";

export interface ClaimMutant {
  /** What is changed, in a few words. */
  readonly change: string;
  readonly of: (kernel: Subject) => Subject;
}

export const claimMutants: Readonly<Record<string, ClaimMutant>> = {
  "ksm-smart-scan.two-fields": withPolicy("ages on failed scans only", "failed-scans"),
  "ksm-smart-scan.max-skip": withPolicy("skips up to 16 scans", (age) => (age > 12 ? 16 : skipAge(age))),
  "ksm-smart-scan.skip-grows-with-failures": withPolicy("skips shrink with age", (age) => Math.max(1, 8 - age)),
  "ksm-smart-scan.steady-state-share": withPolicy("skips up to 4 scans", upTo(4)),
  "ksm-smart-scan.age-cap": {
    change: "the age wraps around",
    of: (kernel) => ({ ...kernel, wrapsAge: true }),
  },
  "ksm-smart-scan.age-increment-rule": withPolicy("ages on failed scans only", "failed-scans"),
  "ksm-smart-scan.scan-reduction-20-25": withPolicy("skips nothing", "none"),
  "ksm-smart-scan.short-lived-pages-gain": withPolicy("fresh pages are skipped too", { skips: [8], graceAge: 0 }),
  "ksm-smart-scan.cpu-25-percent": withPolicy("skips nothing", "none"),
  "ksm-smart-scan.pages-to-scan-40-50": withPolicy("skips nothing", "none"),
  "ksm-smart-scan.no-history-before": withRecording("a page is skipped with smart_scan 0", "ksm-6.18.json", (text) =>
    change(text, (file) => {
      const { columns, workloads } = file as FullScans;
      for (const { rows, smart_scan } of workloads) if (smart_scan === 0) rows[7]!.post[columns.indexOf("skipped")] = 1;
    }),
  ),
  "ksm-smart-scan.off-by-default": withClaims("off on an untouched kernel", ({ untouched }) => {
    untouched["smart_scan"] = "0";
  }),
  "ksm-smart-scan.pages-skipped-counter": withClaims("pages_skipped stays 0", ({ columns, runs }) => {
    for (const { rows } of runs) for (const row of rows) row[columns.indexOf("skipped")] = 0;
  }),
  "ksm-smart-scan.sysfs-path-slip": withClaims("the file is where the cover letter says", ({ paths }) => {
    for (const path of Object.keys(paths)) paths[path] = path === "/sys/kernel/mm/pages_skipped";
  }),
  "ksm-smart-scan.madvise-and-prctl": withClaims("prctl gains nothing", ({ columns, runs }) => {
    const plain = runs.find((run) => run.enabled_by === "prctl" && run.smart_scan === 0)!;
    const smart = runs.find((run) => run.enabled_by === "prctl" && run.smart_scan === 1)!;
    const at = columns.indexOf("scanned");
    for (const [i, row] of smart.rows.entries()) row[at] = plain.rows[i]![at]!;
  }),
};

function upTo(most: number): (age: number) => number {
  return (age) => Math.min(most, skipAge(age));
}

function withPolicy(change: string, policy: SkipPolicy): ClaimMutant {
  return { change, of: (kernel) => ({ ...kernel, policy }) };
}

function withRecording(change: string, file: string, changed: (text: string) => string): ClaimMutant {
  return {
    change,
    of: (kernel) => ({
      ...kernel,
      recording: (name) => (name === file ? changed(kernel.recording(name)) : kernel.recording(name)),
    }),
  };
}

function withClaims(what: string, act: (file: Claims) => void): ClaimMutant {
  return withRecording(what, "ksm-claims-6.18.json", (text) => change(text, (file) => act(file as Claims)));
}

interface FullScans {
  readonly columns: readonly string[];
  readonly workloads: readonly { readonly smart_scan: number; readonly rows: readonly { readonly post: number[] }[] }[];
}

interface Claims {
  readonly untouched: Record<string, string>;
  readonly paths: Record<string, boolean>;
  readonly columns: readonly string[];
  readonly runs: readonly {
    readonly smart_scan: number;
    readonly enabled_by: string;
    readonly rows: readonly number[][];
  }[];
}

function change(text: string, act: (file: unknown) => void): string {
  const file: unknown = JSON.parse(text);
  act(file);
  return JSON.stringify(file);
}
