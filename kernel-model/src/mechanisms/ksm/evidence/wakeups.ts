/**
 * Recordings of KSM wake-up by wake-up: several processes, changes between two wake-ups, and the counters after each batch
 * of ksmd. {@link parseWakeups} reads the JSON format of data/live/README.md, {@link compareWakeups} replays one case.
 */
import { checkInteger } from "../../../base/errors.js";
import { writeKnob } from "../model/control.js";
import { addProcess } from "../model/memory.js";
import { applyRecorded, parseOp } from "../model/op-format.js";
import type { Op } from "../model/ops.js";
import { exitProcess, forkProcess } from "../model/process.js";
import { doScan } from "../model/scanner.js";
import { KsmState, MAX_PAGES, type Release } from "../model/state.js";
import { recordingShape as shape, releaseOf, type RecordingFile } from "./recording-file.js";

/** Counters of a wake-up in the order of the format: the first two grew by this much, the others are levels. */
const COUNTERS = [
  "scanned",
  "skipped",
  "shared",
  "sharing",
  "unshared",
  "volatile",
  "zero",
  "chains",
  "dups",
  "full_scans",
] as const;
const OF_PROCESS = ["rmap_items", "merging"] as const;

/** One thing that happened; a process is its number in the order of their start. */
export type WakeupEvent =
  | { readonly kind: "op"; readonly process: number; readonly op: Op }
  | { readonly kind: "knob"; readonly op: Op }
  | { readonly kind: "exit"; readonly process: number }
  | { readonly kind: "fork"; readonly process: number }
  | { readonly kind: "wake"; readonly counters: readonly number[]; readonly processes: readonly Row[] };

/** rmap items and merged pages of a process; null once it has exited. */
type Row = readonly number[] | null;

export interface WakeupCase {
  readonly name: string;
  readonly release: Release;
  readonly knobs: Readonly<Record<string, unknown>>;
  /** Pages of each process, in the order of their start. Forked ones come after them. */
  readonly sizes: readonly number[];
  readonly events: readonly WakeupEvent[];
}

/** Does the events of a case to a model, one by one. */
export class WakeupReplay {
  constructor(
    readonly ksm: KsmState,
    { sizes }: WakeupCase,
  ) {
    for (const pages of sizes) addProcess(ksm, pages);
  }

  /** Does everything but a wake-up. */
  apply(event: WakeupEvent): void {
    const { ksm } = this;
    if (event.kind === "wake") return;
    if (event.kind === "knob") return applyRecorded(ksm, event.op);
    const slot = ksm.slots[event.process]!;
    if (event.kind === "op") applyRecorded(ksm, moved(event.op, slot.firstPage));
    else if (event.kind === "exit") exitProcess(ksm, slot);
    else {
      forkProcess(ksm, slot);
      ksm.lru.drain(); // the recorder's processes make their own copies of what they need, which fills the batch
    }
  }
}

/** Compares one case with the model: the first difference, in words; null if every number is equal. */
export function compareWakeups(recorded: WakeupCase): string | null {
  const ksm = new KsmState(pagesOf(recorded), { walks: "kernel", release: recorded.release });
  for (const [name, value] of Object.entries(recorded.knobs)) writeKnob(ksm, name, value);
  const replay = new WakeupReplay(ksm, recorded);
  let wakeUp = 0;
  for (const event of recorded.events) {
    if (event.kind !== "wake") {
      replay.apply(event);
      continue;
    }
    const before = { scanned: ksm.pagesScanned, skipped: ksm.pagesSkipped };
    doScan(ksm, ksm.knobs.pages_to_scan);
    ksm.nowMs += 10; // the recorder asks for the next wake-up as soon as it has the counters
    const difference = differenceOf(ksm, before, event);
    if (difference !== null) return `${recorded.name}: wake-up ${wakeUp}: ${difference}`;
    wakeUp++;
  }
  return null;
}

