import type { SharedObject } from "./object.js";
import type { Step } from "./step.js";
import type { Held, Task } from "./task.js";
import { RuleBroken } from "./violation.js";

/**
 * The order in which locks nest, by name, within one run: lockdep's graph. An edge A -> B says that B was taken while
 * A was held; a cycle is a deadlock waiting for its schedule, found although it did not happen.
 */
export class LockOrder {
  #edges: Map<string, Map<string, string>> | null = null;

  /** All that was seen, as text. */
  describe(): string {
    return [...(this.#edges ?? [])]
      .map(([from, after]) => `${from}>${[...after.keys()].sort().join("|")}`)
      .sort()
      .join();
  }

  /** Adds held -> taken for each held lock; throws if the opposite order was seen. O(edges) where a new edge appears. */
  taken(task: Task, taken: SharedObject): void {
    for (const { lock } of task.held) {
      if (lock.name === taken.name) continue;
      const edges = (this.#edges ??= new Map<string, Map<string, string>>());
      const after = edges.get(lock.name) ?? new Map<string, string>();
      edges.set(lock.name, after);
      if (after.has(taken.name)) continue;
      const other = edges.has(taken.name) ? this.#path(taken.name, lock.name, new Set()) : null;
      if (other !== null) {
        throw new RuleBroken(
          "lock-order-inversion",
          task,
          `takes ${taken.name} while holding ${lock.name}, but ${other} took them in the opposite order: the two can deadlock`,
        );
      }
      after.set(taken.name, task.name);
    }
  }

  /** Who established a path from -> ... -> to, or null. */
  #path(from: string, to: string, visited: Set<string>): string | null {
    visited.add(from);
    for (const [next, by] of this.#edges?.get(from) ?? []) {
      if (next === to) return by;
      if (!visited.has(next)) {
        const further = this.#path(next, to, visited);
        if (further !== null) return by === further ? by : `${by} and ${further}`;
      }
    }
    return null;
  }
}

/** Books a lock as held by the task. `nests`: take part in the lock order (a trylock that succeeded does not). */
export function lockTaken(task: Task, held: Held, nests = true): void {
  const order = task.held.length > 0 && nests ? held.lock.world?.lockOrder : null;
  if (order != null) order.taken(task, held.lock);
  task.held.push(held);
}

/** Books it as released; throws if the task does not hold it in that mode. */
export function lockReleased(task: Task, lock: SharedObject, mode: Held["mode"] = "write"): void {
  for (let i = task.held.length - 1; i >= 0; i--) {
    const held = task.held[i];
    if (held !== undefined && held.lock === lock && held.mode === mode) {
      task.held.splice(i, 1);
      return;
    }
  }
  const owned = task.held.map(({ lock: { name } }) => name).join(", ");
  throw new RuleBroken(
    "unlock-not-held",
    task,
    `unlocks ${lock.name}, which it does not hold${mode === "read" ? " for reading" : ""} (it holds ${owned === "" ? "nothing" : owned})`,
  );
}

/** Throws if the task holds the lock already, in this mode or for writing: it would wait for itself for ever. */
export function notRecursive(task: Task, lock: SharedObject, mode: Held["mode"] = "read"): void {
  if (
    task.held.length > 0 &&
    task.held.some((held) => held.lock === lock && (held.mode === mode || held.mode === "write"))
  ) {
    throw new RuleBroken(
      "recursive-lock",
      task,
      `takes ${lock.name}, which it already holds: it would wait for itself`,
    );
  }
}

/** might_sleep() and the lifetime of what the step touches: checked when the step is issued, not when it may proceed. */
export function checkIssue(task: Task, step: Step): void {
  if (step.operation.sleeps) {
    if (task.atomic)
      throw new RuleBroken(
        "sleeping-in-atomic",
        task,
        `${step.operation.name} may sleep, but the task is ${whyAtomic(task)}`,
      );
    if (task.rcuDepth > 0)
      throw new RuleBroken(
        "sleeping-in-rcu",
        task,
        `${step.operation.name} may sleep, but the task is inside rcu_read_lock()`,
      );
  }
  if (step.guard !== null && step.object !== null && task.held.length > 0)
    notRecursive(task, step.object, step.operation.access === "acquire" ? "read" : "write");
}

function whyAtomic(task: Task): string {
  const spinlock = task.held.find(({ sleeping }) => !sleeping);
  if (task.context !== "task") return `a ${task.context} handler`;
  if (spinlock !== undefined) return `holding the spinlock ${spinlock.lock.name}`;
  return task.irqsOff > 0
    ? "running with interrupts off"
    : task.softirqsOff > 0
      ? "running with softirqs off"
      : "running with preemption off";
}

/** What a finished path must have given back. */
export function checkReturn(task: Task): void {
  const [held] = task.held;
  if (held !== undefined)
    throw new RuleBroken(
      "lock-held-at-return",
      task,
      `returned while holding ${task.held.map(({ lock }) => lock.name).join(", ")}`,
    );
  if (task.rcuDepth > 0) throw new RuleBroken("lock-held-at-return", task, "returned inside rcu_read_lock()");
  if (task.preemptCount > 0) throw new RuleBroken("lock-held-at-return", task, "returned with preemption off");
  if (task.softirqsOff > 0) throw new RuleBroken("lock-held-at-return", task, "returned with softirqs off");
  if (task.irqsOff > 0) throw new RuleBroken("lock-held-at-return", task, "returned with interrupts off");
}
