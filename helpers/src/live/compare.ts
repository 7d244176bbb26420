import { InputError, mechanisms, type Recordings } from "@mm-lab/kernel-model";

export interface RecordingComparison {
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
export async function compareRecording(
  text: string,
  source: string,
  onCase?: (done: number, total: number) => void,
): Promise<RecordingComparison> {
  const runs = (await readerOf(source)).cases(text, source);
  const differences: string[] = [];
  for (const [i, run] of runs.entries()) {
    const difference = run.compare();
    if (difference !== null) differences.push(difference);
    onCase?.(i + 1, runs.length);
  }
  return { cases: runs.length, equal: runs.length - differences.length, differences };
}

/** There is one format so far. */
async function readerOf(source: string): Promise<Recordings<unknown>> {
  for (const { recordings } of mechanisms) if (recordings !== null) return (await recordings()).recordings;
  throw new InputError("the recording", source, "a recording of a mechanism", "see data/live/README.md");
}
