import { checkKeys, checkNumber, InputError } from "../base/errors.js";

/** What each kind of step costs, in ns. */
export interface OperationCosts {
  /** A load of a line that the CPU's own cache has. */
  readonly load: number;
  /** A store to a line that only the CPU's own cache has. */
  readonly store: number;
  /** An atomic read-modify-write of a line that only the CPU's own cache has. */
  readonly atomic: number;
  /** Getting a line from another thread of the same core, the operation included. */
  readonly sibling: number;
  /** ... from a core that shares the last-level cache. */
  readonly cache: number;
  /** ... from another core of the socket. */
  readonly socket: number;
  /** ... from another socket. */
  readonly remote: number;
  /** Getting a line that no cache has, at its first use. */
  readonly memory: number;
  /** Sending an interrupt to another CPU: the time of the sender. */
  readonly send: number;
  /** From then on to its handler's first instruction. */
  readonly interrupt: number;
  /** An allocation from the slab or page allocator. */
  readonly allocate: number;
  /** From making a task runnable to its being in a run queue. */
  readonly wakeup: number;
  /** Giving a CPU to another task: leaving the old one and entering the new. */
  readonly contextSwitch: number;
}

/** Names of the costs, in the order of {@link OperationCosts}. */
export const COST_NAMES = [
  "load",
  "store",
  "atomic",
  "sibling",
  "cache",
  "socket",
  "remote",
  "memory",
  "send",
  "interrupt",
  "allocate",
  "wakeup",
  "contextSwitch",
] as const satisfies readonly (keyof OperationCosts)[];

/** Everything costs nothing but the time that `compute` and `sleep` state: for queueing models. */
export const FREE: OperationCosts = {
  load: 0,
  store: 0,
  atomic: 0,
  sibling: 0,
  cache: 0,
  socket: 0,
  remote: 0,
  memory: 0,
  send: 0,
  interrupt: 0,
  allocate: 0,
  wakeup: 0,
  contextSwitch: 0,
};

/** `base` with the given costs instead. Errors: InputError for unknown names and for costs that are negative or above an hour. */
export function checkOperationCosts(given: Partial<OperationCosts>, base: OperationCosts = FREE): OperationCosts {
  checkKeys("the costs", given, COST_NAMES);
  const costs: Record<string, number> = { ...base };
  for (const name of COST_NAMES) {
    const ns = given[name];
    if (ns === undefined && name in given)
      throw new InputError(
        `the cost ${name}`,
        ns,
        "a number of at least 0 ns",
        "leave it out to keep the cost of the preset",
      );
    if (ns !== undefined) costs[name] = checkNumber(`the cost ${name}`, ns, { min: 0, max: 3.6e12, unit: "ns" });
  }
  return costs as unknown as OperationCosts;
}

/** Costs of moving a line, by the index of a distance in DISTANCES. */
export function transferCosts(costs: OperationCosts): Float64Array {
  return Float64Array.of(0, costs.sibling, costs.cache, costs.socket, costs.remote);
}
