import type { Random } from "../base/random.js";
import type { Scheduler } from "./scheduler.js";

/** A random walk: each decision uniform over the tasks that can run. */
export function randomWalk(random: Random): Scheduler {
  return () => (able) => able[random.below(able.length)]!;
}
