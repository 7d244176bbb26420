import { defineMechanism } from "../define-mechanism.js";
import { scenarios } from "./checks/scenarios.js";
import { claims } from "./evidence/claims.js";
import { provenance } from "./evidence/provenance.js";
import { PARAMETERS, simulateZswapFromParameters } from "./runs/parameters.js";

export const zswap = defineMechanism({
  name: "zswap",
  title: "zswap: the pool reference that stores at the limit leaked, from the shortest race to the saturated counter",
  topics: ["zswap-refcount"],
  notebooks: ["zswap-refcount.ipynb"],
  provenance,
  claims,
  scenarios: {
    title: "zswap: the reference that stores at the limit leaked, and what else its paths could do to each other",
    list: scenarios,
  },
  run: {
    parameters: PARAMETERS,
    simulate: (parameters, { compressor }) => simulateZswapFromParameters(parameters, compressor),
  },
  recordings: null,
});
