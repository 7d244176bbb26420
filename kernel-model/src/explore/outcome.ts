import { SharedObject } from "../machine/object.js";
import type { World } from "../machine/world.js";

/**
 * The state in which a run ends, as text: every shared object reachable from the program's state through plain objects
 * and arrays, plain values among them, and what the tasks returned. Equal text, equal end state.
 */
export function endState(state: unknown, world: World): string {
  let text = described(state, "", "", 0);
  for (const { name, result } of world.tasks) if (result !== undefined) text = appended(text, `${name} returned ${plain(result)}`);
  return text;
}

/** `text` with what is reachable from the value behind it. Made once a run: by appending, without lists of parts. */
function described(value: unknown, name: string, text: string, depth: number): string {
  if (value instanceof SharedObject) return appended(text, `${name === "" ? value.name : name} = ${value.describe()}`);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) text = described(value[i], `${name}[${i}]`, text, depth + 1);
  } else if (typeof value === "object" && value !== null) {
    if (depth < 4) for (const key of Object.keys(value)) text = described((value as Record<string, unknown>)[key], name === "" ? key : `${name}.${key}`, text, depth + 1);
  } else if (typeof value === "number" || typeof value === "string" || typeof value === "boolean" || typeof value === "bigint") {
    return appended(text, `${name} = ${value}`);
  }
  return text;
}

function appended(text: string, part: string): string {
  return text === "" ? part : `${text}; ${part}`;
}

function plain(value: unknown): string {
  if (value instanceof SharedObject) return value.name;
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? `[${value.map(plain).join(", ")}]` : `{${Object.entries(value).map(([key, v]) => `${key}: ${plain(v)}`).join(", ")}}`;
}
