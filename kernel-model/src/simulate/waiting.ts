import type { SharedObject } from "../machine/object.js";
import type { Step } from "../machine/step.js";
import type { World } from "../machine/world.js";
import type { Clock } from "./clock.js";
import type { Durations } from "./durations.js";
import { WaitNode, type ObjectState } from "./object-state.js";
import type { Objects } from "./objects.js";
import { Ring } from "./ring.js";
import { ENTERING, INTERRUPTED, PARKED, SPINNING, type Runner } from "./runner.js";
import type { Scheduler } from "./scheduler.js";
import type { WakeUps } from "./wake-ups.js";

/** What waiting needs of the engine. */
export interface Effects {
  /** Performs the pending step, whose guard is open. */
  effect(r: Runner, step: Step): void;
  /** The task is over: its path has ended, or its guard will never open. */
  abandon(r: Runner): void;
}

/**
 * Tasks that wait for a guard. A step that changes an object is followed at once by those it lets go on, in the order
 * in which they came, each taking effect before the next is looked at: a lock is handed over.
 *
 * Who spins by loading a line (smp_cond_load_acquire) fetches it whenever it changes, also in vain: so waiters hold up
 * whoever wants the line. Waiters of the kernel's locks spin on lines of their own (MCS), and fetch nothing.
 */
export class WaitingTask {
  readonly #dirty = new Ring<ObjectState<Runner>>();

  constructor(
    readonly clock: Clock,
    readonly objects: Objects,
    readonly scheduler: Scheduler,
    readonly costs: Durations,
    readonly wakeUps: WakeUps,
    readonly effects: Effects,
  ) {}

  /** Whether an object changed that somebody waits for. */
  get pending(): boolean {
    return this.#dirty.size > 0;
  }

  /** The runner waits for its pending step from now on. */
  park(r: Runner, step: Step): void {
    const { now, timeline } = this.clock;
    if (step.object !== null) this.#link(r, step, step.object);
    if (step.others !== null) for (const object of step.others) if (object !== step.object) this.#link(r, step, object);
    if (!r.waited) {
      r.waited = true;
      r.waitSince = now;
      if (step.object !== null) this.objects.stateOf(step.object).stats.contended++;
    }
    const on = step.object?.name ?? step.operation.name;
    if (step.operation.waits === "sleep") {
      if (r.cpu !== null) this.scheduler.leave(r);
      r.phase = PARKED;
      timeline?.mark(r, "waiting", on, now);
    } else {
      timeline?.mark(r, "waiting", on, now);
      this.scheduler.spins(r);
    }
  }

  /** Takes the runner out of all queues. */
  unlink(r: Runner): void {
    const various = isVarious(r.task.pending!);
    for (let i = 0; i < r.waits; i++) {
      const node = r.nodes[i]!;
      const state = node.state!;
      if (various) state.various--;
      state.remove(node);
    }
    r.waits = 0;
  }

  /** The step may have changed its objects, or others that it touched: whoever waits for them is to be looked at. */
  touched(step: Step, world: World): void {
    const { object, others, operation } = step;
    if (operation.changes && object !== null) this.#mark(object);
    if (operation.changes && others !== null) for (const other of others) this.#mark(other);
    for (let i = 0; i < world.touchedCount; i++) if (world.touchedAs[i] !== "read") this.#mark(world.touched[i]!);
  }

  /** Lets those go on whose guards have opened, and those who wait for them in turn. */
  drain(): void {
    for (let state = this.#dirty.shift(); state !== undefined; state = this.#dirty.shift()) {
      state.dirty = false;
      this.#walk(state);
    }
  }

  #walk(state: ObjectState<Runner>): void {
    let closed = false;
    for (let node = state.head; node !== null;) {
      const { next, runner: r } = node;
      const step = r.task.pending!;
      const exclusive = !isVarious(step);
      if (!(exclusive && closed)) {
        if (step.guard === null || step.guard(r.task)) this.#open(r, step);
        else if (step.dead !== null && step.dead()) {
          this.unlink(r);
          this.effects.abandon(r);
        } else if (step.operation.cost === "load") this.#look(r, state);
        if (exclusive) closed = true;
      }
      if (closed && state.various === 0) return;
      node = next;
    }
  }

  #open(r: Runner, step: Step): void {
    if (r.phase === INTERRUPTED) return; // looks again when its handler is over
    const handler = r.task.context !== "task";
    const heldUp = r.phase !== SPINNING && (handler || this.scheduler.holdsUp(r.task));
    if (heldUp && r.phase !== PARKED) return;
    this.unlink(r);
    const { phase } = r;
    if (heldUp)
      r.paid = true; // it tries again when it has its CPU
    else this.effects.effect(r, step);
    if (phase === PARKED) this.wakeUps.wake(r);
    else if (phase === SPINNING) this.#notice(r, step);
  }

  /** The guard has opened for one that spun on its CPU. `step` is what it waited for, which was performed. */
  #notice(r: Runner, step: Step): void {
    const { clock } = this;
    this.scheduler.works(r);
    clock.timeline?.mark(r, "running", null, clock.now);
    const done =
      r.looksUntil > clock.now
        ? r.looksUntil
        : step.operation.cost === "none"
          ? clock.now
          : this.costs.over(step, r.cpu!.index, clock.now);
    r.phase = ENTERING;
    if (done > clock.now) clock.at(r, done);
    else clock.agenda.push(r);
  }

  /** One look at a time: what changes while the line is on its way is seen when it arrives. */
  #look(r: Runner, { line }: ObjectState<Runner>): void {
    const { now } = this.clock;
    if (r.phase === SPINNING && r.looksUntil <= now) r.looksUntil = this.costs.look(line, r.cpu!.index, now);
  }

  #link(r: Runner, step: Step, object: SharedObject): void {
    const node = (r.nodes[r.waits] ??= new WaitNode(r));
    const state = this.objects.stateOf(object);
    state.append(node);
    r.waits++;
    if (isVarious(step)) state.various++;
  }

  #mark(object: SharedObject): void {
    const state = object.host as ObjectState<Runner> | null;
    if (state === null || state.head === null || state.dirty) return;
    state.dirty = true;
    this.#dirty.push(state);
  }
}

/** All but taking an exclusive lock: among those who want the same one, if the first may not, none may. */
const isVarious = (step: Step): boolean => step.operation.access !== "acquire" || step.others !== null;
