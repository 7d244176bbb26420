import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { looksLikeNetwork, runProgram, say, seconds, tail } from "./output.mjs";
import { ROOT, places } from "./paths.mjs";
import { SetupError } from "./setup-error.mjs";

const OLDEST = [3, 10];
const CANDIDATES = ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "py"];
const DEBIAN_VENV =
  "install Python's venv module (Debian, Ubuntu: `sudo apt install python3-venv`), or install uv (https://docs.astral.sh/uv), then run the command again";

/**
 * @typedef {object} VenvStamp written last, so that a half-made .venv has none
 * @property {string} root where the .venv was made: its scripts carry this path
 * @property {string} requirements hash of helpers/jupyter/requirements.txt
 * @property {string} base the interpreter behind it
 * @property {string} version
 */

/** @param {string} root */
export function requirementsFile(root) {
  return join(root, "helpers", "jupyter", "requirements.txt");
}

/** @param {string} root */
function stampPath(root) {
  return join(places(root).venv, "mm-lab.json");
}

/** @param {string} root */
function requirementsHash(root) {
  return createHash("sha256")
    .update(readFileSync(requirementsFile(root)))
    .digest("hex");
}

/**
 * What is wrong with .venv, in one line, or undefined. A millisecond: nothing is started.
 * @param {string} [root]
 * @returns {string | undefined}
 */
export function pythonProblem(root = ROOT) {
  const { venv, python } = places(root);
  if (!existsSync(venv)) return ".venv is missing";
  const stamp = readStamp(root);
  if (stamp === undefined) return ".venv was not finished";
  if (stamp.root !== root) return "the repository was moved since .venv was made";
  if (!existsSync(python) || realpathSync(python) !== stamp.base)
    return "the Python behind .venv is gone or was replaced";
  if (stamp.requirements !== requirementsHash(root)) return "helpers/jupyter/requirements.txt changed";
  return undefined;
}

/**
 * @param {string} root
 * @returns {VenvStamp | undefined}
 */
