import { Script } from "node:vm";
import { root } from "../../data/root.js";
import { AFTER_AWAIT, BEFORE_AWAIT } from "../../notebook/kernel/check-awaits.js";
import { CellExports } from "../../notebook/kernel/cell-exports.js";
import { CellModules } from "../../notebook/kernel/cell-modules.js";
import type { CellCode, ProgramSource } from "./protocol.js";

type CellFunction = (
  exports: object,
  require: (id: string) => unknown,
  before: () => object,
  after: (cell: object, value: unknown) => unknown,
) => unknown;

interface Told {
  begins(cell: CellCode): void;
  failed(cell: CellCode, error: unknown): void;
}

/** Runs cells in order, as the notebook did, without its kernel: nothing is shown, and nobody interrupts. */
export async function runCells(
  { cells, folder, modules }: Extract<ProgramSource, { kind: "cells" }>,
  values: Record<string, unknown>,
  told: Told,
): Promise<void> {
  const loaded = new CellModules(folder, root, { publicModule: () => SILENT }, { addModule: () => undefined });
  loaded.update(
    modules.map(([path, data]) => ({ path, data })),
    new Map(),
  );
  const { proxy } = new CellExports(values);
  for (const cell of cells) {
    told.begins(cell);
    try {
      await compiled(cell)(
        proxy,
        loaded.require,
        () => ({}),
        (_cell, value) => value,
      );
    } catch (error) {
      told.failed(cell, error); // what it had declared before stays, as in the notebook
    }
  }
}

function compiled({ code, fileName, isAsync }: CellCode): CellFunction {
  const head = `(${isAsync ? "async " : ""}function (exports, require, ${BEFORE_AWAIT}, ${AFTER_AWAIT}) {\n`;
  const script = new Script(`${head}${code}\n})`, { filename: fileName, lineOffset: -1 });
  return script.runInThisContext() as CellFunction;
}

/** What a cell gets from `import ... from "tslab"` in a worker: everything can be called and nothing happens. */
const SILENT: unknown = new Proxy(() => undefined, {
  get: (_target, name): unknown => (name === "then" || typeof name === "symbol" ? undefined : SILENT),
  apply: (): unknown => SILENT,
});
