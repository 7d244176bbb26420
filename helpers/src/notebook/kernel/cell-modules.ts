import Module, { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import type { SourcePositions } from "./source-positions.js";
import type { Tslab } from "./tslab-modules.js";

type Require = (id: string) => unknown;

interface CompilableModule extends NodeJS.Module {
  _compile(code: string, fileName: string): void;
}

/** TypeScript modules beside the notebook: compiled in memory, loaded again after an edit. */
export class CellModules {
  readonly #outputs = new Map<string, string>();
  readonly #loaded = new Map<string, NodeJS.Module>();
  readonly #fromNotebook: NodeJS.Require;
  readonly #fromProject: NodeJS.Require;

  constructor(
    private readonly folder: string,
    projectRoot: string,
    private readonly tslab: Pick<Tslab, "publicModule">,
    private readonly positions: Pick<SourcePositions, "addModule">,
  ) {
    this.#fromNotebook = createRequire(join(folder, "cell.js"));
    this.#fromProject = createRequire(join(projectRoot, "cell.js"));
  }

  /** Takes over what compiling a cell (re)compiled besides the cell. */
  update(
    outputs: readonly { readonly path: string; readonly data: string }[],
    maps: ReadonlyMap<string, readonly string[]>,
  ): void {
    for (const { path, data } of outputs) {
      this.#loaded.delete(path);
      this.#outputs.set(path, data);
      this.positions.addModule(path, path.replace(/\.js$/, ".ts"), maps.get(data) ?? []);
    }
  }

  /** What {@link update} was given: path and code. */
  compiled(): [string, string][] {
    return [...this.#outputs];
  }

  /** The `require` of cells. */
  readonly require: Require = (id) =>
    this.#load(this.folder, id, (other) => {
      try {
        return this.#fromNotebook(other) as unknown;
      } catch (error) {
        // A notebook outside the project still finds the project's packages.
        if (!isNotFound(error, other) || other.startsWith(".")) throw error;
        return this.#fromProject(other) as unknown;
      }
    });

  #load(folder: string, id: string, otherwise: Require): unknown {
    if (id === "tslab") return this.tslab.publicModule();
    const path = join(folder, extname(id) === "" ? `${id}.js` : id);
    const loaded = this.#loaded.get(path);
    if (loaded !== undefined) return loaded.exports as unknown;
    const code = this.#outputs.get(path);
    if (code === undefined) return otherwise(id);
    const made = new Module(path) as CompilableModule;
    made.filename = path;
    made.paths = this.#fromNotebook.resolve.paths("x") ?? [];
    const own = createRequire(path);
    made.require = ((other: string) => this.#load(dirname(path), other, own)) as NodeJS.Require;
    this.#loaded.set(path, made);
    try {
      made._compile(code, path);
    } catch (error) {
      this.#loaded.delete(path);
      throw error;
    }
    return made.exports as unknown;
  }
}

function isNotFound(error: unknown, id: string): boolean {
  return (
    error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND" && error.message.includes(`'${id}'`)
  );
}
