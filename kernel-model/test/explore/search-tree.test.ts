import { describe, expect, test } from "vitest";
import { Observed } from "../../src/explore/execution.js";
import { explore } from "../../src/explore/explore.js";
import { OptimalSearch } from "../../src/explore/optimal.js";
import { searchTree } from "../../src/explore/search-tree.js";
import type { BranchReason, SearchState, SearchTree } from "../../src/explore/search-tree-data.js";
import type { Path } from "../../src/machine/path.js";
import { alwaysAtEnd, define } from "../../src/machine/program.js";
import { scenarios } from "../../src/textbook/index.js";
import { Cell, READ_ONCE, smpCondLoadAcquire, WRITE_ONCE } from "../../src/primitives/cell.js";
import { choose } from "../../src/primitives/choose.js";
import { Mutex, mutexLock, mutexUnlock } from "../../src/primitives/mutex.js";

function* increment(x: Cell<number>): Path {
  yield* WRITE_ONCE(x, (yield* READ_ONCE(x)) + 1);
}

function* write(x: Cell<number>, value: number): Path {
  yield* WRITE_ONCE(x, value);
}

const counter = () => ({ x: new Cell("x", 0) });
const two = define({ name: "two", setup: counter, tasks: (s) => ({ A: increment(s.x), B: increment(s.x) }) });

function why(reason: BranchReason): string {
  if (reason.kind === "asleep") return `asleep, run ${reason.run} from state ${reason.state}`;
  if (!("race" in reason)) return reason.kind;
  const { task, step, before, run } = reason.race;
  return `${reason.kind}, ${task} ${step} before ${before.task} ${before.step}, run ${run}`;
}

/** A state as lines: who could run, and why it was taken or not. */
const lines = ({ branches }: SearchState): string[] =>
  branches.map(({ task, step, to, reason }) => `${to === null ? "not " : ""}${task} ${step}: ${why(reason)}`);
const ends = ({ states }: SearchTree): string[] =>
  states.flatMap(({ end }) => (end === null ? [] : [`${end.run} ${end.kind} ${end.replay.slice(9)}: ${end.text}`]));
const kinds = ({ states }: SearchTree): BranchReason["kind"][] =>
  states.flatMap(({ branches }) => branches.map(({ reason }) => reason.kind));

