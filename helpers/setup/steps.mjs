import { join } from "node:path";
import { ensureBuilt } from "./build.mjs";
import { dependencyProblem, ensureDependencies } from "./dependencies.mjs";
import { ensureKernelspec } from "./kernelspec.mjs";
import { withLock } from "./lock.mjs";
import { requireNode } from "./node-version.mjs";
import { say } from "./output.mjs";
import { ROOT, places } from "./paths.mjs";
import { ensurePython, pythonProblem } from "./python.mjs";

/**
 * Brings the repository to the state a command needs. Each step looks first and does nothing where all is well
 * (some 30 ms together), so every command may call it; what an interrupted run left behind is done again.
 *
 * @param {{ python?: boolean, build?: boolean, root?: string }} [needs] python: .venv with JupyterLab and the kernelspec
 * (default true); build: compiled packages (default true)
 * @returns {Promise<string[]>} type errors of the build, empty if the sources are sound
 * @throws {import("./setup-error.mjs").SetupError} where the user has to do something
 */
export async function setUp({ python = true, build = true, root = ROOT } = {}) {
  requireNode();
  if (dependencyProblem(root) !== undefined || (python && pythonProblem(root) !== undefined)) {
    await withLock(join(places(root).state, "setup.lock"), () => install(root, python), {
      onWait: (holder) => say(`waiting for the set-up of ${holder}`),
    });
  }
  if (python && ensureKernelspec(root)) say("kernel registered in .venv");
  return build ? (await ensureBuilt({ root })).errors : [];
}

/**
 * npm and pip at the same time; both are let finish, so that one failure does not cut the other short.
 * @param {string} root
 * @param {boolean} python
 */
async function install(root, python) {
  const results = await Promise.allSettled([ensureDependencies(root), python ? ensurePython(root) : false]);
  const failed = results.filter((result) => result.status === "rejected").map((result) => result.reason);
  if (failed.length > 1) for (const reason of failed.slice(0, -1)) console.error(`mm-lab: ${reason.message}`);
  if (failed.length > 0) throw failed[failed.length - 1];
}
