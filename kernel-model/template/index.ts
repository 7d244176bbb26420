export { scenarios } from "./checks/scenarios.js";
export { claims } from "./evidence/claims.js";
export { provenance } from "./evidence/provenance.js";
export { atomically, inTwoSteps, write, type GetAndClear } from "./model/written.js";
export { scanParameters, simulateScan, simulatingScan } from "./runs/scan.js";
