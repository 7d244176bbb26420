import { defineMechanism } from "../define-mechanism.js";
import type { Workload } from "./runs/workload.js";

export const ksm = defineMechanism<Workload>({
  name: "ksm",
  title: "Kernel same-page merging: what smart scan saves, and what it costs",
  topics: ["ksm-smart-scan"],
  notebooks: ["ksm-scan-savings.ipynb"],
  provenance: () => import("./evidence/provenance.js"),
  claims: () => import("./evidence/claims.js"),
  scenarios: null,
  runs: { scan: () => import("./runs/scan.js") },
  recordings: () => import("./evidence/recorded-runs.js"),
});
