import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { checkNumber, InputError } from "@mm-lab/kernel-model";
import { cleanTrace, locateLine, RunError, type RunFailure } from "./failure.js";
import { root } from "../data/root.js";
import { jupyterEnvironment, venvPython } from "./jupyter.js";
import { normaliseNotebook } from "./normalise.js";
import { isRunnable, joined, readNotebook, tagsOf, type Cell, type Notebook, type Output } from "./notebook.js";

export interface ExecuteOptions {
  /** Values for the notebook's parameters cell, by name. Default: the notebook's own. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Longest a single cell may take, in seconds, more than 0. Default: 600. */
  readonly timeoutSeconds?: number;
  /** Ends the run and its kernel. */
  readonly signal?: AbortSignal;
  /** Told before each cell that runs: its position from 1, and how many cells there are. */
  readonly onCell?: (cell: number, cells: number) => void;
}

interface Reply {
  readonly event: "reply";
  readonly index: number;
  readonly status?: string | null;
  readonly ename?: string | null;
  readonly evalue?: string | null;
  readonly traceback?: readonly string[] | null;
}
type Event =
  | Reply
  | { readonly event: "start" | "late"; readonly index: number }
  | { readonly event: "done"; readonly failure: string | null; readonly notebook: Notebook };

/** Text with which the kernel reports what no cell could: a promise nobody awaited, a timer that threw. */
const DIAGNOSTIC = /^(?:Uncaught|UncaughtException|UnhandledPromiseRejection)\b/m;

/**
 * Runs every cell of a notebook in its kernel, headless, and gives the notebook with its outputs, normalised.
 * The file is not changed. A kernel takes about 2 s to start.
 *
 * @throws InputError for a file that is no notebook or parameters it does not take
 * @throws RunError where a cell fails: error output, a reply that is not ok, a cell that did not run, an unhandled
 * rejection, a time-out, a dead kernel
 *
 * @example
 * const notebook = await executeNotebook("notebooks/start-here.ipynb", { params: { pages: 1000 } });
 */
export async function executeNotebook(path: string, options: ExecuteOptions = {}): Promise<Notebook> {
  const { params = {}, timeoutSeconds = 600, signal, onCell } = options;
  checkNumber("--timeout", timeoutSeconds, {
    min: 0.001,
    unit: "seconds",
    next: "give the seconds one cell may take, e.g. --timeout 600",
  });
  const source = await readNotebook(path);
  checkParameters(path, source, params);
  requireVenv();
  const replies = new Map<number, Reply>();
  const end = await talk(path, timeoutSeconds, params, signal, (event) => {
    if (event.event === "reply") replies.set(event.index, event);
    if (event.event === "start") onCell?.(event.index + 1, source.cells.length);
  });
  const failure = judge(end.notebook ?? source, replies, end.failure, timeoutSeconds);
  if (failure !== undefined) throw new RunError(path, failure);
  return normaliseNotebook(end.notebook ?? source);
}

function checkParameters(path: string, notebook: Notebook, params: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(params);
  if (names.length === 0 || notebook.cells.some((cell) => tagsOf(cell).includes("parameters"))) return;
  throw new InputError(
    "a parameter",
    names[0],
    `none: ${path} has no cell tagged "parameters"`,
    "leave -p out, or tag the cell that calls params() in JupyterLab (property inspector, cell tags)",
  );
}

function requireVenv(): void {
  if (existsSync(venvPython())) return;
  throw new InputError(
    "the Python environment",
    ".venv",
    "one made by the set-up",
    "run `npx mm-lab run` or `npm start` in the repository, which make it",
  );
}

interface End {
  readonly failure: string | null;
  readonly notebook: Notebook | undefined;
}

/** Starts helpers/jupyter/execute.py and hands its events on until it ends. */
async function talk(
  path: string,
  timeout: number,
  params: Readonly<Record<string, unknown>>,
  signal: AbortSignal | undefined,
  take: (event: Event) => void,
): Promise<End> {
  const child = spawn(venvPython(root), [join(root, "helpers", "jupyter", "execute.py")], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...jupyterEnvironment(root), MMLAB_PARAMS: JSON.stringify(params) },
  });
  // SIGTERM lets nbclient shut the kernel down; a killed Python would leave it behind.
  const abort = (): void => void child.kill("SIGTERM");
  signal?.addEventListener("abort", abort, { once: true });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-20_000);
  });
  child.stdin.on("error", () => undefined); // it ended early: its exit status tells
  child.stdin.end(JSON.stringify({ notebook: resolve(path), timeout }));
  const ended = new Promise<number | null>((done, fail) => child.on("close", done).on("error", fail));
  let end: End | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as Event;
    if (event.event === "done") end = event;
    else take(event);
  }
  const status = await ended;
  signal?.removeEventListener("abort", abort);
  signal?.throwIfAborted();
  if (end === undefined) return { failure: `runner: status ${status}\n${stderr}`, notebook: undefined };
  return end.failure === null ? end : { ...end, failure: `${end.failure}\n${stderr}` };
}

