import { afterEach, expect, test } from "vitest";
import { explore } from "../../src/explore/explore.js";
import { setParallelHost } from "../../src/explore/on-workers.js";
import type { Path } from "../../src/machine/path.js";
import { define } from "../../src/machine/program.js";
import { Cell, WRITE_ONCE } from "../../src/primitives/cell.js";

function* write(x: Cell<number>): Path {
  yield* WRITE_ONCE(x, 1);
}
const program = define({
  name: "one write",
  setup: () => ({ x: new Cell("x", 0) }),
  tasks: ({ x }) => ({ A: write(x) }),
});

afterEach(() => Reflect.deleteProperty(globalThis, Symbol.for("mm-lab.explore-on-workers")));

test("workers need a host with threads: the error names what to import", () => {
  expect(() => explore(program, { workers: "all" })).toThrow(
    'workers is "all"; accepted: to be given where a host with threads is installed. Next: write import "@mm-lab/helpers" first, which brings the threads, or leave `workers` out.',
  );
});

test("a host gets the program and the options as they are, and its verdict is the answer", async () => {
  const verdict = explore(program);
  const given: unknown[] = [];
  setParallelHost((...args) => {
    given.push(...args);
    return Promise.resolve(verdict);
  });
  const options = { workers: 3, maxSchedules: 7, from: "x" } as const;
  expect(await explore(program, options)).toBe(verdict);
  expect(given).toEqual([program, options]);
  expect(explore(program, { maxSchedules: 7 }).kind).toBe("exhausted"); // without workers nobody is asked
  expect(given).toHaveLength(2);
});
