import { SharedObject } from "../../src/machine/object.js";
import type { World } from "../../src/machine/world.js";

/**
 * The state in which a run ends, written as the explorer writes the keys of `effort.endStates`: each shared object that
 * can be reached from the program's state, plain values beside them, and what the tasks returned.
 */
export function endText(state: unknown, world: World): string {
  const parts: string[] = [];
  reach(state, "", 0, parts);
  for (const { name, result } of world.tasks) if (result !== undefined) parts.push(`${name} returned ${plain(result)}`);
  return parts.join("; ");
}

function reach(value: unknown, path: string, depth: number, parts: string[]): void {
  if (value instanceof SharedObject) {
    parts.push(`${path === "" ? value.name : path} = ${value.describe()}`);
  } else if (Array.isArray(value)) {
    value.forEach((item, i) => reach(item, `${path}[${i}]`, depth + 1, parts));
  } else if (typeof value === "object" && value !== null) {
    if (depth >= 4) return;
    for (const [key, item] of Object.entries(value))
      reach(item, path === "" ? key : `${path}.${key}`, depth + 1, parts);
  } else if (
    typeof value === "number" ||
    typeof value === "string" ||
    typeof value === "boolean" ||
    typeof value === "bigint"
  ) {
    parts.push(`${path} = ${value}`);
  }
}

function plain(value: unknown): string {
  if (value instanceof SharedObject) return value.name;
  if (Array.isArray(value)) return `[${value.map(plain).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${key}: ${plain(item)}`)
    .join(", ")}}`;
}
