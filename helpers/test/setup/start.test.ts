import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { venvPython } from "../../src/run/jupyter.js";
import { ROOT, run } from "./copy.js";

let home: string;
const running: ChildProcess[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "mm-lab-home-"));
});
afterEach(async () => {
  for (const child of running.splice(0)) await stop(child);
  rmSync(home, { recursive: true, force: true });
});

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
  readonly readyMs: number;
  log(): string;
}

/** Starts a server and waits until it answers. */
async function serve(
  program: string,
  args: (port: number) => readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = ROOT,
): Promise<Server> {
  const port = await freePort();
  const started = performance.now();
  const child = spawn(program, args(port), {
    cwd,
    env: { ...process.env, HOME: home, JUPYTER_TOKEN: "test", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      log += chunk.toString();
    });
  const url = `http://127.0.0.1:${port}`;
  while (performance.now() - started < 110_000 && child.exitCode === null) {
    if ((await fetch(`${url}/api`).catch(() => undefined))?.ok === true)
      return { child, url, readyMs: performance.now() - started, log: () => log };
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`no server:\n${log.slice(-3000)}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
      .once("error", reject)
      .listen(0, "127.0.0.1", () => {
        const { port } = probe.address() as AddressInfo;
        probe.close(() => resolve(port));
      });
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}

const npmStart = (cwd = ROOT): Promise<Server> =>
  serve("npm", (port) => ["start", "--", "--no-browser", "--port", String(port)], {}, cwd);
async function get(server: Server, path: string): Promise<unknown> {
  return (await fetch(`${server.url}${path}`, { headers: { Authorization: "token test" } })).json();
}

test("npm start, from the root or notebooks/: notebooks/ in JupyterLab, our kernel, nothing in the user's home, ended by one signal", async () => {
  const server = await npmStart(join(ROOT, "notebooks"));
  expect(server.log()).toContain(`starting JupyterLab on ${join(ROOT, "notebooks")}`);
  const { content } = (await get(server, "/api/contents/")) as { content: { name: string }[] };
  const committed = readdirSync(join(ROOT, "notebooks")).filter((name) => name.endsWith(".ipynb"));
  expect(content.map(({ name }) => name)).toEqual(expect.arrayContaining(committed));
  const specs = (await get(server, "/api/kernelspecs")) as {
    default: string;
    kernelspecs: Record<string, { spec: { display_name: string; argv: string[] } }>;
  };
  expect(specs.default).toBe("tslab");
  expect(specs.kernelspecs["tslab"]?.spec.display_name).toBe("TypeScript (mm-lab)");
  expect(specs.kernelspecs["tslab"]?.spec.argv).toEqual(
    expect.arrayContaining([process.execPath, join(ROOT, "helpers", "jupyter", "kernel.mjs")]),
  );
  const page = await (await fetch(`${server.url}/lab?token=test`)).text();
  expect(page, "no news are fetched").toContain("@jupyterlab/apputils-extension:announcements");
  await stop(server.child);
  await expect
    .poll(
      () =>
        fetch(`${server.url}/api`).then(
          () => "still there",
          () => "gone",
        ),
      { timeout: 20_000 },
    )
    .toBe("gone");
  expect(readdirSync(home).filter((name) => name !== ".npm")).toEqual([]); // npm keeps its own logs there
  expect(existsSync(join(ROOT, ".mm-lab", "setup.lock"))).toBe(false);
}, 240_000);

test(
  "the second start is ready less than 5 s after plain `jupyter lab` would be",
  { timeout: 300_000, retry: 2 },
  async () => {
    await run(process.execPath, [join(ROOT, "helpers", "setup", "build.mjs")]);
    const plain = await serve(
      venvPython(ROOT),
      (port) => ["-m", "jupyterlab", "--no-browser", "--allow-root", `--port=${port}`],
      { JUPYTER_CONFIG_DIR: home, JUPYTER_DATA_DIR: home, JUPYTER_RUNTIME_DIR: home },
    );
    await stop(plain.child);
    const ours = await npmStart();
    await stop(ours.child);
    console.log(
      `ready after ${Math.round(plain.readyMs)} ms (jupyter lab) and ${Math.round(ours.readyMs)} ms (npm start)`,
    );
    expect(ours.readyMs - plain.readyMs).toBeLessThan(5_000);
  },
);
