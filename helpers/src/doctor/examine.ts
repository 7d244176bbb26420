import { execFile } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import type { CommandHost } from "../cli/command.js";
import { jupyterEnvironment, venvPython } from "../run/jupyter.js";
import { findChromium } from "./chromium.js";
import type { Diagnosis } from "./finding.js";
import { examineLiveKernel } from "./live.js";

const run = promisify(execFile);

/** Looks at all that mm-lab runs on. About a second, most of it Python starting. Changes nothing. */
export async function examine(host: CommandHost): Promise<Diagnosis[]> {
  const [problems, npm, python, kernel] = await Promise.all([
    host.problems(),
    npmVersion(),
    pythonVersions(host.root),
    kernelFindings(host.root),
  ]);
  return [
    {
      section: "versions",
      what: "Node",
      found: `${process.versions.node} (${process.execPath})`,
      state: "good",
      meaning: "",
    },
    npm,
    ...python,
    ...packageVersions(host.root),
    ...kernel,
    tslabFinding(host.root),
    buildFinding(host),
    ...problems.map(({ part, problem, remedy }): Diagnosis => ({
      section: "build",
      what: part,
      found: problem,
      state: "broken",
      meaning: remedy,
    })),
    chromiumFinding(),
    ...examineLiveKernel(),
  ];
}

async function npmVersion(): Promise<Diagnosis> {
  const cli = process.env["npm_execpath"];
  const [program, args] =
    cli !== undefined && existsSync(cli) && cli.endsWith(".js")
      ? [process.execPath, [cli, "--version"]]
      : ["npm", ["--version"]];
  const found = await run(program, args, { shell: process.platform === "win32" }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
  return {
    section: "versions",
    what: "npm",
    found: found ?? "not found",
    state: found === undefined ? "note" : "good",
    meaning: found === undefined ? "needed only to install packages; it comes with Node" : "",
  };
}

const PYTHON_PACKAGES = ["jupyterlab", "nbconvert", "nbclient"] as const;
const VERSIONS = `import importlib.metadata as m, json, sys
def version(name):
    try: return m.version(name)
    except m.PackageNotFoundError: return None
print(json.dumps({"python": ".".join(map(str, sys.version_info[:3])), **{n: version(n) for n in sys.argv[1:]}}))`;

async function pythonVersions(root: string): Promise<Diagnosis[]> {
  const pinned = pins(root);
  const found = await run(venvPython(root), ["-c", VERSIONS, ...PYTHON_PACKAGES]).then(
    ({ stdout }) => JSON.parse(stdout) as Record<string, string | null>,
    () => undefined,
  );
  if (found === undefined)
    return [
      {
        section: "versions",
        what: "Python",
        found: ".venv is missing or broken",
        state: "broken",
        meaning: "run `npm start`; if it fails again, `rm -rf .venv` first",
      },
    ];
  return ["python", ...PYTHON_PACKAGES].map((name): Diagnosis => {
    const [version, wanted] = [found[name], pinned.get(name)];
    const good = typeof version === "string" && (wanted === undefined || version === wanted);
    return {
      section: "versions",
      what: name === "python" ? "Python" : name,
      found: version ?? "not installed",
      state: typeof version !== "string" ? "broken" : good ? "good" : "note",
      meaning: good ? "" : `pinned: ${wanted ?? "any"}; \`rm -rf .venv\` and \`npm start\` install it`,
    };
  });
}

function pins(root: string): Map<string, string> {
  const text = readFileSync(join(root, "helpers", "jupyter", "requirements.txt"), "utf8");
  return new Map([...text.matchAll(/^([\w-]+)==([\w.]+)/gm)].map((match) => [match[1] ?? "", match[2] ?? ""]));
}

function packageVersions(root: string): Diagnosis[] {
  const packages = [
    ["TypeScript of the project", "typescript"],
    ["tslab", "tslab"],
    ["TypeScript of tslab", "@tslab/typescript-for-tslab"],
    ["arquero", "arquero"],
    ["vega", "vega"],
    ["vega-lite", "vega-lite"],
    ["vega-embed", "vega-embed"],
  ] as const;
  return packages.map(([what, name]): Diagnosis => {
    const version = packageVersion(join(root, "node_modules", name));
    return {
      section: "versions",
      what,
      found: version ?? "not installed",
      state: version === undefined ? "broken" : "good",
      meaning: version === undefined ? "run `npm ci`" : "",
    };
  });
}

function packageVersion(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version?: string }).version;
  } catch {
    return undefined;
  }
}

