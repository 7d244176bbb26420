export { bandChart, type BandOptions } from "./band.js";
export { barChart, type BarOptions } from "./bar.js";
export { Chart, type VegaLiteSpec } from "./chart.js";
export {
  controlParams,
  dropdown,
  slider,
  toggle,
  type BoundControl,
  type Control,
  type ControlOptions,
} from "./controls.js";
export { lttbDownsample, minMaxDownsample } from "./downsample.js";
export { heatMap, type HeatMapOptions } from "./heat-map.js";
export { histogram, type HistogramOptions } from "./histogram.js";
export { annotation, layer, referenceLine, type AxisValue, type Overlay } from "./layer.js";
export { lineChart, type LineOptions } from "./line.js";
export type { ChartOptions, Field, FieldOptions, XYOptions } from "./options.js";
export { smallMultiples, type FacetOptions } from "./small-multiples.js";
export { timeline, type TimelineOptions } from "./timeline.js";
