import { join } from "node:path";
import { root as repository } from "../data/root.js";

/** The Python of the project's own environment. */
export function venvPython(root: string = repository): string {
  return process.platform === "win32"
    ? join(root, ".venv", "Scripts", "python.exe")
    : join(root, ".venv", "bin", "python");
}

/**
 * The environment for any Jupyter program of .venv: it finds our kernel before a global one of the same name, reads no
 * configuration of the user's, and writes nothing outside the repository.
 *
 * @example
 * spawn(venvPython(), ["-m", "jupyterlab"], { env: { ...process.env, ...jupyterEnvironment() } });
 */
export function jupyterEnvironment(root: string = repository): Record<string, string> {
  const state = join(root, ".mm-lab", "jupyter");
  return {
    JUPYTER_CONFIG_DIR: join(state, "config"),
    JUPYTER_DATA_DIR: join(state, "data"),
    JUPYTER_RUNTIME_DIR: join(state, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: join(state, "lab", "user-settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(state, "lab", "workspaces"),
    JUPYTER_PATH: join(root, ".venv", "share", "jupyter"),
    JUPYTER_PREFER_ENV_PATH: "1",
    JUPYTER_PLATFORM_DIRS: "1",
    IPYTHONDIR: join(state, "ipython"),
    PYDEVD_DISABLE_FILE_VALIDATION: "1",
  };
}
