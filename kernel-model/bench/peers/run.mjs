/**
 * The peers' side of the benchmarks: the programs of README.md on loom and shuttle, and SimPy's event rate.
 *
 *   node kernel-model/bench/peers/run.mjs [--seconds S] [--json] [--check]
 *
 * Everything it makes (a Python environment, the Rust build) is kept under .mm-lab/peers. A peer whose tool is missing is
 * named and left out; the others run. --check holds every row against reference.py and fails where they disagree.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const HERE = dirname(fileURLToPath(import.meta.url));
const WORK = resolve(HERE, "../../../.mm-lab/peers");
const VENV_PYTHON = join(WORK, "venv", process.platform === "win32" ? "Scripts/python.exe" : "bin/python");

/** SimPy's workloads; timeouts a second of running time, so that each takes about a third of the seconds asked for. */
const SIMPY = [
  ...[1, 16, 1024].map((processes) => ({ processes, resource: false })),
  ...[16, 1024].map((processes) => ({ processes, resource: true })),
];
const SIMPY_EVENTS_PER_SECOND = 200_000;

/**
 * Runs every peer that can run here and returns its rows, in the order they came.
 *
 * @param {object} [options]
 * @param {number} [options.seconds] time for each program and strategy, above 0 (default 1; then about a minute in all)
 * @param {(message: string) => void} [options.report] told what is being done and which peer is left out, and why
 * @param {(row: object) => void} [options.onRow] told each row as soon as it is there
 * @returns {Promise<object[]>} rows as the peers print them; README.md says what each number counts
 */
export async function peers({ seconds = 1, report = (message) => console.error(message), onRow = () => {} } = {}) {
  if (!(Number.isFinite(seconds) && seconds > 0 && seconds <= 86_400)) {
    throw new RangeError(`seconds is ${seconds}: give a number above 0 and at most 86400`);
  }
  mkdirSync(WORK, { recursive: true });
  const rows = [];
  const add = (line) => {
    const row = JSON.parse(line);
    rows.push(row);
    onRow(row);
  };
  await unlessMissing("loom and shuttle", report, async () => {
    const binary = await built(report);
    await run(binary, ["loom", "all", "--seconds", String(seconds)], add);
    await run(binary, ["shuttle", "all", "--seconds", String(seconds)], add);
  });
  await unlessMissing("SimPy", report, async () => {
    const python = await environment(report);
    const events = Math.max(1, Math.round(SIMPY_EVENTS_PER_SECOND * seconds));
    for (const { processes, resource } of SIMPY) {
      const sizes = ["--processes", String(processes), "--events", String(events)];
      await run(python, [join(HERE, "simpy/events.py"), ...sizes, ...(resource ? ["--resource"] : [])], add);
    }
  });
  return rows;
}

/** Rows of reference.py: how many interleavings and classes each program has, and its outcomes. */
export async function reference() {
  const rows = [];
  await run("python3", [join(HERE, "reference.py")], (line) => rows.push(JSON.parse(line)));
  return rows;
}

/** What in the peers' rows disagrees with the reference; empty if nothing does. */
export function disagreements(rows, expected) {
  const found = [];
  for (const row of rows) {
    const name = `${row.peer} ${row.program} ${row.strategy}`;
    const want = expected.find((r) => r.program === row.program);
    if (row.error !== undefined) found.push(`${row.peer} ${row.program}: ${row.error}`);
    if (want === undefined || row.error !== undefined) continue;
    const known = new Set(want.outcomes.map(String));
    const seen = new Set((row.outcomes ?? []).map(String));
    // loom without fences is weaker than sequential consistency: it may see more, never less.
    const weak = row.peer === "loom" && row.strategy === "dpor";
    if (!weak && row.violations > 0)
      found.push(`${name}: ${row.violations} executions broke what the program promises`);
    for (const outcome of seen)
      if (!weak && !known.has(outcome)) found.push(`${name}: outcome ${outcome} is impossible`);
    if (!row.complete) continue;
    if (row.outcomes)
      for (const outcome of known) if (!seen.has(outcome)) found.push(`${name}: outcome ${outcome} was missed`);
    if (row.schedules < want.traces)
      found.push(`${name}: ${row.schedules} schedules, fewer than ${want.traces} classes`);
    if (row.strategy === "dfs" && want.shuttleSchedules !== null && row.schedules !== want.shuttleSchedules) {
      found.push(`${name}: ${row.schedules} schedules, by count there are ${want.shuttleSchedules}`);
    }
  }
  return found;
}

