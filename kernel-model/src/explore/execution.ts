import { InputError } from "../base/errors.js";
import { apply, enabled, start, violationOf } from "../machine/apply.js";
import { observe, type SharedObject } from "../machine/object.js";
import { load, type Program, type Run } from "../machine/program.js";
import type { Task } from "../machine/task.js";
import type { Violation } from "../machine/violation.js";
import { World, type Host, type Warning } from "../machine/world.js";

/** Tasks are kept as bits of a number. */
export const MAX_TASKS = 30;

/**
 * Objects that the program's properties read, learned by watching them: steps that change one are visible, and keep
 * their order among each other under reduction.
 */
export class Observed {
  readonly names = new Set<string>();
  /** A property looked at something that is not a shared object: every step may matter to it. */
  everything = false;
  /** Whether something was learned since it was last cleared: what was explored before may have missed an order. */
  grew = false;

  readonly see = (object: SharedObject): void => {
    object.observed = true;
    if (!this.names.has(object.name)) {
      this.names.add(object.name);
      this.grew = true;
    }
  };

  seeEverything(): void {
    if (!this.everything) this.grew = true;
    this.everything = true;
  }
}

/** The view of a run that properties get; what it shows is no shared object, so a property that looks may see any step. */
class WatchedRun implements Run {
  /** Whether the property that looks now is asked at every step. */
  watched = true;

  constructor(
    readonly world: World,
    readonly observed: Observed,
  ) {}

  get results(): Readonly<Record<string, unknown>> {
    if (this.watched) this.observed.seeEverything();
    const results: Record<string, unknown> = {};
    for (const task of this.world.tasks) if (task.finished) results[task.name] = task.result;
    return results;
  }

  get warnings(): readonly Warning[] {
    if (this.watched) this.observed.seeEverything();
    return this.world.warnings;
  }
}

/** One run of a program under the decisions of a search. */
export class Execution<S> implements Host {
  readonly world: World;
  readonly state: S;
  violation: Violation | null = null;
  /** Bits of the properties of each kind that have held at some step of this run. */
  held = 0;
  #warnings = 0;
  readonly #run: WatchedRun;

  constructor(
    readonly program: Program<S>,
    readonly observed: Observed,
    readonly traced = false,
  ) {
    const world = new World(this, program.ignore === undefined ? undefined : new Set(program.ignore), observed.names);
    this.world = world;
    if (traced) world.trace = [];
    this.#run = new WatchedRun(world, observed);
    this.state = load(program, world);
    if (this.violation === null) this.checkProperties();
  }

  now(): number {
    return 0;
  }

  spawned(task: Task): void {
    if (task.id >= MAX_TASKS) throw new InputError(`tasks of program ${JSON.stringify(this.program.name)}`, task.id + 1, `at most ${MAX_TASKS}, started ones included`, "explore a smaller configuration; the simulator takes any number");
    try {
      start(this.world, task);
    } catch (error) {
      this.#fail(error, task);
    }
  }

  /** Bits of the tasks whose next step may happen. */
  enabledMask(): number {
    let mask = 0;
    const { world } = this;
    const { tasks } = world;
    for (let id = 0; id < tasks.length; id++) if (enabled(world, tasks[id]!)) mask |= 1 << id;
    return mask;
  }

  /** Performs the next step of an enabled task. A violation is left in {@link violation}. */
  step(task: Task, choice: number): void {
    const { world } = this;
    world.choice = choice;
    const visible = this.isVisible(task);
    try {
      apply(world, task);
    } catch (error) {
      this.#fail(error, task);
      return;
    }
    if (world.warnings.length > this.#warnings) this.#warned();
    if (visible && this.violation === null) this.checkProperties();
  }

  /** Whether a property may see the task's next step. */
  isVisible(task: Task): boolean {
    if (this.observed.everything) return true;
    const step = task.pending;
    if (step === null || !step.operation.changes) return false;
    if (step.object !== null && step.object.observed) return true;
    return step.others !== null && step.others.some(({ observed }) => observed);
  }

  /** Evaluates the properties that look at every step. */
  checkProperties(): void {
    const properties = this.program.properties;
    if (properties === undefined) return;
    for (let i = 0; i < properties.length; i++) {
      const property = properties[i]!;
      if (property.at === "end" || (property.kind !== "always" && (this.held & (1 << i)) !== 0)) continue;
      let objects = 0;
      const holds = observe(
        () => this.#ask(i),
        (object) => {
          objects++;
          this.observed.see(object);
        },
      );
      if (objects === 0) this.observed.seeEverything();
      this.#answer(i, holds);
    }
  }

  /** Evaluates the properties of complete runs; call once, when no task is enabled and none is stuck. */
  checkEnd(): void {
    const properties = this.program.properties ?? [];
    this.#run.watched = false;
    for (let i = 0; i < properties.length && this.violation === null; i++) {
      const property = properties[i]!;
      if (property.at === "end") this.#answer(i, this.#ask(i));
      if (property.kind === "eventually" && (this.held & (1 << i)) === 0) {
        this.#violate("eventually", property.name, `the run ends and "${property.name}" never held`);
      }
    }
  }

  /** Tasks that have not finished and are not daemons. */
  unfinished(): Task[] {
    return this.world.tasks.filter(({ finished, daemon }) => !finished && !daemon);
  }

  #ask(i: number): boolean {
    const property = this.program.properties![i]!;
    let holds: unknown;
    try {
      holds = property.holds(this.state, this.#run);
    } catch (error) {
      throw new InputError(`property ${JSON.stringify(property.name)} of program ${JSON.stringify(this.program.name)}`, String(error), "a function of the state that returns true or false", "it threw: mend it for every state that can occur, the first one included");
    }
    if (typeof holds !== "boolean") throw new InputError(`what property ${JSON.stringify(property.name)} of program ${JSON.stringify(this.program.name)} returns`, holds, "true or false", "return a comparison, such as state.x.value <= 1");
    return holds;
  }

  #answer(i: number, holds: boolean): void {
    const property = this.program.properties![i]!;
    if (holds) this.held |= 1 << i;
    else if (property.kind === "always") this.#violate("always", property.name, `"${property.name}" does not hold${property.at === "end" ? " at the end" : ""}`);
  }

  #warned(): void {
    this.#warnings = this.world.warnings.length;
    if (this.program.warningsAreViolations === false) return;
    const { text, task } = this.world.warnings[this.#warnings - 1]!;
    this.#violate("rule", "warning", text, task);
  }

  #violate(kind: Violation["kind"], what: string, message: string, task: string | null = null): void {
    if (this.violation !== null) return;
    const last = this.world.trace?.at(-1);
    this.violation = { kind, what, message: task === null ? message : `${task}: ${message}`, task: task ?? last?.task ?? null, function: last?.function ?? null, step: last === undefined ? null : `${last.operation}(${last.object ?? ""})` };
  }

  #fail(error: unknown, task: Task): void {
    this.violation ??= violationOf(error, task);
  }
}
