import type { SharedObject } from "../machine/object.js";
import type { Operation, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";

/**
 * Whether the next steps of two tasks may matter to each other: if not, their order makes no difference to any state.
 * `visible` steps keep their order because a property sees between them. The same relation as History keeps.
 */
export function conflicts(a: Task, b: Task, aVisible: boolean, bVisible: boolean): boolean {
  if (aVisible && bVisible) return true;
  if (a.cpuObject !== null && a.cpuObject === b.cpuObject) return true;
  const s = a.pending;
  const t = b.pending;
  return s !== null && t !== null && stepsConflict(s, t);
}

/** The part of {@link conflicts} that lies in the steps alone. */
export function stepsConflict(s: Step, t: Step): boolean {
  const sWrites = writes(s.operation);
  const tWrites = writes(t.operation);
  if (s.object !== null && s.object === t.object && (sWrites || tWrites)) return true;
  return (sWrites && s.object !== null && looksAt(t, s.object)) || (tWrites && t.object !== null && looksAt(s, t.object));
}

function writes({ access }: Operation): boolean {
  return access !== "read" && access !== "none";
}

/** Whether a step looks at an object beside its own: as a further condition, or as the memory that holds it. */
function looksAt({ object: own, others }: Step, object: SharedObject): boolean {
  if (own !== null && own.memory === object) return true;
  if (others !== null) for (const other of others) if (other === object || other.memory === object) return true;
  return false;
}
