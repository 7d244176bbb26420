import { Script } from "node:vm";
import { Interrupted } from "../interrupted.js";
import type { ProgramSource } from "../../explore/workers/protocol.js";
import { CellExports } from "./cell-exports.js";
import { CellHistory, pathTo } from "./cell-history.js";
import { CellModules } from "./cell-modules.js";
import { AFTER_AWAIT, BEFORE_AWAIT } from "./check-awaits.js";
import { describeDiagnostics, describeThrown, type ErrorContent } from "./error-content.js";
import type { KernelInterrupts } from "./interrupts.js";
import type { SourcePositions } from "./source-positions.js";
import type { Converted, Converter, QuickInfo, Tslab } from "./tslab-modules.js";

export type Outcome =
  | { readonly status: "ok"; readonly hasValue: boolean; readonly value: unknown }
  | { readonly status: "error"; readonly error: ErrorContent };

export interface SessionOptions {
  /** Where relative imports of cells start; the folder of the notebook. */
  readonly folder: string;
  readonly projectRoot: string;
}

/** Compiles and runs cells one after the other; later cells see what earlier ones declared. */
export class Session {
  #converter: Converter;
  #declarations = "";
  #cells = 0;
  #failRunning: ((reason: unknown) => void) | undefined;
  readonly #exports = new CellExports();
  readonly #modules: CellModules;
  readonly #history: CellHistory;

  constructor(
    private readonly tslab: Tslab,
    private readonly interrupts: KernelInterrupts,
    private readonly positions: SourcePositions,
    private readonly options: SessionOptions,
  ) {
    this.#history = new CellHistory((code) => tslab.exportedNames(code));
    this.#converter = this.#createConverter();
    this.#modules = new CellModules(options.folder, options.projectRoot, tslab, positions);
    // Libraries look here to find out that they run in a notebook, as on plain tslab.
    const { beforeAwait, afterAwait } = interrupts;
    Object.assign(globalThis, {
      __tslab__: { exports: this.#exports.proxy, require: this.#modules.require, beforeAwait, afterAwait },
    });
  }

  /** @param label how error messages call the cell, e.g. "Cell [3]" */
  async execute(source: string, label: string): Promise<Outcome> {
    const givenUp = this.interrupts.begin();
    try {
      return await this.#execute(source, label, givenUp);
    } finally {
      this.interrupts.end();
    }
  }

  async #execute(source: string, label: string, givenUp: Promise<never>): Promise<Outcome> {
    const failed = (error: ErrorContent): Outcome => ({ status: "error", error });
    const meta = this.tslab.getCodeMetadata(source);
    if (meta.mode === "browser") {
      return failed(
        describeThrown(
          new Error("this kernel does not compile for the browser. Next: remove the @browser tag."),
          this.positions,
        ),
      );
    }
    let converted: Converted;
    try {
      if (meta.module !== undefined) {
        const problems = this.#converter.addModule(meta.module, source, meta);
        return problems.length === 0
          ? { status: "ok", hasValue: false, value: undefined }
          : failed(describeDiagnostics(problems, label, source));
      }
      converted = this.#converter.convert(this.#declarations, source);
    } catch (error) {
      this.#converter.close();
      this.#converter = this.#createConverter();
      return failed(
        describeThrown(new Error("the TypeScript compiler failed on this cell", { cause: error }), this.positions),
      );
    }
    const maps = this.tslab.takeMaps();
    this.#modules.update(converted.sideOutputs ?? [], maps);
    if (converted.diagnostics.length > 0) return failed(describeDiagnostics(converted.diagnostics, label, source));
    const fileName = `mm-lab/cell-${++this.#cells}.ts`;
    const lines = converted.output?.split("\n").length ?? 0;
    this.positions.addCell(fileName, { label, source, lines, maps: maps.get(converted.output ?? "") ?? [] });
    return this.#run(converted, fileName, label, givenUp);
  }

