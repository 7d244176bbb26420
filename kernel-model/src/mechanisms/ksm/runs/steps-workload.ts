/** Workloads given as steps, as CSV or recording. */
import { checkInteger, checkKeys, checkOneOf, InputError } from "../../../base/errors.js";
import { addProcess, madviseMergeable } from "../model/memory.js";
import { applyRecorded, parseOp } from "../model/op-format.js";
import { applyOp, type Op, type OpsAt } from "../model/ops.js";
import { checkPages, type KsmState } from "../model/state.js";
import type { Workload } from "./workload.js";

export interface StepsOptions {
  readonly pages: number;
  readonly steps: readonly OpsAt[];
  readonly name?: string;
  /** What a write does that a knob's file refuses: stop the run, or change nothing, as it did when it was recorded. Default "error". */
  readonly refusedWrites?: "error" | "ignore";
}

/**
 * A workload given step by step, one process, all of it mergeable from the start. Steps of scans that are not run do nothing.
 * Errors: {@link InputError} for a malformed step; while running, for an operation that cannot be done, naming its step.
 */
export function stepsWorkload(options: StepsOptions): Workload {
  checkKeys("stepsWorkload", options, ["pages", "steps", "name", "refusedWrites"]);
  const { steps, name = "steps" } = options;
  const pages = checkPages("pages", options.pages);
  const apply =
    checkOneOf("refusedWrites", options.refusedWrites ?? "error", ["error", "ignore"]) === "ignore"
      ? applyRecorded
      : applyOp;
  if (!isList(steps)) throw new InputError("steps", steps, "an array of { scan, ops }", "see stepsWorkload");
  for (const [i, step] of steps.entries()) {
    checkKeys(`steps[${i}]`, step, ["scan", "ops", "where"]);
    checkInteger(`steps[${i}].scan`, step.scan, { min: 0, unit: "(a full scan)" });
    if (!isList(step.ops))
      throw new InputError(`steps[${i}].ops`, step.ops, "an array of operations", "see stepsWorkload");
  }
  return {
    name,
    pages,
    contents: Math.min(pages, 1 << 20),
    start(ksm) {
      addProcess(ksm, pages, name);
      let done = -1;
      return {
        advance(scan) {
          while (done < scan) {
            done++;
            for (const step of steps) if (step.scan === done) applyStep(ksm, step, apply, name);
            if (done === 0) madviseMergeable(ksm, 0, pages);
          }
        },
      };
    },
  };
}

/** Array.isArray without its narrowing of read-only arrays to any. */
function isList(value: unknown): boolean {
  return Array.isArray(value);
}

function applyStep(ksm: KsmState, step: OpsAt, apply: (ksm: KsmState, op: Op) => void, name: string): void {
  for (const op of step.ops) {
    try {
      apply(ksm, op);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(
        `${step.where ?? `${name}, before scan ${step.scan}`}: ${error.what}`,
        error.value,
        error.accepted,
        error.next,
      );
    }
  }
}

/**
 * A workload from CSV: a line per operation, `scan,op,...` with the operation's fields in the order of the recordings.
 * Errors: {@link InputError} naming the line.
 *
 * @example
 * csvWorkload("scan,op,args\n0,fill,0,1000,1,7,0\n5,unmap,0,500", 1000);
 */
export function csvWorkload(text: string, pages: number, name = "CSV"): Workload {
  if (typeof text !== "string") throw new InputError("the CSV text", text, "a text", "read the file first");
  checkPages("pages", pages);
  const steps: OpsAt[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const where = `${name}, line ${i + 1}`;
    const [scan, ...op] = line.split(",").map((field) => field.trim());
    if (line.trim() === "" || (i === 0 && scan === "scan")) continue;
    if (!/^\d+$/.test(scan ?? "")) {
      throw new InputError(where, line, "scan,op,... with a scan number first", "see csvWorkload for an example");
    }
    const fields = op.map((field) => (/^-?\d{1,15}$/.test(field) ? Number(field) : field));
    steps.push({ scan: Number(scan), where, ops: [parseOp(fields, where, pages)] });
  }
  if (steps.length === 0)
    throw new InputError(name, text, "at least one operation", "write a line such as 0,fill,0,1000,1,7,0");
  return stepsWorkload({ pages, steps, name });
}
