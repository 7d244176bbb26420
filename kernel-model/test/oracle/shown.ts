import type { Program } from "../../src/machine/program.js";
import type { Verdict } from "../../src/machine/verdict.js";
import { Names, Run } from "./run.js";

/** What a verdict says is wrong, as {@link Truth.faults} names it; its kind, where nothing is. */
export const saidOf = (verdict: Verdict): string =>
  verdict.kind === "violated" ? `${verdict.violation.kind} ${verdict.violation.what}` : verdict.kind;

/** Performs the run that a verdict shows, and tells what is not as it says. Null for a verdict that shows none. */
export function shownDiffers<S>(program: Program<S>, verdict: Verdict): string | null {
  if ((verdict.kind !== "violated" && verdict.kind !== "stuck") || verdict.schedule === null) return null;
  const run = new Run(program, new Names(program));
  for (const { task: id, choice } of verdict.schedule.decisions) {
    const task = run.world.tasks[id];
    if (run.broken !== null || task === undefined || !run.canRun(task)) return "the run that is shown cannot happen";
    run.perform({ key: task.key, choice });
    run.ask();
  }
  if (run.broken === null && run.enabled.length === 0) {
    if (run.isStuck) run.broken = "stuck";
    else run.askAtEnd();
  }
  return run.broken === saidOf(verdict) ? null : `the run that is shown ends with ${run.broken ?? "nothing wrong"}`;
}
