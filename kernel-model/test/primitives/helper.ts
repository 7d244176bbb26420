import { expect } from "vitest";
import { explore } from "../../src/explore/index.js";
import { apply, enabled, start, violationOf } from "../../src/machine/apply.js";
import type { Path } from "../../src/machine/path.js";
import type { Program, TaskSpec } from "../../src/machine/program.js";
import type { Task } from "../../src/machine/task.js";
import type { Verdict } from "../../src/machine/verdict.js";
import type { Violation } from "../../src/machine/violation.js";
import { outcome } from "../outcome.js";
import { World } from "../../src/machine/world.js";

/** Runs one path alone, daemons beside it, each as far as it can go; what it returned, and the world. */
export function alone<R>(path: Path<R>): {
  readonly result: R;
  readonly warnings: readonly string[];
  readonly world: World;
} {
  const { world, violation } = together({ alone: path });
  if (violation !== null) throw new Error(violation.message);
  const [task] = world.tasks as [Task];
  if (!task.finished) throw new Error(`stuck at ${task.pending?.operation.name ?? ""}`);
  return { result: task.result as R, warnings: world.warnings.map(({ text }) => text), world };
}

/** Runs paths: first the tasks numbered in `first`, a step each, then each as far as it can go, in order, until nothing can. */
export function together(
  paths: Readonly<Record<string, Path<unknown> | TaskSpec>>,
  first: readonly number[] = [],
): { readonly world: World; readonly violation: Violation | null } {
  let violation: Violation | null = null;
  const attempt = (task: Task, act: () => void): void => {
    try {
      act();
    } catch (error) {
      violation ??= violationOf(error, task, world);
    }
  };
  const world = new World({ spawned: (task) => attempt(task, () => start(world, task)), now: () => 0 });
  for (const [name, given] of Object.entries(paths)) {
    if ("path" in given) world.spawn(name, given.path(), given);
    else world.spawn(name, given);
  }
  for (const id of first) attempt(world.tasks[id]!, () => apply(world, world.tasks[id]!));
  for (let steps = 0; violation === null && steps < 10_000; steps++) {
    const task = world.tasks.find((candidate) => enabled(world, candidate));
    if (task === undefined) break;
    attempt(task, () => apply(world, task));
  }
  return { world, violation };
}

/**
 * Explores a program to the end, and once more without reduction, as far as 20,000 schedules go: what is left out must
 * make no difference, or a primitive claims to commute where it does not.
 */
export function check<S>(program: Program<S>): Verdict {
  const verdict = explore(program, { seconds: 30 });
  const naive = explore(program, { reduction: false, shrink: false, maxSchedules: 20_000 });
  if (naive.kind !== "bounded") {
    expect(naive.kind).toBe(verdict.kind);
    if (naive.kind === "exhausted")
      expect([...naive.effort.endStates.keys()].sort()).toEqual([...verdict.effort.endStates.keys()].sort());
  } else {
    const ends = verdict.effort.endStates;
    if (verdict.kind === "exhausted")
      for (const end of naive.effort.endStates.keys()) expect([...ends.keys()]).toContain(end);
  }
  return verdict;
}

/** The message of the violation that a program must have, or of the rule that a path must break. */
export function brokenBy(given: Verdict | Path<unknown>): string {
  if ("kind" in given) {
    expect(outcome(given)).toMatch(/^violated /);
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

/** Who is stuck where, in a program that must end so. */
export function stuckIn(verdict: Verdict): readonly string[] {
  expect(verdict.kind).toBe("stuck");
  return verdict.kind === "stuck" ? verdict.waiting.map(({ task, step }) => `${task} at ${step}`).sort() : [];
}
