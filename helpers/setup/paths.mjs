import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository: two folders above this file, wherever the command was typed. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Every place the set-up writes to. All of them lie inside the repository.
 * @param {string} [root] another copy of the repository (tests)
 */
export function places(root = ROOT) {
  const venv = join(root, ".venv");
  const bin = process.platform === "win32" ? "Scripts" : "bin";
  const exe = process.platform === "win32" ? ".exe" : "";
  return {
    root,
    venv,
    python: join(venv, bin, `python${exe}`),
    jupyter: join(venv, bin, `jupyter${exe}`),
    /** Scratch of the project: stamps, locks, REPL history, Jupyter's run-time files. */
    state: join(root, ".mm-lab"),
    nodeModules: join(root, "node_modules"),
    typescript: join(root, "node_modules", "typescript", "bin", "tsc"),
    kernelspec: join(venv, "share", "jupyter", "kernels", "tslab", "kernel.json"),
    notebooks: join(root, "notebooks"),
  };
}
