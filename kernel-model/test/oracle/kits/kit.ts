import type { Path } from "../../../src/machine/path.js";
import { READ_ONCE, WRITE_ONCE, xchg, type Cell } from "../../../src/primitives/cell.js";

/** x, y and z: what every random program shares. */
export type Cells = readonly [Cell<number>, Cell<number>, Cell<number>];

/** What an action is performed with. */
export interface Given {
  /** Which of two objects. */
  readonly on: 0 | 1;
  /** Of four ways to do it. */
  readonly value: number;
  /** Number of the task, from 1, and its CPU; below 0 for none. */
  readonly me: number;
  readonly cpu: number;
  readonly cells: Cells;
  /** What stands between the two halves of an action that has some, such as lock and unlock. */
  readonly body: () => Path<unknown>;
}

/** Where an action may stand, and what may stand in it. */
export interface Traits {
  /** It may sleep. */
  readonly sleeps?: true;
  /** It has a body, in which nothing may sleep, or anything may. */
  readonly body?: "atomic" | "any";
  /** Only in tasks that are bound to a CPU, where nothing is atomic. */
  readonly bound?: true;
}

type Action<S> = (s: S, given: Given) => Path<unknown>;

/** Objects of some kind, what tasks do with them, and what can be told of their state. */
export interface Kit {
  readonly name: string;
  setup(cells: Cells): object;
  readonly actions: Readonly<Record<string, Action<object>>>;
  readonly traits: Readonly<Record<string, Traits>>;
  readonly facts: Readonly<Record<string, (s: object) => boolean>>;
}

/** A kit, of which only its own functions know what its state is. */
export function kit<S extends object>(
  name: string,
  setup: (cells: Cells) => S,
  actions: Readonly<Record<string, Action<S>>>,
  traits: Readonly<Record<string, Traits>>,
  facts: Readonly<Record<string, (s: S) => boolean>> = {},
): Kit {
  const unknown = Object.keys(traits).find((action) => !(action in actions));
  if (unknown !== undefined) throw new Error(`kit ${name} has no action ${unknown}`);
  return { name, setup, actions, traits, facts } as unknown as Kit;
}

/** What handlers do. */
export function* effect([x, y, z]: Cells, value: number): Path {
  if (value === 0) yield* WRITE_ONCE(x, 1);
  else if (value === 1) yield* WRITE_ONCE(y, (yield* READ_ONCE(x)) + 1);
  else if (value === 2) yield* xchg(x, 2);
  else yield* WRITE_ONCE(z, 1);
}
