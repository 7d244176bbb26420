import { stepText, type TraceEntry } from "../machine/trace.js";
import type { Replay } from "./replay.js";
import type { RunEnd } from "./strategy.js";

/** A step without its result, which another order may change. */
export function bare(entry: Pick<TraceEntry, "operation" | "object" | "argument">): string {
  return stepText({ ...entry, result: "" });
}

export function textOf(end: RunEnd, { state, violation, waiting }: Replay): string {
  if (end === "redundant") return "";
  if (end === "violated") return violation?.message ?? "";
  if (end === "complete") return state;
  const by = (names: readonly string[]): string => (names.length > 0 ? `, held by ${names.join(", ")}` : "");
  return waiting.map(({ task, step, heldBy }) => `${task} waits at ${step}${by(heldBy)}`).join("; ");
}
