import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT, places } from "./paths.mjs";

/**
 * The kernelspec: absolute paths, so that it works from a desktop launcher and from VS Code, where PATH differs.
 * The kernel keeps tslab's name, so that the notebooks open on any machine with plain tslab as well.
 * @param {string} root
 */
export function kernelspec(root) {
  return {
    // The flag: an interrupt may have to end a loop inside a timer's callback, after which Node's own book-keeping is off.
    argv: [
      process.execPath,
      "--no-force-async-hooks-checks",
      join(root, "helpers", "jupyter", "kernel.mjs"),
      "--config-path",
      "{connection_file}",
    ],
    display_name: "TypeScript (mm-lab)",
    language: "typescript",
    // Not "signal": a loop without a pause after an await is reached only through the kernel's own messages thread.
    interrupt_mode: "message",
    // The server below drops nothing, so the kernel need not hold its output back (outbox.ts).
    env: { MMLAB_PACE_OUTPUT: "off" },
    metadata: { debugger: false },
  };
}

/**
 * Settings of the JupyterLab in .venv: no request leaves the machine by itself (news, updates, extension catalogue).
 * @param {string} root
 * @returns {[path: string, content: object][]}
 */
function files(root) {
  const { kernelspec: specPath, venv } = places(root);
  const etc = join(venv, "etc", "jupyter");
  const pageConfig = join(etc, "labconfig", "page_config.json"); // JupyterLab keeps settings of its own there
  const page = parseIfJson(readIfThere(pageConfig));
  return [
    [specPath, kernelspec(root)],
    [
      pageConfig,
      {
        ...page,
        disabledExtensions: { ...page["disabledExtensions"], "@jupyterlab/apputils-extension:announcements": true },
      },
    ],
    [
      join(etc, "jupyter_lab_config.json"),
      {
        LabApp: {
          news_url: null,
          check_for_updates_class: "jupyterlab.NeverCheckForUpdate",
          extension_manager: "readonly",
        },
        MultiKernelManager: { default_kernel_name: "tslab" },
      },
    ],
    // By default the server drops what exceeds 1,000 messages or 1 MB a second: 5,000 displays in one cell would not arrive.
    [join(etc, "jupyter_server_config.json"), { ZMQChannelsWebsocketConnection: { limit_rate: false } }],
  ];
}

/**
 * Writes the kernelspec and JupyterLab's settings into .venv where they differ.
 * @param {string} [root]
 * @returns {boolean} whether anything was written
 */
export function ensureKernelspec(root = ROOT) {
  let written = false;
  for (const [path, content] of files(root)) {
    const text = JSON.stringify(content, null, 1);
    if (JSON.stringify(parseIfJson(readIfThere(path)), null, 1) === text) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, `${text}\n`);
    renameSync(`${path}.new`, path);
    written = true;
  }
  return written;
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * @param {string | undefined} text
 * @returns {Record<string, any>}
 */
function parseIfJson(text) {
  try {
    return JSON.parse(text ?? "{}");
  } catch {
    return {};
  }
}
