import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const VENV = join(ROOT, ".venv");

export interface JupyterServer {
  readonly url: string;
  readonly token: string;
  /** Folder the server shows; inside the repository, so that notebooks find its packages. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** JupyterLab of the project's .venv, with the kernel registered there; everything it writes is in a folder that goes away. */
export async function startJupyter(folder?: string): Promise<JupyterServer> {
  const jupyter = join(VENV, "bin", "jupyter");
  if (!existsSync(jupyter)) throw new Error(`${jupyter} is missing. Next: run npm start once, it creates .venv`);
  await mkdir(join(ROOT, ".mm-lab"), { recursive: true });
  const own = await mkdtemp(join(ROOT, ".mm-lab", "browser-"));
  const shown = folder ?? join(own, "notebooks");
  await mkdir(shown, { recursive: true });
  const token = randomUUID();
  const port = await freePort();
  const child = spawn(
    jupyter,
    [
      "lab",
      "--no-browser",
      "--allow-root",
      `--ServerApp.port=${port}`,
      "--ServerApp.port_retries=0",
      "--ServerApp.ip=127.0.0.1",
      `--ServerApp.root_dir=${shown}`,
      "--LabApp.expose_app_in_browser=True",
    ],
    {
      cwd: own,
      env: {
        ...process.env,
        JUPYTER_TOKEN: token,
        JUPYTER_PATH: join(VENV, "share", "jupyter"),
        JUPYTER_PREFER_ENV_PATH: "1",
        JUPYTER_CONFIG_DIR: join(own, "config"),
        JUPYTER_DATA_DIR: join(own, "data"),
        JUPYTER_RUNTIME_DIR: join(own, "runtime"),
        JUPYTERLAB_SETTINGS_DIR: join(own, "settings"),
        JUPYTERLAB_WORKSPACES_DIR: join(own, "workspaces"),
        IPYTHONDIR: join(own, "ipython"),
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => log.push(chunk.toString()));
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await stopProcess(child);
    await rm(own, { recursive: true, force: true });
  };
  try {
    await untilReady(`${url}/api/status?token=${token}`, child, log);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, token, folder: shown, stop };
}

async function untilReady(url: string, child: ChildProcess, log: readonly string[]): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 200) {
    if (child.exitCode !== null) break;
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`JupyterLab did not start:\n${log.join("").slice(-3000)}`);
}

/** On SIGTERM Jupyter stops its kernels and itself. */
async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(timer);
}

async function freePort(): Promise<number> {
  for (let port = 9200; port < 9250; port++) {
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer()
        .once("error", () => resolve(false))
        .once("listening", () => probe.close(() => resolve(true)));
      probe.listen(port, "127.0.0.1");
    });
    if (free) return port;
  }
  throw new Error("no free port from 9200 to 9249");
}
