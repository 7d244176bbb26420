import { explorables, InputError, type Program } from "@mm-lab/kernel-model";
import { interceptWorkers } from "./intercept.js";
import { runCells } from "./run-cells.js";
import type { Fingerprint, ProgramSource } from "./protocol.js";

/** How deep in what a module exports a program is looked for: `PROGRAMS[2].program`. */
const DEEPEST = 3;

/** Makes the program in this thread. Code that is run for it may itself explore on workers: it stops there. */
export async function loadProgram(source: ProgramSource, wanted: Fingerprint): Promise<Program> {
  switch (source.kind) {
    case "scenario": {
      const { scenarios } = await explorables.find(({ name }) => name === source.mechanism)!.load();
      return scenarios.find(({ name }) => name === source.scenario)!.program;
    }
    case "module":
      return fromModule(source.url, wanted);
    case "cells":
      return fromCells(source, wanted);
  }
}

async function fromModule(url: string, { program: name }: Fingerprint): Promise<Program> {
  const called = new Promise<Program>((resolve) => {
    interceptWorkers((program) => {
      if (program.name !== name) return false;
      resolve(program);
      return true;
    });
  });
  const imported = (import(url) as Promise<object>).then((module) => {
    const found = findProgram(module, name, DEEPEST);
    if (found !== undefined) return found;
    throw new InputError(
      "`from`",
      url,
      `a module that exports the program ${JSON.stringify(name)}`,
      "export it: export const program = define(...)",
    );
  });
  return Promise.race([called, imported]);
}

function findProgram(value: unknown, name: string, depth: number): Program | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (isProgram(value) && value.name === name) return value;
  if (depth === 0) return undefined;
  for (const part of Object.values(value)) {
    const found = findProgram(part, name, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function isProgram(value: unknown): value is Program {
  const { name, setup, tasks } = (value ?? {}) as Partial<Program>;
  return typeof name === "string" && typeof setup === "function" && typeof tasks === "function";
}

async function fromCells(source: Extract<ProgramSource, { kind: "cells" }>, wanted: Fingerprint): Promise<Program> {
  const exports: Record<string, unknown> = {};
  const found = (): unknown =>
    source.path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], exports);
  let isRunning = false;
  const called = new Promise<void>((resolve) => {
    interceptWorkers((program) => {
      // Calls in cells that are over: what stands behind them has run, and may matter.
      if (!isRunning || found() !== program) return false;
      resolve();
      return true;
    });
  });
  const failures: string[] = [];
  await Promise.race([
    called,
    runCells(source, exports, {
      begins: (cell) => (isRunning = cell.isRunning),
      failed: ({ label }, error) => failures.push(`${label}: ${String(error)}`),
    }),
  ]);
  const program = found();
  if (isProgram(program)) return program;
  const name = source.path.join(".");
  throw new InputError(
    `${name}, made again in a worker from ${source.cells.map(({ label }) => label).join(", ")},`,
    failures.length === 0 ? program : failures.join("; "),
    `the program ${JSON.stringify(wanted.program)}`,
    "make the program, and what it uses, in cells that run by themselves",
  );
}
