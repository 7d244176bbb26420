export { explore, exploring } from "./explore.js";
export { setParallelHost, type ParallelHost, type ParallelOptions, type Workers } from "./on-workers.js";
export { checkOptions, type ExploreOptions } from "./options.js";
export { exploringPart, partsOf, verdictOf, type Cut, type MayGoOn, type PartResult, type Seen } from "./parts.js";
export { replay, taskNames, type Replay } from "./replay.js";
export { scenario, unexpected, type Scenario } from "./scenario.js";
