export { Caches, LineCounts, LineState, type Stretch } from "./line.js";
export { preset, presetDataset, PRESETS, pricesOf, type Preset, type PresetName, type Sourced } from "./presets.js";
export { checkPrices, FREE, PRICE_NAMES, type Prices } from "./prices.js";
export { DISTANCES, Topology, type Distance, type TopologyOptions } from "./topology.js";
