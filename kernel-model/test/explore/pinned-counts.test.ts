import { describe, expect, test, vi } from "vitest";
import { explore } from "../../src/explore/explore.js";
import { alwaysAtEnd, type Run } from "../../src/machine/program.js";
import { PROGRAMS, type BenchProgram } from "../../bench/programs.js";

// The benchmarks import the package as it is built; here it is the source, as in every test beside this one.
vi.mock("@mm-lab/kernel-model", () => import("../../src/index.js"));

interface Pinned {
  /** Complete runs without reduction: `interleavings` of bench/peers/reference.py. */
  readonly naive: number;
  /** Complete runs with reduction: `traces` of reference.py, the least that any reduction which keeps each class can run. */
  readonly classes: number;
  /** Runs with reduction that were given up half-way. */
  readonly redundant: number;
  /** loom 0.7.2, main not joining: the table in bench/peers/README.md, the nearest to tasks and nothing else. */
  readonly loom: number;
  /** `outcomes` of reference.py. */
  readonly outcomes: readonly (readonly number[])[];
}

/*
 * Naive and reduced counts are the reference's with one exception, although its dependence differs from ours for locks:
 * it lets every two steps on a mutex depend, while ours orders acquisitions only (an unlock commutes with a lock that
 * waits for it). That changes no count: a lock that is waiting cannot go before the unlock, in either. And for a cmpxchg
 * that fails: there it is a write, here a read, so that treiber-2 takes 11 schedules instead of 12. And for a rwlock: here
 * it is the kernel's, whose writer takes a step to say that it waits: a reader comes before that, is there meanwhile, or
 * comes after the writer, so that readers-writer-2-1 takes 9 instead of 4 (a reader before or after the writer).
 */
const PINNED: Readonly<Record<string, Pinned>> = {
  "racing-increments-3": { naive: 90, classes: 36, redundant: 0, loom: 188, outcomes: [[1], [2], [3]] },
  "locked-increments-3": { naive: 6, classes: 6, redundant: 0, loom: 48, outcomes: [[3]] },
  "peterson-2": {
    naive: 688,
    classes: 14,
    redundant: 0,
    loom: 197,
    outcomes: [
      [0, 0, 0],
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 2],
    ],
  },
  "dekker-2": {
    naive: 52,
    classes: 7,
    redundant: 0,
    loom: 36,
    outcomes: [
      [0, 0, 0],
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 2],
    ],
  },
  "philosophers-3": { naive: 236, classes: 6, redundant: 0, loom: 57, outcomes: [[3]] },
  "treiber-2": {
    naive: 128,
    classes: 11,
    redundant: 0,
    loom: 21,
    outcomes: [
      [1, 1, 0, 0, 2],
      [1, 1, 0, 1, 2],
      [1, 1, 0, 2, 1],
      [1, 1, 1, 0, 2],
      [1, 1, 1, 2, 0],
      [1, 1, 2, 1, 0],
    ],
  },
  "readers-writer-2-1": {
    naive: 116,
    classes: 9,
    redundant: 0,
    loom: 49,
    outcomes: [
      [0, 0, 2],
      [0, 2, 2],
      [2, 0, 2],
      [2, 2, 2],
    ],
  },
  "double-checked-3": {
    naive: 348,
    classes: 15,
    redundant: 0,
    loom: 99,
    outcomes: [
      [1, 1],
      [2, 1],
      [3, 1],
    ],
  },
  "indexer-3": { naive: 90, classes: 1, redundant: 0, loom: 1, outcomes: [[2, 2, 2]] },
  "last-zero-3": {
    naive: 920,
    classes: 12,
    redundant: 0,
    loom: 132,
    outcomes: [
      [0, 1, 1, 1],
      [0, 1, 1, 2],
      [0, 1, 2, 1],
      [0, 1, 2, 3],
      [1, 1, 1, 1],
      [1, 1, 1, 2],
      [2, 1, 1, 1],
      [2, 1, 2, 1],
      [3, 1, 1, 1],
      [3, 1, 1, 2],
      [3, 1, 2, 1],
      [3, 1, 2, 3],
    ],
  },
  "message-passing-3": {
    naive: 90,
    classes: 9,
    redundant: 0,
    loom: 253,
    outcomes: [
      [0, 0, 0, 0],
      [0, 0, 0, 1],
      [0, 0, 1, 1],
      [0, 1, 0, 0],
      [0, 1, 0, 1],
      [0, 1, 1, 1],
      [1, 1, 0, 0],
      [1, 1, 0, 1],
      [1, 1, 1, 1],
    ],
  },
};

/** Explores a program and collects the outcomes of its complete runs. */
function explored(
  { program, outcome }: BenchProgram,
  reduction: boolean,
): { counts: readonly [string, number, number]; outcomes: unknown[]; ends: string[] } {
  const outcomes = new Set<string>();
  const collect = alwaysAtEnd(
    "collect",
    (state: unknown, { results }: Run) =>
      outcomes.add(JSON.stringify(outcome(state, Object.values(results as Record<string, number>)))).size > 0,
  );
  const { kind, effort } = explore({ ...program, properties: [...(program.properties ?? []), collect] }, { reduction });
  return {
    counts: [kind, effort.schedules, effort.redundant],
    outcomes: [...outcomes].sort().map((text) => JSON.parse(text) as unknown),
    ends: [...effort.endStates.keys()].sort(),
  };
}

describe.each(PROGRAMS.map((given) => [given.program.name, given] as const))("%s", (name, given) => {
  const pinned = PINNED[name]!;
  const few = explored(given, true);
  const all = explored(given, false);

  test("as many schedules as counted by brute force, with reduction and without", () => {
    expect(few.counts).toEqual(["exhausted", pinned.classes, pinned.redundant]);
    expect(all.counts).toEqual(["exhausted", pinned.naive, 0]);
  });

  test("every outcome that there is, and every end state, with reduction as without", () => {
    expect(few.outcomes).toEqual(pinned.outcomes);
    expect(all.outcomes).toEqual(pinned.outcomes);
    expect(few.ends).toEqual(all.ends);
  });

  test("never more schedules than loom, those given up included", () => {
    expect(few.counts[1] + few.counts[2]).toBeLessThanOrEqual(pinned.loom);
  });
});

test("every program of the contract is there", () => {
  expect(PROGRAMS.map(({ program }) => program.name)).toEqual(Object.keys(PINNED));
});
