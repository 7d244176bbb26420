import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakePath, freshCopy, ROOT, run, type Ended } from "./copy.js";

let copy: ReturnType<typeof freshCopy>;
beforeEach(() => {
  copy = freshCopy();
});
afterEach(() => copy.remove());

/** A machine where nothing outside answers: any download is refused at once. */
const OFFLINE = {
  npm_config_registry: "http://127.0.0.1:9",
  npm_config_fetch_retries: "0",
  npm_config_prefer_online: "true",
  npm_execpath: "",
  PIP_INDEX_URL: "http://127.0.0.1:9/simple",
  PIP_FIND_LINKS: "",
  PIP_RETRIES: "0",
  PIP_NO_CACHE_DIR: "1",
  PIP_CONFIG_FILE: "/dev/null",
};

function start(env: NodeJS.ProcessEnv): Promise<Ended> {
  const cache = join(copy.root, "npm-cache"); // an empty one: nothing comes from earlier installations
  return run(process.execPath, [join(copy.root, "helpers", "setup", "start.mjs"), "--no-browser"], {
    cwd: copy.root,
    env: { ...process.env, ...OFFLINE, npm_config_cache: cache, MMLAB_PYTHON: "", ...env },
  });
}

const HAS_VENV = "echo 3.12.1";

describe("npm start on a fresh clone", () => {
  test("without a network: says so for npm and for pip, names the remedy, leaves nothing that looks finished", async () => {
    const { status, stderr } = await start({});
    expect(status).toBe(1);
    expect(stderr).toMatch(/npm could not reach its registry\.\n {2}Remedy: check the network/);
    expect(stderr).toMatch(/pip could not reach its package index\.\n {2}Remedy: check the network/);
    expect(existsSync(join(copy.root, ".venv", "mm-lab.json"))).toBe(false);
    expect(existsSync(join(copy.root, "node_modules", ".package-lock.json"))).toBe(false);
    expect(existsSync(join(copy.root, ".mm-lab", "setup.lock"))).toBe(false);
    const again = await start({});
    expect(again.stderr, "the next run begins again instead of trusting half an installation").toContain("npm ci (");
    expect(again.stderr).toContain("making .venv");
  }, 240_000);

  test.each([
    ["is missing", {}, /No Python was found \(tried python3,[^]*Remedy: install Python 3\.10 or later/],
    [
      "is too old",
      { python3: "echo 3.9.18" },
      /Python is too old \(python3 is 3\.9\.18\); mm-lab needs 3\.10 or later[^]*Remedy: install Python 3\.10 or later/,
    ],
    [
      "cannot make environments",
      { python3: 'echo 3.12.1; echo "No module named ensurepip" >&2; exit 1' },
      /python3 \(3\.12\.1\) cannot make an environment[^]*Remedy: install Python's venv module \(Debian, Ubuntu: `sudo apt install python3-venv`\)/,
    ],
    [
      "fails while making one",
      { python3: `case "$1" in -c) ${HAS_VENV};; *) mkdir -p .venv/bin; echo broken >&2; exit 1;; esac` },
      /`python3 -m venv \.venv` failed[^]*python3-venv[^]*broken/,
    ],
  ])("where Python %s", async (_what, scripts, message) => {
    const path = fakePath(join(copy.root, "path"), { npm: "exit 1", ...scripts }, { mkdir: "/bin/mkdir" });
    const { status, stderr } = await start({ PATH: path });
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(existsSync(join(copy.root, ".venv"))).toBe(false);
  });

  test("where MMLAB_PYTHON names no Python", async () => {
    const path = fakePath(join(copy.root, "path"), { npm: "exit 1" });
    const { stderr } = await start({ PATH: path, MMLAB_PYTHON: "/nowhere/python3" });
    expect(stderr).toContain("MMLAB_PYTHON=/nowhere/python3 is not a Python that runs");
  });

  test("where uv fails, python3 is tried", async () => {
    const path = fakePath(
      join(copy.root, "path"),
      { npm: "exit 1", uv: 'test "$1" = --version && exit 0; mkdir -p .venv; exit 7', python3: "echo 3.9.1" },
      { mkdir: "/bin/mkdir" },
    );
    const { stderr } = await start({ PATH: path });
    expect(stderr).toContain("uv failed with status 7; trying python3 -m venv");
    expect(stderr).toContain("Python is too old (python3 is 3.9.1)");
  });

  test("where npm itself is missing", async () => {
    const path = fakePath(join(copy.root, "path"), {});
    const { status, stderr } = await start({ PATH: path });
    expect(status).toBe(1);
    expect(stderr).toMatch(/npm was not found\.\n {2}Remedy: install npm/);
  });
});

test("a Node that is too old is refused by version and remedy", async () => {
  const { stderr, status } = await run(process.execPath, [
    "--input-type=module",
    "-e",
    `
    import { requireNode } from ${JSON.stringify(join(ROOT, "helpers", "setup", "node-version.mjs"))};
    for (const good of ["20.19.0", "20.20.2", "22.12.0", "24.0.0", "26.1.0"]) requireNode(good);
    for (const bad of ["18.20.4", "20.18.9", "21.7.0", "22.11.0", "23.9.0"]) {
      try { requireNode(bad); console.error("accepted " + bad); } catch (error) { console.error(error.message); }
    }`,
  ]);
  expect(status).toBe(0);
  expect(stderr).not.toContain("accepted");
  expect(stderr).toContain(
    "This is Node 18.20.4; mm-lab needs 20.19 or a later 20.x, 22.12 or a later 22.x, 24 or later",
  );
  expect(stderr).toContain("Remedy: install a current Node");
});

test("the doctor says what is missing before anything is installed, and changes nothing", async () => {
  const { status, stdout } = await run(
    process.execPath,
    [join(copy.root, "helpers", "setup", "doctor.mjs"), "--json"],
    { cwd: copy.root },
  );
  expect(status).toBe(1);
  const { ok, findings } = JSON.parse(stdout) as {
    ok: boolean;
    findings: { what: string; state: string; found: string }[];
  };
  expect(ok).toBe(false);
  expect(findings.filter(({ state }) => state === "broken").map(({ what, found }) => [what, found])).toEqual([
    ["npm packages", "node_modules is missing"],
    [".venv", ".venv is missing"],
  ]);
  expect(existsSync(join(copy.root, "node_modules"))).toBe(false);
});

describe("a half-finished earlier set-up is noticed", () => {
  const problem = async (module: string, name: string): Promise<string> => {
    const { stdout } = await run(process.execPath, [
      "--input-type=module",
      "-e",
      `import { ${name} } from ${JSON.stringify(join(ROOT, "helpers", "setup", module))}; console.log(${name}(${JSON.stringify(copy.root)}));`,
    ]);
    return stdout.trim();
  };

  test("npm", async () => {
    mkdirSync(join(copy.root, "node_modules", "vega"), { recursive: true });
    expect(await problem("dependencies.mjs", "dependencyProblem")).toBe("an earlier installation did not finish");
    writeFileSync(
      join(copy.root, "node_modules", ".package-lock.json"),
      JSON.stringify({ packages: { "node_modules/vega": { version: "1.0.0" } } }),
    );
    expect(await problem("dependencies.mjs", "dependencyProblem")).toMatch(
      /^node_modules\/\S+ is not at the version of package-lock\.json$/,
    );
  });

  test(".venv", async () => {
    mkdirSync(join(copy.root, ".venv", "bin"), { recursive: true });
    expect(await problem("python.mjs", "pythonProblem")).toBe(".venv was not finished");
    writeFileSync(
      join(copy.root, ".venv", "mm-lab.json"),
      JSON.stringify({ root: "/elsewhere", requirements: "", base: "", version: "" }),
    );
    expect(await problem("python.mjs", "pythonProblem")).toBe("the repository was moved since .venv was made");
    writeFileSync(
      join(copy.root, ".venv", "mm-lab.json"),
      JSON.stringify({ root: copy.root, requirements: "", base: "", version: "" }),
    );
    expect(await problem("python.mjs", "pythonProblem")).toBe("the Python behind .venv is gone or was replaced");
  });
});
