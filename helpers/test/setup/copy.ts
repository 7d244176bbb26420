import { spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** A copy of the repository as a fresh clone has it, without node_modules, .venv and dist. */
export function freshCopy(): { readonly root: string; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), "mm-lab-copy-"));
  for (const path of ["package.json", "package-lock.json", "tsconfig.json"]) cpSync(join(ROOT, path), join(root, path));
  for (const name of ["kernel-model", "helpers"]) {
    mkdirSync(join(root, name, "src"), { recursive: true });
    for (const file of ["package.json", "tsconfig.json"]) cpSync(join(ROOT, name, file), join(root, name, file));
  }
  cpSync(join(ROOT, "helpers", "setup"), join(root, "helpers", "setup"), { recursive: true });
  cpSync(join(ROOT, "helpers", "jupyter"), join(root, "helpers", "jupyter"), { recursive: true });
  writeFileSync(join(root, "kernel-model", "src", "index.ts"), "export const answer: number = 42;\n");
  writeFileSync(join(root, "helpers", "src", "index.ts"), 'export { answer } from "@mm-lab/kernel-model";\n');
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Lends the copy the packages of this repository, so that it can build without installing; its own workspaces are linked. */
export function lendModules(root: string): void {
  const modules = join(root, "node_modules");
  mkdirSync(join(modules, "@mm-lab"), { recursive: true });
  for (const name of ["typescript", "@types"]) symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  symlinkSync(join(root, "kernel-model"), join(modules, "@mm-lab", "kernel-model"));
  symlinkSync(join(root, "helpers"), join(modules, "@mm-lab", "helpers"));
}

/** A folder for PATH with these programs as shell scripts, and links to the real ones named. */
export function fakePath(
  folder: string,
  scripts: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>> = {},
): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, body] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(folder, name));
  return folder;
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Runs a program to its end without a terminal. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(program, [...args], { cwd: options.cwd ?? ROOT, env: options.env ?? process.env });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.stdin.on("error", () => undefined).end(options.input ?? "");
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout, stderr, ms: performance.now() - started }));
  });
}
