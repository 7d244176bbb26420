import type { SharedObject } from "../machine/object.js";
import { operation, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { World } from "../machine/world.js";

/** Kinds of WARN_ONCE that have fired, by the object that they are about. */
const fired = new WeakMap<SharedObject, Set<string>>();

/**
 * WARN_ONCE(): records a warning in `world.warnings`, the first time for each object and kind; tells whether this was it.
 * For effects of steps. The explorer takes a warning for a violation, unless the program says
 * `warningsAreViolations: false`.
 *
 * The kernel's fires once for all objects, so that two which warn would depend on each other. Whose warning is the first
 * for an object depends on the order of the steps that warn: each must touch the object by more than a `read`.
 *
 * Kernel: include/asm-generic/bug.h.
 */
export function warnOnce(world: World, task: Task, object: SharedObject, kind: string, text: string): boolean {
  let kinds = fired.get(object);
  if (kinds === undefined) fired.set(object, (kinds = new Set()));
  if (kinds.has(kind)) return false;
  kinds.add(kind);
  world.warnings.push({ text, task: task.name });
  return true;
}

const warn = operation("WARN_ON", "none");

/** WARN_ON(): records the warning if the condition, of the task's own variables, holds; returns the condition. */
export function warnOn(condition: boolean, text: string): Step<boolean> {
  return new Step(warn, null, (task, world) => {
    if (condition) world.warnings.push({ text, task: task.name });
    return condition;
  }).with(text);
}