  /** How another thread can make again a value that cells have made; undefined if it is bound to no name of a cell. */
  sourceOf(value: object): ProgramSource | undefined {
    const values = new Map(this.#exports.entries());
    const path = pathTo(value, values);
    if (path === undefined) return undefined;
    return {
      kind: "cells",
      path,
      cells: this.#history.cellsFor(path[0]!, values),
      folder: this.options.folder,
      modules: this.#modules.compiled(),
    };
  }

  /** A promise was rejected and nobody looked: the running cell fails. False if none runs. */
  failRunning(reason: unknown): boolean {
    this.#failRunning?.(reason);
    return this.#failRunning !== undefined;
  }

  inspect(source: string, position: number): QuickInfo | undefined {
    return this.#converter.inspect(this.#declarations, source, position);
  }

  complete(
    source: string,
    position: number,
  ): { readonly start: number; readonly end: number; readonly candidates: readonly string[] } {
    return this.#converter.complete(this.#declarations, source, position);
  }

  #createConverter(): Converter {
    return this.tslab.createConverter({ isJS: false, isBrowser: false });
  }

  async #run(converted: Converted, fileName: string, label: string, givenUp: Promise<never>): Promise<Outcome> {
    const floating = new Promise<never>((_resolve, reject) => {
      this.#failRunning = reject;
    });
    floating.catch(() => undefined);
    const { output, hasToplevelAwait: isAsync = false } = converted;
    const wrote = this.#exports.startRecording();
    const over =
      output === undefined ? undefined : this.#history.add({ fileName, label, code: output, isAsync }, wrote);
    try {
      await Promise.race([startScript(converted, fileName, this.interrupts), givenUp, floating]);
      const name = converted.lastExpressionVar;
      const value = name === undefined ? undefined : await Promise.race([this.#exports.take(name), givenUp, floating]);
      // Rejections that nobody handles are reported after the microtasks of this turn.
      await Promise.race([nextTurn(), floating]);
      this.#declarations = converted.declOutput ?? "";
      return { status: "ok", hasValue: value !== undefined, value };
    } catch (error) {
      // What the cell had declared before it failed stays usable, as in other kernels.
      if (converted.lastExpressionVar !== undefined) this.#exports.forget(converted.lastExpressionVar);
      this.#declarations = this.tslab.withoutNames(converted.declOutput ?? "", this.#exports.recordedWithoutValue());
      return { status: "error", error: describeThrown(error, this.positions) };
    } finally {
      this.#failRunning = undefined;
      over?.();
    }
  }
}

/**
 * Runs a compiled cell in a turn of the event loop of its own: if the cell has to be ended by force, everything that waits
 * in the same turn is ended with it, and that must not be the kernel.
 */
async function startScript(converted: Converted, fileName: string, interrupts: KernelInterrupts): Promise<unknown> {
  const { output, hasToplevelAwait } = converted;
  if (output === undefined) return undefined;
  const head = `(${hasToplevelAwait === true ? "async " : ""}function (exports, require, ${BEFORE_AWAIT}, ${AFTER_AWAIT}) {\n`;
  const script = new Script(
    `${head}${output}\n})(__tslab__.exports, __tslab__.require, __tslab__.beforeAwait, __tslab__.afterAwait)`,
    { filename: fileName, lineOffset: -1 },
  );
  await nextTurn(); // an interrupt that came while the cell was compiled is noticed now
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      if (!interrupts.mayRun()) return; // and the cell has been given up
      try {
        resolve(script.runInThisContext({ breakOnSigint: true, displayErrors: false }));
      } catch (error) {
        const stopped = error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
        if (stopped) interrupts.noticed();
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a cell may throw anything
        reject(stopped ? new Interrupted() : error);
      } finally {
        armSigint();
      }
    });
  });
}

/**
 * Node forgets that it handles SIGINT if a script that is stopped by it (breakOnSigint) has added a listener of its own;
 * the next interrupt would end the process.
 */
function armSigint(): void {
  const listeners = process.rawListeners("SIGINT") as NodeJS.SignalsListener[];
  process.removeAllListeners("SIGINT");
  for (const listener of listeners) process.on("SIGINT", listener);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
