import type { Pool, Zswap } from "../model/state.js";

/** References of a pool that stores at the limit took, and what became of them. */
export interface LeakCount {
  /** Stores that took one and queued the worker; runs of the worker that have begun, each of which puts one at its end. */
  readonly requests: number;
  readonly runs: number;
  /** Of runs that are queued or under way. */
  readonly owed: number;
  /** Nobody will put these. A store that is under way counts as one until it has put its own. */
  readonly leaked: number;
}

/** The count of a pool now; `extra`: references that it had from the start and nobody owns. */
export function countLeak(z: Zswap, pool: Pool, extra = 0): LeakCount {
  const { shrinkRequests: requests, shrinkRuns: runs } = z.counters;
  const owed = z.variant === "percpu-ref" ? 0 : Number(pool.shrinkWork.pending) + Number(pool.shrinkWork.running);
  const leaked = pool.memory.freed ? 0 : z.references(pool) - z.base(pool) - extra - owed;
  return { requests, runs, owed, leaked };
}
