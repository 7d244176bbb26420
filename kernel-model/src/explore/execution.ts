import { InputError } from "../base/errors.js";
import { apply, enabled, start, violationOf } from "../machine/apply.js";
import { observe, type SharedObject } from "../machine/object.js";
import { load, type Program, type Run } from "../machine/program.js";
import type { Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { Violation } from "../machine/violation.js";
import { World, type Host, type Warning } from "../machine/world.js";

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

  /** Names that an earlier search learned. */
  learn(names: readonly string[], everything: boolean): void {
    for (const name of names) this.names.add(name);
    this.everything ||= everything;
  }

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

/** Names of started tasks that are the same in every run of a search: by who starts them, and as its how manieth. */
export class TaskKeys {
  #keys: Map<number, number> | null = null;

  /** `given`: number of the program's own tasks, whose keys are their numbers. */
  of(parent: number, nth: number, given: number): number {
    const keys = (this.#keys ??= new Map<number, number>());
    const name = parent * MOST_STARTED + nth;
    let key = keys.get(name);
    if (key === undefined) keys.set(name, (key = given + keys.size));
    return key;
  }

  save(): [number, number][] {
    return [...(this.#keys ?? [])];
  }

  load(saved: readonly (readonly [number, number])[]): void {
    this.#keys = new Map(saved);
  }
}

/** Tasks that one task can start. */
const MOST_STARTED = 2 ** 20;

/** One run of a program under the decisions of a search. */
export class Execution<S> implements Host {
  readonly world: World;
  readonly state: S;
  violation: Violation | null = null;
  /** Bits of the properties of each kind that have held at some step of this run. */
  held = 0;
  /** False while steps are repeated: that their paths look at nothing shared was seen the first time. */
  allSchedules = true;
  /** Whether a property could see the last step. */
  visible = false;
  #warnings = 0;
  #given = 0;
  readonly #run: WatchedRun;

  constructor(
    readonly program: Program<S>,
    readonly observed: Observed,
    readonly traced = false,
    readonly keys = new TaskKeys(),
  ) {
    const world = new World(this, program.ignore === undefined ? undefined : new Set(program.ignore), observed.names);
    this.world = world;
    if (traced) world.trace = [];
    this.#run = new WatchedRun(world, observed);
    this.state = load(program, world);
    this.#given = world.tasks.length;
    if (this.violation === null) this.checkProperties();
  }

  now(): number {
    return 0;
  }

  spawned(task: Task): void {
    try {
      start(this.world, task);
    } catch (error) {
      this.#fail(error, task);
    }
  }

  keyOf(parent: Task, nth: number): number {
    return this.keys.of(parent.key, nth, this.#given);
  }

  /** Whether the task's next step may happen. */
  canRun(task: Task): boolean {
    return enabled(this.world, task);
  }

  /** Whether some task's next step may happen. */
  get goesOn(): boolean {
    return this.world.tasks.some((task) => enabled(this.world, task));
  }

  /** Performs the next step of an enabled task. A violation is left in {@link violation}. */
  step(task: Task, choice: number): void {
    const { world } = this;
    const step = task.pending!;
    world.choice = choice;
    try {
      apply(world, task);
    } catch (error) {
      this.#fail(error, task);
      return;
    }
    if (world.warnings.length > this.#warnings) this.#warned();
    this.visible = this.#isVisible(step);
    if (this.visible && this.violation === null) this.checkProperties();
  }

  /** As {@link step}, for a step that an earlier run made from the same state: the properties held then. */
  again(task: Task, choice: number): void {
    const { world } = this;
    world.choice = choice;
    this.allSchedules = false;
    apply(world, task);
    this.allSchedules = true;
    this.#warnings = world.warnings.length;
  }

  /** Whether a property may have seen the step, which was performed last. */
  #isVisible({ operation, object, others }: Step): boolean {
    const { observed, world } = this;
    if (observed.everything) return true;
    if (observed.names.size === 0) return false;
    for (let i = 0; i < world.touchedCount; i++)
      if (world.touched[i]!.observed && world.touchedAs[i] !== "read") return true;
    if (!operation.changes || (operation.varies && world.access === "read")) return false;
    return (object !== null && object.observed) || (others !== null && others.some((other) => other.observed));
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

  /** Whether such a task waits, asked when no step is left that could happen. */
  get isStuck(): boolean {
    return this.world.tasks.some(({ finished, daemon }) => !finished && !daemon);
  }

  #ask(i: number): boolean {
    const property = this.program.properties![i]!;
    let holds: unknown;
    try {
      holds = property.holds(this.state, this.#run);
    } catch (error) {
      throw new InputError(
        `property ${JSON.stringify(property.name)} of program ${JSON.stringify(this.program.name)}`,
        String(error),
        "a function of the state that returns true or false",
        "it threw: mend it for every state that can occur, the first one included",
      );
    }
    if (typeof holds !== "boolean")
      throw new InputError(
        `what property ${JSON.stringify(property.name)} of program ${JSON.stringify(this.program.name)} returns`,
        holds,
        "true or false",
        "return a comparison, such as state.x.value <= 1",
      );
    return holds;
  }

  #answer(i: number, holds: boolean): void {
    const property = this.program.properties![i]!;
    if (holds) this.held |= 1 << i;
    else if (property.kind === "always")
      this.#violate(
        "always",
        property.name,
        `"${property.name}" does not hold${property.at === "end" ? " at the end" : ""}`,
      );
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
    this.violation = {
      kind,
      what,
      message: task === null ? message : `${task}: ${message}`,
      task: task ?? last?.task ?? null,
      function: last?.function ?? null,
      step: last === undefined ? null : `${last.operation}(${last.object ?? ""})`,
      index: last?.index ?? null,
    };
  }

  #fail(error: unknown, task: Task): void {
    this.violation ??= violationOf(error, task, this.world);
  }
}
