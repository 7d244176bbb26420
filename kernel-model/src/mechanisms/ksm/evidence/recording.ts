/**
 * Recordings of KSM on a running kernel: what was done to the memory, and the counters before and after each full scan.
 * {@link parseRecording} reads the JSON format of data/live/README.md, {@link compareCase} replays one workload.
 */
import { checkInteger, InputError } from "../../../base/errors.js";
import { writeKnob } from "../model/control.js";
import { addProcess, madviseMergeable } from "../model/memory.js";
import { applyRecorded, parseOp } from "../model/op-format.js";
import type { OpsAt } from "../model/ops.js";
import { doScan } from "../model/scanner.js";
import type { SkipPolicy } from "../model/skip-policy.js";
import { KsmState, MAX_PAGES } from "../model/state.js";
import { readRecording, recordingShape as shape, type RecordingFile } from "./recording-file.js";

/** Counters of a recording's rows, in our order; a file states its own in "columns". */
const COLUMNS = [
  "scanned",
  "skipped",
  "shared",
  "sharing",
  "unshared",
  "volatile",
  "zero",
  "chains",
  "dups",
  "rmap_items",
  "merging",
] as const;
export type RecordedColumn = (typeof COLUMNS)[number];
export type RecordedRow = Readonly<Record<RecordedColumn, number>>;

export interface RecordedCase {
  readonly name: string;
  readonly note: string;
  readonly pages: number;
  readonly knobs: Readonly<Record<string, unknown>>;
  readonly smartScan: 0 | 1;
  readonly steps: readonly OpsAt[];
  /** One per full scan: after the operations and before the scan, and after it. */
  readonly rows: readonly { readonly pre: RecordedRow; readonly post: RecordedRow }[];
}

export interface Recording {
  readonly kernel: string;
  readonly columns: readonly RecordedColumn[];
  readonly cases: readonly RecordedCase[];
}

/** The first counter that differs between the kernel and the model. */
export interface Difference {
  readonly scan: number;
  readonly when: "before the scan" | "after the scan";
  readonly column: RecordedColumn;
  readonly kernel: number;
  readonly model: number;
}

/** Replays a recorded workload through the model, by default with the kernel's smart scan, and returns the model's rows. About 10 million page visits a second. */
export function replayCase(
  recorded: Pick<RecordedCase, "pages" | "knobs" | "smartScan" | "steps">,
  scans: number,
  policy: SkipPolicy = "kernel",
): RecordedCase["rows"] {
  const ksm = new KsmState(recorded.pages, { policy });
  addProcess(ksm, recorded.pages, "workload");
  for (const [name, value] of Object.entries({ ...recorded.knobs, smart_scan: recorded.smartScan }))
    writeKnob(ksm, name, value);
  const rows: { pre: RecordedRow; post: RecordedRow }[] = [];
  for (let scan = 0; scan < scans; scan++) {
    for (const step of recorded.steps) if (step.scan === scan) for (const op of step.ops) applyRecorded(ksm, op);
    if (scan === 0) madviseMergeable(ksm, 0, recorded.pages);
    const before = { scanned: ksm.pagesScanned, skipped: ksm.pagesSkipped };
    const pre = rowOf(ksm, before);
    // A recorded full scan is one wake-up, and the recorder asks for the next one as soon as it has the counters.
    doScan(ksm, Infinity);
    rows.push({ pre, post: rowOf(ksm, before) });
    ksm.nowMs += 10;
  }
  return rows;
}

/** Compares one recorded workload with the model, by default with the kernel's smart scan: undefined if every counter of every row is equal. */
export function compareCase(
  recorded: RecordedCase,
  columns: readonly RecordedColumn[] = COLUMNS,
  policy: SkipPolicy = "kernel",
): Difference | undefined {
  const model = replayCase(recorded, recorded.rows.length, policy);
  for (const [scan, row] of recorded.rows.entries()) {
    for (const [phase, when] of [
      ["pre", "before the scan"],
      ["post", "after the scan"],
    ] as const) {
      for (const column of columns) {
        const [kernel, ours] = [row[phase][column], model[scan]![phase][column]];
        if (kernel !== ours) return { scan, when, column, kernel, model: ours };
      }
    }
  }
  return undefined;
}