describe("by hand", () => {
  test("two increments: four runs of six, what demands each, and the one step that sleeps", () => {
    const tree = searchTree(two);
    expect(ends(tree)).toEqual([
      "1 complete A2B2: x = 2",
      "2 complete AB2A: x = 1",
      "3 complete ABAB: x = 1",
      "4 complete B2A2: x = 2",
    ]);
    const forks = tree.states.filter(({ branches }) => branches.filter(({ to }) => to !== null).length > 1);
    expect(forks.map(lines)).toEqual([
      ["A READ_ONCE(x) = 0: first", "B READ_ONCE(x) = 0: race, B WRITE_ONCE(x, 1) before A READ_ONCE(x), run 2"],
      ["A WRITE_ONCE(x, 1): first", "B READ_ONCE(x) = 0: race, B READ_ONCE(x) before A WRITE_ONCE(x, 1), run 1"],
      ["B WRITE_ONCE(x, 1): first", "A WRITE_ONCE(x, 1): race, A WRITE_ONCE(x, 1) before B WRITE_ONCE(x, 1), run 2"],
    ]);
    const sleeping = tree.states.filter(({ branches }) => branches.some(({ reason }) => reason.kind === "asleep"));
    // Behind B's read, A's read leads where run 1 has been: BA is AB.
    expect(sleeping.map(lines)).toEqual([
      [
        "B WRITE_ONCE(x, 1): way, B WRITE_ONCE(x, 1) before A READ_ONCE(x), run 2",
        "not A READ_ONCE(x): asleep, run 1 from state 0",
      ],
    ]);
    expect(tree.cut).toBe(null);
    expect(tree.totals).toMatchObject({
      runs: 4,
      complete: 4,
      states: 14,
      longest: 4,
      asleep: 1,
      commutes: 0,
      left: 0,
      open: 0,
      estimated: 4,
    });
    expect(tree.states[0]!.branches.map(({ run, runs }) => [run, runs])).toEqual([
      [1, 3],
      [4, 1],
    ]);
    expect(tree.states[1]!.branches[0]!.changes).toEqual([{ object: "x", before: "0", after: "1" }]);
  });

  test("under a mutex: two runs; a task that shares nothing commutes and is never taken first", () => {
    function* locked(m: Mutex, x: Cell<number>): Path {
      yield* mutexLock(m);
      yield* increment(x);
      yield* mutexUnlock(m);
    }
    const tree = searchTree(
      define({
        name: "mutex",
        setup: () => ({ ...counter(), y: new Cell("y", 0), m: new Mutex("m") }),
        tasks: (s) => ({ C: write(s.y, 1), A: locked(s.m, s.x), B: locked(s.m, s.x) }),
      }),
    );
    expect(tree.totals).toMatchObject({ runs: 2, complete: 2, redundant: 0 });
    expect(lines(tree.states[0]!)).toEqual([
      "C WRITE_ONCE(y, 1): first",
      "not A mutex_lock(m): commutes",
      "not B mutex_lock(m): commutes",
    ]);
    expect(lines(tree.states[1]!)).toEqual([
      "A mutex_lock(m): first",
      "B mutex_lock(m): race, B mutex_lock(m) before A mutex_lock(m), run 1",
    ]);
    // Behind A's lock nobody but A can run: a closed guard is no choice.
    expect(lines(tree.states[2]!)).toEqual(["A READ_ONCE(x) = 0: first"]);
  });

  test("a guard, and a step with three outcomes", () => {
    function* chooser(s: { readonly x: Cell<number>; readonly y: Cell<number> }): Path {
      yield* WRITE_ONCE(s.y, yield* choose(3));
      yield* WRITE_ONCE(s.x, 1);
      yield* WRITE_ONCE(s.y, 7);
    }
    function* waiter(s: { readonly x: Cell<number>; readonly y: Cell<number> }): Path<number> {
      yield* smpCondLoadAcquire(s.x, (x) => x === 1);
      return yield* READ_ONCE(s.y);
    }
    const tree = searchTree(
      define({
        name: "guard",
        setup: () => ({ ...counter(), y: new Cell("y", 0) }),
        tasks: (s) => ({ W: waiter(s), C: chooser(s) }),
      }),
    );
    expect(tree.states[0]!.branches.map(({ task, choice, runs, reason }) => [task, choice, runs, reason.kind])).toEqual(
      [
        ["C", 0, 2, "first"],
        ["C", 1, 2, "outcome"],
        ["C", 2, 2, "outcome"],
      ],
    );
    expect(lines(tree.states[3]!)).toEqual([
      "C WRITE_ONCE(y, 7): first",
      "W smp_cond_load_acquire(x) = 1: race, W READ_ONCE(y) before C WRITE_ONCE(y, 7), run 1",
    ]);
    expect(new Set(tree.states.flatMap(({ end }) => end?.text.split("returned ")[1] ?? []))).toEqual(
      new Set(["7", "0", "1", "2"]),
    );
  });

  test("it stops at the first run that goes wrong: what was not decided is open, what is demanded is left", () => {
    const tree = searchTree(
      define(
        { ...two },
        alwaysAtEnd("none is lost", (s) => s.x.value === 2),
      ),
    );
    expect(ends(tree).at(-1)).toBe('2 violated AB2A: "none is lost" does not hold at the end');
    expect(tree.cut).toMatch(/stops at the first run that goes wrong/);
    expect(tree.totals).toMatchObject({ runs: 2, complete: 1, violated: 1, open: 2, commutes: 0 });
  });

  test("a deadlock is a leaf that says who waits", () => {
    const { program } = scenarios.find(({ name }) => name === "philosophers-left-first")!;
    const tree = searchTree(program);
    expect(tree.totals).toMatchObject({ stuck: 1, complete: 3 });
    expect(ends(tree).at(-1)).toContain("philosopher 0 waits at mutex_lock(fork[1]), held by philosopher 1");
  });

  test("cut at maxRuns: what is left is named with its race", () => {
    const tree = searchTree(two, { maxRuns: 2 });
    expect(tree.cut).toBe("it was cut at maxRuns = 2");
    expect(tree.totals).toMatchObject({ runs: 2, left: 2 });
    expect(tree.totals.estimated).toBeGreaterThan(2);
    expect(lines(tree.states[0]!)).toEqual([
      "A READ_ONCE(x) = 0: first",
      "not B READ_ONCE(x): left, B WRITE_ONCE(x) before A READ_ONCE(x), run 2",
    ]);
  });
});

