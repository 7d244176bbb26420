import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { explorables, InputError, type Program } from "@mm-lab/kernel-model";
import { kernelBridge } from "../notebook/bridge.js";
import type { ProgramSource } from "./workers/protocol.js";

/**
 * How workers get the program: from the module that is named, from the list of mechanisms, or from the cells that made it.
 * @throws InputError if there is no way
 */
export async function sourceOf<S>(program: Program<S>, from: string | undefined): Promise<ProgramSource> {
  if (from !== undefined) return { kind: "module", url: moduleUrl(from) };
  for (const { name: mechanism, load } of explorables) {
    const { scenarios } = await load();
    const found = scenarios.find((scenario) => (scenario.program as unknown) === program);
    if (found !== undefined) return { kind: "scenario", mechanism, scenario: found.name };
  }
  const kernel = kernelBridge();
  const source = kernel?.sourceOf(program);
  if (source !== undefined) return source;
  if (kernel !== undefined) {
    throw new InputError(
      "the program to explore with `workers`",
      program.name,
      "one that is bound to a name of a cell",
      "give it a name of its own in a cell: const program = define(...)",
    );
  }
  throw new InputError(
    "the program to explore with `workers`",
    program.name,
    "one that workers can load: of a mechanism, or exported by a module",
    "export it, and name the module: explore(program, { workers, from: import.meta.url })",
  );
}

function moduleUrl(from: unknown): string {
  if (typeof from !== "string" || from === "")
    throw new InputError("`from`", from, "the URL or path of a module", "write from: import.meta.url");
  if (/^(?:file|data):/.test(from)) return from;
  return pathToFileURL(isAbsolute(from) ? from : resolve(from)).href;
}
