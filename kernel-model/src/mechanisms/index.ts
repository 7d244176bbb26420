/** Every mechanism that is modelled: what the command line, the ledger and the README know of it. */
import type { Experiments } from "../base/claims.js";
import type { HasDataset } from "../base/dataset.js";
import type { Provenance } from "../base/provenance.js";
import type { Parameter, Progress } from "../base/run.js";
import type { Scenario } from "../explore/scenario.js";
import { scenarios as classics } from "./classics/scenarios.js";
import * as ksm from "./ksm/index.js";
import { scenarios as zswapScenarios } from "./zswap/scenarios.js";

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
  /** A run from flat parameters, cooperative: it yields its progress. `workload`, if it takes one, replaces the generated one. */
  simulate(parameters: Readonly<Record<string, unknown>>, workload?: ksm.Workload): Generator<Progress, HasDataset>;
}

export const mechanisms: readonly Mechanism[] = [
  {
    name: "ksm",
    title: "Kernel same-page merging: what smart scan saves, and what it costs",
    topic: "ksm-smart-scan",
    provenance: ksm.provenance,
    claims: ksm.claims,
    parameters: ksm.describeParameters(),
    simulate: ksm.scanKsmFromParameters,
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
  { name: "zswap", title: "zswap: the reference that stores at the limit leaked, and what else its paths could do to each other", scenarios: zswapScenarios },
];
