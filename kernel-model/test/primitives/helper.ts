import { expect } from "vitest";
import { explore } from "../../src/explore/index.js";
import { apply, enabled, start, violationOf } from "../../src/machine/apply.js";
import type { Path } from "../../src/machine/path.js";
import type { Program, TaskSpec } from "../../src/machine/program.js";
import type { Task } from "../../src/machine/task.js";
import type { Verdict } from "../../src/machine/verdict.js";
import type { Violation } from "../../src/machine/violation.js";
import { World } from "../../src/machine/world.js";

/** Runs one path alone, daemons beside it, each as far as it can go; what it returned, and the world. */
export function alone<R>(path: Path<R>): { readonly result: R; readonly warnings: readonly string[]; readonly world: World } {
  const { world, violation } = together({ alone: path });
  if (violation !== null) throw new Error(violation.message);
  const [task] = world.tasks as [Task];
  if (!task.finished) throw new Error(`stuck at ${task.pending?.operation.name ?? ""}`);
  return { result: task.result as R, warnings: world.warnings.map(({ text }) => text), world };
}

/** Runs paths, each as far as it can go, in the order given, until nothing can. */
export function together(paths: Readonly<Record<string, Path<unknown> | TaskSpec>>): { readonly world: World; readonly violation: Violation | null } {
  let violation: Violation | null = null;
  const attempt = (task: Task, act: () => void): void => {
    try {
      act();
    } catch (error) {
      violation ??= violationOf(error, task);
    }
  };
  const world = new World({ spawned: (task) => attempt(task, () => start(world, task)), now: () => 0 });
  for (const [name, given] of Object.entries(paths)) {
    if ("path" in given) world.spawn(name, given.path(), given);
    else world.spawn(name, given);
  }
  for (let steps = 0; violation === null && steps < 10_000; steps++) {
    const task = world.tasks.find((candidate) => enabled(world, candidate));
    if (task === undefined) break;
    attempt(task, () => apply(world, task));
  }
  return { world, violation };
}

/** Explores a program to the end. */
export function check<S>(program: Program<S>): Verdict {
  return explore(program, { seconds: 30 });
}

/** The message of the violation that a program must have, or of the rule that a path must break. */
export function brokenBy(given: Verdict | Path<unknown>): string {
  if ("kind" in given) {
    expect(given.kind).toBe("violated");
    return given.kind === "violated" ? `${given.violation.what}: ${given.violation.message}` : "";
  }
  const { violation } = together({ A: given });
  return violation === null ? "" : `${violation.what}: ${violation.message}`;
}

/** What the runs of a program end in, each once, in order; it must be explored to the end. */
export function ends(verdict: Verdict): readonly string[] {
  expect(verdict.kind === "violated" ? verdict.violation.message : verdict.kind).toBe("exhausted");
  return [...verdict.effort.endStates.keys()].sort();
}
