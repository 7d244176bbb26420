import { readFileSync } from "node:fs";
import { InputError, ksm } from "@mm-lab/kernel-model";

export interface Comparison {
  readonly cases: number;
  readonly equal: number;
  /** One per unequal case: its name and the first difference. */
  readonly differences: readonly string[];
}

/** Reads a file the user named. Errors: {@link InputError} saying why it cannot be read. */
export function readUserFile(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new InputError(what, path, `a file that can be read (the system says ${code})`, "check the path and its permissions");
  }
}

/**
 * Replays a recording of a running kernel through the model.
 *
 * `onCase` is told how far it is. Errors: {@link InputError} for a malformed recording, naming the place.
 */
export function compareRecording(text: string, source: string, onCase?: (done: number, total: number) => void): Comparison {
  const recording = ksm.parseRecording(text, source);
  const differences: string[] = [];
  for (const [i, recorded] of recording.cases.entries()) {
    const difference = compareNamed(recorded, recording.columns, source);
    if (difference !== undefined) {
      const { scan, when, column, kernel, model } = difference;
      differences.push(`${recorded.name} (smart_scan ${recorded.smartScan}): ${column} ${when} ${scan}: kernel ${kernel}, model ${model}`);
    }
    onCase?.(i + 1, recording.cases.length);
  }
  return { cases: recording.cases.length, equal: recording.cases.length - differences.length, differences };
}

/** An operation that the model refuses is a fault of the recording: the message names the workload. */
function compareNamed(recorded: ksm.RecordedCase, columns: ksm.Recording["columns"], source: string): ksm.Difference | undefined {
  try {
    return ksm.compareCase(recorded, columns);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${source}, workload ${recorded.name}: ${error.what}`, error.value, error.accepted, error.next);
  }
}
