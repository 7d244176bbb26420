import { InputError, quote } from "../../../base/errors.js";
import type { ContentNumber } from "./content.js";
import { writeKnob } from "./control.js";
import type { KnobName } from "./knobs.js";
import { dontneed, fill, madviseMergeable, madviseUnmergeable, read, unmap } from "./memory.js";
import type { KsmState } from "./state.js";

/** One thing a workload does between two scans; pages are numbered over the whole model, `stop` is exclusive. */
export type Op =
  | {
      readonly op: "fill";
      readonly start: number;
      readonly stop: number;
      readonly step: number;
      readonly content: ContentNumber;
      readonly increment: ContentNumber;
    }
  | {
      readonly op: "unmap" | "dontneed" | "read" | "mergeable" | "unmergeable";
      readonly start: number;
      readonly stop: number;
    }
  | { readonly op: "knob"; readonly name: KnobName | "run"; readonly value: unknown };

export const OPERATIONS = ["fill", "unmap", "dontneed", "read", "mergeable", "unmergeable", "knob"] as const;

/** Operations that happen just before full scan number `scan` (0 is the first). */
export interface OpsAt {
  readonly scan: number;
  readonly ops: readonly Op[];
  /** Where the step was read, for messages, e.g. "workload.csv, line 3". */
  readonly where?: string;
}

/**
 * Does one operation to the model. Cost: O(pages in the range).
 * Errors: {@link InputError} for an operation that a process or a knob's file would refuse; nothing has changed then.
 */
export function applyOp(ksm: KsmState, op: Op): void {
  switch (op.op) {
    case "fill":
      return fill(ksm, op.start, op.stop, op.step, op.content, op.increment);
    case "unmap":
      return unmap(ksm, op.start, op.stop);
    case "dontneed":
      return dontneed(ksm, op.start, op.stop);
    case "read":
      return read(ksm, op.start, op.stop);
    case "mergeable":
      return madviseMergeable(ksm, op.start, op.stop);
    case "unmergeable":
      return madviseUnmergeable(ksm, op.start, op.stop);
    case "knob": {
      const answer = writeKnob(ksm, op.name, op.value);
      if (answer === "EBUSY")
        throw new InputError(
          op.name,
          op.value,
          `${quote(ksm.knobs[op.name as KnobName])} while pages are merged (the kernel answers EBUSY)`,
          "unmerge them first by writing 2 to run",
        );
      if (answer === "EINVAL")
        throw new InputError(
          op.name,
          op.value,
          "no write while the advisor sets it (the kernel answers EINVAL)",
          "switch advisor_mode off first",
        );
      return;
    }
    default:
      throw new InputError(
        "an operation",
        (op as { readonly op?: unknown }).op,
        OPERATIONS.join(", "),
        "use one of these",
      );
  }
}
