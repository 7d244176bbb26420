import { SharedObject } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { operation, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import { RuleBroken } from "../machine/violation.js";

/**
 * A stretch of code where at most one task may be at a time: a claim to be proved, not a lock. A second task inside
 * breaks the rule "exclusion".
 *
 * @example
 * function* update(x) {
 *   yield* WRITE_ONCE(x, 1);
 * }
 * const program = define({
 *   name: "no lock", setup: () => ({ region: new Region(), x: new Cell("x", 0) }),
 *   tasks: (s) => ({ A: inside(s.region, update(s.x)), B: inside(s.region, update(s.x)) }),
 * });
 * explore(program).violation.what; // => "exclusion"
 */
export class Region extends SharedObject {
  /** For the effects of steps only; outside of them read {@link occupant}. */
  task: Task | null = null;

  constructor(name = "critical region") {
    super(name);
  }

  /** Name of the task inside; null if none. */
  get occupant(): string | null {
    this.seen();
    return this.task?.name ?? null;
  }

  describe(): string {
    return this.task === null ? "empty" : `${this.task.name} inside`;
  }
}

const enter = operation("enter", "write", { cost: "none" });
const leave = operation("leave", "write", { cost: "none" });

/** Marks the begin of the stretch. */
export function enterRegion(region: Region): Step<void> {
  return new Step<void>(enter, region, (task) => {
    if (region.task !== null)
      throw new RuleBroken("exclusion", task, `enters ${region.name} while ${region.task.name} is inside`);
    region.task = task;
  });
}

/** Marks its end. */
export function leaveRegion(region: Region): Step<void> {
  return new Step<void>(leave, region, (task) => {
    if (region.task !== task) throw new RuleBroken("misuse", task, `leaves ${region.name}, which it did not enter`);
    region.task = null;
  });
}

/** Goes through the path inside the region; returns what the path returns. */
export function* inside<R>(region: Region, path: Path<R>): Path<R> {
  yield* enterRegion(region);
  const result = yield* path;
  yield* leaveRegion(region);
  return result;
}
