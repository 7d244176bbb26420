import { groupDigits } from "@mm-lab/kernel-model";
import { inspect, types } from "node:util";
import type { SourcePositions } from "./source-positions.js";
import { describePosition, innermostCell } from "./stack-traces.js";
import type { Diagnostic } from "./tslab-modules.js";

/** What Jupyter's `error` message and a failed reply state. */
export interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** Frames beyond so many say little (endless recursion). */
const MOST_FRAMES = 20;
const LONGEST_MESSAGE = 20_000;
const DEEPEST_CAUSE = 4;
const FRAME = "    at ";

export function describeThrown(thrown: unknown, positions: SourcePositions): ErrorContent {
  if (!(thrown instanceof Error) && !types.isNativeError(thrown)) {
    // an error of another vm context is native too
    const evalue = clip(safely(() => (typeof thrown === "string" ? thrown : inspect(thrown))));
    const ename = `Thrown ${thrown === null ? "null" : typeof thrown}`;
    return { ename, evalue, traceback: [`${ename}: ${evalue}`, "(Throw an Error to see here where it happened.)"] };
  }
  const ename = safely(() => asText(thrown.name)) || "Error";
  const evalue = clip(safely(() => asText(thrown.message)));
  const lines = stackLines(thrown, 0);
  const message = lines.findIndex((line) => line.startsWith(FRAME));
  const split = message < 0 ? lines.length : message;
  return { ename, evalue, traceback: [...lines.slice(0, split), ...excerpt(thrown, positions), ...lines.slice(split)] };
}

/** The compiler's complaints about a cell, none of whose code has run. */
export function describeDiagnostics(diagnostics: readonly Diagnostic[], label: string, source: string): ErrorContent {
  const traceback: string[] = [];
  let previous = "";
  for (const { start, end, messageText, code, fileName } of diagnostics) {
    const place =
      fileName === undefined
        ? `${label}, line ${start.line + 1}:${start.character + 1}`
        : `${fileName}:${start.line + 1}:${start.character + 1}`;
    if (place === previous) {
      traceback.push(`  ${messageText}`); // the next link of a chain of reasons
      continue;
    }
    previous = place;
    traceback.push(`${place} - error TS${code}: ${messageText}`);
    const line = source.split("\n")[start.line];
    if (fileName === undefined && line !== undefined) {
      const width = end.line === start.line ? end.character - start.character : line.length - start.character;
      traceback.push(...pointAt(line, start.line + 1, start.character + 1, width));
    }
  }
  const evalue = clip(diagnostics[0]?.messageText ?? "");
  return { ename: "TypeScriptError", evalue, traceback: [`TypeScriptError: ${evalue}`, ...traceback] };
}

/** The line of the cell, marked. */
function excerpt(error: Error, positions: SourcePositions): string[] {
  const place = innermostCell(error);
  if (place === undefined) return [];
  const line = positions.sourceLine(place.where, place.line);
  return line === undefined ? [] : [describePosition(place), ...pointAt(line, place.line, place.column, 1)];
}

function pointAt(line: string, number: number, column: number, width: number): string[] {
  const margin = `${number} | `;
  const shown = line.length > 300 ? `${line.slice(0, 300)}…` : line;
  const indent = line.slice(0, column - 1).replace(/[^\t]/g, " ");
  const mark = "^".repeat(Math.max(1, Math.min(width, shown.length - column + 1)));
  return [`  ${margin}${shown}`, ...(column <= 300 ? [`  ${" ".repeat(margin.length - 2)}| ${indent}${mark}`] : [])];
}

function stackLines(error: Error, depth: number): string[] {
  const stack = safely(() => asText(error.stack ?? `${error.name}: ${error.message}`));
  const lines = clip(stack).split("\n");
  const frames = lines.filter((line) => line.startsWith(FRAME)).length;
  const kept =
    frames > MOST_FRAMES
      ? [...lines.slice(0, lines.length - frames + MOST_FRAMES), `    … ${frames - MOST_FRAMES} more frames`]
      : lines;
  if (depth >= DEEPEST_CAUSE) return kept;
  const inner = error instanceof AggregateError ? (error.errors as unknown[]).slice(0, 5) : [];
  const causes = error.cause === undefined ? inner : [error.cause, ...inner];
  return [
    ...kept,
    ...causes.flatMap((cause) => {
      const [first = "", ...rest] =
        cause instanceof Error ? stackLines(cause, depth + 1) : [clip(safely(() => inspect(cause)))];
      return [`Caused by: ${first}`, ...rest];
    }),
  ];
}

function clip(text: string): string {
  return text.length <= LONGEST_MESSAGE
    ? text
    : `${text.slice(0, LONGEST_MESSAGE)}… (${groupDigits(text.length)} characters)`;
}

/** Typed as strings, but anybody may have put anything there. */
function asText(value: unknown): string {
  return typeof value === "string" ? value : inspect(value);
}

/** An error's own properties may be getters that throw. */
function safely(read: () => string): string {
  try {
    return read();
  } catch {
    return "(cannot be shown)";
  }
}