describe.each(scenarios.map((s) => [s.name, s.program] as const))("%s", (_name, program) => {
  const tree = searchTree(program, { maxRuns: 150 });

  test("has the runs of explore, each but the first with the race that demands it", () => {
    const { effort } = explore(program, { maxSchedules: 150 });
    expect(tree.totals.runs).toBe(effort.schedules + effort.redundant);
    expect(kinds(tree).filter((kind) => kind === "race" || kind === "outcome")).toHaveLength(tree.totals.runs - 1);
    if (tree.cut === null) expect(kinds(tree)).not.toContain("open");
  });

  test("names the races that the search itself tells", () => {
    const told: string[] = [];
    const observed = new Observed();
    const watcher = {
      arrived: () => undefined,
      ended: () => undefined,
      found: ({ before, task, step }: { before: number; task: string; step: string }, covered: boolean) => {
        if (!covered) told.push(`${before} ${task} ${step}`);
      },
    };
    for (let again = true; again;) {
      told.length = 0;
      observed.grew = again = false;
      const search = new OptimalSearch(program, observed, 10_000, null, watcher);
      for (let runs = 0; runs < tree.totals.runs; runs++) {
        const { end } = search.run();
        if (observed.grew && end !== "violated" && end !== "stuck") {
          again = true;
          break;
        }
        if (!search.advance()) break;
      }
    }
    for (const { branches } of tree.states) {
      for (const { reason } of branches) {
        if (reason.kind !== "race" && reason.kind !== "outcome") continue;
        const { before, task, step } = reason.race;
        expect(told).toContain(`${before.depth} ${task} ${step.slice(0, step.indexOf("("))}`);
      }
    }
  });

  test("is plain data, the same each time; what sleeps was taken before from a state above", () => {
    expect(JSON.parse(JSON.stringify(tree))).toEqual(tree);
    expect(searchTree(program, { maxRuns: 150 })).toEqual(tree);
    tree.states.forEach(({ branches, parent }, id) => {
      expect(parent).toBeLessThan(id);
      for (const { task, reason } of branches) {
        if (reason.kind !== "asleep") continue;
        const above: number[] = [];
        for (let at = parent; at >= 0; at = tree.states[at]!.parent) above.push(at);
        expect(above).toContain(reason.state);
        expect(
          tree.states[reason.state]!.branches.some((branch) => branch.task === task && branch.run === reason.run),
        ).toBe(true);
      }
    });
  });
});

test.each<[string, () => unknown, string]>([
  [
    "no run",
    () => searchTree(two, { maxRuns: 0 }),
    "maxRuns is 0; accepted: an integer from 1 to 10000 runs. Next: show fewer runs",
  ],
  [
    "a misspelt option",
    () => searchTree(two, { maxRun: 3 } as never),
    'a parameter of searchTree is "maxRun"; accepted: maxRuns, maxSteps. Next: did you mean "maxRuns".',
  ],
])("%s is refused", (_name, call, message) => {
  expect(call).toThrow(message);
});
