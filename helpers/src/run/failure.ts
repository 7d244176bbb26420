import { stripVTControlCharacters } from "node:util";
import { joined, type Cell } from "./notebook.js";

/** Why a notebook did not run through. */
export interface RunFailure {
  readonly kind: "error" | "not-executed" | "diagnostic" | "timeout" | "dead-kernel" | "no-kernel";
  /** Position among all cells, from 1, as JupyterLab's outline counts them; absent where no cell is to blame. */
  readonly cell?: number;
  /** One line: what went wrong. */
  readonly message: string;
  /** The line of the cell that the trace points at, with its number, where the trace tells. */
  readonly line?: { readonly number: number; readonly text: string };
  /** The kernel's trace without terminal colours and without frames of the kernel itself. */
  readonly trace: readonly string[];
  /** What to do next. */
  readonly next: string;
}

/** Thrown by {@link executeNotebook}; the notebook file is untouched. */
export class RunError extends Error {
  override readonly name = "RunError";

  constructor(
    readonly notebook: string,
    readonly failure: RunFailure,
  ) {
    super(describeFailure(notebook, failure));
  }
}

function describeFailure(notebook: string, { cell, message, line, trace, next }: RunFailure): string {
  const where =
    cell === undefined ? notebook : `${notebook}, cell ${cell}${line === undefined ? "" : `, line ${line.number}`}`;
  const source = line === undefined ? [] : [`  ${line.number} | ${line.text}`];
  // The trace often begins with the message itself.
  const rest = trace
    .filter((text) => text.trim() !== "" && text.trim() !== message.trim())
    .map((text) => `  ${text.trimEnd()}`);
  return [`${where}: ${message}`, ...source, ...rest, `Next: ${next}.`].join("\n");
}

/** Traces come as list items that may hold several lines each. */
export function cleanTrace(traceback: readonly string[] | null | undefined): string[] {
  return (traceback ?? [])
    .flatMap((text) => stripVTControlCharacters(text).split("\n"))
    .filter((text) => !/node_modules\/tslab\/|tslab\/dist\/|\(node:|\bat node:|\/helpers\/jupyter\//.test(text));
}

/**
 * Finds the line of the cell a trace points at; undefined where it points nowhere in the cell.
 * @param count the cell's execution count: the kernel names cells by it (`Cell [2], line 3:1`)
 */
export function locateLine(cell: Cell, count: number, trace: readonly string[]): RunFailure["line"] {
  const source = joined(cell.source).split("\n");
  for (const text of trace) {
    // Plain tslab gives type errors as `3:1 - message`, without a cell.
    const match = new RegExp(`Cell \\[${count}\\], line (\\d+)`).exec(text) ?? /^\s*(\d+):\d+ - /.exec(text);
    const number = Number(match?.[1]);
    const found = source[number - 1];
    if (found !== undefined) return { number, text: found };
  }
  return undefined;
}
