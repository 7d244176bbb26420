import { describe, expect, test } from "vitest";
import { explore } from "../../src/explore/explore.js";
import { philosophers } from "../../src/textbook/philosophers.js";
import { scenarios } from "../../src/textbook/scenarios.js";
import { conforms } from "../conformance/kit.js";

describe("the conformance kit", () => conforms(scenarios));

test("n philosophers who take the lower fork first: 2^n - 2 orders of neighbours", () => {
  // Each fork goes first to one of its two users; the two ways round the table are cycles, and cannot be.
  expect([2, 3, 4, 5].map((n) => explore(philosophers(n, "lower first")).effort.schedules)).toEqual([2, 6, 14, 30]);
});

test("all on the left fork is the only way to be stuck", () => {
  const verdict = explore({ ...philosophers(4, "left first"), stuckIsAnEnd: true });
  const stuck = [...verdict.effort.endStates.keys()].filter((state) => state.includes("held"));
  expect(stuck).toEqual([
    "forks[0] = held by philosopher 0; forks[1] = held by philosopher 1; forks[2] = held by philosopher 2; forks[3] = held by philosopher 3",
  ]);
});
