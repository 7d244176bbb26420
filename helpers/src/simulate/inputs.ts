import {
  InputError,
  mechanisms,
  type InputKind,
  type Inputs,
  type Mechanism,
  type MechanismRun,
  type RecordedRun,
} from "@mm-lab/kernel-model";
import { loadCompressor, type CompressorName } from "../compression/index.js";
import { readUserFile } from "../data/files.js";

/** What is known of a run that is to be started. */
export interface RunRequest {
  readonly mechanism: Mechanism;
  readonly run: MechanismRun;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The file of a workload, and the name of one of its cases. */
  readonly workload?: string | undefined;
  readonly case?: string | undefined;
}

/** What a run is started with. */
export interface RunArguments {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly inputs: Inputs;
}

/** How each kind of input is made. What it takes part in beyond itself is the parameters: a recording has its own. */
const ADAPTERS: Readonly<Record<InputKind, (request: RunRequest) => Promise<RunArguments>>> = {
  workload: readWorkload,
  compressor: async ({ run, parameters }) => {
    const preset = run.parameters.parameters["compressor"]?.default;
    const name = (parameters["compressor"] ?? preset) as CompressorName;
    return { parameters, inputs: { compressor: await loadCompressor(name) } };
  },
};

/**
 * Makes what a run takes from outside, kind by kind.
 * @throws InputError for a file that cannot be read, or an input that the run does not take
 */
export async function provideInputs(request: RunRequest): Promise<RunArguments> {
  if (request.workload !== undefined && !request.run.takes.includes("workload")) refuseWorkload(request);
  let made: RunArguments = { parameters: request.parameters, inputs: {} };
  for (const kind of request.run.takes) {
    const { parameters, inputs } = await ADAPTERS[kind]({ ...request, parameters: made.parameters });
    made = { parameters, inputs: { ...made.inputs, ...inputs } };
  }
  return made;
}

function refuseWorkload({ mechanism, workload }: RunRequest): never {
  const able = mechanisms.filter(({ recordings }) => recordings !== null).map(({ name }) => name);
  const next = `leave it out: ${mechanism.name} makes its own workload`;
  throw new InputError("--workload", workload, `the mechanism ${able.join(", ")}`, next);
}

/** The workload that a file gives, and the parameters that come with it. Without a file the run makes its own. */
async function readWorkload({ mechanism, parameters, ...given }: RunRequest): Promise<RunArguments> {
  const file = given.workload;
  if (file === undefined || mechanism.recordings === null) return { parameters, inputs: {} };
  const { recordings } = await mechanism.recordings();
  const text = readUserFile(file, "--workload");
  if (file.endsWith(".csv")) {
    const { pages, ...rest } = parameters;
    if (typeof pages !== "number")
      throw new InputError("-p pages", pages, "the number of pages of a CSV workload", "add e.g. -p pages=10000");
    return { parameters: rest, inputs: { workload: recordings.fromCsv(text, pages, file) } };
  }
  const recorded = chosen(recordings.cases(text, file), given.case);
  return { parameters: { ...recorded.parameters, ...parameters }, inputs: { workload: recorded.workload() } };
}

function chosen(runs: readonly RecordedRun<unknown>[], wanted = runs[0]?.name ?? ""): RecordedRun<unknown> {
  const found = runs.find(({ name, fullName }) => name === wanted || fullName === wanted);
  if (found !== undefined) return found;
  const names = runs.map(({ fullName }) => fullName).join(", ");
  throw new InputError("--case", wanted, names, "use one of these names");
}
