import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { InputError } from "@mm-lab/kernel-model";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = Readonly<Record<string, Json>>;

export interface Output {
  readonly kind: "stream" | "display" | "error";
  /** Stream name, or name of the error. */
  readonly name: string;
  /** Text of a stream; message and traceback of an error. */
  readonly text: string;
  /** MIME type to content, multi-line strings joined. Empty for streams and errors. */
  readonly data: JsonObject;
}

export interface Cell {
  readonly kind: "markdown" | "code" | "raw";
  readonly source: string;
  readonly tags: readonly string[];
  readonly attachments: JsonObject;
  readonly outputs: readonly Output[];
}

export interface Notebook {
  readonly title: string;
  readonly question: string;
  readonly language: string;
  readonly metadata: JsonObject;
  readonly cells: readonly Cell[];
}

/** Reads an .ipynb file. Throws {@link InputError} when it is missing, unreadable, not JSON or not a notebook of format 4. */
export async function readNotebook(path: string): Promise<Notebook> {
  return parseNotebook(await readText(path), path);
}

/** The same from text already read; `path` is used in messages and for the title of an untitled notebook. */
export function parseNotebook(text: string, path: string): Notebook {
  const bad = (found: string): InputError =>
    new InputError(`the notebook ${basename(path)}`, found, "a Jupyter notebook (JSON, nbformat 4, with a list of cells)", "open and save it in JupyterLab, or restore it from git");
  let raw: Json;
  try {
    raw = JSON.parse(text) as Json;
  } catch (error) {
    throw bad(text.trim() === "" ? "an empty file" : `broken JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(raw)) throw bad("JSON, but not an object");
  if (raw["nbformat"] !== 4) throw bad(`nbformat ${JSON.stringify(raw["nbformat"] ?? null)}`);
  if (!Array.isArray(raw["cells"])) throw bad("a document without cells");
  const cells = (raw["cells"] as readonly Json[]).map((cell, i) => {
    if (!isObject(cell)) throw bad(`cell ${i + 1} that is not an object`);
    return toCell(cell);
  });
  const metadata = object(raw["metadata"]);
  return { ...headline(cells, metadata, path), language: languageOf(metadata), metadata, cells };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    const next = code === "ENOENT" ? "check the spelling, or list what is there with `ls notebooks`"
      : code === "EACCES" ? "make the file readable" : "give the path of an .ipynb file";
    throw new InputError("the notebook", path, `a readable .ipynb file (the system says ${code})`, next);
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** nbformat keeps text as one string or as a list of lines. */
function joined(value: Json | undefined): string {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? (value as readonly Json[]).map((line) => (typeof line === "string" ? line : "")).join("") : "";
}

function toCell(cell: JsonObject): Cell {
  const type = cell["cell_type"];
  const tags = object(cell["metadata"])["tags"];
  const outputs = cell["outputs"];
  return {
    kind: type === "markdown" || type === "code" ? type : "raw",
    source: joined(cell["source"]),
    tags: Array.isArray(tags) ? (tags as readonly Json[]).filter((tag) => typeof tag === "string") : [],
    attachments: object(cell["attachments"]),
    outputs: Array.isArray(outputs) ? (outputs as readonly Json[]).filter(isObject).map(toOutput) : [],
  };
}

function toOutput(output: JsonObject): Output {
  switch (output["output_type"]) {
    case "stream":
      return { kind: "stream", name: output["name"] === "stderr" ? "stderr" : "stdout", text: joined(output["text"]), data: {} };
    case "error": {
      const trace = Array.isArray(output["traceback"]) ? (output["traceback"] as readonly Json[]).filter((line) => typeof line === "string").join("\n") : "";
      const head = `${joined(output["ename"]) || "Error"}: ${joined(output["evalue"])}`;
      return { kind: "error", name: joined(output["ename"]), text: trace.includes(joined(output["evalue"])) && trace !== "" ? trace : `${head}\n${trace}`.trimEnd(), data: {} };
    }
    default: {
      const data = Object.entries(object(output["data"])).map(([type, value]) => [type, type.endsWith("json") ? value : joined(value)] as const);
      return { kind: "display", name: "", text: "", data: Object.fromEntries(data) };
    }
  }
}

function languageOf(metadata: JsonObject): string {
  const info = object(metadata["language_info"]);
  const name = info["pygments_lexer"] ?? info["name"] ?? object(metadata["kernelspec"])["language"];
  return typeof name === "string" && /^[\w+#.-]{1,30}$/.test(name) ? name.toLowerCase() : "typescript";
}

/** The title is the first heading; the question is the text under a heading "Question", else the first paragraph. */
function headline(cells: readonly Cell[], metadata: JsonObject, path: string): { title: string; question: string } {
  const lines = cells.filter((cell) => cell.kind === "markdown").flatMap((cell) => [...withoutFences(cell.source).split("\n"), ""]);
  const heading = lines.findIndex((line) => /^#\s+\S/.test(line));
  const asked = lines.findIndex((line) => /^#{1,6}\s+(the\s+)?question\b/i.test(line));
  const given = metadata["title"];
  return {
    title: typeof given === "string" && given.trim() !== "" ? given.trim() : heading >= 0 ? plain(lines[heading]!.replace(/^#\s+/, "")) : basename(path, ".ipynb"),
    question: paragraphAfter(lines, asked >= 0 ? asked : heading).replace(/^question\s*[.:]\s*/i, ""),
  };
}

function withoutFences(markdown: string): string {
  return markdown.replace(/^(```|~~~)[\s\S]*?^\1.*$/gm, "");
}

function paragraphAfter(lines: readonly string[], index: number): string {
  const rest = lines.slice(index + 1);
  const start = rest.findIndex((line) => line.trim() !== "" && !/^\s*(#|<|\||!\[)/.test(line));
  if (start < 0) return "";
  const paragraph = rest.slice(start);
  const end = paragraph.findIndex((line) => line.trim() === "" || /^\s*#/.test(line));
  return plain(paragraph.slice(0, end < 0 ? undefined : end).join(" "));
}

/** Markdown markup removed: what is left is text for a title or a list, escaped where it is written. */
function plain(markdown: string): string {
  return markdown.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/(\*\*|__|`|(?<=\s|^)[*_](?=\S)|(?<=\S)[*_](?=\s|[.,;:?!]|$))/g, "").replace(/^\s*>\s*/, "").replace(/\s+/g, " ").trim();
}
