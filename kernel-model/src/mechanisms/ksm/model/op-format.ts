/** Operations as recordings and workload files write them. */
import { checkInteger, InputError, quote } from "../../../base/errors.js";
import { JsonShape } from "../../../base/json-shape.js";
import { checkContent, checkIncrement } from "./content.js";
import { KNOB_NAMES, type KsmKnobs } from "./knobs.js";
import { applyOp, type Op } from "./ops.js";
import type { KsmState } from "./state.js";

const shape = new JsonShape("correct the file; data/live/README.md shows the format");

/** As applyOp; a write that the knob's file refused (EBUSY, EINVAL) changed nothing, then as now. */
export function applyRecorded(ksm: KsmState, op: Op): void {
  try {
    applyOp(ksm, op);
  } catch (error) {
    if (op.op !== "knob" || !(error instanceof InputError)) throw error;
  }
}

/** An operation on an area of so many pages, as the array of the format: a name, then its numbers. */
export function parseOp(value: unknown, where: string, pages = Number.MAX_SAFE_INTEGER): Op {
  const [kind, ...rest] = shape.array(value, where);
  const range = (): { start: number; stop: number } => {
    const start = checkInteger(`${where}: start`, rest[0], { min: 0, max: pages, unit: "(a page of the workload)" });
    return {
      start,
      stop: checkInteger(`${where}: stop`, rest[1], {
        min: start,
        max: pages,
        unit: "(start to the workload's pages)",
      }),
    };
  };
  const arity = (count: number): void => {
    if (rest.length !== count) throw shape.malformed(where, value, `${quote(kind)} followed by ${count} values`);
  };
  switch (kind) {
    case "fill":
      arity(5);
      return {
        op: "fill",
        ...range(),
        step: checkInteger(`${where}: step`, rest[2], { min: 1, unit: "pages" }),
        content: checkContent(`${where}: class`, bigIfNeeded(rest[3])),
        increment: checkIncrement(`${where}: inc`, bigIfNeeded(rest[4])),
      };
    case "unmap":
    case "dontneed":
    case "read":
    case "mergeable":
    case "unmergeable":
      arity(2);
      return { op: kind, ...range() };
    case "knob": {
      arity(2);
      const [name] = rest;
      if (typeof name !== "string" || (name !== "run" && !(KNOB_NAMES as readonly string[]).includes(name))) {
        throw shape.malformed(`${where}: the knob`, name, `run, ${KNOB_NAMES.join(", ")}`);
      }
      return { op: "knob", name: name as keyof KsmKnobs | "run", value: rest[1] };
    }
    default:
      throw shape.malformed(where, kind, "fill, unmap, dontneed, read, mergeable, unmergeable or knob");
  }
}

/** Integers above 2^53 are read as quoted text, since JSON.parse would round them. */
function bigIfNeeded(value: unknown): unknown {
  return typeof value === "string" && /^-?\d{16,}$/.test(value) ? BigInt(value) : value;
}
