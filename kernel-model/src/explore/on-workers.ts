import { InputError } from "../base/errors.js";
import type { Program } from "../machine/program.js";
import type { Verdict } from "../machine/verdict.js";
import type { ExploreOptions } from "./options.js";

/** How many workers explore: 1 to 64, or "all" for one a core. */
export type Workers = number | "all";

/** Options of an exploration on several cores. */
export interface ParallelOptions extends ExploreOptions {
  readonly workers: Workers;
  /**
   * The module that exports the program, as `import.meta.url` or a path: workers load it to get the program. Not needed
   * in a notebook, where the program is bound to a name of a cell, nor for the scenarios of a mechanism.
   */
  readonly from?: string;
}

/** Explores on several cores. This package knows no threads: the host that it runs in brings them. */
export type ParallelHost = <S>(program: Program<S>, options: ParallelOptions) => Promise<Verdict>;

/** In the global object, so that all copies of this package in a process have one host. */
const KEY = Symbol.for("mm-lab.explore-on-workers");

/** Makes `host` explore when {@link explore} is given `workers`. `@mm-lab/helpers` does so when it is imported. */
export function setParallelHost(host: ParallelHost): void {
  Object.defineProperty(globalThis, KEY, { value: host, configurable: true });
}

export function wantsWorkers(options: ExploreOptions): options is ParallelOptions {
  return typeof options === "object" && options !== null && "workers" in options;
}

/** @throws InputError where nobody has brought threads */
export function exploreOnWorkers<S>(program: Program<S>, options: ParallelOptions): Promise<Verdict> {
  const host = (globalThis as { [KEY]?: ParallelHost })[KEY];
  if (host !== undefined) return host(program, options);
  const next = 'write import "@mm-lab/helpers" first, which brings the threads, or leave `workers` out';
  throw new InputError("workers", options.workers, "to be given where a host with threads is installed", next);
}
