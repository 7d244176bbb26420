import type { Scenario } from "../../../explore/scenario.js";
import { limits } from "./scenarios-limit.js";
import { pages } from "./scenarios-pages.js";
import { switches } from "./scenarios-switch.js";

/** What zswap's paths do to each other, from the race of the source to the mistakes that would be as bad. */
export const scenarios: readonly Scenario[] = [...limits, ...switches, ...pages];
