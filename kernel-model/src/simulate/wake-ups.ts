import type { OperationCosts } from "../hardware/operation-costs.js";
import type { Step } from "../machine/step.js";
import type { Clock } from "./clock.js";
import { checkTime } from "./durations.js";
import { SLEEPING, WAKING, type Runner } from "./runner.js";
import type { Scheduler } from "./scheduler.js";

/** How those who are off the CPU come to want one: at once, or when a sleep, a wake-up or an IPI is over. */
export class WakeUps {
  readonly #costs: OperationCosts;

  constructor(
    readonly clock: Clock,
    readonly scheduler: Scheduler,
    costs: OperationCosts,
  ) {
    this.#costs = costs;
  }

  /** A thread whose path begins. One that begins by sleeping needs no CPU for that. */
  launch(r: Runner): void {
    const first = r.task.pending;
    if (first !== null && first.operation.cost === "sleep") this.sleep(r, first);
    else this.scheduler.ready(r);
  }

  /** An interrupt handler that `actor` starts: at once, after the latency of an IPI, or, for a timer, when it expires. */
  raise(r: Runner, actor: Runner | null): void {
    r.home = r.task.cpu >= 0 ? r.task.cpu : (actor?.cpu?.index ?? 0);
    const first = r.task.pending;
    if (first !== null && first.operation.cost === "sleep") this.sleep(r, first);
    else if (this.#costs.interrupt > 0 && actor?.task.pending?.operation.cost === "interrupt") {
      r.phase = WAKING;
      this.clock.at(r, this.clock.now + this.#costs.interrupt);
    } else this.scheduler.interrupt(r);
  }

  /** `step` is the sleep. */
  sleep(r: Runner, step: Step): void {
    const { clock } = this;
    r.phase = SLEEPING;
    clock.timeline?.mark(r, "sleeping", null, clock.now);
    clock.at(r, clock.now + checkTime(step, r.task));
  }

  /** What the sleeper waited for is there. */
  wake(r: Runner): void {
    const { clock } = this;
    if (r.task.context !== "task") this.scheduler.interrupt(r);
    else if (this.#costs.wakeup > 0) {
      r.phase = WAKING;
      clock.timeline?.mark(r, "ready", null, clock.now);
      clock.at(r, clock.now + this.#costs.wakeup);
    } else this.scheduler.ready(r);
  }

  /** Its wake-up, or IPI, is over. */
  arrived(r: Runner): void {
    if (r.task.context === "task") this.scheduler.ready(r);
    else this.scheduler.interrupt(r);
  }
}
