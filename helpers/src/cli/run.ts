import { mkdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { InputError } from "@mm-lab/kernel-model";
import {
  compareNotebooks,
  describeDifference,
  executeNotebook,
  normaliseNotebook,
  notebookText,
  readNotebook,
  RunError,
  writeWhole,
  type OutputDifference,
  type RunFailure,
} from "../run/index.js";
import { parseParameters, type ParsedArguments } from "./arguments.js";
import type { Command } from "./command.js";

export const command: Command = {
  help: `
Runs every cell in the notebook's own kernel and stores the outputs, in a form that two runs agree on byte for byte.
Without parameters the notebook itself is rewritten; with -p the result goes to .mm-lab/runs/ unless --out says where.
A cell that fails, is skipped, or leaves a rejection unhandled fails the run, and no file is written.

  npx mm-lab run notebooks/start-here.ipynb
  npx mm-lab run notebooks/ksm-scan-savings.ipynb -p pages=200000 --out /tmp/ksm.ipynb
  npx mm-lab run --check notebooks/*.ipynb`,
  options: {
    param: {
      kind: "list",
      short: "p",
      value: "NAME=VALUE",
      help: "a value for the parameters cell (JSON, else text); repeatable",
    },
    out: { kind: "text", value: "FILE", help: "where to write; a folder if several notebooks are run" },
    timeout: { kind: "text", value: "SECONDS", help: "longest time for one cell (default 600)" },
    check: { kind: "flag", help: "write nothing; fail if outputs differ from those in the file" },
    json: { kind: "flag", help: "print one JSON document about all runs on stdout" },
  },
  needsPython: true,
  async run(input, host) {
    const plan = await makePlan(input, host.root);
    const results: RunResult[] = [];
    for (const notebook of plan.notebooks) results.push(await runOne(notebook, plan));
    if (plan.json)
      process.stdout.write(
        `${JSON.stringify({ ok: results.every(({ ok }) => ok), notebooks: results }, undefined, 1)}\n`,
      );
    return results.every(({ ok }) => ok) ? 0 : 1;
  },
};

interface Plan {
  readonly notebooks: readonly string[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly timeoutSeconds: number;
  readonly check: boolean;
  readonly json: boolean;
  target(notebook: string): string;
}

interface RunResult {
  readonly notebook: string;
  readonly ok: boolean;
  readonly cells: number;
  readonly seconds: number;
  /** The file written; absent with --check and after a failure. */
  readonly out?: string;
  readonly failure?: RunFailure;
  readonly difference?: OutputDifference;
}

async function makePlan(input: ParsedArguments, root: string): Promise<Plan> {
  const notebooks = input.positionals;
  if (notebooks.length === 0)
    throw new InputError(
      "the notebook",
      "",
      "one or more .ipynb files",
      "name one, e.g. mm-lab run notebooks/start-here.ipynb",
    );
  const params = parseParameters(input.list("param"));
  const [check, out] = [input.flag("check"), input.text("out")];
  if (check && (Object.keys(params).length > 0 || out !== undefined)) {
    throw new InputError(
      "--check",
      Object.keys(params).length > 0 ? "-p" : "--out",
      "to be used alone: the committed outputs are those of the notebook's own parameters",
      "leave one of the two out",
    );
  }
  for (const notebook of notebooks) await readNotebook(notebook); // a wrong name shows before the first one runs for minutes
  const target = await chooseTarget(
    notebooks,
    out,
    Object.keys(params).length > 0 ? join(root, ".mm-lab", "runs") : undefined,
  );
  return { notebooks, params, timeoutSeconds: input.number("timeout") ?? 600, check, json: input.flag("json"), target };
}

async function chooseTarget(
  notebooks: readonly string[],
  out: string | undefined,
  runs: string | undefined,
): Promise<(notebook: string) => string> {
  if (out === undefined && runs === undefined) return (notebook) => notebook;
  const asFolder = out === undefined || out.endsWith("/") || notebooks.length > 1 || (await isFolder(out));
  if (!asFolder) return () => out;
  const folder = out ?? runs ?? "";
  const names = notebooks.map((notebook) => basename(notebook));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new InputError(
      "the notebooks",
      twice,
      "each file name once, as they go to one folder",
      "run the two in two commands",
    );
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new InputError(
      "--out",
      folder,
      `a folder for several notebooks (the system says ${(error as NodeJS.ErrnoException).code ?? String(error)})`,
      "give a folder that can be made or written",
    );
  }
  return (notebook) => join(folder, basename(notebook));
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function runOne(path: string, plan: Plan): Promise<RunResult> {
  const started = performance.now();
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const seconds = (): number => Math.round(performance.now() - started) / 1000;
  const source = await readNotebook(path);
  const base = { notebook: path, cells: source.cells.length };
  const stop = new AbortController();
  const interrupt = (): void =>
    stop.abort(new RunError(path, { kind: "not-executed", message: "interrupted", trace: [], next: "run it again" }));
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    const now = await executeNotebook(path, {
      params: plan.params,
      timeoutSeconds: plan.timeoutSeconds,
      signal: stop.signal,
      ...(process.stderr.isTTY
        ? { onCell: (cell: number, cells: number) => process.stderr.write(`\r${path}: cell ${cell} of ${cells} `) }
        : {}),
    });
    if (process.stderr.isTTY) process.stderr.write("\r");
    if (plan.check) {
      const difference = compareNotebooks(normaliseNotebook(source), now);
      if (difference !== undefined) {
        say(
          `${describeDifference(path, difference)}\nNext: if the change is meant, run \`npx mm-lab run ${path}\` and commit the file.`,
        );
        return { ...base, ok: false, seconds: seconds(), difference };
      }
      say(`${path}: outputs as committed (${seconds()} s)`);
      return { ...base, ok: true, seconds: seconds() };
    }
    const out = plan.target(path);
    await writeWhole(out, notebookText(now));
    say(`${path}: ran in ${seconds()} s, written to ${out}`);
    return { ...base, ok: true, seconds: seconds(), out };
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    say(error.message);
    return { ...base, ok: false, seconds: seconds(), failure: error.failure };
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}
