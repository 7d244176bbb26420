import type { ContentNumber } from "./content.js";
import { writeKnob } from "./control.js";
import type { KnobName } from "./knobs.js";
import { dontneed, fill, madviseMergeable, madviseUnmergeable, read, unmap } from "./memory.js";
import type { KsmState } from "./state.js";

/** One thing a workload does between two scans; pages are numbered over the whole model, `stop` is exclusive. */
export type Op =
  | { readonly op: "fill"; readonly start: number; readonly stop: number; readonly step: number; readonly content: ContentNumber; readonly increment: ContentNumber }
  | { readonly op: "unmap" | "dontneed" | "read" | "mergeable" | "unmergeable"; readonly start: number; readonly stop: number }
  | { readonly op: "knob"; readonly name: KnobName | "run"; readonly value: unknown };

/** Operations that happen just before full scan number `scan` (0 is the first). */
export interface Step {
  readonly scan: number;
  readonly ops: readonly Op[];
}

/** Does one operation to the model. Cost: O(pages in the range). */
export function applyOp(ksm: KsmState, op: Op): void {
  switch (op.op) {
    case "fill": return fill(ksm, op.start, op.stop, op.step, op.content, op.increment);
    case "unmap": return unmap(ksm, op.start, op.stop);
    case "dontneed": return dontneed(ksm, op.start, op.stop);
    case "read": return read(ksm, op.start, op.stop);
    case "mergeable": return madviseMergeable(ksm, op.start, op.stop);
    case "unmergeable": return madviseUnmergeable(ksm, op.start, op.stop);
    case "knob": writeKnob(ksm, op.name, op.value);
  }
}
