/** One step of a run, as a reader sees it. Plain data. */
export interface TraceEntry {
  /** Number of the step, from 0. */
  readonly index: number;
  readonly task: string;
  readonly taskId: number;
  /** The kernel function that performed it; the task's name where the engine's stacks do not tell. */
  readonly function: string;
  /** The kernel's name of the operation, e.g. `atomic_inc`. */
  readonly operation: string;
  /** The object it touched; null for none. */
  readonly object: string | null;
  /** The argument, "" for none. */
  readonly argument: string;
  /** What it returned, "" for nothing. */
  readonly result: string;
  /** Shared state that it changed. */
  readonly changes: readonly Change[];
  /** Virtual time at which it took effect, ns; 0 in the explorer. */
  readonly time: number;
}

export interface Change {
  readonly object: string;
  readonly before: string;
  readonly after: string;
}

/** A step as one line of text, e.g. `queue_work(&pool->shrink_work) = false`. */
export function stepText(entry: Pick<TraceEntry, "operation" | "object" | "argument" | "result">): string {
  const given = [entry.object, entry.argument].filter((part) => part !== null && part !== "").join(", ");
  return `${entry.operation}(${given})${entry.result === "" ? "" : ` = ${entry.result}`}`;
}

/** A value of a step as short text. */
export function valueText(value: unknown): string {
  if (value === undefined) return "";
  if (value === null) return "NULL";
  if (typeof value !== "object" && typeof value !== "function") return `${value as number}`;
  const { name } = value as { name?: unknown };
  if (typeof name === "string" && name !== "") return name;
  return Array.isArray(value) ? `[${value.map(valueText).join(", ")}]` : "{...}";
}
