import { defineMechanism } from "../define-mechanism.js";

export const template = defineMechanism({
  name: "template",
  title: "PAGEMAP_SCAN: the written flag of a page, read and reset beside a writer",
  topics: ["pagemap-scan"],
  notebooks: [],
  provenance: () => import("./evidence/provenance.js"),
  claims: () => import("./evidence/claims.js"),
  scenarios: { title: "PAGEMAP_SCAN: is a write ever lost?", load: () => import("./checks/scenarios.js") },
  runs: { scan: () => import("./runs/scan.js") },
  recordings: null,
});
