import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { looksLikeNetwork, runProgram, say, seconds } from "./output.mjs";
import { ROOT, places } from "./paths.mjs";
import { SetupError } from "./setup-error.mjs";

/** @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, link?: boolean }} LockedPackage */

/**
 * What is wrong with node_modules, in one line, or undefined if it is what package-lock.json asks for.
 *
 * npm writes node_modules/.package-lock.json last, so an interrupted installation has none; every package it lists
 * must still be on disk. About 10 ms.
 * @param {string} [root]
 * @returns {string | undefined}
 */
export function dependencyProblem(root = ROOT) {
  const modules = places(root).nodeModules;
  if (!existsSync(modules)) return "node_modules is missing";
  const wanted = readPackages(join(root, "package-lock.json"));
  if (wanted === undefined)
    throw new SetupError(
      "package-lock.json is missing or not JSON",
      "restore it with `git checkout package-lock.json`",
    );
  const installed = readPackages(join(modules, ".package-lock.json"));
  if (installed === undefined) return "an earlier installation did not finish";
  for (const [path, { version, optional, devOptional, link }] of Object.entries(wanted)) {
    if (!path.startsWith("node_modules/")) continue;
    const found = installed[path];
    if (found === undefined && (optional || devOptional)) continue; // for another platform
    if (found === undefined || (!link && found.version !== version))
      return `${path} is not at the version of package-lock.json`;
    if (!existsSync(join(root, path, "package.json"))) return `${path} is missing`;
  }
  return undefined;
}

/**
 * @param {string} path
 * @returns {Record<string, LockedPackage> | undefined}
 */
function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/**
 * Installs the npm packages of the lock file where they are missing or different.
 * @param {string} [root]
 * @returns {Promise<boolean>} whether anything was installed
 * @throws {SetupError}
 */
export async function ensureDependencies(root = ROOT) {
  const problem = dependencyProblem(root);
  if (problem === undefined) return false;
  const started = Date.now();
  say(`npm ci (${problem})`);
  // No package we use needs its install script, so none is run.
  const args = [
    "ci",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--fetch-retry-mintimeout=2000",
    "--fetch-retry-maxtimeout=10000",
  ]; // without a network npm would try for minutes
  const result = await runNpm(args, root);
  if (result.missing)
    throw new SetupError("npm was not found", "install npm (it comes with Node from https://nodejs.org)");
  if (result.status !== 0) {
    throw looksLikeNetwork(result.output)
      ? new SetupError(
          "npm could not reach its registry",
          "check the network, the proxy (`npm config get proxy`) and the registry (`npm config get registry`), then run the command again: it starts over where it has to",
        )
      : new SetupError(
          `npm ci failed with status ${result.status}`,
          "see npm's message; `rm -rf node_modules` and run the command again if it names a broken file",
        );
  }
  const left = dependencyProblem(root);
  if (left !== undefined)
    throw new SetupError(`npm ci ended well, but ${left}`, "run `rm -rf node_modules`, then the command again");
  say(`npm packages installed in ${seconds(started)}`);
  return true;
}

/**
 * @param {string[]} args
 * @param {string} root
 */
function runNpm(args, root) {
  // Under npm itself this is the very npm that runs us; else the one on the PATH.
  const cli = process.env["npm_execpath"];
  // NODE_ENV=production would leave out the compiler.
  const env = { ...process.env, NODE_ENV: "", npm_config_omit: "", npm_config_production: "" };
  if (cli !== undefined && /npm-cli\.c?js$/.test(cli) && existsSync(cli))
    return runProgram(process.execPath, [cli, ...args], { cwd: root, env });
  return process.platform === "win32"
    ? runProgram("cmd.exe", ["/d", "/s", "/c", "npm", ...args], { cwd: root, env })
    : runProgram("npm", args, { cwd: root, env });
}
