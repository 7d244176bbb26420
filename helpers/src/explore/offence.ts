import type { TraceEntry, Violation } from "@mm-lab/kernel-model";
import { ruleText } from "./found.js";

/** Where a run goes wrong: at a step of its trace, or at one that was refused and so is not in it. */
export type Offence =
  | { readonly at: "step"; readonly index: number; readonly mark: string }
  | {
      readonly at: "refused";
      readonly mark: string;
      readonly task: string;
      readonly function: string;
      readonly text: string;
    };

/** The offending step, with what a reader is told there; null where no single step offends. */
export function offenceOf(violation: Violation, trace: readonly TraceEntry[]): Offence | null {
  const { kind, what, task, function: site, step, index } = violation;
  if (index === null) return null;
  const mark =
    kind === "rule" ? `here: ${ruleText(what)}` : kind === "exception" ? "here: an exception" : violation.message;
  if (index < trace.length) return { at: "step", index, mark };
  if (task === null || step === null) return null;
  return { at: "refused", mark, task, function: site ?? task, text: kind === "exception" ? `throws ${what}` : step };
}