/** The built Rust binary. */
async function built(report) {
  report("building loom and shuttle (the first time takes about half a minute)");
  const target = join(WORK, "target");
  const manifest = join(HERE, "rust/Cargo.toml");
  const flags = ["build", "--release", "--locked", "--quiet", "--manifest-path", manifest, "--target-dir", target];
  await run("cargo", flags, undefined, { CARGO_TARGET_DIR: target });
  return join(target, "release", process.platform === "win32" ? "peers.exe" : "peers");
}

/** A Python with requirements.txt installed, made anew only when that file changes. */
async function environment(report) {
  const requirements = join(HERE, "simpy/requirements.txt");
  const stamp = join(WORK, "venv/requirements.sha256");
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  if (existsSync(VENV_PYTHON) && existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return VENV_PYTHON;
  report("installing SimPy");
  await run("python3", ["-m", "venv", "--clear", join(WORK, "venv")]);
  await run(VENV_PYTHON, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
  writeFileSync(stamp, digest);
  return VENV_PYTHON;
}

/** Does `work`; where it cannot be done, says which peer is left out and why. */
async function unlessMissing(peer, report, work) {
  try {
    await work();
  } catch (error) {
    if (error.code === "ENOENT") report(`${peer} left out: ${error.path} was not found. ${advice(error.path)}`);
    else report(`${peer} left out: ${error.message}`);
  }
}

function advice(tool) {
  if (tool === "cargo") return "Install Rust (https://rustup.rs) and run this again.";
  if (tool === "python3") return "Install Python 3.8 or newer with its venv module and run this again.";
  return "Delete .mm-lab/peers and run this again.";
}

/** Runs a command; each line of its output goes to `onLine`. Rejects, with the end of its messages, if it fails. */
function run(command, args, onLine = () => {}, env = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
    let pending = "";
    let messages = "";
    let failure;
    child.stdout.setEncoding("utf8").on("data", (text) => {
      const lines = (pending + text).split("\n");
      pending = lines.pop();
      try {
        for (const line of lines) onLine(line);
      } catch (error) {
        failure ??= error;
      }
    });
    child.stderr.setEncoding("utf8").on("data", (text) => (messages = (messages + text).slice(-4000)));
    child.on("error", fail);
    child.on("close", (status, signal) => {
      if (failure) fail(failure);
      else if (status === 0) done();
      else
        fail(new Error(`${command} ${args.join(" ")} ended with ${signal ?? `status ${status}`}: ${messages.trim()}`));
    });
  });
}

function formatted(row) {
  const head = `${row.peer} ${row.version ?? ""}`.padEnd(15);
  const rate = (perSecond) => `${Math.round(perSecond).toLocaleString("en")}/s`.padStart(12);
  if (row.error !== undefined) return `${head} ${row.program}: ${row.error}`;
  if (row.workload !== undefined) {
    const what = `${row.workload}, ${row.processes} processes`;
    return `${head} ${what.padEnd(38)} ${row.events.toLocaleString("en").padStart(10)} events    ${rate(row.eventsPerSecond)}`;
  }
  const count = row.schedules.toLocaleString("en").padStart(10);
  const end = row.strategy === "random" ? "drawn    " : row.complete ? "in all   " : "cut short";
  return `${head} ${row.program.padEnd(22)}${row.strategy.padEnd(16)} ${count} ${end} ${rate(row.schedulesPerSecond)}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const options = { seconds: { type: "string", default: "1" }, json: { type: "boolean" }, check: { type: "boolean" } };
  const { values } = parseArgs({ options });
  const onRow = (row) => console.log(values.json ? JSON.stringify(row) : formatted(row));
  const rows = await peers({ seconds: Number(values.seconds), onRow });
  if (values.check) {
    // reference.py needs nothing but Python itself
    const found = disagreements(rows, await reference());
    for (const line of found) console.error(line);
    console.error(found.length === 0 ? "every row agrees with reference.py" : `${found.length} disagreements`);
    process.exitCode = found.length === 0 && rows.length > 0 ? 0 : 1;
  }
  if (rows.length === 0) process.exitCode = 1;
}
