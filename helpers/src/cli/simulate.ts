import {
  checkOneOf,
  InputError,
  mechanisms,
  type Inputs,
  type Mechanism,
  type Parameter,
  type RecordedRun,
} from "@mm-lab/kernel-model";
import { loadCompressor, type CompressorName } from "../compression/index.js";
import { readUserFile } from "../data/files.js";
import { formatDataset, FORMATS } from "../simulate/formats.js";
import type { IntervalSource } from "../simulate/intervals.js";
import { writePerfetto } from "../simulate/perfetto.js";
import { writeWhole } from "../run/index.js";
import { parseParameters, type ParsedArguments } from "./arguments.js";
import { describeProgress } from "../notebook/progress-bar.js";
import type { Command } from "./command.js";
import { statusLine } from "./status-line.js";

export const simulateCommand: Command = {
  name: "simulate",
  usage:
    "MECHANISM [-p NAME=VALUE]... [--workload FILE [--case NAME]] [--format json|csv|parquet] [--out FILE] [--trace FILE]",
  summary: "run a model and print what it measures",
  help: `
${mechanisms.map(({ name, title, run }) => `${name}: ${title}\n${run.parameters.map(describe).join("\n")}`).join("\n\n")}

  npx mm-lab simulate ksm -p pages=100000 -p unique=0.28 -p duplicate=0.72 --format csv
  npx mm-lab simulate ksm --workload data/live/ksm-6.18.json --case volatile_2_3_5
  npx mm-lab simulate zswap -p compressor=zstd -p accept_threshold_percent=50`,
  options: {
    param: { kind: "list", short: "p", value: "NAME=VALUE", help: "a parameter (JSON, else text); repeatable" },
    workload: {
      kind: "text",
      value: "FILE",
      help: "a recording (.json) or operations (.csv; -p pages=N says how many pages) instead of a generated workload",
    },
    case: {
      kind: "text",
      value: "NAME",
      help: "which workload of the recording, NAME or NAME:SMART_SCAN; default the first",
    },
    format: { kind: "text", value: "FORMAT", help: "json (default), csv or parquet" },
    out: { kind: "text", value: "FILE", help: "write there instead of to stdout" },
    trace: {
      kind: "text",
      value: "FILE",
      help: "write what each task did as well, as a trace that ui.perfetto.dev opens; where the model runs tasks",
    },
  },
  async run(input) {
    const name = checkOneOf(
      "the mechanism",
      input.positionals[0] ?? "",
      mechanisms.map((mechanism) => mechanism.name),
    );
    const mechanism = mechanisms.find((known) => known.name === name)!;
    const format = checkOneOf("--format", input.text("format") ?? "json", FORMATS);
    const { parameters, ...inputs } = readWorkload(input, mechanism, parseParameters(input.list("param")));
    const trace = input.text("trace");
    if (trace !== undefined) checkTraceable(mechanism, trace);
    const steps = mechanism.run.simulate(
      trace === undefined ? parameters : { timeline: MOST_STRETCHES, ...parameters },
      {
        ...inputs,
        ...(await compressorFor(mechanism, parameters)),
      },
    );
    for (;;) {
      const step = steps.next();
      if (step.done === true) {
        statusLine();
        if (trace !== undefined) await writePerfetto(trace, step.value as unknown as IntervalSource);
        await output(formatDataset(step.value.dataset(), format), input.text("out"));
        return 0;
      }
      statusLine(describeProgress(step.value));
    }
  },
};

/** The compressor that a mechanism's parameter `compressor` names: the model has none of its own. */
async function compressorFor(mechanism: Mechanism, parameters: Readonly<Record<string, unknown>>): Promise<Inputs> {
  const parameter = mechanism.run.parameters.find(({ name }) => name === "compressor");
  return parameter === undefined
    ? {}
    : { compressor: await loadCompressor((parameters["compressor"] ?? parameter.default) as CompressorName) };
}

/** The workload that a file gives, and the parameters that come with it. */
function readWorkload(
  input: ParsedArguments,
  { name, recordings }: Mechanism,
  parameters: Record<string, unknown>,
): { workload?: unknown; parameters: Record<string, unknown> } {
  const file = input.text("workload");
  const wanted = input.text("case");
  if (file === undefined) {
    if (wanted === undefined) return { parameters };
    throw new InputError("--case", wanted, "to be used with --workload FILE", "name the recording as well");
  }
  if (recordings === null) {
    const able = mechanisms.filter((mechanism) => mechanism.recordings !== null).map((mechanism) => mechanism.name);
    const next = `leave it out: ${name} makes its own workload`;
    throw new InputError("--workload", file, `the mechanism ${able.join(", ")}`, next);
  }
  const text = readUserFile(file, "--workload");
  if (file.endsWith(".csv")) {
    const { pages, ...rest } = parameters;
    if (typeof pages !== "number")
      throw new InputError("-p pages", pages, "the number of pages of a CSV workload", "add e.g. -p pages=10000");
    return { workload: recordings.fromCsv(text, pages, file), parameters: rest };
  }
  const run = chosen(recordings.cases(text, file), wanted);
  return { workload: run.workload(), parameters: { ...run.parameters, ...parameters } };
}

function chosen(runs: readonly RecordedRun<unknown>[], wanted = runs[0]?.name ?? ""): RecordedRun<unknown> {
  const found = runs.find(({ name, fullName }) => name === wanted || fullName === wanted);
  if (found !== undefined) return found;
  const names = runs.map(({ fullName }) => fullName).join(", ");
  throw new InputError("--case", wanted, names, "use one of these names");
}

/** What a trace keeps at most; some 30 MB of JSON. */
const MOST_STRETCHES = 100_000;

/** A mechanism whose model runs tasks in virtual time says so by a parameter `timeline` (stretches to keep): told before a long run, not after it. */
function checkTraceable({ name, run }: Mechanism, file: string): void {
  if (run.parameters.some((parameter) => parameter.name === "timeline")) return;
  const able = mechanisms
    .filter((mechanism) => mechanism.run.parameters.some((parameter) => parameter.name === "timeline"))
    .map((mechanism) => mechanism.name);
  throw new InputError(
    "--trace",
    file,
    `a mechanism whose model runs tasks (${able.join(", ") || "none so far"})`,
    `leave it out: ${name} is one sequential path`,
  );
}

async function output(content: string | Uint8Array, file: string | undefined): Promise<void> {
  if (file !== undefined) await writeWhole(file, content);
  else process.stdout.write(content);
}

function describe(parameter: Parameter): string {
  const unit = parameter.unit === undefined ? "" : ` ${parameter.unit}`;
  return `  ${parameter.name.padEnd(36)} ${parameter.meaning} (default ${parameter.default}${unit})`;
}
