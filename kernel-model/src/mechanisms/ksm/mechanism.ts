import { defineMechanism } from "../define-mechanism.js";
import { claims } from "./evidence/claims.js";
import { provenance } from "./evidence/provenance.js";
import { recordedRuns } from "./evidence/recorded-runs.js";
import { describeParameters, scanKsmFromParameters } from "./runs/parameters.js";
import { csvWorkload } from "./runs/steps-workload.js";
import type { Workload } from "./runs/workload.js";

export const ksm = defineMechanism<Workload>({
  name: "ksm",
  title: "Kernel same-page merging: what smart scan saves, and what it costs",
  topics: ["ksm-smart-scan"],
  notebooks: ["ksm-scan-savings.ipynb"],
  provenance,
  claims,
  scenarios: null,
  run: {
    parameters: describeParameters(),
    simulate: (parameters, { workload }) => scanKsmFromParameters(parameters, workload),
  },
  recordings: { cases: recordedRuns, fromCsv: csvWorkload },
});
