import { mendPlainTslab } from "./plain-tslab.js";

export { experiment, type ExperimentContext, type ExperimentOptions, type Work } from "./experiment.js";
export { Interrupted } from "./interrupted.js";
export { params, usedParams, type Param, type Params, type ParamValue } from "./params.js";
export { describeProgress } from "./progress-bar.js";
export { provenance, type SessionProvenance } from "./provenance.js";
export { show, showLive, type LiveDisplay } from "./show.js";

mendPlainTslab();
