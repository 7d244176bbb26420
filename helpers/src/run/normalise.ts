import { languageInfo } from "../notebook/kernel/kernel-info.js";
import { isRunnable, joined, type Cell, type Notebook, type Output } from "./notebook.js";

/** Cell metadata that says something about the notebook; the rest is a trace of one run or one editor. */
const KEPT_CELL_METADATA = ["tags", "name", "jupyter", "slideshow", "editable", "deletable"];

/**
 * The notebook in the form it is committed in, so that two runs of the same code give the same bytes and a change shows
 * as a small diff: keys sorted, cell ids kept or numbered, execution counts 1 to n, neighbouring stream pieces joined, no
 * timestamps, no versions of the kernel, and no PNG that JupyterLab took of a chart that has an SVG.
 */
export function normaliseNotebook(notebook: Notebook): Notebook {
  const used = new Set<string>();
  let count = 0;
  const cells = notebook.cells.map((cell, index) => {
    const id = cellId(cell, index, used);
    used.add(id);
    if (isRunnable(cell)) count++;
    return normaliseCell(cell, id, isRunnable(cell) ? count : null);
  });
  return { cells, metadata: notebookMetadata(notebook), nbformat: 4, nbformat_minor: 5 };
}

/** The text of a notebook file: indented by one, keys sorted, a newline at the end, as Jupyter itself writes it. */
export function notebookText(notebook: Notebook): string {
  return `${JSON.stringify(sorted(notebook), undefined, 1)}\n`;
}

function cellId(cell: Cell, index: number, used: ReadonlySet<string>): string {
  if (cell.id !== undefined && /^[a-zA-Z0-9-_]{1,64}$/.test(cell.id) && !used.has(cell.id)) return cell.id;
  let id = `cell-${index + 1}`;
  while (used.has(id)) id += "x";
  return id;
}

function notebookMetadata(notebook: Notebook): Readonly<Record<string, unknown>> {
  const { title, authors } = notebook.metadata;
  const kernel = notebook.metadata["kernelspec"] as { readonly name?: unknown } | undefined;
  const name = typeof kernel?.name === "string" ? kernel.name : "tslab";
  // Of another kernel nothing is known here: keep what it says.
  if (name !== "tslab") return notebook.metadata;
  return {
    ...(title === undefined ? {} : { title }),
    ...(authors === undefined ? {} : { authors }),
    // What JupyterLab writes when the notebook is opened, so that opening changes nothing.
    kernelspec: { display_name: "TypeScript (mm-lab)", language: "typescript", name },
    language_info: languageInfo(),
  };
}

function normaliseCell(cell: Cell, id: string, count: number | null): Cell {
  const metadata = Object.fromEntries(
    KEPT_CELL_METADATA.filter((key) => cell.metadata[key] !== undefined).map((key) => [key, cell.metadata[key]]),
  );
  const base = { cell_type: cell.cell_type, id, metadata, source: lines(joined(cell.source)) };
  if (cell.cell_type !== "code")
    return cell.attachments === undefined ? base : { ...base, attachments: cell.attachments };
  return { ...base, execution_count: count, outputs: normaliseOutputs(cell.outputs ?? [], count) };
}

function normaliseOutputs(outputs: readonly Output[], count: number | null): Output[] {
  const result: Output[] = [];
  for (const output of outputs) {
    const last = result.at(-1);
    if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name) {
      result[result.length - 1] = streamOutput(output.name, joined(last.text) + joined(output.text));
    } else {
      result.push(normaliseOutput(output, count));
    }
  }
  return result;
}

function streamOutput(name: string | undefined, text: string): Output {
  return { output_type: "stream", name: name ?? "stdout", text: lines(text) };
}

function normaliseOutput(output: Output, count: number | null): Output {
  switch (output.output_type) {
    case "stream":
      return streamOutput(output.name, joined(output.text));
    case "error":
      return {
        output_type: "error",
        ename: output.ename ?? "Error",
        evalue: output.evalue ?? "",
        traceback: output.traceback ?? [],
      };
    default: {
      const result = {
        output_type: output.output_type,
        data: normaliseData(output.data ?? {}),
        metadata: output.metadata ?? {},
      };
      return output.output_type === "execute_result" ? { ...result, execution_count: count } : result;
    }
  }
}

function normaliseData(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isChart = Object.keys(data).some((type) => type.startsWith("application/vnd.vega"));
  return Object.fromEntries(
    Object.entries(data)
      .filter(([type]) => !(type === "image/png" && (isChart || data["image/svg+xml"] !== undefined)))
      .map(([type, value]) => [type, isTextType(type) && isText(value) ? lines(joined(value)) : value]),
  );
}

/** JSON types are stored as values, binary ones as one base64 string, all others as lines. */
function isTextType(type: string): boolean {
  return type.startsWith("text/") || type === "image/svg+xml" || type === "application/javascript";
}

function isText(value: unknown): value is string | readonly string[] {
  return typeof value === "string" || (Array.isArray(value) && value.every((line) => typeof line === "string"));
}

/** Lines with their newline kept, as nbformat stores text. */
function lines(text: string): readonly string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
