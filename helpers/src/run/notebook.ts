import { readFile } from "node:fs/promises";
import { InputError } from "@mm-lab/kernel-model";

/** A notebook file as Jupyter stores it (nbformat 4); only what is used here is named. */
export interface Notebook {
  readonly nbformat: number;
  readonly nbformat_minor: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly cells: readonly Cell[];
}

export interface Cell {
  readonly cell_type: string;
  readonly id?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly source: string | readonly string[];
  readonly outputs?: readonly Output[];
  readonly execution_count?: number | null;
  readonly attachments?: unknown;
}

export interface Output {
  readonly output_type: string;
  /** stream: stdout or stderr. */
  readonly name?: string;
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly execution_count?: number | null;
  readonly ename?: string;
  readonly evalue?: string;
  readonly traceback?: readonly string[];
}

/** Text that nbformat stores either whole or as a list of lines. */
export function joined(text: string | readonly string[] | undefined): string {
  return text === undefined ? "" : typeof text === "string" ? text : text.join("");
}

export function tagsOf(cell: Cell): readonly string[] {
  const tags = cell.metadata["tags"];
  return Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === "string") : [];
}

/** A code cell with something to run in it. */
export function isRunnable(cell: Cell): boolean {
  return cell.cell_type === "code" && joined(cell.source).trim() !== "";
}

/**
 * Reads a notebook file.
 * @throws InputError where it is missing, unreadable, or not a notebook of format 4
 */
export async function readNotebook(path: string): Promise<Notebook> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new InputError(
      "the notebook",
      path,
      `a readable .ipynb file (the system says ${code})`,
      "check the path, e.g. notebooks/start-here.ipynb",
    );
  }
  return parseNotebook(path, text);
}

/** @throws InputError where `text` is not a notebook of format 4; `path` names it in the message */
export function parseNotebook(path: string, text: string): Notebook {
  const accepted = "a Jupyter notebook of format 4 (JSON with nbformat, metadata and cells)";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(
      "the notebook",
      path,
      `${accepted}; this is not JSON: ${(error as Error).message}`,
      "restore the file from git, or save it again in JupyterLab",
    );
  }
  if (isNotebook(value)) return value;
  throw new InputError(
    "the notebook",
    path,
    accepted,
    "open it in JupyterLab and save it, which converts older formats",
  );
}

function isNotebook(value: unknown): value is Notebook {
  if (typeof value !== "object" || value === null) return false;
  const { nbformat, cells, metadata } = value as Partial<Notebook>;
  return (
    nbformat === 4 && typeof metadata === "object" && metadata !== null && Array.isArray(cells) && cells.every(isCell)
  );
}

function isCell(value: unknown): value is Cell {
  if (typeof value !== "object" || value === null) return false;
  const { cell_type: type, source, metadata, outputs } = value as Partial<Cell>;
  return (
    typeof type === "string" &&
    (typeof source === "string" || Array.isArray(source)) &&
    typeof metadata === "object" &&
    metadata !== null &&
    (outputs === undefined || Array.isArray(outputs))
  );
}
