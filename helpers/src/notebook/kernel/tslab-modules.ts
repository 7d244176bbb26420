import { createRequire } from "node:module";
import { checkAwaits, type AstTools } from "./check-awaits.js";
import { exportedNames, type NamesUsed, type ParseTools } from "./exported-names.js";
import { nameTheVariable, visitingShorthands, type ShorthandTools } from "./shorthand-properties.js";

/** The parts of tslab 1.0.22 (and of its TypeScript 5.0.4) that the kernel builds on. They are not documented, but at rest. */

export interface Diagnostic {
  /** Zero-based. */
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
  readonly messageText: string;
  readonly code: number;
  /** Absent for the cell itself. */
  readonly fileName?: string;
}

export interface Converted {
  readonly diagnostics: readonly Diagnostic[];
  /** CommonJS; absent if the cell declares only types. */
  readonly output?: string;
  readonly declOutput?: string;
  readonly hasToplevelAwait?: boolean;
  readonly lastExpressionVar?: string;
  /** TypeScript modules beside the notebook, compiled. */
  readonly sideOutputs?: readonly { readonly path: string; readonly data: string }[];
}

export interface Converter {
  convert(previousDeclarations: string, source: string): Converted;
  inspect(previousDeclarations: string, source: string, position: number): QuickInfo | undefined;
  complete(
    previousDeclarations: string,
    source: string,
    position: number,
  ): { readonly start: number; readonly end: number; readonly candidates: readonly string[] };
  addModule(name: string, source: string, meta: CodeMetadata): readonly Diagnostic[];
  close(): void;
}

/** What TypeScript's language service knows about a name. */
export interface QuickInfo {
  readonly displayParts?: readonly TextPart[];
  readonly documentation?: readonly TextPart[];
  readonly tags?: readonly { readonly name: string; readonly text?: readonly TextPart[] }[];
}

interface TextPart {
  readonly text: string;
}

export interface CodeMetadata {
  readonly mode?: "node" | "browser";
  readonly module?: string;
  readonly jsx?: true;
}

export interface DisplayData {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly transient?: { readonly display_id?: string };
}

export interface Tslab {
  /** Takes about a second. */
  createConverter(options: { isJS: false; isBrowser: false }): Converter;
  getCodeMetadata(source: string): CodeMetadata;
  isCompleteCode(source: string): { readonly completed: boolean; readonly indent?: string };
  /** What `tslab.display` in cells calls. */
  readonly jupyter: { lastWriteDisplayData: ((data: DisplayData, update?: boolean) => void) | null };
  /** What a cell gets from `import … from "tslab"`. */
  readonly publicModule: () => unknown;
  /** Declarations (as of {@link Converted.declOutput}) without those of these variables and classes. */
  withoutNames(declarations: string, names: ReadonlySet<string>): string;
  /** What compiled code does with the names that cells declare. */
  exportedNames(code: string): NamesUsed;
  /** Source maps of what {@link Converter.convert} has compiled since the last call, by the compiled text. */
  takeMaps(): ReadonlyMap<string, readonly string[]>;
}

interface WatchSys {
  watchFile(path: string, callback: unknown, interval?: number): { close(): void };
  watchDirectory?(path: string, callback: unknown, recursive?: boolean): { close(): void };
}

interface WatchHost {
  createProgram: (...args: readonly unknown[]) => {
    getProgram(): { getTypeChecker(): Parameters<typeof nameTheVariable>[0] };
  };
  resolveModuleNameLiterals?: (
    literals: readonly { readonly text: string }[],
    importer: string,
    redirected: unknown,
    options: unknown,
  ) => Resolved[];
}

interface Resolved {
  readonly resolvedModule?: object | undefined;
}

interface TypeScript extends ShorthandTools {
  createWatchCompilerHost(
    roots: unknown,
    options: Record<string, unknown>,
    system: WatchSys,
    ...rest: unknown[]
  ): WatchHost;
  resolveModuleName(name: string, importer: string, options: unknown, host: WatchHost): Resolved;
  createSourceFile(
    name: string,
    text: string,
    target: number,
    setParents: boolean,
  ): { readonly statements: readonly Statement[] };
  transpileModule(input: string, options: TranspileOptions): { outputText: string; sourceMapText?: string };
}

interface TranspileOptions {
  readonly compilerOptions: Record<string, unknown>;
  readonly transformers?: { readonly before: readonly unknown[] };
}

interface Statement {
  readonly pos: number;
  readonly end: number;
  /** Of a class. */
  readonly name?: { readonly text: string };
  /** Of a `const`, `let` or `var`. */
  readonly declarationList?: { readonly declarations: readonly { readonly name: { readonly text?: string } }[] };
}

const ES2022 = 9;

/**
 * Loads tslab with a TypeScript that also writes source maps, and finds the project's packages from everywhere.
 * @param packagesFrom a folder of the project, where the notebook lies outside of it
 */
