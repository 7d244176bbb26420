import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@mm-lab/kernel-model";
import { venvPython } from "../run/jupyter.js";
import { HELPERS } from "./assets.js";
import type { JsonObject } from "./notebook-file.js";

export interface Piece {
  readonly kind: "markdown" | "code" | "ansi";
  readonly text: string;
  /** Language of code; ignored otherwise. */
  readonly language?: string;
  readonly attachments?: JsonObject;
}

export interface Rendered {
  readonly nbconvert: string;
  /** One for each piece; not sanitised. */
  readonly html: readonly string[];
}

/** Markdown, code and terminal text as HTML, by nbconvert's filters in one Python process. */
export async function renderPieces(pieces: readonly Piece[], signal?: AbortSignal): Promise<Rendered> {
  const out = await python([join(HELPERS, "jupyter", "nbconvert", "render.py")], JSON.stringify({ pieces }), signal);
  return JSON.parse(out) as Rendered;
}

/** The Python of the project's own environment. */
function projectPython(): string {
  const path = venvPython();
  if (existsSync(path)) return path;
  throw new InputError("the Python environment", ".venv", "one made by the set-up", "run npm start once in the repository, which makes it");
}

async function python(args: readonly string[], input: string, signal?: AbortSignal): Promise<string> {
  const child = spawn(projectPython(), args, { stdio: ["pipe", "pipe", "pipe"], ...(signal === undefined ? {} : { signal }) });
  return await new Promise((resolve, reject) => {
    const out: Buffer[] = [];
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.on("error", reject);
    child.stdin.on("error", () => undefined); // the exit status below says what happened
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString("utf8"));
      else reject(new Error(`nbconvert's filters failed (exit ${code ?? "by signal"}): ${errors.trim().split("\n").at(-1) ?? ""}. Next: run npm run doctor`));
    });
    child.stdin.end(input);
  });
}