/** Which kernelspec Jupyter takes for the name tslab, asked of Jupyter itself. */
async function kernelFindings(root: string): Promise<Diagnosis[]> {
  interface Listed {
    readonly kernelspecs: Readonly<
      Record<string, { readonly resource_dir: string; readonly spec: { readonly argv: readonly string[] } }>
    >;
  }
  const listed = await run(venvPython(root), ["-m", "jupyter_client.kernelspecapp", "list", "--json"], {
    env: { ...process.env, ...jupyterEnvironment(root) },
  }).then(
    ({ stdout }) => JSON.parse(stdout) as Listed,
    () => undefined,
  );
  const spec = listed?.kernelspecs["tslab"];
  if (spec === undefined)
    return [
      {
        section: "kernel",
        what: "kernelspec tslab",
        found: "not registered",
        state: "broken",
        meaning: "run `npm start`, which writes it into .venv",
      },
    ];
  const {
    resource_dir: folder,
    spec: { argv },
  } = spec;
  const [node = "", ...rest] = argv;
  const script = rest.find((arg) => !arg.startsWith("-")) ?? ""; // flags of Node may stand before it
  const stale = !existsSync(node)
    ? [`${node} is gone`, "run `npm start`, which writes it anew"]
    : !existsSync(script)
      ? [`${script} is gone`, "the repository was moved or the file deleted: run `npm start`, or restore it from git"]
      : !folder.startsWith(realpathSync(root)) && !folder.startsWith(root)
        ? ["another installation's", "run `npm start`; if it stays, remove the other kernelspec"]
        : undefined;
  return [
    {
      section: "kernel",
      what: "kernelspec tslab",
      found: folder,
      state: stale === undefined ? "good" : "broken",
      meaning: stale?.join(": ") ?? "",
    },
    {
      section: "kernel",
      what: "started as",
      found: argv.join(" "),
      state: "good",
      meaning:
        node === process.execPath
          ? ""
          : `another Node than this one (${process.execPath}); \`npm start\` under this one changes it`,
    },
  ];
}

/** The copy of tslab the kernel loads: the project's own, found from the launcher's folder. */
function tslabFinding(root: string): Diagnosis {
  try {
    const path = createRequire(join(root, "helpers", "jupyter", "kernel.mjs")).resolve("tslab/package.json");
    return {
      section: "kernel",
      what: "tslab loaded",
      found: path.replace(/[\\/]package\.json$/, ""),
      state: "good",
      meaning: "",
    };
  } catch {
    return { section: "kernel", what: "tslab loaded", found: "not found", state: "broken", meaning: "run `npm ci`" };
  }
}

function buildFinding({ buildErrors }: CommandHost): Diagnosis {
  return buildErrors.length === 0
    ? { section: "build", what: "compiled packages", found: "as the sources", state: "good", meaning: "" }
    : {
        section: "build",
        what: "compiled packages",
        found: `${buildErrors.length} type error(s), first: ${buildErrors[0] ?? ""}`,
        state: "broken",
        meaning: "run `npm run build` to see all",
      };
}

function chromiumFinding(): Diagnosis {
  const path = findChromium();
  return path === undefined
    ? {
        section: "browser",
        what: "Chromium",
        found: "not found",
        state: "note",
        meaning: "browser tests are skipped; install chromium, or set MMLAB_CHROMIUM to its path",
      }
    : { section: "browser", what: "Chromium", found: path, state: "good", meaning: "" };
}
