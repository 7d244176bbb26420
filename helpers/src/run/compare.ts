import { isRunnable, joined, type Cell, type Notebook, type Output } from "./notebook.js";

/** The first place where the outputs now differ from the committed ones. */
export interface OutputDifference {
  /** Position among all cells, from 1. */
  readonly cell: number;
  /** Where in the cell, e.g. `output 2, text/plain, line 3`. */
  readonly where: string;
  readonly committed: string;
  readonly now: string;
}

/**
 * Compares two notebooks of the same source, both normalised.
 * @returns the first difference, or undefined where all outputs are equal
 */
export function compareNotebooks(committed: Notebook, now: Notebook): OutputDifference | undefined {
  for (const [index, cell] of committed.cells.entries()) {
    const other = now.cells[index];
    const found =
      other === undefined ? { where: "the cell", committed: "present", now: "absent" } : compareCells(cell, other);
    if (found !== undefined) return { cell: index + 1, ...found };
  }
  return undefined;
}

/** The difference as three or four lines for a terminal. */
export function describeDifference(path: string, { cell, where, committed, now }: OutputDifference): string {
  return [`${path}, cell ${cell}, ${where}:`, `  - committed: ${committed}`, `  + now:       ${now}`].join("\n");
}

type Found = Omit<OutputDifference, "cell">;

function compareCells(committed: Cell, now: Cell): Found | undefined {
  if (!isRunnable(committed)) return undefined;
  const before = committed.outputs ?? [];
  const after = now.outputs ?? [];
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const [a, b] = [before[i], after[i]];
    if (a === undefined)
      return {
        where: `output ${i + 1}`,
        committed: before.length === 0 ? "no output (is the notebook committed executed?)" : "no such output",
        now: brief(b),
      };
    if (b === undefined) return { where: `output ${i + 1}`, committed: brief(a), now: "no such output" };
    const found = compareOutputs(a, b);
    if (found !== undefined) return { ...found, where: `output ${i + 1}${found.where}` };
  }
  return undefined;
}

function compareOutputs(committed: Output, now: Output): Found | undefined {
  if (committed.output_type !== now.output_type || committed.name !== now.name) {
    return { where: "", committed: brief(committed), now: brief(now) };
  }
  if (committed.output_type === "stream")
    return compareText(`, ${committed.name ?? "stream"}`, joined(committed.text), joined(now.text));
  if (committed.output_type === "error") {
    return (
      compareText(", error", `${committed.ename}: ${committed.evalue}`, `${now.ename}: ${now.evalue}`) ??
      compareText(", traceback", (committed.traceback ?? []).join("\n"), (now.traceback ?? []).join("\n"))
    );
  }
  const [before, after] = [committed.data ?? {}, now.data ?? {}];
  for (const type of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const found = compareValues(`, ${type}`, before[type], after[type]);
    if (found !== undefined) return found;
  }
  return compareValues(", metadata", committed.metadata ?? {}, now.metadata ?? {});
}

/** Texts line by line, JSON values key by key, so that the message names the smallest part that differs. */
function compareValues(where: string, committed: unknown, now: unknown): Found | undefined {
  if (isLines(committed) && isLines(now)) return compareText(where, joined(committed), joined(now));
  if (isObject(committed) && isObject(now)) {
    for (const key of new Set([...Object.keys(committed), ...Object.keys(now)])) {
      const found = compareValues(
        `${where}${where.includes(" $") ? "" : " $"}${path(key, Array.isArray(committed))}`,
        committed[key],
        now[key],
      );
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return Object.is(committed, now) ? undefined : { where, committed: show(committed), now: show(now) };
}

function compareText(where: string, committed: string, now: string): Found | undefined {
  if (committed === now) return undefined;
  const [before, after] = [committed.split("\n"), now.split("\n")];
  let line = 0;
  while (before[line] === after[line]) line++;
  return {
    where: `${where}, line ${line + 1}`,
    committed: excerpt(before[line], after[line]),
    now: excerpt(after[line], before[line]),
  };
}

/** The part of a long line around the first difference. */
function excerpt(line: string | undefined, other: string | undefined): string {
  if (line === undefined) return "(no such line)";
  let start = 0;
  while (start < line.length && line[start] === other?.[start]) start++;
  if (line.length <= 120) return JSON.stringify(line);
  const from = Math.max(0, start - 40);
  return `${from > 0 ? "..." : ""}${JSON.stringify(line.slice(from, from + 120))}${from + 120 < line.length ? "..." : ""}`;
}

function brief(output: Output | undefined): string {
  if (output === undefined) return "nothing";
  if (output.output_type === "stream") return `${output.name ?? "stream"} ${show(joined(output.text))}`;
  if (output.output_type === "error") return `error ${output.ename ?? ""}: ${output.evalue ?? ""}`;
  return `${output.output_type} of ${Object.keys(output.data ?? {}).join(", ")}`;
}

function show(value: unknown): string {
  const text = value === undefined ? "absent" : (JSON.stringify(value) ?? typeof value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

function path(key: string, isArray: boolean): string {
  return isArray ? `[${key}]` : `.${key}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isLines(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((line) => typeof line === "string");
}
