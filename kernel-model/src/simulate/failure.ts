import { InputError } from "../base/errors.js";
import { violationOf } from "../machine/apply.js";
import type { Task } from "../machine/task.js";
import type { Violation } from "../machine/violation.js";
import type { World } from "../machine/world.js";

/** A path broke a rule of the kernel, or threw, while it was simulated: who, where and when. */
export class SimulationError extends Error {
  override readonly name = "SimulationError";

  constructor(
    readonly violation: Violation,
    /** Virtual time, ns. */
    readonly time: number,
    cause: unknown,
    /** The schedule up to there, as the explorer replays it, where one was recorded. */
    readonly replay: string | null = null,
  ) {
    super(`at ${time} ns, ${violation.message}${replay === null ? "" : ` (replay: ${replay})`}`, { cause });
  }

  /** The same with the schedule that led there. */
  with(replay: string): SimulationError {
    return new SimulationError(this.violation, this.time, this.cause, replay);
  }

  /** InputErrors stay what they are. */
  static of(error: unknown, task: Task, world: World): Error {
    return error instanceof InputError || error instanceof SimulationError
      ? error
      : new SimulationError(violationOf(error, task, world), world.host.now(), error);
  }
}

/** A task took too many steps without any time going by. */
export function endlessLoop({ name, pending }: Task, steps: number, most: number, now: number): InputError {
  const where = pending?.site == null ? "" : ` in ${pending.site}`;
  const around =
    pending === null
      ? "its path"
      : `${pending.operation.name}${pending.object === null ? "" : `(${pending.object.name})`}`;
  return new InputError(
    `the number of steps of task "${name}"${where} at ${now} ns`,
    steps,
    `at most ${most} in one instant`,
    `look for a loop that never ends and costs no time around ${around}; waiting is written as one step with a condition, such as smpCondLoadAcquire`,
  );
}
