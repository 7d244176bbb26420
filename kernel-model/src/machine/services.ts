import type { Path } from "./path.js";
import type { Task } from "./task.js";
import type { World } from "./world.js";

/**
 * Who ends grace periods in a run: what stands behind synchronize_rcu(), call_rcu() and their like. A read section of a
 * task is what RCU has to wait for: see {@link readSectionsNow} for those that are open.
 */
export interface RcuProvider {
  /** Part of the step in which a task that was in no read section begins one. */
  entered?(task: Task, world: World): void;
  /** Part of the step in which a task leaves its read section: from now on it holds up no grace period. */
  left?(task: Task, world: World): void;
  /** synchronize_rcu(): over when every read section is that was open when it was called. */
  synchronizeRcu(): Path;
  /** call_rcu(): has the callback run after such a wait, in a context that may not sleep. Does not sleep itself. */
  callRcu(callback: () => Path<unknown>): Path;
  /** rcu_barrier(): over when every callback has run that was given before. */
  rcuBarrier(): Path;
}

/** Parts of the kernel that primitives call, and that a program may bring along: {@link Program.services}. */
export interface Services {
  /** Default: a grace period for each caller, as short as can be. */
  readonly rcu?: RcuProvider;
}
