export * from "./claims-table.js";
export * from "./ledger.js";
export * from "./topics-table.js";
export * from "./verdict-names.js";
export * from "./verdicts.js";
