import { SharedObject } from "../machine/object.js";
import type { World } from "../machine/world.js";

/** What is met on the way through an end state, always in the same order. */
export interface Visitor {
  /** An object or array under a key of the one around it; null for the state itself. */
  enter(key: string | number | null): void;
  leave(): void;
  /** A shared object, by its text, or a plain value. */
  leaf(key: string | number, value: unknown): void;
  /** What a task returned: a plain value, or its text. */
  result(task: string, value: unknown): void;
}

/** Objects within objects that are looked into. */
const DEEPEST = 4;

/**
 * Goes through the state in which a run ends: every shared object reachable from the program's state through plain objects
 * and arrays, plain values among them, and what the tasks returned.
 */
export function visitEnd(state: unknown, { tasks }: Pick<World, "tasks">, visitor: Visitor): void {
  visit(state, null, 0, visitor);
  for (const { name, result } of tasks)
    if (result !== undefined) visitor.result(name, typeof result === "object" ? plain(result) : result);
}

function visit(value: unknown, key: string | number | null, depth: number, visitor: Visitor): void {
  if (value instanceof SharedObject) {
    visitor.leaf(key ?? value.name, value.describe());
  } else if (Array.isArray(value)) {
    visitor.enter(key);
    for (let i = 0; i < value.length; i++) visit(value[i], i, depth + 1, visitor);
    visitor.leave();
  } else if (typeof value === "object" && value !== null) {
    if (depth >= DEEPEST) return;
    visitor.enter(key);
    for (const name of Object.keys(value)) visit((value as Record<string, unknown>)[name], name, depth + 1, visitor);
    visitor.leave();
  } else if (
    typeof value === "number" ||
    typeof value === "string" ||
    typeof value === "boolean" ||
    typeof value === "bigint"
  ) {
    visitor.leaf(key ?? "", value);
  }
}

/** The end state as text. Equal text, equal end state. */
export function endState(state: unknown, world: Pick<World, "tasks">): string {
  const text = new Text();
  visitEnd(state, world, text);
  return text.parts.join("; ");
}

class Text implements Visitor {
  readonly parts: string[] = [];
  readonly #around: string[] = [];

  enter(key: string | number | null): void {
    this.#around.push(key === null ? "" : this.#name(key));
  }

  leave(): void {
    this.#around.pop();
  }

  leaf(key: string | number, value: unknown): void {
    this.parts.push(`${this.#name(key)} = ${value as string}`);
  }

  result(task: string, value: unknown): void {
    this.parts.push(`${task} returned ${String(value)}`);
  }

  #name(key: string | number): string {
    const around = this.#around.at(-1) ?? "";
    if (typeof key === "number") return `${around}[${key}]`;
    return around === "" ? key : `${around}.${key}`;
  }
}

function plain(value: unknown): string {
  if (value instanceof SharedObject) return value.name;
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value)
    ? `[${value.map(plain).join(", ")}]`
    : `{${Object.entries(value)
        .map(([key, v]) => `${key}: ${plain(v)}`)
        .join(", ")}}`;
}
