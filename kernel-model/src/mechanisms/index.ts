/** What can be run, asked and explored: the mechanisms of the registry, and the textbook programs. */
import type { Load, Mechanism } from "./define-mechanism.js";
import type { Scenario } from "../explore/scenario.js";
import * as registry from "./registry.js";

export {
  defineMechanism,
  type InputKind,
  type Inputs,
  type Load,
  type Mechanism,
  type RecordedRun,
  type Recordings,
  type MechanismRun,
  type Scenarios,
} from "./define-mechanism.js";
export type { Compressor } from "../mm/compressor.js";

/** Every mechanism, sorted by name. None of them is loaded yet. */
export const mechanisms: readonly Mechanism[] = Object.values(registry);

/** What can be explored: small concurrent programs with the verdicts they must get. */
export interface Explorable {
  /** Name on the command line. */
  readonly name: string;
  /** One line for lists. */
  readonly title: string;
  readonly load: Load<"scenarios", readonly Scenario[]>;
}

/**
 * The textbook programs, and the mechanisms with scenarios.
 *
 * @example
 * const { scenarios } = await explorables[0].load();
 * scenarios.some(({ name }) => name === "treiber-aba"); // => true
 */
export const explorables: readonly Explorable[] = [
  {
    name: "classics",
    title: "Programs whose answers stand in textbooks",
    load: () => import("../textbook/scenarios.js"),
  },
  ...mechanisms.flatMap(({ name, scenarios }) => (scenarios === null ? [] : [{ name, ...scenarios }])),
];
