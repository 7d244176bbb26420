import { SharedObject } from "../../src/machine/object.js";
import type { Path } from "../../src/machine/path.js";
import { define, type Program, type Property } from "../../src/machine/program.js";
import { Cell } from "../../src/primitives/cell.js";
import { cells, choices } from "./kits/cells.js";
import { atomics, refs } from "./kits/counts.js";
import { cpus, timers } from "./kits/cpus.js";
import { guards, mixedGuards } from "./kits/guards.js";
import type { Cells, Kit, Traits } from "./kits/kit.js";
import { locks, shared } from "./kits/locks.js";
import { memory, owned, rcu } from "./kits/memory.js";
import { percpu, percpuRefs } from "./kits/percpu.js";
import { completions, queues } from "./kits/waiting.js";
import { delayed, work } from "./kits/work.js";

const KITS: readonly Kit[] = [
  cells,
  choices,
  guards,
  mixedGuards,
  atomics,
  refs,
  percpu,
  percpuRefs,
  locks,
  shared,
  completions,
  queues,
  work,
  delayed,
  cpus,
  timers,
  rcu,
  memory,
  owned,
];
const BY_NAME = new Map(KITS.map((kit) => [kit.name, kit]));

/** An action of a kit, `locks.mutex`, and what stands between its halves. */
export interface Op {
  readonly kind: string;
  readonly on: 0 | 1;
  readonly value: number;
  readonly body?: readonly Op[];
}

export interface TaskText {
  /** Below 0 for none. */
  readonly cpu: number;
  readonly daemon?: boolean;
  readonly ops: readonly Op[];
}

/** Of facts, all at once: `always` says that they never hold together. */
export interface PropertyText {
  readonly kind: Property<unknown>["kind"];
  readonly atEnd: boolean;
  readonly facts: readonly string[];
}

/** A random program as data. */
export interface Text {
  readonly tasks: readonly TaskText[];
  readonly properties: readonly PropertyText[];
  readonly stuckIsAnEnd: boolean;
  readonly warningsAreViolations: boolean;
  readonly lockOrder: boolean;
}

/** What each task has seen so far: part of the end state, also of tasks that wait for ever. */
class Seen extends SharedObject {
  readonly #by: string[][] = [];

  add(task: number, value: unknown): void {
    (this.#by[task] ??= []).push(String(value));
  }

  describe(): string {
    return this.#by
      .map((values, task) => `${task}: ${values.join(" ")}`)
      .filter((text) => text !== "")
      .join(", ");
  }
}

interface State {
  readonly cells: Cells;
  readonly kits: Record<string, object>;
  readonly seen: Seen;
}

const split = (name: string): [kit: Kit, rest: string] => {
  const [kit, rest] = name.split(".") as [string, string];
  return [BY_NAME.get(kit)!, rest];
};

/** Of one kit or of all: what may stand for {@link Op.kind}. */
export const kindsOf = (name: string): string[] =>
  Object.keys(BY_NAME.get(name)!.actions).map((action) => `${name}.${action}`);
export const kitNames: readonly string[] = KITS.map(({ name }) => name);
export const factsOf = (name: string): string[] =>
  Object.keys(BY_NAME.get(name)!.facts).map((fact) => `${name}.${fact}`);
export const kitOf = (kind: string): string => kind.slice(0, kind.indexOf("."));

export function traitsOf(kind: string): Traits {
  const [kit, action] = split(kind);
  return kit.traits[action] ?? {};
}

export function allOps(ops: readonly Op[]): Op[] {
  return ops.flatMap((op) => [op, ...allOps(op.body ?? [])]);
}

/** An action that is looked up once for all runs. */
interface Ready extends Omit<Op, "body"> {
  readonly kit: Kit;
  readonly perform: Kit["actions"][string];
  readonly body: readonly Ready[];
}

const ready = (ops: readonly Op[]): Ready[] =>
  ops.map((op) => {
    const [kit, action] = split(op.kind);
    return { ...op, kit, perform: kit.actions[action]!, body: ready(op.body ?? []) };
  });

function* performAll(s: State, ops: readonly Ready[], me: number, cpu: number): Path<undefined> {
  for (const { kit, perform, on, value, body } of ops) {
    const inner = (): Path<undefined> => performAll(s, body, me, cpu);
    const result: unknown = yield* perform(s.kits[kit.name]!, { on, value, me, cpu, cells: s.cells, body: inner });
    if (result !== undefined) s.seen.add(me, result);
  }
  return undefined;
}

function* taskOf(s: State, ops: readonly Ready[], me: number, cpu: number): Path<string> {
  yield* performAll(s, ops, me, cpu);
  return "returned";
}

function propertyOf({ kind, atEnd, facts }: PropertyText): Property<State> {
  const known = facts.map(split);
  const hold = ({ kits }: State): boolean => known.every(([kit, fact]) => kit.facts[fact]!(kits[kit.name]!));
  const name = `${kind} ${facts.join(" and ")}${atEnd ? " at the end" : ""}`;
  return { name, kind, at: atEnd ? "end" : "every step", holds: kind === "always" ? (s) => !hold(s) : hold };
}

/** The program that a text describes. Objects are made for the kits that it uses, in a fixed order. */
export function programOf(text: Text): Program<State> {
  const { tasks, properties } = text;
  const kinds = tasks.flatMap(({ ops }) => allOps(ops).map(({ kind }) => kind));
  const used = new Set([...kinds, ...properties.flatMap(({ facts }) => facts)].map(kitOf));
  const needed = KITS.filter(({ name }) => used.has(name));
  const given = tasks.map(({ cpu, daemon, ops }) => ({ cpu, daemon: daemon ?? false, ops: ready(ops) }));
  return define({
    name: "random",
    setup: (): State => {
      const cells: Cells = [new Cell("x", 0), new Cell("y", 0), new Cell("z", 0)];
      const kits: Record<string, object> = {};
      for (const kit of needed) kits[kit.name] = kit.setup(cells);
      return { cells, kits, seen: new Seen("seen") };
    },
    tasks: (s) =>
      Object.fromEntries(
        given.map(({ cpu, daemon, ops }, i) => {
          const path = taskOf(s, ops, i + 1, cpu);
          return [`T${i}`, cpu < 0 && !daemon ? path : { path: () => path, daemon, ...(cpu >= 0 ? { cpu } : {}) }];
        }),
      ),
    properties: properties.map(propertyOf),
    stuckIsAnEnd: text.stuckIsAnEnd,
    warningsAreViolations: text.warningsAreViolations,
    ...(text.lockOrder ? {} : { ignore: ["lock-order-inversion"] as const }),
  });
}

/** The program for people: a line for each task, then what is asked. */
export function printed(text: Text): string {
  const print = (ops: readonly Op[]): string =>
    ops
      .map(({ kind, on, value, body }) => {
        return `${kind}(${on}, ${value})${body === undefined ? "" : ` { ${print(body)} }`}`;
      })
      .join("; ");
  const lines = text.tasks.map(({ cpu, daemon, ops }, i) => {
    return `T${i}${daemon === true ? ", a daemon" : ""}${cpu >= 0 ? ` on CPU ${cpu}` : ""}: ${print(ops)}`;
  });
  const asked = text.properties.map(
    ({ kind, atEnd, facts }) =>
      `${kind}${atEnd ? " at the end" : ""}${kind === "always" ? " not" : ""}: ${facts.join(" and ")}`,
  );
  const flags = Object.entries(text)
    .filter(([, value]) => value === true)
    .map(([name]) => name);
  return [...lines, ...asked, ...(flags.length > 0 ? [flags.join(", ")] : [])].join("\n");
}
