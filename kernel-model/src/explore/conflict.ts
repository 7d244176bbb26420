import type { Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";

/**
 * Whether the next steps of two tasks may matter to each other: if not, their order makes no difference to any state.
 * `visible` steps keep their order because a property sees between them.
 */
export function conflicts(a: Task, b: Task, aVisible: boolean, bVisible: boolean): boolean {
  if (aVisible && bVisible) return true;
  if (a.cpuObject !== null && a.cpuObject === b.cpuObject) return true;
  const [s, t] = [a.pending, b.pending];
  if (s === null || t === null) return false;
  return stepsConflict(s, t);
}

/** The part of {@link conflicts} that lies in the steps alone. */
export function stepsConflict(s: Step, t: Step): boolean {
  const writes = (step: Step): boolean => step.operation.access !== "read" && step.operation.access !== "none";
  const sWrites = writes(s);
  const tWrites = writes(t);
  if (s.object !== null && s.object === t.object && (sWrites || tWrites)) return true;
  if (sWrites && s.object !== null && reads(t, s)) return true;
  return tWrites && t.object !== null && reads(s, t);
}

/** Whether `reader` looks at the object of `writer` beside its own: as a further condition, or as the memory it lives in. */
function reads(reader: Step, writer: Step): boolean {
  if (reader.object !== null && reader.object.memory === writer.object && writer.object !== null) return true;
  return reader.others !== null && reader.others.some((object) => object === writer.object || object.memory === writer.object);
}
