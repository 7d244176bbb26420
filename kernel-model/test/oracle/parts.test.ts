import { expect, test } from "vitest";
import { explore } from "../../src/explore/explore.js";
import type { Path } from "../../src/machine/path.js";
import { define, eventually } from "../../src/machine/program.js";
import { Cell, WRITE_ONCE } from "../../src/primitives/cell.js";
import { bruteForce } from "./brute-force.js";
import { inParts, inPieces } from "./cut.js";
import { outcome } from "../outcome.js";

function* writes(cell: Cell<number>, ...values: readonly number[]): Path {
  for (const value of values) yield* WRITE_ONCE(cell, value);
}

/** The property looks at y first, and at x only where y is 1: that it sees x shows while the search is under way. */
const program = define(
  {
    name: "looks at x only where y is 1",
    setup: () => ({ x: new Cell("x", 0), y: new Cell("y", 0) }),
    tasks: (s) => ({ A: writes(s.x, 1), B: writes(s.y, 1, 0) }),
  },
  eventually("both at once", ({ x, y }) => y.value === 1 && x.value === 1),
);

test("what a property turns out to look at while the search is cut into parts is not forgotten", () => {
  expect([...bruteForce(program, 100)!.faults]).toEqual(["eventually both at once"]);
  expect(outcome(explore(program))).toBe("violated (both at once)");
  for (const runs of [1, 2, 3]) expect(outcome(inPieces(program, runs))).toBe("violated (both at once)");
  for (const parts of [1, 2, 3, 4, 8]) expect(outcome(inParts(program, parts))).toBe("violated (both at once)");
});
