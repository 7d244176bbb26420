import { InputError, ksm } from "@mm-lab/kernel-model";

export interface Comparison {
  readonly cases: number;
  readonly equal: number;
  /** One per unequal case: its name and the first difference. */
  readonly differences: readonly string[];
}

/**
 * Replays a recording of a running kernel through the model.
 *
 * `onCase` is told how far it is. Errors: {@link InputError} for a malformed recording, naming the place.
 */
export function compareRecording(
  text: string,
  source: string,
  onCase?: (done: number, total: number) => void,
): Comparison {
  const recording = ksm.parseRecording(text, source);
  const differences: string[] = [];
  for (const [i, recorded] of recording.cases.entries()) {
    const difference = compareNamed(recorded, recording.columns, source);
    if (difference !== undefined) {
      const { scan, when, column, kernel, model } = difference;
      differences.push(
        `${recorded.name} (smart_scan ${recorded.smartScan}): ${column} ${when} ${scan}: kernel ${kernel}, model ${model}`,
      );
    }
    onCase?.(i + 1, recording.cases.length);
  }
  return { cases: recording.cases.length, equal: recording.cases.length - differences.length, differences };
}

/** An operation that the model refuses is a fault of the recording: the message names the workload. */
function compareNamed(
  recorded: ksm.RecordedCase,
  columns: ksm.Recording["columns"],
  source: string,
): ksm.Difference | undefined {
  try {
    return ksm.compareCase(recorded, columns);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      `${source}, workload ${recorded.name}: ${error.what}`,
      error.value,
      error.accepted,
      error.next,
    );
  }
}
