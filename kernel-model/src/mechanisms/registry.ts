/**
 * Every mechanism that is modelled, a line each, and all that is known of one outside its folder. The build reads these
 * lines too: the package exports each mechanism under the name given here.
 */
export { ksm } from "./ksm/mechanism.js";
export { zswap } from "./zswap/mechanism.js";
