import { apply, enabled, start } from "../../src/machine/apply.js";
import { observe } from "../../src/machine/object.js";
import { load, type Program, type Run as Shown } from "../../src/machine/program.js";
import type { Step } from "../../src/machine/step.js";
import type { Task } from "../../src/machine/task.js";
import { RuleBroken, type Rule } from "../../src/machine/violation.js";
import { World, type Host, type Warning } from "../../src/machine/world.js";
import { InputError } from "../../src/base/errors.js";
import { performed, type Touches } from "./touches.js";

/** Which task goes on, by its key, and with which outcome of its step. */
export interface Decision {
  readonly key: number;
  readonly choice: number;
}

/** What all runs of one program share: names that do not depend on the order of a run, and what properties look at. */
export class Names {
  /** Names of the objects that properties which are asked at every step have looked at. */
  readonly seen = new Set<string>();
  /** Such a property looked at no object, or at the run: each step may matter to it. */
  all = false;
  readonly ignored: ReadonlySet<Rule>;
  readonly #keys = new Map<number, number>();

  constructor({ ignore }: Pick<Program, "ignore">) {
    this.ignored = new Set(ignore ?? []);
  }

  keyOf(parent: Task, nth: number): number {
    const name = parent.key * 1000 + nth;
    const key = this.#keys.get(name) ?? 1000 + this.#keys.size;
    this.#keys.set(name, key);
    return key;
  }

  /** Grows whenever something is learned. */
  get size(): number {
    return this.seen.size + (this.all ? 1 : 0);
  }
}

/** One run of a program from its start. */
export class Run<S> implements Host {
  readonly world: World;
  readonly state: S;
  /** Why the run is over: what it violates. */
  broken: string | null = null;
  /** Numbers, as bits, of the properties that have held. */
  held = 0;
  #warnings = 0;

  constructor(
    readonly program: Program<S>,
    readonly names: Names,
  ) {
    this.world = new World(this, names.ignored);
    this.state = load(program, this.world);
    this.ask();
  }

  now(): number {
    return 0;
  }

  keyOf(parent: Task, nth: number): number {
    return this.names.keyOf(parent, nth);
  }

  spawned(task: Task): void {
    this.#watch(() => start(this.world, task));
  }

  task(key: number): Task {
    for (const task of this.world.tasks) if (task.key === key) return task;
    throw new Error(`there is no task ${key}`);
  }

  canRun(task: Task): boolean {
    return enabled(this.world, task);
  }

  get enabled(): Task[] {
    const able: Task[] = [];
    for (const task of this.world.tasks) if (enabled(this.world, task)) able.push(task);
    return able;
  }

  get isStuck(): boolean {
    return this.world.tasks.some(({ finished, daemon }) => !finished && !daemon);
  }

  /** Performs a step of which it is known that it breaks nothing. */
  repeat({ key, choice }: Decision): void {
    const { world } = this;
    world.choice = choice;
    apply(world, this.task(key));
    this.#warnings = world.warnings.length;
  }

  /** Performs a step that can happen. Tells what it touched. */
  perform({ key, choice }: Decision): Touches {
    const { world } = this;
    const task = this.task(key);
    const { hold, pending } = task;
    world.choice = choice;
    this.#watch(() => apply(world, task));
    if (world.warnings.length > this.#warnings && this.program.warningsAreViolations !== false)
      this.broken ??= "rule warning";
    this.#warnings = world.warnings.length;
    return performed(world, task, pending!, hold, this.#canBeSeen(pending!));
  }

  /** Asks what is to hold at every step. */
  ask(): void {
    const { names } = this;
    this.program.properties?.forEach(({ kind, at, name, holds }, i) => {
      if (at === "end" || this.broken !== null) return;
      let looks = 0;
      const yes = observe(
        () => holds(this.state, this.#shown(true)),
        (object) => {
          looks++;
          names.seen.add(object.name);
        },
      );
      if (looks === 0) names.all = true;
      if (yes) this.held |= 1 << i;
      else if (kind === "always") this.broken = `always ${name}`;
    });
  }

  /** Asks what is to hold in the last state, or to have held before. */
  askAtEnd(): void {
    this.program.properties?.forEach(({ kind, at, name, holds }, i) => {
      if (this.broken !== null) return;
      if (at === "end" && holds(this.state, this.#shown(false))) this.held |= 1 << i;
      else if (at === "end" && kind === "always") this.broken = `always ${name}`;
      if (kind === "eventually" && (this.held & (1 << i)) === 0) this.broken = `eventually ${name}`;
    });
  }

  #shown(watched: boolean): Shown {
    const { world, names } = this;
    const results: Record<string, unknown> = {};
    for (const task of world.tasks) if (task.finished) results[task.name] = task.result;
    return {
      get results(): Readonly<Record<string, unknown>> {
        if (watched) names.all = true;
        return results;
      },
      get warnings(): readonly Warning[] {
        if (watched) names.all = true;
        return world.warnings;
      },
    };
  }

  /** Whether the step that was performed last may have changed something that a property looks at. */
  #canBeSeen({ operation, object, others }: Step): boolean {
    const { names, world } = this;
    if (names.all || names.seen.size === 0) return names.all;
    for (let i = 0; i < world.touchedCount; i++) {
      if (world.touchedAs[i] !== "read" && names.seen.has(world.touched[i]!.name)) return true;
    }
    if (!operation.changes || (operation.varies && world.access === "read")) return false;
    return [object, ...(others ?? [])].some((each) => each !== null && names.seen.has(each.name));
  }

  #watch(what: () => void): void {
    try {
      what();
    } catch (error) {
      if (error instanceof InputError) throw error;
      const name = error instanceof Error ? error.name : "a thrown value";
      this.broken ??= error instanceof RuleBroken ? `rule ${error.rule}` : `exception ${name}`;
    }
  }
}
