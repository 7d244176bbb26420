export * from "./claims.js";
export * from "./dataset.js";
export * from "./display.js";
export * from "./errors.js";
export * from "./hash.js";
export * from "./random.js";
export * from "./provenance.js";
export * from "./run.js";
