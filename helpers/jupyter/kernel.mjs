import { existsSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureBuilt, upToDate } from "../setup/build.mjs";
import { ROOT } from "../setup/paths.mjs";
import { PACKAGES, filesUnder } from "../setup/sources.mjs";

/*
 * What the kernelspec starts: `node --no-force-async-hooks-checks helpers/jupyter/kernel.mjs --config-path {connection_file}`.
 *
 * Rebuilds the packages where a source changed, so that "restart kernel" is all it takes to try an edited model. With type
 * errors the new code runs and the errors are shown with the first cell; with syntax errors the previous build runs on.
 */

const KERNEL = join(ROOT, "helpers", "dist", "notebook", "kernel.js");

/** @returns {Promise<readonly string[]>} what to tell the user with the first cell */
async function bringUpToDate() {
  if (upToDate() !== undefined) return (await ensureBuilt({ quiet: true })).errors;
  const broken = await syntaxErrors();
  if (broken.length > 0)
    return [...broken, "The previous build is in use. Next: mend the syntax, then restart the kernel."];
  try {
    const { errors } = await ensureBuilt({ quiet: true });
    return errors.length === 0
      ? []
      : [...errors, "The new code is in use all the same. Next: mend the types, then restart the kernel."];
  } catch (error) {
    if (!existsSync(KERNEL)) throw error;
    return [error instanceof Error ? error.message : String(error)];
  }
}

/**
 * The compiler writes JavaScript for a file with broken syntax too, and that would not load: so look before building.
 * @returns {Promise<string[]>}
 */
async function syntaxErrors() {
  const { default: ts } = await import("typescript");
  return PACKAGES.flatMap((name) =>
    filesUnder(join(ROOT, name, "src")).filter((path) => path.endsWith(".ts") && changedSinceBuild(name, path)),
  ).flatMap((path) => {
    const { diagnostics = [] } = ts.transpileModule(readFileSync(path, "utf8"), {
      fileName: path,
      reportDiagnostics: true,
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    return diagnostics.map(({ file, start = 0, code, messageText }) => {
      const { line = 0, character = 0 } = file?.getLineAndCharacterOfPosition(start) ?? {};
      return `${relative(ROOT, path)}(${line + 1},${character + 1}): error TS${code}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
  });
}

/**
 * @param {string} name the package
 * @param {string} path a source file of it
 */
function changedSinceBuild(name, path) {
  const built = join(ROOT, name, "dist", relative(join(ROOT, name, "src"), path)).replace(/\.ts$/, ".js");
  const output = statSync(built, { throwIfNoEntry: false });
  return output === undefined || output.mtimeMs < statSync(path).mtimeMs;
}

const at = process.argv.indexOf("--config-path");
const configPath = at < 0 ? undefined : process.argv[at + 1];
if (configPath === undefined) {
  console.error(
    "mm-lab kernel: --config-path is missing; accepted: the connection file that Jupyter writes. Next: choose this kernel in JupyterLab (`npm start`).",
  );
  process.exit(2);
}
const buildErrors = await bringUpToDate();
/** @type {{ startKernel(options: { configPath: string, buildErrors: readonly string[] }): void }} */
const { startKernel } = await import(pathToFileURL(KERNEL).href);
startKernel({ configPath, buildErrors });
