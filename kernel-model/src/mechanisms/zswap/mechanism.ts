import { defineMechanism } from "../define-mechanism.js";

export const zswap = defineMechanism({
  name: "zswap",
  title: "zswap: the pool reference that stores at the limit leaked, from the shortest race to the saturated counter",
  topics: ["zswap-refcount"],
  notebooks: ["zswap-refcount.ipynb"],
  provenance: () => import("./evidence/provenance.js"),
  claims: () => import("./evidence/claims.js"),
  scenarios: {
    title: "zswap: the reference that stores at the limit leaked, and what else its paths could do to each other",
    load: () => import("./checks/scenarios.js"),
  },
  runs: { load: () => import("./runs/load.js"), leak: () => import("./runs/leak.js") },
  recordings: null,
});