function readStamp(root) {
  try {
    return JSON.parse(readFileSync(stampPath(root), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Makes .venv with the pinned JupyterLab, nbconvert and nbclient where it is missing, unfinished or out of date.
 * @param {string} [root]
 * @returns {Promise<boolean>} whether anything was installed
 * @throws {SetupError}
 */
export async function ensurePython(root = ROOT) {
  const problem = pythonProblem(root);
  if (problem === undefined) return false;
  const started = Date.now();
  const hash = requirementsHash(root);
  const outdatedOnly = problem.includes("requirements.txt");
  rmSync(stampPath(root), { force: true });
  if (!outdatedOnly) rmSync(places(root).venv, { recursive: true, force: true });
  await makeVenv(root, problem);
  const version = await verify(root);
  mkdirSync(places(root).venv, { recursive: true });
  /** @type {VenvStamp} */
  const stamp = { root, requirements: hash, base: realpathSync(places(root).python), version };
  writeFileSync(stampPath(root), `${JSON.stringify(stamp, null, 1)}\n`);
  say(`.venv ready in ${seconds(started)} (Python ${version})`);
  return true;
}

/**
 * @param {string} root
 * @param {string} problem
 */
async function makeVenv(root, problem) {
  if (await hasUv()) {
    say(`making .venv with uv (${problem})`);
    const result = await withUv(root);
    if (result.status === 0) return;
    if (looksLikeNetwork(result.output)) say("uv could not reach its package index; trying python3 -m venv");
    else say(`uv failed with status ${result.status}; trying python3 -m venv`);
    rmSync(places(root).venv, { recursive: true, force: true });
  }
  const base = await findPython();
  say(`making .venv with ${base.command.join(" ")}, Python ${base.version} (${problem})`);
  await withVenv(root, base.command);
}

async function hasUv() {
  const result = await runProgram("uv", ["--version"], { quiet: true });
  return result.status === 0;
}

/** @param {string} root */
async function withUv(root) {
  const { venv, python } = places(root);
  if (!existsSync(python)) {
    const made = await runProgram("uv", ["venv", "--python", `>=${OLDEST.join(".")}`, venv], { cwd: root });
    if (made.status !== 0) return made;
  }
  return installPins((args) => runProgram("uv", ["pip", "install", "--python", python, ...args], { cwd: root }), root);
}

/**
 * @param {string} root
 * @param {string[]} command
 */
async function withVenv(root, command) {
  const { venv, python } = places(root);
  if (!existsSync(python)) {
    const [program = "python3", ...first] = command;
    const made = await runProgram(program, [...first, "-m", "venv", venv], { cwd: root });
    if (made.status !== 0) {
      rmSync(venv, { recursive: true, force: true });
      throw new SetupError(`\`${command.join(" ")} -m venv .venv\` failed`, DEBIAN_VENV, tail(made.output));
    }
  }
  const pip = [
    "-m",
    "pip",
    "install",
    "--disable-pip-version-check",
    "--no-input",
    "--progress-bar",
    "off",
    "--quiet",
    "--no-warn-script-location",
  ];
  const result = await installPins((args) => runProgram(python, [...pip, ...args], { cwd: root }), root);
  if (result.status === 0) return;
  throw looksLikeNetwork(result.output)
    ? new SetupError(
        "pip could not reach its package index",
        "check the network, the proxy (HTTPS_PROXY) and the index (`pip config list`), then run the command again: it starts over where it has to",
      )
    : new SetupError(
        "pip could not install helpers/jupyter/requirements.txt",
        "see pip's message; with another Python set MMLAB_PYTHON=/path/to/python3, then run the command again",
      );
}

/**
 * Installs every pin; where one cannot be had for this Python, the three direct ones and whatever they ask for.
 * @param {(args: string[]) => ReturnType<typeof runProgram>} install
 * @param {string} root
 */
async function installPins(install, root) {
  const file = requirementsFile(root);
  const result = await install(["-r", file]);
  if (result.status === 0 || looksLikeNetwork(result.output)) return result;
  if (
    !/No matching distribution|Could not find a version|no version of|No solution found|building wheel|build backend|metadata-generation/i.test(
      result.output,
    )
  )
    return result;
  say(
    "not every pinned package can be had for this Python; installing JupyterLab, nbconvert and nbclient with what they ask for",
  );
  return install(directRequirements(readFileSync(file, "utf8")));
}

/**
 * The requirements above the dividing line.
 * @param {string} text content of requirements.txt
 * @returns {string[]}
 */
export function directRequirements(text) {
  const above = text.split(/^# ---.*$/m)[0] ?? "";
  return above
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/**
 * The first Python that is new enough and able to make an environment.
 * @returns {Promise<{ command: string[], version: string }>}
 * @throws {SetupError} that tells a missing Python from one that is too old or has no venv module
 */
export async function findPython() {
  const chosen = process.env["MMLAB_PYTHON"];
  /** @type {string[]} */
  const tooOld = [];
  let withoutVenv = "";
  for (const name of chosen ? [chosen] : CANDIDATES) {
    const command = name === "py" ? ["py", "-3"] : [name];
    const [program = name, ...first] = command;
    const probe = await runProgram(
      program,
      [...first, "-c", "import sys\nprint(*sys.version_info[:3], sep='.')\nimport venv, ensurepip"],
      { quiet: true },
    );
    const version = /^(\d+\.\d+\.\d+)$/m.exec(probe.output)?.[1];
    if (version === undefined) continue;
    if (!isNewEnough(version)) tooOld.push(`${name} is ${version}`);
    else if (probe.status !== 0) withoutVenv = `${name} (${version})`;
    else return { command, version };
  }
  const oldest = OLDEST.join(".");
  if (withoutVenv !== "")
    throw new SetupError(
      `${withoutVenv} cannot make an environment: its venv or ensurepip module is missing`,
      DEBIAN_VENV,
    );
  const install = `install Python ${oldest} or later (Debian, Ubuntu: \`sudo apt install python3 python3-venv\`; others: https://www.python.org) or uv (https://docs.astral.sh/uv), or point MMLAB_PYTHON to one`;
  if (tooOld.length > 0)
    throw new SetupError(`Python is too old (${tooOld.join(", ")}); mm-lab needs ${oldest} or later`, install);
  throw new SetupError(
    chosen
      ? `MMLAB_PYTHON=${chosen} is not a Python that runs`
      : `No Python was found (tried ${CANDIDATES.join(", ")})`,
    install,
  );
}

/** @param {string} version */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > (OLDEST[0] ?? 0) || (major === OLDEST[0] && minor >= (OLDEST[1] ?? 0));
}

/**
 * Imports what was installed: a file that a broken download left out shows here and not in the middle of a session.
 * @param {string} root
 */
async function verify(root) {
  const code =
    "import sys, jupyterlab, nbconvert, nbclient, zmq, tornado\nprint('python', *sys.version_info[:3], sep='.')";
  const result = await runProgram(places(root).python, ["-c", code], { quiet: true });
  const version = /python\.(\S+)/.exec(result.output)?.[1];
  if (result.status === 0 && version !== undefined) return version;
  throw new SetupError(
    "The packages in .venv cannot be imported",
    "run `rm -rf .venv`, then the command again",
    tail(result.output),
  );
}
