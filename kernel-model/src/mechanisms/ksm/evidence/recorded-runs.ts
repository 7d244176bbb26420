import { InputError } from "../../../base/errors.js";
import type { RecordedRun, Recordings } from "../../define-mechanism.js";
import { csvWorkload, stepsWorkload } from "../runs/steps-workload.js";
import type { Workload } from "../runs/workload.js";
import { compareCase, parseFullScans, type RecordedCase, type RecordedColumn } from "./recording.js";
import { readRecording } from "./recording-file.js";
import { compareWakeups, pagesOf, parseWakeups, WakeupReplay, type WakeupCase } from "./wakeups.js";

export const recordings: Recordings<Workload> = { cases: recordedRuns, fromCsv: csvWorkload };

/** The cases of a recording of KSM, of either format: counters after each full scan, or after each wake-up. */
export function recordedRuns(text: string, source: string): readonly RecordedRun<Workload>[] {
  const file = readRecording(text, source);
  if (file["cases"] !== undefined) return parseWakeups(file, source).map((recorded) => wakeupRun(recorded, source));
  const { cases, columns } = parseFullScans(file, source);
  return cases.map((recorded) => fullScanRun(recorded, columns, source));
}

/** Most workloads were recorded twice: NAME:0 and NAME:1 tell the value of smart_scan. */
function fullScanRun(
  recorded: RecordedCase,
  columns: readonly RecordedColumn[],
  source: string,
): RecordedRun<Workload> {
  const { name, smartScan, rows, knobs } = recorded;
  return {
    name,
    fullName: `${name}:${smartScan}`,
    workload: () => workloadOf(recorded),
    parameters: { scans: rows.length, ...knobs, smart_scan: smartScan },
    compare: () => compared(recorded, columns, source),
  };
}

function wakeupRun(recorded: WakeupCase, source: string): RecordedRun<Workload> {
  const { name, knobs, events } = recorded;
  const fullScans = events.map((event) => (event.kind === "wake" ? event.counters.at(-1)! : 0));
  return {
    name,
    fullName: name,
    workload: () => playedWakeups(recorded),
    parameters: { scans: Math.max(1, ...fullScans), ...knobs },
    compare: () => namingFaults(`${source}, ${name}`, () => compareWakeups(recorded)),
  };
}

/** A case as a workload: what happened between two wake-ups happens between two wake-ups. */
function playedWakeups(recorded: WakeupCase): Workload {
  const pages = pagesOf(recorded);
  return {
    name: recorded.name,
    pages,
    contents: pages,
    start(ksm) {
      const replay = new WakeupReplay(ksm, recorded);
      let next = 0;
      return {
        advance() {
          for (; next < recorded.events.length; next++) {
            const event = recorded.events[next]!;
            if (event.kind === "wake") break;
            replay.apply(event);
          }
          next++;
        },
      };
    },
  };
}

function workloadOf({ name, pages, steps }: RecordedCase): Workload {
  return stepsWorkload({ name, pages, steps, refusedWrites: "ignore" });
}

function compared(recorded: RecordedCase, columns: readonly RecordedColumn[], source: string): string | null {
  return namingFaults(`${source}, workload ${recorded.name}`, () => {
    const difference = compareCase(recorded, columns);
    if (difference === undefined) return null;
    const { scan, when, column, kernel, model } = difference;
    return `${recorded.name} (smart_scan ${recorded.smartScan}): ${column} ${when} ${scan}: kernel ${kernel}, model ${model}`;
  });
}

/** An operation that the model refuses is a fault of the recording: the message names the case. */
function namingFaults(where: string, compare: () => string | null): string | null {
  try {
    return compare();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${where}: ${error.what}`, error.value, error.accepted, error.next);
  }
}
