export { explore, exploring } from "./explore.js";
export type { ExploreOptions } from "./options.js";
export { exploringPart, partsOf, verdictOf, type PartResult, type Seen } from "./parts.js";
export { replay, taskNames, type Replay } from "./replay.js";
export { scenario, unexpected, type Scenario } from "./scenario.js";
