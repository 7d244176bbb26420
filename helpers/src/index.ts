export * from "./display/to-bundle.js";
export * from "./plots/index.js";
export * from "./tables/index.js";
export * from "./notebook/index.js";
export * from "./claims/index.js";
export * from "./live/index.js";
export * from "./simulate/formats.js";
export * from "./data/files.js";
