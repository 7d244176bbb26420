import {
  checkOneOf,
  InputError,
  mechanisms,
  type HasDataset,
  type Mechanism,
  type MechanismRun,
  type Progress,
} from "@mm-lab/kernel-model";
import { describeProgress } from "../notebook/progress-bar.js";
import { writeWhole } from "../run/write.js";
import { formatDataset, FORMATS } from "../simulate/formats.js";
import { provideInputs } from "../simulate/inputs.js";
import type { IntervalSource } from "../simulate/intervals.js";
import { writePerfetto } from "../simulate/perfetto.js";
import { parseParameters, type ParsedArguments } from "./arguments.js";
import type { Command } from "./command.js";
import { simulateHelp } from "./simulate-help.js";
import { statusLine } from "./status-line.js";

export const command: Command = {
  help: simulateHelp,
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
    const { mechanism, runName, run } = await chosenRun(input.positionals);
    const format = checkOneOf("--format", input.text("format") ?? "json", FORMATS);
    const [workload, wanted, trace] = [input.text("workload"), input.text("case"), input.text("trace")];
    if (wanted !== undefined && workload === undefined)
      throw new InputError("--case", wanted, "to be used with --workload FILE", "name the recording as well");
    if (trace !== undefined && !isTraceable(run)) await refuseTrace(`${mechanism.name} ${runName}`, trace);
    const { parameters, inputs } = await provideInputs({
      mechanism,
      run,
      parameters: { ...(trace !== undefined && { timeline: MOST_STRETCHES }), ...parseParameters(input.list("param")) },
      workload,
      case: wanted,
    });
    const result = toItsEnd(run.simulate(parameters, inputs));
    if (trace !== undefined) await writePerfetto(trace, result as unknown as IntervalSource);
    await output(formatDataset(result.dataset(), format), input);
    return 0;
  },
};

/** The run that is named, or the mechanism's first. */
async function chosenRun(positionals: readonly string[]): Promise<{
  readonly mechanism: Mechanism;
  readonly runName: string;
  readonly run: MechanismRun;
}> {
  const [name = "", second, third] = positionals;
  const names = mechanisms.map((known) => known.name);
  const mechanism = mechanisms[names.indexOf(checkOneOf("the mechanism", name, names))]!;
  const runs = Object.keys(mechanism.runs);
  const runName = second === undefined ? runs[0]! : checkOneOf(`the run of ${name}`, second, runs);
  if (third !== undefined)
    throw new InputError("an argument of mm-lab simulate", third, "MECHANISM RUN and options", "leave it out");
  return { mechanism, runName, run: (await mechanism.runs[runName]!()).run };
}

function toItsEnd(steps: Generator<Progress, HasDataset>): HasDataset {
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      statusLine();
      return step.value;
    }
    statusLine(describeProgress(step.value));
  }
}

/** What a trace keeps at most; some 30 MB of JSON. */
const MOST_STRETCHES = 100_000;

/** A run whose model has tasks in virtual time says so by a parameter `timeline` (stretches to keep). */
function isTraceable({ parameters }: MechanismRun): boolean {
  return parameters.names.includes("timeline");
}

/** Told before a long run, not after it. */
async function refuseTrace(name: string, file: string): Promise<never> {
  const able: string[] = [];
  for (const mechanism of mechanisms)
    for (const [runName, load] of Object.entries(mechanism.runs))
      if (isTraceable((await load()).run)) able.push(`${mechanism.name} ${runName}`);
  throw new InputError(
    "--trace",
    file,
    `a run whose model has tasks (${able.join(", ") || "none so far"})`,
    `leave it out: ${name} is one sequential path`,
  );
}

async function output(content: string | Uint8Array, input: ParsedArguments): Promise<void> {
  const file = input.text("out");
  if (file !== undefined) await writeWhole(file, content);
  else process.stdout.write(content);
}
