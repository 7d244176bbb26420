import { checkKeys, checkNumber, InputError } from "../base/errors.js";

/** What each kind of step costs, in ns. */
export interface Prices {
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

/** Names of the prices, in the order of {@link Prices}. */
export const PRICE_NAMES = [
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
] as const satisfies readonly (keyof Prices)[];

/** Everything costs nothing but the time that `compute` and `sleep` state: for queueing models. */
export const FREE: Prices = {
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

/** `base` with the given prices instead. Errors: InputError for unknown names and for prices that are negative or above an hour. */
export function checkPrices(given: Partial<Prices>, base: Prices = FREE): Prices {
  checkKeys("the prices", given, PRICE_NAMES);
  const prices: Record<string, number> = { ...base };
  for (const name of PRICE_NAMES) {
    const ns = given[name];
    if (ns === undefined && name in given)
      throw new InputError(
        `the price ${name}`,
        ns,
        "a number of at least 0 ns",
        "leave it out to keep the price of the preset",
      );
    if (ns !== undefined) prices[name] = checkNumber(`the price ${name}`, ns, { min: 0, max: 3.6e12, unit: "ns" });
  }
  return prices as unknown as Prices;
}

/** Prices of moving a line, by the index of a distance in DISTANCES. */
export function transferPrices(prices: Prices): Float64Array {
  return Float64Array.of(0, prices.sibling, prices.cache, prices.socket, prices.remote);
}
