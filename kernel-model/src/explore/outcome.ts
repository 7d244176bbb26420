import { SharedObject } from "../machine/object.js";
import type { World } from "../machine/world.js";

/**
 * The state in which a run ends, as text: every shared object reachable from the program's state through plain objects
 * and arrays, plain values among them, and what the tasks returned. Equal text, equal end state.
 */
export function endState(state: unknown, world: World): string {
  const parts: string[] = [];
  collect(state, "", parts, 0);
  for (const task of world.tasks) if (task.result !== undefined) parts.push(`${task.name} returned ${plain(task.result)}`);
  return parts.join("; ");
}

function collect(value: unknown, name: string, parts: string[], depth: number): void {
  if (value instanceof SharedObject) {
    parts.push(`${name === "" ? value.name : name} = ${value.describe()}`);
  } else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) collect(value[i], `${name}[${i}]`, parts, depth + 1);
  } else if (typeof value === "object" && value !== null) {
    if (depth < 4) for (const key of Object.keys(value)) collect((value as Record<string, unknown>)[key], name === "" ? key : `${name}.${key}`, parts, depth + 1);
  } else if (typeof value === "number" || typeof value === "string" || typeof value === "boolean" || typeof value === "bigint") {
    parts.push(`${name} = ${value}`);
  }
}

function plain(value: unknown): string {
  if (value instanceof SharedObject) return value.name;
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? `[${value.map(plain).join(", ")}]` : `{${Object.entries(value).map(([key, v]) => `${key}: ${plain(v)}`).join(", ")}}`;
}
