import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { ROOT } from "../setup/copy.js";

export interface TestModule {
  readonly url: string;
  remove(): void;
}

/**
 * A module as a user has it, in a folder from which the project's packages are found; not below node_modules, whose
 * modules the test runner loads beside its own copies. TypeScript is compiled.
 */
export function moduleOf(source: string): TestModule {
  const parent = join(ROOT, ".mm-lab", "test");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "module-"));
  const file = join(folder, "programs.mjs");
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  writeFileSync(file, ts.transpileModule(source, { compilerOptions }).outputText);
  return { url: pathToFileURL(file).href, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The programs that the explorer is measured by. */
export const benchModule = (): TestModule =>
  moduleOf(readFileSync(join(ROOT, "kernel-model", "bench", "programs.ts"), "utf8"));
