import { expect, test } from "vitest";
import { grown } from "../../src/base/arrays.js";

test("a grown array keeps its numbers and its type; behind them is the filler", () => {
  expect(grown(Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 2, 0, 0));
  expect(grown(Float64Array.of(1, 2), 5, Infinity)).toEqual(Float64Array.of(1, 2, Infinity, Infinity, Infinity));
  expect(grown(Int32Array.of(-1), 1, 7)).toEqual(Int32Array.of(-1));
});
