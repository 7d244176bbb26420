import { Random } from "../base/random.js";
import { apply, start } from "../machine/apply.js";
import type { Decision } from "../machine/schedule.js";
import type { Step } from "../machine/step.js";
import type { World } from "../machine/world.js";
import { book } from "./booking.js";
import type { Clock } from "./clock.js";
import { endlessLoop, SimulationError } from "./failure.js";
import type { Objects } from "./objects.js";
import type { Runner } from "./runner.js";
import { purposeOf, streamSeed, weighted } from "./streams.js";

/** Steps of one task at one instant: more are taken for a loop that never ends. */
const MOST_STEPS_AT_ONCE = 1_000_000;

const CHOICES = purposeOf("choices");

/** What tasks do to the world, whenever that is: paths begin, and steps take effect; both are counted and booked. */
export class Execution {
  /** Steps that took effect in the whole run. */
  steps = 0;
  /** Decisions so far, where a schedule is recorded. */
  decisions: Decision[] | null = null;
  /** Whose step takes effect, or did last: tasks that begin meanwhile are started by it. */
  actor: Runner | null = null;

  constructor(
    readonly world: World,
    readonly clock: Clock,
    readonly objects: Objects,
    readonly seed: number,
  ) {}

  /** Runs the path of the runner's task up to its first step. */
  begin(r: Runner): void {
    try {
      start(this.world, r.task);
    } catch (error) {
      throw SimulationError.of(error, r.task, this.world);
    }
  }

  /** Performs the pending step, whose guard is open, and runs the path up to the next. */
  effect(r: Runner, step: Step): void {
    const { world } = this;
    const { task } = r;
    const { now } = this.clock;
    if (step.choices > 0) world.choice = this.#choose(r, step);
    this.decisions?.push({ task: task.id, choice: step.choices > 0 ? world.choice : 0 });
    const held = task.held.length;
    this.actor = r;
    try {
      apply(world, task);
    } catch (error) {
      throw SimulationError.of(error, task, world);
    }
    this.steps++;
    this.count(r);
    if (task.held.length !== held || r.waited) book(this.objects, r, step, held, now);
  }

  /** The runner took a step, or began anew. Throws InputError if it does so for ever at one instant. */
  count(r: Runner): void {
    const { tick, now } = this.clock;
    if (r.tick !== tick) {
      r.tick = tick;
      r.instantSteps = 0;
    } else if (++r.instantSteps > MOST_STEPS_AT_ONCE) {
      throw endlessLoop(r.task, r.instantSteps, MOST_STEPS_AT_ONCE, now);
    }
  }

  #choose(r: Runner, step: Step): number {
    r.choices ??= new Random(
      streamSeed(this.seed, CHOICES ^ (r.employer?.purpose ?? 0), r.employer === null ? r.task.id : r.member),
    );
    return weighted(r.choices, step.choices, step.weights);
  }
}
