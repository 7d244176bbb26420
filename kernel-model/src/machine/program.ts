import { checkKeys, InputError } from "../base/errors.js";
import { madeByProgram } from "./identity.js";
import type { Path } from "./path.js";
import { isGenerator, type TaskOptions } from "./task.js";
import type { Services } from "./services.js";
import type { Rule } from "./violation.js";
import type { Warning, World } from "./world.js";

/** A task of a program: a path, or how to make one, with where it runs. */
export interface TaskSpec extends TaskOptions {
  readonly path: () => Path<unknown>;
}

/** What a property may look at besides the state. */
export interface Run {
  /** Return values of the finished tasks, by name. */
  readonly results: Readonly<Record<string, unknown>>;
  readonly warnings: readonly Warning[];
}

/**
 * A named question about a program (after Stateright):
 * - `always`: holds in every state. `sometimes`: holds in at least one state of one run, so that a program in which
 *   nothing happens fails. `eventually`: holds at some point of every complete run.
 *
 * With `at: "end"` it looks at the last state of complete runs only, which leaves the explorer free to reorder all else.
 */
export interface Property<S> {
  readonly name: string;
  readonly kind: "always" | "sometimes" | "eventually";
  readonly at: "every step" | "end";
  readonly holds: (state: S, run: Run) => boolean;
}

/**
 * A concurrent program: what both hosts run. Everything that tasks share is made in `setup`, afresh for every run.
 *
 * @example
 * function* increment(x) {
 *   yield* WRITE_ONCE(x, (yield* READ_ONCE(x)) + 1);
 * }
 * const program = define({
 *   name: "two increments",
 *   setup: () => ({ x: new Cell("x", 0) }),
 *   tasks: (s) => ({ A: increment(s.x), B: increment(s.x) }),
 * }, alwaysAtEnd("none is lost", (s) => s.x.value === 2));
 */
export interface Program<S = unknown> {
  readonly name: string;
  setup(): S;
  /** By name, in the order in which schedules letter them: A, B, C... */
  tasks(state: S): Readonly<Record<string, Path<unknown> | TaskSpec>>;
  /** Parts of the kernel that the program brings along, such as another RCU. Default: the small ones of the primitives. */
  services?(state: S): Services;
  readonly properties?: readonly Property<S>[];
  /** Rules of the kernel that this program breaks on purpose. Default: none. */
  readonly ignore?: readonly Rule[];
  /** Whether a WARN of the kernel ends the run as a violation in the explorer. Default true. */
  readonly warningsAreViolations?: boolean;
  /** Whether waiting for ever is an end like another, not the verdict `stuck`. Default false. */
  readonly stuckIsAnEnd?: boolean;
  /** Always true of the data structures; checked after every step by the conformance kit. */
  invariant?(state: S): boolean;
}

/** Keeps a place where S occurs from taking part in its inference: `setup` alone says what the state is. */
type Fixed<S> = [S][S extends unknown ? 0 : never];

/** A program as it is written down: with tasks and properties over the state that `setup` makes. */
export interface ProgramText<S> extends Omit<Program<S>, "tasks" | "services" | "properties" | "invariant"> {
  tasks(state: Fixed<S>): Readonly<Record<string, Path<unknown> | TaskSpec>>;
  services?(state: Fixed<S>): Services;
  readonly properties?: readonly Property<Fixed<S>>[];
  invariant?(state: Fixed<S>): boolean;
}

/**
 * Makes a program: infers the type of its state from `setup`, and checks its shape. Throws InputError.
 *
 * @param properties further properties; as arguments of their own they know the state's type with older compilers too
 * @example
 * function* set(x) {
 *   yield* WRITE_ONCE(x, 1);
 * }
 * define({ name: "one", setup: () => ({ x: new Cell("x", 0) }), tasks: (s) => ({ A: set(s.x) }) },
 *   alwaysAtEnd("it is set", (s) => s.x.value === 1));
 */
export function define<S>(text: ProgramText<S>, ...properties: readonly Property<Fixed<S>>[]): Program<S> {
  const program = { ...text, properties: [...(text.properties ?? []), ...properties] } as Program<S>;
  checkKeys("define", text, [
    "name",
    "setup",
    "tasks",
    "services",
    "properties",
    "ignore",
    "warningsAreViolations",
    "stuckIsAnEnd",
    "invariant",
  ]);
  const { setup, tasks } = program as { setup: unknown; tasks: unknown };
  if (typeof setup !== "function")
    throw new InputError(
      `setup of program ${JSON.stringify(program.name)}`,
      setup,
      "a function that makes the shared state",
      'write `setup: () => ({ x: new Cell("x", 0) })`',
    );
  if (typeof tasks !== "function")
    throw new InputError(
      `tasks of program ${JSON.stringify(program.name)}`,
      tasks,
      "a function from the state to paths by name",
      "write `tasks: (s) => ({ A: path(s), B: path(s) })`",
    );
  const names = (program.properties ?? []).map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new InputError(
      `a property of program ${JSON.stringify(program.name)}`,
      twice,
      "names that differ",
      "rename one of the two",
    );
  return program;
}

type Holds<S> = (state: S, run: Run) => boolean;

export const always = <S>(name: string, holds: Holds<S>): Property<S> => ({
  name,
  kind: "always",
  at: "every step",
  holds,
});
export const sometimes = <S>(name: string, holds: Holds<S>): Property<S> => ({
  name,
  kind: "sometimes",
  at: "every step",
  holds,
});
export const eventually = <S>(name: string, holds: Holds<S>): Property<S> => ({
  name,
  kind: "eventually",
  at: "every step",
  holds,
});
export const alwaysAtEnd = <S>(name: string, holds: Holds<S>): Property<S> => ({
  name,
  kind: "always",
  at: "end",
  holds,
});
export const sometimesAtEnd = <S>(name: string, holds: Holds<S>): Property<S> => ({
  name,
  kind: "sometimes",
  at: "end",
  holds,
});

/** Sets the program up in a world: its state, and its tasks, not yet started. */
export function load<S>(program: Program<S>, world: World): S {
  madeByProgram();
  const state = program.setup();
  if (program.services !== undefined) world.services = program.services(state);
  const tasks = program.tasks(state);
  const names = Object.keys(tasks);
  if (names.length === 0)
    throw new InputError(
      `tasks of program ${JSON.stringify(program.name)}`,
      tasks,
      "at least one path",
      "return `{ A: path(state) }`",
    );
  for (const name of names) {
    const given = tasks[name] as unknown;
    if (isPath(given)) world.spawn(name, given);
    else if (isSpec(given)) world.spawn(name, given.path(), given);
    else
      throw new InputError(
        `task "${name}" of program ${JSON.stringify(program.name)}`,
        given,
        "a path, as `lock(s)` gives it, or `{ path: () => lock(s), cpu: 0 }`",
        typeof given === "function" ? "call the generator function: write `lock(s)`, not `lock`" : "give one of these",
      );
  }
  world.loaded = true;
  return state;
}

function isPath(value: unknown): value is Path<unknown> {
  if (isGenerator(value)) return true;
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Partial<Path>).next === "function" &&
    Symbol.iterator in value
  );
}

function isSpec(value: unknown): value is TaskSpec {
  return typeof value === "object" && value !== null && typeof (value as Partial<TaskSpec>).path === "function";
}
