/** Reads data/live/ksm-claims-6.18.json: what a running kernel answered to the ledger's live questions about smart scan. */
import { InputError } from "../../base/errors.js";

/** pages_scanned and pages_skipped of each full scan. */
export interface ScanCounts {
  readonly scanned: readonly number[];
  readonly skipped: readonly number[];
}

export interface ClaimsRecording {
  readonly kernel: string;
  /** smart_scan before anything was written to it. */
  readonly smartScanDefault: number;
  /** The same unique pages under smart_scan=1 and 0. */
  readonly unique: { readonly pages: number; readonly smart: ScanCounts; readonly plain: ScanCounts };
  /** Path -> does it exist? */
  readonly paths: Readonly<Record<string, boolean>>;
  /** The same unique pages, made mergeable in two ways. */
  readonly enabling: { readonly madvise: ScanCounts; readonly prctl: ScanCounts };
}

/** Errors: {@link InputError} naming the field that is missing or of the wrong kind. */
export function parseClaimsRecording(text: string): ClaimsRecording {
  const file = object(JSON.parse(text), "the file");
  const unique = object(file["unique"], "unique");
  const enabling = object(file["enabling"], "enabling");
  const paths = object(file["paths"], "paths");
  return {
    kernel: String(file["kernel"]),
    smartScanDefault: number(file["smart_scan_default"], "smart_scan_default"),
    unique: { pages: number(unique["pages"], "unique.pages"), smart: counts(unique["smart"], "unique.smart"), plain: counts(unique["plain"], "unique.plain") },
    paths: Object.fromEntries(Object.entries(paths).map(([path, found]) => [path, found === true])),
    enabling: { madvise: counts(enabling["madvise"], "enabling.madvise"), prctl: counts(enabling["prctl"], "enabling.prctl") },
  };
}

function counts(value: unknown, where: string): ScanCounts {
  const both = object(value, where);
  return { scanned: numbers(both["scanned"], `${where}.scanned`), skipped: numbers(both["skipped"], `${where}.skipped`) };
}

function numbers(value: unknown, where: string): number[] {
  if (!Array.isArray(value)) throw malformed(where, value, "an array of numbers");
  return value.map((item: unknown, i) => number(item, `${where}[${i}]`));
}

function number(value: unknown, where: string): number {
  if (typeof value !== "number") throw malformed(where, value, "a number");
  return value;
}

function object(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(where, value, "a JSON object");
  return value as Record<string, unknown>;
}

function malformed(where: string, value: unknown, accepted: string): InputError {
  return new InputError(`data/live/ksm-claims-6.18.json: ${where}`, value, accepted, "restore the file, or record it again as data/live/README.md says");
}
