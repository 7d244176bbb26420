export { counterexample, CounterexampleView, type CounterexampleOptions } from "./counterexample.js";
export type { Found } from "./found.js";
export { verdictTable, type NamedVerdicts } from "./verdict-table.js";
