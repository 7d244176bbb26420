import type { Experiments } from "../base/claims.js";
import type { HasDataset } from "../base/dataset.js";
import { InputError } from "../base/errors.js";
import type { Provenance } from "../base/provenance.js";
import type { ParameterSet, Schema } from "../base/parameters.js";
import type { Progress } from "../base/run.js";
import type { Scenario } from "../explore/scenario.js";
import type { Compressor } from "../mm/compressor.js";

/** A part of a mechanism that is loaded when it is asked for: a module that exports it under this name. */
export type Load<Name extends string, Part> = () => Promise<{ readonly [N in Name]: Part }>;

/** What the command line, the ledger and the README know of a mechanism without loading it, and how to load the rest. */
export interface Mechanism<W = unknown> {
  /** Name on the command line and of its folder. */
  readonly name: string;
  /** One line for lists. */
  readonly title: string;
  /** Topics of the ledger that it answers, at least one. */
  readonly topics: readonly string[];
  /** Files in notebooks/ that are about it, the first one first. */
  readonly notebooks: readonly string[];
  readonly provenance: Load<"provenance", Provenance>;
  /** Claim id -> experiment. */
  readonly claims: Load<"claims", Experiments>;
  /** Small concurrent programs with the verdicts they must get; null where its paths are not modelled. */
  readonly scenarios: Scenarios | null;
  /** What can be run from flat parameters, by name; the first one where none is named. */
  readonly runs: Readonly<Record<string, Load<"run", MechanismRun<W>>>>;
  /** How recordings of a running kernel are replayed; null where user space can record nothing. */
  readonly recordings: Load<"recordings", Recordings<W>> | null;
}

/** What can be explored. */
export interface Scenarios {
  /** One line for lists: what the programs are about. */
  readonly title: string;
  readonly load: Load<"scenarios", readonly Scenario[]>;
}

export interface MechanismRun<W = unknown> {
  /** One line for lists. */
  readonly title: string;
  readonly parameters: Schema<ParameterSet>;
  /** What it can be given besides its parameters, by kind. */
  readonly takes: readonly InputKind[];
  /** Cooperative: it yields its progress. */
  simulate(parameters: Readonly<Record<string, unknown>>, inputs: Inputs<W>): Generator<Progress, HasDataset>;
}

/** What a run may be given besides its parameters, by kind; hosts make them. */
export interface Inputs<W = unknown> {
  /** In place of the workload that its parameters would generate: from a recording of the mechanism. */
  readonly workload?: W;
  /** The one that its parameter `compressor` names: the model has none of its own. */
  readonly compressor?: Compressor;
}

export type InputKind = keyof Inputs;

/** Recordings of one format, and workloads from files. `text`: the file's; `source`: its name, for messages. */
export interface Recordings<W> {
  /** The cases of a recording, each with what a run of it is given. */
  cases(text: string, source: string): readonly RecordedRun<W>[];
  /** A workload from CSV, over so many pages. */
  fromCsv(text: string, pages: number, source: string): W;
}

/** A workload as it was recorded. */
export interface RecordedRun<W> {
  /** NAME, and NAME:VARIANT where it was recorded several times. */
  readonly name: string;
  readonly fullName: string;
  workload(): W;
  /** The run's parameters that are the recording's. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Replays it through the model: the first difference, in words; null if every number is equal. */
  compare(): string | null;
}

/**
 * Declares a mechanism: all that stands outside its folder is one line of the registry. What is said here costs nothing
 * to import; the parts are loaded by whoever asks for them.
 *
 * @throws InputError for a name that is no folder name, no topic, or no run
 * @example
 * mechanisms.map(({ name }) => name); // => ["ksm", "zswap"]
 */
export function defineMechanism<W>(mechanism: Mechanism<W>): Mechanism<W> {
  const { name, topics, runs } = mechanism;
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    throw new InputError("the name of a mechanism", name, "lower-case letters, digits and -", "name it as its folder");
  if (topics.length === 0)
    throw new InputError(`the topics of ${name}`, topics, "at least one topic of the ledger", "see data/claims");
  if (Object.keys(runs).length === 0)
    throw new InputError(`the runs of ${name}`, runs, "at least one run", "write one, and a line for it here");
  return mechanism;
}
