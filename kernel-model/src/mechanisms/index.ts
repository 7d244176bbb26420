/** Every mechanism that is modelled: what the command line, the ledger and the README know of it. */
import type { Experiments } from "../base/claims.js";
import type { HasDataset } from "../base/dataset.js";
import type { Provenance } from "../base/provenance.js";
import type { Parameter, Progress } from "../base/run.js";
import type { Scenario } from "../explore/scenario.js";
import { scenarios as classics } from "../textbook/scenarios.js";
import * as ksm from "./ksm/index.js";
import type { Compressor } from "../mm/compressor.js";
import * as zswap from "./zswap/index.js";

export interface Mechanism {
  /** Name on the command line and of its folder. */
  readonly name: string;
  /** One line for lists. */
  readonly title: string;
  /** Topic of the ledger. */
  readonly topic: string;
  readonly provenance: Provenance;
  readonly claims: Experiments;
  readonly parameters: readonly Parameter[];
  /** A run from flat parameters, cooperative: it yields its progress. */
  simulate(parameters: Readonly<Record<string, unknown>>, inputs?: Inputs): Generator<Progress, HasDataset>;
}

/** What a run may be given besides its parameters; each mechanism looks at its own. */
export interface Inputs {
  /** ksm: in place of the generated workload. */
  readonly workload?: ksm.Workload;
  /** zswap: the compressor that its parameter `compressor` names. */
  readonly compressor?: Compressor;
}

export const mechanisms: readonly Mechanism[] = [
  {
    name: "ksm",
    title: "Kernel same-page merging: what smart scan saves, and what it costs",
    topic: "ksm-smart-scan",
    provenance: ksm.provenance,
    claims: ksm.claims,
    parameters: ksm.describeParameters(),
    simulate: (parameters, inputs) => ksm.scanKsmFromParameters(parameters, inputs?.workload),
  },
  {
    name: "zswap",
    title: "zswap: the pool reference that stores at the limit leaked, from the shortest race to the saturated counter",
    topic: "zswap-refcount",
    provenance: zswap.provenance,
    claims: zswap.claims,
    parameters: zswap.PARAMETERS,
    simulate: (parameters, inputs) => zswap.simulateZswapFromParameters(parameters, inputs?.compressor),
  },
];

/** What can be explored: small concurrent programs with the verdicts they must get. */
export interface Explorable {
  /** Name on the command line and of its folder. */
  readonly name: string;
  /** One line for lists. */
  readonly title: string;
  readonly scenarios: readonly Scenario[];
}

export const explorables: readonly Explorable[] = [
  { name: "classics", title: "Programs whose answers stand in textbooks", scenarios: classics },
  {
    name: "zswap",
    title: "zswap: the reference that stores at the limit leaked, and what else its paths could do to each other",
    scenarios: zswap.scenarios,
  },
];
