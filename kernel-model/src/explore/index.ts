export { explore, exploring, type ExploreOptions } from "./explore.js";
export { replay, taskNames, type Replay } from "./replay.js";
export { scenario, unexpected, type Scenario } from "./scenario.js";