export function loadTslab(packagesFrom?: string): Tslab {
  const require = createRequire(createRequire(import.meta.url).resolve("tslab/package.json"));
  const maps = new Map<string, readonly string[]>();
  const typescript = putMapsInto(require, maps, packagesFrom);
  const converter = require("./dist/converter.js") as Pick<Tslab, "createConverter" | "isCompleteCode">;
  const metadata = require("./dist/metadata.js") as Pick<Tslab, "getCodeMetadata">;
  return {
    createConverter: (options) => converter.createConverter(options),
    isCompleteCode: (source) => converter.isCompleteCode(source),
    getCodeMetadata: (source) => metadata.getCodeMetadata(source),
    jupyter: require("./dist/jupyter.js") as Tslab["jupyter"],
    publicModule: () => require("tslab") as unknown,
    withoutNames(declarations, names) {
      return typescript
        .createSourceFile("declarations.d.ts", declarations, ES2022, false)
        .statements.filter(({ name, declarationList }) => {
          const declared = declarationList?.declarations.map((one) => one.name.text) ?? [name?.text];
          return !declared.some((one) => one !== undefined && names.has(one));
        })
        .map(({ pos, end }) => declarations.slice(pos, end))
        .join("");
    },
    exportedNames: (code) => exportedNames(code, typescript as unknown as ParseTools),
    takeMaps() {
      const taken = new Map(maps);
      maps.clear();
      return taken;
    },
  };
}

function isCell(map: string): boolean {
  return (JSON.parse(map) as { sources: readonly string[] }).sources[0]?.endsWith("__tslab__.ts") === true;
}

const INLINE_MAP = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/;
const MAP_COMMENT = /\n?\/\/# sourceMappingURL=\S*\s*$/;

/**
 * tslab compiles a cell twice (TypeScript to ES modules, those to CommonJS) and asks for no map in either. Its compiler is
 * replaced, for this process, by one that asks for both and remembers them by the compiled text.
 */
function putMapsInto(
  require: NodeJS.Require,
  maps: Map<string, readonly string[]>,
  packagesFrom: string | undefined,
): TypeScript {
  const path = require.resolve("@tslab/typescript-for-tslab");
  const original = require(path) as TypeScript;
  const replaced: TypeScript = {
    ...original,
    visitEachChild: visitingShorthands(original),
    createWatchCompilerHost(roots, options, system, ...rest) {
      const host = original.createWatchCompilerHost(
        roots,
        { ...options, inlineSourceMap: true },
        watchOnlyOwnFiles(system),
        ...rest,
      );
      const createProgram = host.createProgram;
      host.createProgram = (...args) => {
        const builder = createProgram(...args);
        nameTheVariable(builder.getProgram().getTypeChecker(), original);
        return builder;
      };
      if (packagesFrom !== undefined) host.resolveModuleNameLiterals = resolveAlsoFrom(packagesFrom, original, host);
      return host;
    },
    transpileModule(input, options) {
      const inner = INLINE_MAP.exec(input)?.[1];
      if (inner === undefined) return original.transpileModule(input, options);
      const innerMap = Buffer.from(inner, "base64").toString();
      const result = original.transpileModule(input.replace(INLINE_MAP, ""), {
        ...options,
        compilerOptions: { ...options.compilerOptions, sourceMap: true },
        ...(isCell(innerMap) ? { transformers: { before: [checkAwaits(original as unknown as AstTools)] } } : {}),
      });
      const outputText = result.outputText.replace(MAP_COMMENT, "");
      maps.set(outputText, [result.sourceMapText ?? "", innerMap]);
      return { ...result, outputText };
    },
  };
  Object.defineProperty(replaced, "__esModule", { value: true });
  const cached = require.cache[path];
  if (cached !== undefined) cached.exports = replaced;
  return original;
}

/** As TypeScript finds modules, but what is not found from the importing file is looked for from `folder`. */
function resolveAlsoFrom(
  folder: string,
  typescript: TypeScript,
  host: WatchHost,
): NonNullable<WatchHost["resolveModuleNameLiterals"]> {
  const known = new Map<string, Resolved>();
  return (literals, importer, _redirected, options) =>
    literals.map(({ text }) => {
      const key = `${importer}\0${text}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      let resolved = typescript.resolveModuleName(text, importer, options, host);
      if (resolved.resolvedModule === undefined && !text.startsWith(".")) {
        resolved = typescript.resolveModuleName(text, `${folder}/cell.ts`, options, host);
      }
      if (resolved.resolvedModule !== undefined) known.set(key, resolved); // a missing file may yet be written
      return resolved;
    });
}

/**
 * Modules beside the notebook are watched, so that an edit takes effect when the import runs again. Packages are not: their
 * compiled code stays as it was loaded until the kernel restarts, and so must their types.
 */
function watchOnlyOwnFiles(system: WatchSys): WatchSys {
  const watched = Object.create(system) as WatchSys;
  const nothing = { close: () => undefined };
  const foreign = (path: string): boolean =>
    path.includes("/node_modules/") || (path.endsWith(".d.ts") && !path.endsWith("/__prev__.d.ts"));
  watched.watchFile = (path, callback, interval) =>
    foreign(path) ? nothing : system.watchFile(path, callback, interval);
  watched.watchDirectory = (path, callback, recursive) =>
    path.endsWith("/node_modules") || foreign(path)
      ? nothing
      : (system.watchDirectory?.(path, callback, recursive) ?? nothing);
  return watched;
}
