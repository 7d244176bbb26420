import { expect, test } from "vitest";
import { Cell } from "../../src/primitives/cell.js";
import { EndStates } from "../../src/explore/end-states.js";
import { endState } from "../../src/explore/outcome.js";
import type { World } from "../../src/machine/world.js";

const ended = (...results: readonly unknown[]): World =>
  ({ tasks: results.map((result, i) => ({ name: `T${i}`, result })) }) as unknown as World;
const nobody = ended();

/** States that are alike in what is met on the way, and not in where. */
const STATES: readonly (readonly [unknown, World])[] = [
  [{ a: { x: 1 } }, nobody],
  [{ x: 1 }, nobody],
  [{ a: { x: 1, y: 2 } }, nobody],
  [{ a: { x: 1 }, y: 2 }, nobody],
  [[1, [2, 3]], nobody],
  [[1, 2, 3], nobody],
  [{ x: "1" }, nobody],
  [{ x: true }, nobody],
  [{ x: NaN }, nobody],
  [{ x: -0 }, nobody],
  [{ x: 0 }, nobody],
  [new Cell("x", 1), nobody],
  [{ y: new Cell("x", 1) }, nobody],
  [{ y: new Cell("x", 2) }, nobody],
  [{}, nobody],
  [null, nobody],
  [7, nobody],
  [{ T0: 1 }, nobody],
  [{}, ended(1)],
  [{}, ended("1")],
  [{}, ended(undefined, 1)],
  [{}, ended([1, 2])],
  [{}, ended({ a: 1 }, null)],
  [{ x: 1 }, ended(1, 2)],
];

test("runs are counted by the text of their end state, in whatever order they come", () => {
  for (const stride of [1, 5, 7, 11]) {
    const counted = new EndStates([["seen before", 4]]);
    const expected = new Map([["seen before", 4]]);
    for (let i = 0; i < 40 * STATES.length; i++) {
      const [state, world] = STATES[(i * stride + (i % 3)) % STATES.length]!;
      counted.add(state, world);
      const text = endState(state, world);
      expected.set(text, (expected.get(text) ?? 0) + 1);
    }
    expect([...counted.counts()]).toEqual([...expected]);
  }
});

test("more states than are remembered are counted too", () => {
  const counted = new EndStates([]);
  for (let round = 0; round < 2; round++) for (let i = 0; i < 30_000; i++) counted.add({ x: i, y: i }, nobody);
  expect(counted.counts().size).toBe(30_000);
  expect([...counted.counts().values()].every((count) => count === 2)).toBe(true);
});

test("the text names where each value is", () => {
  expect(
    endState({ pool: [{ count: new Cell("c", 3) }, 4], open: true }, ended(undefined, [1, new Cell("p", 0)])),
  ).toBe("pool[0].count = 3; pool[1] = 4; open = true; T1 returned [1, p]");
});
