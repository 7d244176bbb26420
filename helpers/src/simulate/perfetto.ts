import { toTraceEvents } from "@mm-lab/kernel-model";
import { writeWhole } from "../run/write.js";
import { intervalsOf, type IntervalSource } from "./intervals.js";

/**
 * A timeline as text in the Trace Event Format (JSON): ui.perfetto.dev and chrome://tracing open it. One row per CPU with
 * the task on it, one per task with what it does. Times in µs with fractions, as the format has it.
 *
 * @throws InputError for a result without a timeline
 * @example toPerfetto(simulate({ groups, duration: 50_000, timeline: true }))
 */
export function toPerfetto(source: IntervalSource): string {
  const { intervals, cutAt } = intervalsOf(source);
  const { traceEvents, displayTimeUnit } = toTraceEvents(intervals);
  // One event a line: the file can be looked at, and compared with another by lines.
  const events = traceEvents.map((event) => JSON.stringify(event)).join(",\n");
  return `{"displayTimeUnit":${JSON.stringify(displayTimeUnit)},"otherData":${JSON.stringify({ source: "mm-lab", ...(cutAt !== null && { incompleteFromNs: cutAt }) })},"traceEvents":[\n${events}\n]}\n`;
}

/** Writes {@link toPerfetto}'s text to a file, whole or not at all. */
export async function writePerfetto(file: string, source: IntervalSource): Promise<void> {
  await writeWhole(file, toPerfetto(source));
}
