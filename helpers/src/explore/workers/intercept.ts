import { setParallelHost, type Program, type Verdict } from "@mm-lab/kernel-model";

/** Stands for the verdicts of other calls in the code that a worker runs. */
const NOT_EXPLORED: Verdict = {
  kind: "bounded",
  bound: "not explored again in a worker",
  rest: null,
  effort: {
    schedules: 0,
    redundant: 0,
    steps: 0,
    longest: 0,
    reduction: "optimal",
    estimated: null,
    endStates: new Map(),
    examples: new Map(),
  },
};

type Intercept = (program: unknown) => Promise<Verdict>;

/** In the global object: what a worker runs may have loaded another copy of this module. */
const KEY = Symbol.for("mm-lab.explore-intercepted");

/**
 * In a worker, which runs the code that makes its program, that code may explore on workers itself; the very call that
 * started the worker is often part of it. From here on such calls start none. `reached` says whether it is that call:
 * then what follows it is not needed to make the program, and it never returns.
 */
export function interceptWorkers(reached: (program: Program) => boolean): void {
  const intercept: Intercept = (program) =>
    reached(program as Program) ? new Promise<never>(() => undefined) : Promise.resolve(NOT_EXPLORED);
  Object.defineProperty(globalThis, KEY, { value: intercept, configurable: true });
  setParallelHost(intercept);
}

/** What to do instead of exploring; undefined where this is no worker. */
export function intercepted(): Intercept | undefined {
  return (globalThis as { [KEY]?: Intercept })[KEY];
}
