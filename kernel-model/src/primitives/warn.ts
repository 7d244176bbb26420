import { operation, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { World } from "../machine/world.js";

/** Which WARN_ONCE sites have fired, by run. */
const fired = new WeakMap<World, Set<string>>();

/**
 * WARN_ONCE(): records a warning in `world.warnings`, the first time per run for each `site`. For effects of steps. The
 * explorer takes a warning for a violation, unless the program says `warningsAreViolations: false`.
 *
 * Kernel: include/asm-generic/bug.h.
 */
export function warnOnce(world: World, task: Task, site: string, text: string): void {
  let sites = fired.get(world);
  if (sites === undefined) fired.set(world, (sites = new Set()));
  if (sites.has(site)) return;
  sites.add(site);
  world.warnings.push({ text, task: task.name });
}

const warn = operation("WARN_ON", "none");

/** WARN_ON(): records the warning if the condition, of the task's own variables, holds; returns the condition. */
export function warnOn(condition: boolean, text: string): Step<boolean> {
  return new Step(warn, null, (task, world) => {
    if (condition) world.warnings.push({ text, task: task.name });
    return condition;
  }).with(text);
}
