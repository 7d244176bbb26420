import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT, places } from "./paths.mjs";
import { isMain, runMain } from "./setup-error.mjs";
import { say } from "./output.mjs";
import { setUp } from "./steps.mjs";

/**
 * Sets up what is missing, then runs JupyterLab on notebooks/ until it ends.
 * @param {string[]} args passed on to `jupyter lab`, e.g. ["--no-browser", "--port", "8890"]
 * @returns {Promise<number>} JupyterLab's exit status
 */
export async function start(args) {
  const errors = await setUp();
  if (errors.length > 0)
    say(`the sources have ${errors.length} type error(s), see above; JupyterLab starts all the same`);
  const { jupyterEnvironment } = await import("../dist/run/jupyter.js");
  const { python, notebooks } = places();
  mkdirSync(notebooks, { recursive: true });
  /** @type {string[]} */
  const first = [`--ServerApp.root_dir=${notebooks}`];
  if (existsSync(join(notebooks, "start-here.ipynb"))) first.push("--LabApp.default_url=/lab/tree/start-here.ipynb");
  // In a container one is often root, and there JupyterLab refuses to start without being told.
  if (process.getuid?.() === 0) first.push("--allow-root");
  say(`starting JupyterLab on ${notebooks} (Ctrl-C twice ends it)`);
  return runToEnd(python, ["-m", "jupyterlab", ...first, ...args], { ...process.env, ...jupyterEnvironment(ROOT) });
}

const PARENT = process.ppid;

/**
 * Ended by a signal, npm ends its shell but not what runs in it: without this look the server would go on unseen.
 * Started without npm it may be meant to outlive its terminal (nohup).
 */
function orphaned() {
  return process.env["npm_lifecycle_event"] === "start" && process.ppid !== PARENT;
}

/**
 * Hands terminal and signals to the program and waits for it.
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
function runToEnd(program, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, env, stdio: "inherit" });
    // Ctrl-C reaches the whole terminal group: JupyterLab asks its question, and we wait for the answer.
    const stay = () => undefined;
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => child.kill(signal);
    process.on("SIGINT", stay).on("SIGTERM", forward).on("SIGHUP", forward);
    const watch = setInterval(() => {
      if (orphaned()) child.kill("SIGTERM");
    }, 500);
    child.on("error", reject);
    child.on("close", (status, signal) => {
      clearInterval(watch);
      process.off("SIGINT", stay).off("SIGTERM", forward).off("SIGHUP", forward);
      resolve(status ?? (signal === "SIGTERM" || signal === "SIGINT" ? 0 : 1));
    });
  });
}

if (isMain(import.meta.url)) await runMain(() => start(process.argv.slice(2)));
