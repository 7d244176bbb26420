export { explore, exploring } from "./explore.js";
export { setParallelHost, type ParallelHost, type ParallelOptions, type Workers } from "./on-workers.js";
export { checkOptions, type Checked, type ExploreOptions } from "./options.js";
export { exploringPart, partsOf, verdictOf, type Cut, type MayGoOn, type PartResult, type Seen } from "./parts.js";
export { replay, taskNames, type Replay } from "./replay.js";
export { scenario, unexpected, type Scenario } from "./scenario.js";
export { nearestPassing, type NearestOptions, type NearestPassing } from "./nearest.js";
export { searchTree, type SearchTreeOptions } from "./search-tree.js";
export type {
  BranchReason,
  Race,
  SearchBranch,
  SearchEnd,
  SearchState,
  SearchTotals,
  SearchTree,
} from "./search-tree-data.js";
