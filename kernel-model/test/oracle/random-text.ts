import { Random } from "../../src/base/random.js";
import { kindsFor, PROFILES, type Profile, type ProfileName } from "./profiles.js";
import { factsOf, kitOf, allOps, traitsOf, type Op, type PropertyText, type TaskText, type Text } from "./programs.js";

/** Where an action stands. */
interface Place {
  readonly bound: boolean;
  readonly atomic: boolean;
  readonly depth: number;
}

/** How often what may sleep stands where nothing may: a rule to be found broken. */
const RECKLESS = 0.02;

/** How often a task is one that may wait for ever. */
const DAEMONS = 0.05;

/** The random program of a name: the same on every machine. */
export function randomText(profile: ProfileName, seed: number): Text {
  const random = new Random(seed);
  const given: Profile = PROFILES[profile];
  const maker = new Maker(random, given);
  const tasks = Array.from({ length: pick(random, given.tasks) }, () => maker.task());
  const kits = [...new Set(["cells", ...tasks.flatMap(({ ops }) => allOps(ops).map(({ kind }) => kitOf(kind)))])];
  const facts = kits.flatMap(factsOf);
  const properties: PropertyText[] = [];
  if (random.next() < given.always) properties.push(property(random, facts, false));
  if (random.next() < given.atEnd) properties.push(property(random, facts, true));
  return {
    tasks,
    properties,
    stuckIsAnEnd: random.next() < given.stuckIsAnEnd,
    warningsAreViolations: random.next() < given.warnings,
    lockOrder: random.next() < given.lockOrder,
  };
}

class Maker {
  /** Half of the programs use the first of each two objects only, so that their tasks meet. */
  readonly #objects: number;
  readonly #kinds: readonly (readonly [string, number])[];
  readonly #total: number;

  constructor(
    readonly random: Random,
    readonly profile: Profile,
  ) {
    this.#kinds = kindsFor(profile);
    this.#total = this.#kinds.reduce((sum, [, weight]) => sum + weight, 0);
    this.#objects = 1 + random.below(2);
  }

  task(): TaskText {
    const { random, profile } = this;
    const bound = random.next() < profile.bound;
    const count = 1 + random.below(profile.ops);
    const place = { bound, atomic: false, depth: 0 };
    const cpu = bound ? pick(random, profile.cpus) : -1;
    const ops = Array.from({ length: count }, () => this.op(place));
    return random.next() < DAEMONS ? { cpu, daemon: true, ops } : { cpu, ops };
  }

  op(place: Place): Op {
    const { random } = this;
    const kind = this.#kind(place);
    const { body } = traitsOf(kind);
    const op = { kind, on: random.below(this.#objects) as 0 | 1, value: random.below(4) };
    if (body === undefined) return op;
    const inner = { ...place, atomic: place.atomic || body === "atomic", depth: place.depth + 1 };
    const count = random.below(10);
    return { ...op, body: Array.from({ length: count < 1 ? 0 : count < 8 ? 1 : 2 }, () => this.op(inner)) };
  }

  #kind({ bound, atomic, depth }: Place): string {
    const { random } = this;
    for (;;) {
      let at = random.next() * this.#total;
      const [kind] = this.#kinds.find(([, weight]) => (at -= weight) < 0) ?? this.#kinds[0]!;
      const traits = traitsOf(kind);
      if (traits.bound === true && (!bound || atomic)) continue;
      if (traits.body !== undefined && depth >= 2) continue;
      if (traits.sleeps !== true || !atomic || random.next() < RECKLESS) return kind;
    }
  }
}

function property(random: Random, facts: readonly string[], atEnd: boolean): PropertyText {
  const which = random.below(10);
  const kind = which < 6 ? "always" : which < 8 || atEnd ? "sometimes" : "eventually";
  // Of several, so that fewer are broken at once, and each sees more than one object.
  const count = 1 + Math.min(random.below(4), 2);
  return { kind, atEnd, facts: [...new Set(Array.from({ length: count }, () => pick(random, facts)))] };
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)]!;
}
