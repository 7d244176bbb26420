import { InputError } from "../../../base/errors.js";
import type { RecordedRun, Recordings } from "../../define-mechanism.js";
import { csvWorkload, stepsWorkload } from "../runs/steps-workload.js";
import type { Workload } from "../runs/workload.js";
import { compareCase, parseRecording, type RecordedCase, type RecordedColumn } from "./recording.js";

export const recordings: Recordings<Workload> = { cases: recordedRuns, fromCsv: csvWorkload };

/** The cases of a recording of KSM. Most workloads were recorded twice: NAME:0 and NAME:1 tell the value of smart_scan. */
function recordedRuns(text: string, source: string): readonly RecordedRun<Workload>[] {
  const { cases, columns } = parseRecording(text, source);
  return cases.map((recorded) => ({
    name: recorded.name,
    fullName: `${recorded.name}:${recorded.smartScan}`,
    workload: () => workloadOf(recorded),
    parameters: { scans: recorded.rows.length, ...recorded.knobs, smart_scan: recorded.smartScan },
    compare: () => compared(recorded, columns, source),
  }));
}

function workloadOf({ name, pages, steps }: RecordedCase): Workload {
  return stepsWorkload({ name, pages, steps, refusedWrites: "ignore" });
}

/** An operation that the model refuses is a fault of the recording: the message names the workload. */
function compared(recorded: RecordedCase, columns: readonly RecordedColumn[], source: string): string | null {
  try {
    const difference = compareCase(recorded, columns);
    if (difference === undefined) return null;
    const { scan, when, column, kernel, model } = difference;
    return `${recorded.name} (smart_scan ${recorded.smartScan}): ${column} ${when} ${scan}: kernel ${kernel}, model ${model}`;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { what, value, accepted, next } = error;
    throw new InputError(`${source}, workload ${recorded.name}: ${what}`, value, accepted, next);
  }
}
