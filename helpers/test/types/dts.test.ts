import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type TypeScript from "typescript";
import { mechanisms as registry } from "@mm-lab/kernel-model";
import { beforeAll, describe, expect, test } from "vitest";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const requireAsTslab = createRequire(createRequire(join(ROOT, "package.json")).resolve("tslab"));
/** TypeScript 5.0.4, the one tslab compiles cells with; its types are those of ours as far as they are used here. */
const ts = requireAsTslab("@tslab/typescript-for-tslab") as typeof TypeScript;

const mechanisms = registry.map(({ name }) => name);
/** Every import a notebook may write: the entry points of both packages. */
const entryPoints = ["kernel-model", "helpers"].flatMap((folder) => {
  const { name, exports } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")) as {
    name: string;
    exports: Record<string, unknown>;
  };
  return Object.entries(exports)
    .filter(([, target]) => typeof target === "object")
    .flatMap(([path]) => (path.includes("*") ? mechanisms.map((mechanism) => path.replace("*", mechanism)) : [path]))
    .map((path) => name + path.slice(1));
});

/** The options of tslab's converter, except that declarations are checked instead of skipped. */
const options: TypeScript.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  esModuleInterop: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  experimentalDecorators: true,
  resolveJsonModule: true,
  jsx: ts.JsxEmit.React,
  typeRoots: [join(ROOT, "node_modules", "@types")],
  allowJs: true,
  checkJs: true,
  skipLibCheck: false,
  noEmit: true,
};
/** A cell of a notebook in notebooks/; it exists only here. */
const CELL = join(ROOT, "notebooks", "cell-of-this-test.ts");

/** Compiles a cell and gives what is wrong in it and in our own declarations; those of other packages are not our business. */
function check(
  cell: string,
  replaced: ReadonlyMap<string, string> = new Map(),
): { readonly files: readonly string[]; readonly errors: readonly string[] } {
  const host = ts.createCompilerHost(options);
  const virtual = new Map([...replaced, [CELL, cell]]);
  const program = ts.createProgram([CELL], options, {
    ...host,
    fileExists: (path) => virtual.has(path) || host.fileExists(path),
    readFile: (path) => virtual.get(path) ?? host.readFile(path),
    getSourceFile: (path, language, ...rest) => {
      const text = virtual.get(path);
      return text === undefined
        ? host.getSourceFile(path, language, ...rest)
        : ts.createSourceFile(path, text, language);
    },
  });
  const own = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName === CELL || /^(kernel-model|helpers)\/dist\//.test(relative(ROOT, fileName)));
  const errors = own
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(
      ({ file, start, messageText }) =>
        `${relative(ROOT, file?.fileName ?? "")}:${(file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0) + 1} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
  return { files: own.map(({ fileName }) => relative(ROOT, fileName)), errors };
}

test("this is tslab's TypeScript", () => expect(ts.version).toMatch(/^5\.0\./));

describe("the public declarations, read by it", () => {
  const imports = entryPoints.map((path, index) => `import * as m${index} from "${path}";`).join("\n");
  // A package that resolves to nothing typed would be `any`, and this assignment would pass where it must fail.
  const typed = entryPoints
    .map((_path, index) => `const t${index}: 0 extends 1 & typeof m${index} ? never : 1 = 1;`)
    .join("\n");
  let result: ReturnType<typeof check>;
  beforeAll(() => {
    result = check(`${imports}\n${typed}\n`);
  });

  test("every entry point is found, typed, and free of errors", () => {
    expect(entryPoints).toEqual(
      expect.arrayContaining([
        "@mm-lab/kernel-model",
        "@mm-lab/kernel-model/core",
        "@mm-lab/kernel-model/ksm",
        "@mm-lab/helpers",
      ]),
    );
    expect(result.errors).toEqual([]);
  });

  test("all of the packages was looked at", () => {
    expect(result.files).toEqual(
      expect.arrayContaining([
        "kernel-model/dist/base/random.d.ts",
        "kernel-model/dist/mechanisms/ksm/index.d.ts",
        "helpers/dist/tables/index.d.ts",
        "helpers/dist/plots/index.d.ts",
      ]),
    );
  });

  test("a declaration in newer syntax, or one that names what is not there, would be caught", () => {
    const broken = join(ROOT, "kernel-model", "dist", "base", "random.d.ts");
    const newer = check(
      imports,
      new Map([[broken, "export declare class Random { get x(): string; set x(v: number); }\n"]]),
    );
    expect(newer.errors).toEqual(
      expect.arrayContaining([expect.stringMatching(/^kernel-model\/dist\/base\/random\.d\.ts:1 /)]),
    );
    const missing = check(
      imports,
      new Map([[broken, 'export declare class Random { x: import("./gone.js").Gone; }\n']]),
    );
    expect(missing.errors).toEqual(
      expect.arrayContaining([expect.stringMatching(/^kernel-model\/dist\/base\/random\.d\.ts:1 Cannot find module/)]),
    );
    expect(check('import { nothing } from "@mm-lab/kernel-model";').errors).toEqual(
      expect.arrayContaining([expect.stringMatching(/^notebooks\/cell-of-this-test\.ts:1 .*nothing/)]),
    );
  });
});
