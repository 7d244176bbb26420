import type { TraceEntry, Violation } from "@mm-lab/kernel-model";
import { ruleText } from "./found.js";

/** Where a run goes wrong: at its last step, or at one that was refused and so is not in the trace. */
export type Offence =
  | { readonly at: "last step"; readonly mark: string }
  | {
      readonly at: "refused";
      readonly mark: string;
      readonly task: string;
      readonly function: string;
      readonly text: string;
    };

/** Rules that are checked when a step is issued: the last step of the trace is the one before it. */
const REFUSED_AT_ISSUE = ["sleeping-in-atomic", "sleeping-in-rcu"];

/**
 * Finds the offending step. The machine refuses some steps before they take effect (a use after free, sleeping in
 * atomic context), and others while they do (a double unlock): only the latter are entries of the trace.
 *
 * @param steps decisions of the schedule: one more than the trace has where the last one was refused
 */
export function offenceOf(violation: Violation, trace: readonly TraceEntry[], steps: number): Offence | null {
  const { kind, what, task, function: site, step } = violation;
  if (kind === "sometimes") return null;
  if (kind === "always" || kind === "eventually") return { at: "last step", mark: violation.message };
  const mark = `here: ${kind === "rule" ? ruleText(what) : "an exception"}`;
  const last = trace.at(-1);
  if (kind === "rule" && what === "warning") return { at: "last step", mark };
  const same = last !== undefined && last.task === task && `${last.operation}(${last.object ?? ""})` === step;
  // Taking a lock twice: the first time changed the lock, the second one did not get that far.
  const refused = REFUSED_AT_ISSUE.includes(what) || (what === "recursive-lock" && (last?.changes.length ?? 0) > 0);
  if (same && steps <= trace.length && !refused) return { at: "last step", mark };
  if (task === null || step === null) return null;
  return { at: "refused", mark, task, function: site ?? task, text: kind === "exception" ? `throws ${what}` : step };
}
