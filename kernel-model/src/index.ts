export * from "./base/index.js";
export * from "./machine/index.js";
export * from "./explore/index.js";
export * from "./primitives/index.js";
export * from "./hardware/index.js";
export * from "./simulate/index.js";
export { actOn, Shared, type Plain } from "./mm/shared.js";
export * from "./mechanisms/index.js";
