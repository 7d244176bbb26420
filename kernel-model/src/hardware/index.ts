export { Caches, LineCounts, LineState, type Stretch } from "./line.js";
export { preset, presetDataset, PRESETS, costsOf, type Preset, type PresetName, type Sourced } from "./presets.js";
export { checkOperationCosts, FREE, COST_NAMES, type OperationCosts } from "./operation-costs.js";
export { DISTANCES, Topology, type Distance, type TopologyOptions } from "./topology.js";
