import { setParallelHost } from "@mm-lab/kernel-model";
import { exploreInParallel } from "./parallel.js";

export { counterexample, CounterexampleView, type CounterexampleOptions } from "./counterexample.js";
export { exploreInParallel } from "./parallel.js";
export type { Found } from "./found.js";
export { searchTreeView, SearchTreeView, type SearchTreeViewOptions } from "./tree-view.js";
export { sideBySide, SideBySideView, type SideBySideOptions } from "./side-by-side.js";
export { verdictTable, type NamedVerdicts } from "./verdict-table.js";

setParallelHost(exploreInParallel);