function judge(
  notebook: Notebook,
  replies: ReadonlyMap<number, Reply>,
  ending: string | null,
  timeout: number,
): RunFailure | undefined {
  let count = 0;
  for (const [index, cell] of notebook.cells.entries()) {
    if (!isRunnable(cell)) continue;
    const found = judgeCell(cell, ++count, replies.get(index), ending, timeout);
    if (found !== undefined) return { ...found, cell: index + 1 };
  }
  return ending === null ? undefined : judgeEnding(ending);
}

function judgeCell(
  cell: Cell,
  count: number,
  reply: Reply | undefined,
  ending: string | null,
  timeout: number,
): RunFailure | undefined {
  const mayFail = tagsOf(cell).includes("raises-exception");
  const outputs = cell.outputs ?? [];
  const error = outputs.find((output) => output.output_type === "error");
  const stderr = outputs.filter((output) => output.name === "stderr").map((output) => joined(output.text));
  // The runner then interrupts the cell, whose last words may still arrive: they are not what went wrong.
  if (ending?.startsWith("timeout") && (reply === undefined || error?.ename === "Interrupted")) {
    return {
      kind: "timeout",
      message: `the cell ran longer than ${timeout} s`,
      trace: [],
      next: "give it more time with --timeout SECONDS, or a smaller run with -p",
    };
  }
  if (!mayFail && (error !== undefined || reply?.status === "error"))
    return failedCell(cell, count, error, reply, cleanTrace(stderr));
  const diagnostic = stderr.find((text) => DIAGNOSTIC.test(text));
  if (!mayFail && diagnostic !== undefined) {
    const trace = cleanTrace([diagnostic]);
    return {
      kind: "diagnostic",
      message: `an error that no cell caught: ${firstError(trace)}`,
      trace,
      ...located(cell, count, trace),
      next: "await the promise in the cell, or catch its error",
    };
  }
  if (reply !== undefined && (reply.status === "ok" || mayFail)) return undefined;
  if (ending !== null) return judgeEnding(ending);
  return {
    kind: "not-executed",
    message: `the cell was not executed (${reply?.status ?? "no reply"})`,
    trace: [],
    next: "look at the cell before it: an error there makes the kernel skip what follows",
  };
}

function failedCell(
  cell: Cell,
  count: number,
  error: Output | undefined,
  reply: Reply | undefined,
  stderr: readonly string[],
): RunFailure {
  const trace = cleanTrace(error?.traceback ?? reply?.traceback);
  const shown = trace.length > 0 ? trace : stderr; // plain tslab writes errors to stderr only
  const name = error?.ename ?? reply?.ename;
  const message = name
    ? `${name}: ${error?.evalue ?? reply?.evalue ?? ""}`
    : (stderr.find((line) => line.trim() !== "") ?? "the cell failed");
  return {
    kind: "error",
    message: message.trimEnd(),
    trace: shown,
    ...located(cell, count, shown),
    next: adviceFor(cell, name),
  };
}

function adviceFor(cell: Cell, name: string | null | undefined): string {
  return name === "InputError" && tagsOf(cell).includes("parameters")
    ? "correct the value given with -p, or the defaults in the cell"
    : "mend the cell, or tag it raises-exception if it is meant to fail";
}

function located(cell: Cell, count: number, trace: readonly string[]): Pick<RunFailure, "line"> {
  const line = locateLine(cell, count, trace);
  return line === undefined ? {} : { line };
}

function firstError(trace: readonly string[]): string {
  return (
    trace.find((line) => /^\w*(?:Error|Exception)\b.*:/.test(line) && !line.startsWith("Uncaught,")) ??
    trace.find((line) => line.trim() !== "") ??
    ""
  ).trim();
}

function judgeEnding(ending: string): RunFailure {
  const [first = "", ...rest] = ending.split("\n");
  const trace = cleanTrace(rest)
    .filter((line) => line.trim() !== "")
    .slice(-15);
  if (first === "no-kernel")
    return {
      kind: "no-kernel",
      message: "its kernel is not registered in .venv",
      trace: [],
      next: "run `npx mm-lab doctor`, which tells what is registered; notebooks of this project name the kernel tslab",
    };
  if (first === "dead-kernel")
    return {
      kind: "dead-kernel",
      message: "the kernel died",
      trace,
      next: "see the kernel's last words above; a model too large for the memory is the usual cause",
    };
  return { kind: "no-kernel", message: `the kernel did not start (${first})`, trace, next: "run `npx mm-lab doctor`" };
}
