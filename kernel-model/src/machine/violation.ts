import type { Task } from "./task.js";

/** The kernel's rules, checked while a path runs, as lockdep, might_sleep and KASAN would. */
export type Rule =
  | "sleeping-in-atomic"
  | "sleeping-in-rcu"
  | "unlock-not-held"
  | "recursive-lock"
  | "lock-order-inversion"
  | "lock-held-at-return"
  | "double-free"
  | "use-after-free"
  | "refcount"
  | "warning"
  | "exclusion"
  | "misuse";

/** What went wrong, where. Plain data: it prints, compares and travels as JSON. */
export interface Violation {
  /** A broken kernel rule, a property of the program, or an exception thrown by a path. */
  readonly kind: "rule" | "always" | "eventually" | "sometimes" | "exception";
  /** The rule, or the property's name, or the error's name. */
  readonly what: string;
  /** One sentence with task, function and step. */
  readonly message: string;
  /** The task that performed the offending step; null where no single one did. */
  readonly task: string | null;
  readonly function: string | null;
  readonly step: string | null;
  /**
   * Number of that step in the run's trace, from 0. The length of the trace: it was refused, or the path threw or
   * returned, and nothing more happened. null where no single step did it, or no trace was recorded.
   */
  readonly index: number | null;
}

/** Thrown out of a step to stop the run; the host adds the schedule. */
export class RuleBroken extends Error {
  override readonly name = "RuleBroken";

  constructor(
    readonly rule: Rule,
    readonly task: Task,
    readonly explanation: string,
  ) {
    super(explanation);
  }
}
