import { describe, expect, test } from "vitest";
import { decisionsMoved } from "../../src/explore/changes.js";
import { Observed } from "../../src/explore/execution.js";
import { explore } from "../../src/explore/explore.js";
import { NaiveSearch } from "../../src/explore/naive.js";
import { nearestPassing } from "../../src/explore/nearest.js";
import { replay } from "../../src/explore/replay.js";
import type { Path } from "../../src/machine/path.js";
import { alwaysAtEnd, define, type Program } from "../../src/machine/program.js";
import { scenarios } from "../../src/textbook/index.js";
import { Cell, READ_ONCE, WRITE_ONCE } from "../../src/primitives/cell.js";
import { choose } from "../../src/primitives/choose.js";

function* increment(x: Cell<number>): Path {
  yield* WRITE_ONCE(x, (yield* READ_ONCE(x)) + 1);
}

const two = (most: number): Program<{ readonly x: Cell<number> }> =>
  define(
    {
      name: "two",
      setup: () => ({ x: new Cell("x", 0) }),
      tasks: (s) => ({ A: increment(s.x), B: increment(s.x) }),
    },
    alwaysAtEnd("none is lost", (s) => s.x.value === most),
  );

test("two increments: A goes on instead of B", () => {
  const nearest = nearestPassing(two(2), explore(two(2)))!;
  expect(nearest.wrong.schedule.decisions.map(({ task }) => task)).toEqual([0, 1, 1, 0]);
  expect(nearest.replay).toMatch(/-A2B2$/);
  expect(nearest).toMatchObject({
    firstDifference: 1,
    moved: 1,
    changes: 1,
    passing: { end: "complete", violation: null, state: "x = 2" },
  });
});

test("null where every run goes wrong, and where there are too few tries", () => {
  expect(nearestPassing(two(3), explore(two(3)))).toBe(null);
  expect(nearestPassing(two(2), explore(two(2)), { maxRuns: 1 })).toBe(null);
});

test("another outcome of a step", () => {
  const program = define(
    {
      name: "chance",
      setup: () => ({ x: new Cell("x", 0) }),
      tasks: (s) => ({
        A: (function* (): Path {
          yield* WRITE_ONCE(s.x, yield* choose(3));
        })(),
      }),
    },
    alwaysAtEnd("not 0", (s) => s.x.value === 2),
  );
  const nearest = nearestPassing(program, explore(program))!;
  expect([nearest.firstDifference, nearest.passing.schedule.decisions[0]!.choice, nearest.passing.state]).toEqual([
    0,
    2,
    "x = 2",
  ]);
});

test("two changes, where one is not enough", () => {
  const program = define(
    {
      name: "chances",
      setup: () => ({ x: new Cell("x", 0), y: new Cell("y", 0) }),
      tasks: (s) => ({
        A: (function* (): Path {
          yield* WRITE_ONCE(s.x, yield* choose(2));
        })(),
        B: (function* (): Path {
          yield* WRITE_ONCE(s.y, yield* choose(2));
        })(),
      }),
    },
    alwaysAtEnd("both", (s) => s.x.value + s.y.value === 2),
  );
  expect(nearestPassing(program, explore(program))).toMatchObject({
    changes: 2,
    moved: 2,
    passing: { state: "x = 1; y = 1" },
  });
});

describe.each(
  scenarios.filter(({ expect: kind }) => kind === "violated" || kind === "stuck").map((s) => [s.name, s] as const),
)("%s", (name, { program, options }) => {
  const verdict = explore(program, options);
  const nearest = nearestPassing(program, verdict)!;

  test("a run that passes and begins as the wrong one, the same each time", () => {
    const { wrong, passing, firstDifference: at } = nearest;
    expect(passing.end).toBe("complete");
    expect(replay(program, nearest.replay)).toEqual(passing);
    expect(passing.schedule.decisions.slice(0, at)).toEqual(wrong.schedule.decisions.slice(0, at));
    expect(passing.schedule.decisions[at]).not.toEqual(wrong.schedule.decisions[at]);
    expect(nearestPassing(program, wrong)).toEqual(nearest);
  });

  test.skipIf(["readers-first", "double-checked-once", "double-checked-flag-first"].includes(name))(
    "no other run that passes moves fewer decisions",
    () => {
      const search = new NaiveSearch(program, new Observed(), Infinity, 10_000);
      let least = Infinity;
      do {
        if (search.run().end === "complete")
          least = Math.min(least, decisionsMoved(nearest.wrong.schedule.decisions, search.decisions()));
      } while (search.advance());
      expect(nearest.moved).toBe(least);
    },
  );
});

test("decisions moved: those outside of a longest common subsequence", () => {
  const of = (text: string): { task: number; choice: number }[] =>
    Array.from(text, (letter) => ({ task: letter.charCodeAt(0) - 65, choice: 0 }));
  expect(
    [
      ["AABB", "AABB"],
      ["ABBA", "AABB"],
      ["AB", "BA"],
      ["ABC", "ABBC"],
      ["ABC", ""],
    ].map(([a, b]) => decisionsMoved(of(a!), of(b!))),
  ).toEqual([0, 1, 1, 0, 3]);
});

test.each<[string, () => unknown, RegExp]>([
  [
    "a proof",
    () => nearestPassing(two(2), explore(define({ ...two(2), properties: [] }))),
    /^what to find a passing run for is "exhausted"; accepted: violated or stuck .*Next: give it what explore\(\) found to go wrong\.$/,
  ],
  [
    "a run that passes",
    () =>
      nearestPassing(
        two(2),
        replay(two(2), {
          program: "two",
          tasks: ["A", "B"],
          decisions: [0, 0, 1, 1].map((task) => ({ task, choice: 0 })),
        }),
      ),
    /is "a run that ends complete"/,
  ],
  [
    "no tries",
    () => nearestPassing(two(2), explore(two(2)), { maxRuns: 0 }),
    /^maxRuns is 0; accepted: an integer from 1 to 10000000 runs/,
  ],
])("%s is refused", (_name, call, message) => {
  expect(call).toThrow(message);
});
