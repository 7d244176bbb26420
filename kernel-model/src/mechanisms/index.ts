/** Every mechanism that is modelled, a line each: what the command line, the ledger and the README know of. */
import { scenarios as textbook } from "../textbook/scenarios.js";
import type { Mechanism, Scenarios } from "./define-mechanism.js";
import { ksm } from "./ksm/mechanism.js";
import { zswap } from "./zswap/mechanism.js";

export {
  defineMechanism,
  type Inputs,
  type Mechanism,
  type RecordedRun,
  type Recordings,
  type Run as MechanismRun,
  type Scenarios,
} from "./define-mechanism.js";

export const mechanisms: readonly Mechanism[] = [ksm, zswap];

/** What can be explored: small concurrent programs with the verdicts they must get. */
export interface Explorable {
  /** Name on the command line. */
  readonly name: string;
  /** One line for lists. */
  readonly title: string;
  readonly scenarios: Scenarios["list"];
}

export const explorables: readonly Explorable[] = [
  { name: "classics", title: "Programs whose answers stand in textbooks", scenarios: textbook },
  ...mechanisms.flatMap(({ name, scenarios }) =>
    scenarios === null ? [] : [{ name, title: scenarios.title, scenarios: scenarios.list }],
  ),
];
