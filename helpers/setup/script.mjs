import { spawn } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./paths.mjs";
import { isMain, runMain, SetupError } from "./setup-error.mjs";
import { setUp } from "./steps.mjs";

/**
 * How ts-node compiles the project's scripts (`*.cts`): CommonJS, so that no loader is needed, with the packages' ES
 * modules loaded through require. Types are checked by `npm test`, not on every run.
 */
export const SCRIPT_OPTIONS = {
  target: "ES2022",
  module: "CommonJS",
  moduleResolution: "node10",
  esModuleInterop: true,
  lib: ["ES2023"],
  types: ["node"],
  skipLibCheck: true,
  sourceMap: true,
  inlineSources: true,
};

/**
 * Runs one TypeScript script of the project by ts-node, terminal handed over.
 * @param {string} path a .cts file
 * @param {string[]} [args]
 * @param {string[]} [nodeFlags] e.g. ["--expose-gc"]
 * @returns {Promise<number>} its exit status
 */
export function runScript(path, args = [], nodeFlags = []) {
  const env = {
    ...process.env,
    TS_NODE_SKIP_PROJECT: "true",
    TS_NODE_TRANSPILE_ONLY: "true",
    TS_NODE_COMPILER_OPTIONS: JSON.stringify(SCRIPT_OPTIONS),
  };
  const register = join(ROOT, "node_modules", "ts-node", "register", "index.js");
  return new Promise((resolve, reject) => {
    const entry = join(ROOT, "helpers", "setup", "ts-entry.cjs");
    const child = spawn(process.execPath, [...nodeFlags, "--require", register, entry, path, ...args], {
      stdio: "inherit",
      env,
    });
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  });
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const [path, ...args] = process.argv.slice(2);
    if (path === undefined)
      throw new SetupError("No script was named", "run `node helpers/setup/script.mjs helpers/scripts/NAME.cts`");
    await setUp({ python: false });
    return runScript(path, args);
  });
}
