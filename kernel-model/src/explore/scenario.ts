import type { Program } from "../machine/program.js";
import type { Verdict } from "../machine/verdict.js";
import type { ExploreOptions } from "./options.js";

/** A small program with the verdict that it must get: what the command line lists and the conformance kit runs. */
export interface Scenario {
  /** For the command line, e.g. "two-stores-one-switch". */
  readonly name: string;
  /** One line for lists. */
  readonly title: string;
  readonly program: Program;
  readonly expect: Verdict["kind"];
  /** For `violated`: the rule, or the name of the property. */
  readonly what?: string;
  /** The scenario that this one breaks on purpose: a mutant must not get that one's verdict. */
  readonly mutantOf?: string;
  /** Complete runs under reduction: pinned, so that a change of the model or the explorer shows. */
  readonly schedules?: number;
  /** Different states in which those runs end: pinned likewise. */
  readonly endStates?: number;
  readonly options?: ExploreOptions;
}

/** Keeps the type of a scenario's state to itself, so that scenarios of different programs fit in one list. */
export function scenario<S>(given: Omit<Scenario, "program"> & { readonly program: Program<S> }): Scenario {
  return given as unknown as Scenario;
}

/** Why a verdict is not the one that the scenario expects; null if it is. */
export function unexpected({ name, expect, what, schedules, endStates }: Scenario, verdict: Verdict): string | null {
  const got =
    verdict.kind === "violated"
      ? `violated (${verdict.violation.what})`
      : verdict.kind === "bounded"
        ? `bounded (${verdict.bound})`
        : verdict.kind;
  const wanted = what === undefined ? expect : `${expect} (${what})`;
  if (verdict.kind !== expect || (verdict.kind === "violated" && what !== undefined && verdict.violation.what !== what))
    return `${name}: ${got}, expected ${wanted}`;
  if (schedules !== undefined && verdict.effort.schedules !== schedules)
    return `${name}: ${verdict.effort.schedules} schedules, expected ${schedules}`;
  if (endStates !== undefined && verdict.effort.endStates.size !== endStates)
    return `${name}: ${verdict.effort.endStates.size} end states, expected ${endStates}`;
  return null;
}