function rowOf(ksm: KsmState, before: { scanned: number; skipped: number }): RecordedRow {
  const [slot] = ksm.slots;
  return {
    scanned: ksm.pagesScanned - before.scanned,
    skipped: ksm.pagesSkipped - before.skipped,
    shared: ksm.pagesShared,
    sharing: ksm.pagesSharing,
    unshared: ksm.pagesUnshared,
    volatile: ksm.pagesVolatile,
    zero: ksm.zeroPages,
    chains: ksm.nodes.chains,
    dups: ksm.nodes.dups,
    rmap_items: slot!.rmapItems,
    merging: slot!.mergingPages,
  };
}

/** Reads a recording. Errors: {@link InputError} naming the place in the file, what is accepted there and what to do. */
export function parseRecording(text: string, source = "the recording"): Recording {
  return parseFullScans(readRecording(text, source), source);
}

/** The same, of a file that has been read. */
export function parseFullScans(file: RecordingFile, source: string): Recording {
  if (file["workloads"] === undefined && file["untouched"] !== undefined) {
    throw new InputError(
      source,
      "evidence for claims",
      'a recording of counters per scan, with "workloads"',
      "leave this file out: `mm-lab claims` reads it",
    );
  }
  const columns = shape.filledArray(file["columns"], `${source}: "columns"`).map((name, i) => {
    const known = COLUMNS.find((column) => column === name);
    if (known === undefined) throw shape.malformed(`${source}: columns[${i}]`, name, COLUMNS.join(", "));
    return known;
  });
  const common =
    file["common_knobs"] === undefined ? {} : shape.object(file["common_knobs"], `${source}: "common_knobs"`);
  const workloads = shape.filledArray(file["workloads"], `${source}: "workloads"`);
  return {
    kernel: typeof file["kernel"] === "string" ? file["kernel"] : "unknown",
    columns,
    cases: workloads.map((workload, i) => parseCase(workload, `${source}: workloads[${i}]`, columns, common)),
  };
}

function parseCase(
  value: unknown,
  where: string,
  columns: readonly RecordedColumn[],
  common: Readonly<Record<string, unknown>>,
): RecordedCase {
  const workload = shape.object(value, where);
  const name = workload["name"];
  if (typeof name !== "string") throw shape.malformed(`${where}.name`, name, "a text");
  const pages = checkInteger(`${where}.pages`, workload["pages"], { min: 1, max: MAX_PAGES, unit: "pages" });
  const smartScan = workload["smart_scan"];
  if (smartScan !== 0 && smartScan !== 1) throw shape.malformed(`${where}.smart_scan`, smartScan, "0 or 1");
  const knobs = {
    ...common,
    ...(workload["knobs"] === undefined ? {} : shape.object(workload["knobs"], `${where}.knobs`)),
  };
  return {
    name,
    note: typeof workload["note"] === "string" ? workload["note"] : "",
    pages,
    knobs,
    smartScan,
    steps: shape
      .array(workload["steps"], `${where}.steps`)
      .map((step, i) => parseStep(step, `${where}.steps[${i}]`, pages)),
    rows: shape.filledArray(workload["rows"], `${where}.rows`).map((row, i) => {
      const both = shape.object(row, `${where}.rows[${i}]`);
      return {
        pre: parseRow(both["pre"], `${where}.rows[${i}].pre`, columns),
        post: parseRow(both["post"], `${where}.rows[${i}].post`, columns),
      };
    }),
  };
}

function parseRow(value: unknown, where: string, columns: readonly RecordedColumn[]): RecordedRow {
  const numbers = shape.array(value, where);
  if (numbers.length !== columns.length)
    throw shape.malformed(where, numbers, `${columns.length} numbers, one per column`);
  const row: Record<string, number> = Object.fromEntries(COLUMNS.map((column) => [column, 0]));
  for (const [i, column] of columns.entries())
    row[column] = checkInteger(`${where}[${i}] (${column})`, numbers[i], { min: 0 });
  return row as RecordedRow;
}

function parseStep(value: unknown, where: string, pages: number): OpsAt {
  const step = shape.object(value, where);
  return {
    scan: checkInteger(`${where}.scan`, step["scan"], {
      min: 0,
      unit: "(the full scan before which the operations happen)",
    }),
    ops: shape.array(step["ops"], `${where}.ops`).map((op, i) => parseOp(op, `${where}.ops[${i}]`, pages)),
  };
}
