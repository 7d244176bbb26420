import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { ROOT, places } from "./paths.mjs";
import { writeRootModule } from "./root-module.mjs";
import { SetupError, isMain, runMain } from "./setup-error.mjs";
import { PACKAGES, fingerprint, missingOutputs, removeOrphans } from "./sources.mjs";

/**
 * @typedef {object} BuildResult
 * @property {boolean} built whether the compiler ran now
 * @property {string[]} errors the compiler's messages, one per line; empty if the sources are sound
 */

/**
 * Compiles kernel-model and helpers to their dist folders where the sources changed since the last build.
 *
 * Costs 10 to 30 ms when nothing changed. Safe to call from several processes at once: one builds, the others wait for it.
 * Type errors are returned, not thrown; the JavaScript is written all the same (tsc emits despite them).
 *
 * @param {{ quiet?: boolean, root?: string }} [options] quiet: print nothing (the kernel); root: another copy (tests)
 * @returns {Promise<BuildResult>}
 * @throws {SetupError} where the compiler is not installed or cannot run
 *
 * @example
 * const { errors } = await ensureBuilt({ quiet: true });
 */
export async function ensureBuilt({ quiet = false, root = ROOT } = {}) {
  const fresh = upToDate(root);
  if (fresh) return { built: false, errors: fresh.errors };
  const compiler = places(root).typescript;
  if (!existsSync(compiler)) {
    throw new SetupError(
      "The TypeScript compiler is not installed (no node_modules/typescript)",
      "run `npm start`, or `npm ci` in the repository",
    );
  }
  const say = quiet ? () => undefined : (/** @type {string} */ line) => console.error(line);
  return withLock(
    join(places(root).state, "build.lock"),
    async () => {
      const builtMeanwhile = upToDate(root);
      if (builtMeanwhile) return { built: false, errors: builtMeanwhile.errors };
      return compile(root, compiler, say);
    },
    { onWait: (holder) => say(`mm-lab: waiting for the build of ${holder}`) },
  );
}

/**
 * @param {string} root
 * @param {string} compiler
 * @param {(line: string) => void} say
 * @returns {Promise<BuildResult>}
 */
async function compile(root, compiler, say) {
  const started = Date.now();
  say("mm-lab: building kernel-model and helpers");
  const print = fingerprint(root); // before: an edit made while the compiler runs must look like a change
  rmSync(stampPath(root), { force: true });
  // tsc trusts its own build info, so missing files come back only by force.
  const force = missingOutputs(root).length > 0 ? ["--force"] : [];
  writeRootModule(root); // before the helpers are compiled, which import it
  const { status, output } = await run(
    process.execPath,
    [compiler, "-b", ...force, "--pretty", "false", ...PACKAGES],
    root,
  );
  const errors = output
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
  if (status !== 0 && !errors.some((line) => line.includes("error TS"))) {
    throw new SetupError(
      `The TypeScript compiler failed with status ${status}`,
      "run `npm ci`, then `npm run build`",
      output,
    );
  }
  removeOrphans(root);
  if (missingOutputs(root).length === 0) {
    writeStamp(root, { fingerprint: print, errors });
  }
  for (const line of errors) say(line);
  say(
    `mm-lab: ${errors.length === 0 ? "built" : "built with type errors"} in ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
  return { built: true, errors };
}

/** @param {string} root */
function stampPath(root) {
  return join(places(root).state, "build.json");
}

/**
 * The stamp of the last build if it still holds.
 * @param {string} root
 * @returns {{ errors: string[] } | undefined}
 */
export function upToDate(root = ROOT) {
  try {
    const stamp = /** @type {{ fingerprint: string, errors: string[] }} */ (
      JSON.parse(readFileSync(stampPath(root), "utf8"))
    );
    if (stamp.fingerprint !== fingerprint(root) || missingOutputs(root).length > 0) return undefined;
    return { errors: stamp.errors };
  } catch {
    return undefined; // no stamp, or one cut short: build
  }
}

/**
 * @param {string} root
 * @param {{ fingerprint: string, errors: string[] }} stamp
 */
function writeStamp(root, stamp) {
  const path = stampPath(root);
  mkdirSync(places(root).state, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(stamp)}\n`);
  renameSync(`${path}.${process.pid}`, path);
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<{ status: number, output: string }>}
 */
function run(program, args, cwd) {
  return new Promise((resolve, reject) => {
    // A kernel is interrupted by a signal to its process group; the compiler must not be in it.
    const child = spawn(program, args, {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    child.on("error", reject);
    child.on("close", (status, signal) => resolve({ status: status ?? (signal === null ? 1 : 128), output }));
  });
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    const { built, errors } = await ensureBuilt();
    if (!built) console.error("mm-lab: the build is up to date");
    if (!built) for (const line of errors) console.error(line);
    return errors.length === 0 ? 0 : 1;
  });
}
