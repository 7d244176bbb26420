/** Reads data/live/ksm-claims-6.18.json: what a running kernel answered to the ledger's live questions about smart scan. */
import { JsonShape } from "../../../base/json-shape.js";

const shape = new JsonShape(
  "restore the file, or record it again as data/live/README.md says",
  "data/live/ksm-claims-6.18.json: ",
);

/** Unique pages scanned over and over: pages_scanned and pages_skipped of each row, which is one or more full scans. */
export interface UniqueRun {
  readonly pages: number;
  readonly smartScan: number;
  readonly enabledBy: string;
  readonly scanned: readonly number[];
  readonly skipped: readonly number[];
}

export interface ClaimsRecording {
  /** Release with three numbers. */
  readonly release: string;
  /** smart_scan before KSM was ever used. */
  readonly smartScanDefault: number;
  /** Path -> does it exist? */
  readonly paths: Readonly<Record<string, boolean>>;
  readonly runs: readonly UniqueRun[];
}

/** Errors: {@link InputError} naming the field that is missing or of the wrong kind. */
export function parseClaimsRecording(text: string): ClaimsRecording {
  const file = shape.object(JSON.parse(text), "the file");
  const columns = shape.array(file["columns"], "columns");
  const untouched = shape.object(file["untouched"], "untouched");
  return {
    release: shape.string(file["release"], "release"),
    smartScanDefault: Number(shape.string(untouched["smart_scan"], "untouched.smart_scan")),
    paths: Object.fromEntries(
      Object.entries(shape.object(file["paths"], "paths")).map(([path, found]) => [path, found === true]),
    ),
    runs: shape.array(file["runs"], "runs").map((value, i) => {
      const where = `runs[${i}]`;
      const run = shape.object(value, where);
      const rows = shape.array(run["rows"], `${where}.rows`).map((row, j) => shape.array(row, `${where}.rows[${j}]`));
      const column = (name: string): number[] => {
        const at = columns.indexOf(name);
        if (at < 0) throw shape.malformed("columns", columns, `a column "${name}"`);
        return rows.map((row, j) => shape.number(row[at], `${where}.rows[${j}][${at}]`));
      };
      if (column("full_scans").some((scans) => scans !== 1))
        throw shape.malformed(`${where}.rows`, "a row of several scans", "one full scan a row");
      return {
        pages: shape.number(run["pages"], `${where}.pages`),
        smartScan: shape.number(run["smart_scan"], `${where}.smart_scan`),
        enabledBy: shape.string(run["enabled_by"], `${where}.enabled_by`),
        scanned: column("scanned"),
        skipped: column("skipped"),
      };
    }),
  };
}

/** The run with these settings, of so many pages if given. Errors: {@link InputError} if it was not recorded. */
export function findRun(
  recording: ClaimsRecording,
  smartScan: 0 | 1,
  enabledBy: "madvise" | "prctl",
  pages?: number,
): UniqueRun {
  const found = recording.runs.find(
    (run) => run.smartScan === smartScan && run.enabledBy === enabledBy && run.pages === (pages ?? run.pages),
  );
  if (found === undefined)
    throw shape.malformed("runs", recording.runs.length, `a run with smart_scan ${smartScan}, enabled by ${enabledBy}`);
  return found;
}