function differenceOf(
  ksm: KsmState,
  before: { readonly scanned: number; readonly skipped: number },
  event: WakeupEvent & { readonly kind: "wake" },
): string | null {
  const model = [
    ksm.pagesScanned - before.scanned,
    ksm.pagesSkipped - before.skipped,
    ksm.pagesShared,
    ksm.pagesSharing,
    ksm.pagesUnshared,
    ksm.pagesVolatile,
    ksm.zeroPages,
    ksm.nodes.chains,
    ksm.nodes.dups,
    ksm.seqnr,
  ];
  const at = event.counters.findIndex((kernel, i) => kernel !== model[i]);
  if (at >= 0) return `${COUNTERS[at]!}: kernel ${event.counters[at]}, model ${model[at]}`;
  for (const [process, row] of event.processes.entries()) {
    const slot = ksm.slots[process]!;
    const ours = [slot.rmapItems, slot.mergingPages];
    const differs = row === null ? -1 : row.findIndex((kernel, i) => kernel !== ours[i]);
    if (differs >= 0)
      return `${OF_PROCESS[differs]!} of process ${process}: kernel ${row![differs]}, model ${ours[differs]}`;
  }
  return null;
}

/** Pages of all processes, forked ones included. */
export function pagesOf({ sizes, events }: WakeupCase): number {
  const all = [...sizes];
  for (const event of events) if (event.kind === "fork") all.push(all[event.process]!);
  return all.reduce((sum, pages) => sum + pages, 0);
}

function moved(op: Op, by: number): Op {
  return op.op === "knob" ? op : { ...op, start: op.start + by, stop: op.stop + by };
}

/** The cases of a parsed file. Errors: {@link InputError} naming the place, what is accepted there and what to do. */
export function parseWakeups(file: RecordingFile, source: string): readonly WakeupCase[] {
  const release = releaseOf(file);
  return shape
    .filledArray(file["cases"], `${source}: "cases"`)
    .map((value, i) => parseCase(value, `${source}: cases[${i}]`, release));
}

function parseCase(value: unknown, where: string, release: Release): WakeupCase {
  const given = shape.object(value, where);
  const sizes = shape
    .filledArray(given["sizes"], `${where}.sizes`)
    .map((pages, i) => checkInteger(`${where}.sizes[${i}]`, pages, { min: 1, max: MAX_PAGES, unit: "pages" }));
  const running = [...sizes];
  const log = shape.filledArray(given["log"], `${where}.log`);
  const events = log.map((entry, i) => parseEvent(entry, `${where}.log[${i}]`, running));
  const name =
    given["name"] === undefined
      ? `seed ${shape.number(given["seed"], `${where}.seed`)}`
      : shape.string(given["name"], `${where}.name`);
  return { name, release, knobs: shape.object(given["knobs"], `${where}.knobs`), sizes, events };
}

/** `sizes`: of the processes so far; a fork adds one. */
function parseEvent(value: unknown, where: string, sizes: number[]): WakeupEvent {
  const [kind, ...rest] = shape.array(value, where);
  const process = (): number =>
    checkInteger(`${where}: the process`, rest[0], { min: 0, max: sizes.length - 1, unit: "(a process of the case)" });
  switch (kind) {
    case "op":
      return { kind, process: process(), op: parseOp(rest[1], where, sizes[process()]) };
    case "knob":
      return { kind, op: parseOp(value, where) };
    case "fork":
      sizes.push(sizes[process()]!);
      return { kind, process: process() };
    case "exit":
      return { kind, process: process() };
    case "wake":
      return { kind, counters: counts(rest[0], COUNTERS.length, where), processes: rowsOf(rest[1], where) };
    default:
      throw shape.malformed(where, kind, "op, knob, exit, fork or wake");
  }
}

function rowsOf(value: unknown, where: string): readonly Row[] {
  return shape.array(value, where).map((row) => (row === null ? null : counts(row, OF_PROCESS.length, where)));
}

function counts(value: unknown, length: number, where: string): readonly number[] {
  const numbers = shape.array(value, where);
  if (numbers.length !== length) throw shape.malformed(where, numbers, `${length} numbers`);
  return numbers.map((n) => checkInteger(`${where}: a counter`, n, { min: 0 }));
}
