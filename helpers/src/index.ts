export * from "./display/to-bundle.js";
export * from "./plots/index.js";
export * from "./tables/index.js";
export * from "./notebook/index.js";
