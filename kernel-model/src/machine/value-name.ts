import { SharedObject } from "./object.js";

/** Levels of a value that are looked into. */
const DEEPEST = 6;

/**
 * A value as text, equal exactly for values that no path can tell apart, in this run or another: plain values, shared
 * objects (by what they are, not by their state), arrays and records of these. Null for any other: a Map, a function, an
 * object of some class.
 */
export function valueName(value: unknown, depth = 0): string | null {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof SharedObject) return `#${value.serial}`;
  if (typeof value !== "object" || depth >= DEEPEST) return null;
  const isArray = Array.isArray(value);
  if (!isArray && Object.getPrototypeOf(value) !== Object.prototype) return null;
  let text = isArray ? "[" : "{";
  for (const [key, part] of Object.entries(value)) {
    const name = valueName(part, depth + 1);
    if (name === null) return null;
    text += isArray ? `${name},` : `${JSON.stringify(key)}:${name},`;
  }
  return text + (isArray ? "]" : "}");
}
