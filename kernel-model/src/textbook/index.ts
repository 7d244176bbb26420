export { doubleChecked } from "./double-checked.js";
export { dekkerBroken, dekkerProgram, petersonBroken, petersonProgram } from "./mutual-exclusion.js";
export { philosophers } from "./philosophers.js";
export { readersWriter } from "./readers-writer.js";
export { scenarios } from "./scenarios.js";
export { treiberStack } from "./treiber-stack.js";
