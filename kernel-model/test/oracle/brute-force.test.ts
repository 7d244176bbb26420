import { describe, expect, test } from "vitest";
import { always, alwaysAtEnd, define, sometimes, type Program } from "../../src/machine/program.js";
import type { Path } from "../../src/machine/path.js";
import { operation, Step } from "../../src/machine/step.js";
import { Cell, READ_ONCE, smpCondLoadAcquire, WRITE_ONCE } from "../../src/primitives/cell.js";
import { choose } from "../../src/primitives/choose.js";
import { Mutex, mutexLock, mutexUnlock } from "../../src/primitives/mutex.js";
import { bruteForce, type Truth } from "./brute-force.js";
import { compare } from "./compare.js";

const setup = () => ({ x: new Cell("x", 0), y: new Cell("y", 0) });
type State = ReturnType<typeof setup>;
type Tasks = (s: State) => Record<string, Path<unknown>>;

const program = (tasks: Tasks, rest: Partial<Program<State>> = {}): Program<State> => ({
  ...define({ name: "small", setup, tasks }),
  ...rest,
});
const truthOf = (tasks: Tasks, rest: Partial<Program<State>> = {}): Truth => bruteForce(program(tasks, rest), 100_000)!;

function* write(cell: Cell<number>, times: number): Path {
  for (let i = 1; i <= times; i++) yield* WRITE_ONCE(cell, i);
}
function* read(cell: Cell<number>): Path<number> {
  return yield* READ_ONCE(cell);
}

describe("the counts are those that can be worked out by hand", () => {
  test("tasks that share nothing: all interleavings, one class", () => {
    const { interleavings, classes, ends } = truthOf((s) => ({ A: write(s.x, 3), B: write(s.y, 3) }));
    expect([interleavings, classes, ends.size]).toEqual([20, 1, 1]);
  });

  test("writers of one cell: a class for each interleaving", () => {
    const { interleavings, classes } = truthOf((s) => ({ A: write(s.x, 3), B: write(s.x, 3) }));
    expect([interleavings, classes]).toEqual([20, 20]);
  });

  test("readers count once, wherever the write is", () => {
    // Each of three readers before or after the write.
    expect(truthOf((s) => ({ A: read(s.x), B: read(s.x), C: read(s.x), D: write(s.x, 1) })).classes).toBe(8);
  });

  test("each outcome is a run of its own", () => {
    function* twice(): Path<string> {
      return `${yield* choose(3)}${yield* choose(2)}`;
    }
    const { interleavings, classes, ends } = truthOf(() => ({ A: twice() }));
    expect([interleavings, classes, ends.size]).toEqual([6, 6, 6]);
  });

  test("what a property sees keeps its order", () => {
    const tasks: Tasks = (s) => ({ A: write(s.x, 1), B: write(s.y, 1) });
    const properties = [always<State>("never both", ({ x, y }) => x.value + y.value < 3)];
    expect([truthOf(tasks).classes, truthOf(tasks, { properties }).classes]).toEqual([1, 2]);
  });
});

describe("every fault is found", () => {
  function* locked(lock: Mutex, other: Mutex): Path {
    yield* mutexLock(lock);
    yield* mutexLock(other);
    yield* mutexUnlock(other);
    yield* mutexUnlock(lock);
  }

  test("two that exclude each other", () => {
    const tasks: Tasks = () => {
      const [a, b] = [new Mutex("a"), new Mutex("b")];
      return { A: locked(a, b), B: locked(b, a) };
    };
    expect([...truthOf(tasks).faults].sort()).toEqual(["rule lock-order-inversion", "stuck"]);
    expect([...truthOf(tasks, { ignore: ["lock-order-inversion"] }).faults]).toEqual(["stuck"]);
    expect(truthOf(tasks, { ignore: ["lock-order-inversion"], stuckIsAnEnd: true }).faults.size).toBe(0);
  });

  test("properties at every step and at the end", () => {
    const tasks: Tasks = (s) => ({ A: write(s.x, 2), B: write(s.y, 1) });
    const properties = [
      always<State>("not yet", ({ x, y }) => x.value !== 1 || y.value === 0),
      alwaysAtEnd<State>("never", ({ x }) => x.value < 2),
      sometimes<State>("far", ({ x }) => x.value === 3),
    ];
    const { faults, never } = truthOf(tasks, { properties });
    expect([[...faults].sort(), never]).toEqual([["always never", "always not yet"], ["far"]]);
  });

  test("too many runs: no answer", () => {
    expect(
      bruteForce(
        program((s) => ({ A: write(s.x, 9), B: write(s.x, 9) })),
        1000,
      ),
    ).toBeNull();
  });
});

describe("a primitive that does not tell what it touches is caught", () => {
  const hidden = operation("hidden write", "none");
  const silent = (cell: Cell<number>, value: number): Step<void> =>
    new Step<void>(hidden, null, () => {
      cell.current = value;
    });

  function* whisper(cell: Cell<number>): Path {
    yield* silent(cell, 1);
  }

  test("by swapping steps", () => {
    const { untrue } = truthOf((s) => ({ A: whisper(s.x), B: read(s.x) }));
    expect([...untrue].join()).toMatch(
      /^said to be independent, and swapped: .*hidden write.*: ends in .* instead of /,
    );
  });

  test("by what it opens", () => {
    function* wait(cell: Cell<number>): Path {
      yield* smpCondLoadAcquire(cell, (v) => v === 1);
    }
    const { untrue } = truthOf((s) => ({ A: whisper(s.x), B: wait(s.x) }));
    expect([...untrue].join()).toContain("smp_cond_load_acquire of B is opened by a step of A on something else");
  });

  test("and so is what the explorer then misses", () => {
    const { differences } = compare(
      program((s) => ({ A: whisper(s.x), B: read(s.x) })),
      100,
    )!;
    expect(differences.join("\n")).toMatch(/untrue: /);
    expect(differences.join("\n")).toMatch(/end states: 1 of 2 missing/);
  });
});
