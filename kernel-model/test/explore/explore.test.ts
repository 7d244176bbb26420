import { describe, expect, test } from "vitest";
import { InputError } from "../../src/base/errors.js";
import { explore, exploring } from "../../src/explore/explore.js";
import { replay } from "../../src/explore/replay.js";
import type { Path } from "../../src/machine/path.js";
import {
  always,
  alwaysAtEnd,
  define,
  eventually,
  sometimes,
  sometimesAtEnd,
  type Program,
} from "../../src/machine/program.js";
import { contextSwitches, parseSchedule, printSchedule } from "../../src/machine/schedule.js";
import { stepText } from "../../src/machine/trace.js";
import type { Verdict } from "../../src/machine/verdict.js";
import { Cell, READ_ONCE, smpCondLoadAcquire, WRITE_ONCE } from "../../src/primitives/cell.js";
import { choose } from "../../src/primitives/choose.js";
import { Mutex, mutexLock, mutexUnlock } from "../../src/primitives/mutex.js";
import { modTimer, Timer, timerDelete } from "../../src/primitives/timer.js";
import { outcome } from "../outcome.js";

interface Counter {
  readonly x: Cell<number>;
}

function* increment({ x }: Counter): Path {
  const seen = yield* READ_ONCE(x);
  yield* WRITE_ONCE(x, seen + 1);
}

const counting = (tasks: number, rest: Partial<Program<Counter>> = {}): Program<Counter> =>
  define({
    name: `${tasks} increments`,
    setup: () => ({ x: new Cell("x", 0) }),
    tasks: (s) =>
      Object.fromEntries(Array.from({ length: tasks }, (_, i) => [String.fromCharCode(65 + i), increment(s)])),
    ...rest,
  });

/** Every complete run, by its steps. */
function runsOf<S>(program: Program<S>, reduction: boolean): string[] {
  const seen: string[] = [];
  const watched = { ...program, properties: [alwaysAtEnd<S>("seen", () => true)] };
  const verdict = explore(watched, { reduction });
  expect(verdict.kind).toBe("exhausted");
  for (const state of verdict.effort.endStates.keys()) seen.push(state);
  return seen.sort();
}

function shown(verdict: Verdict): Extract<Verdict, { replay: string }> {
  if (verdict.kind === "violated" ? verdict.schedule === null : verdict.kind !== "stuck")
    throw new Error(`expected a run, got ${verdict.kind}`);
  return verdict as Extract<Verdict, { replay: string }>;
}

describe("toys, by hand", () => {
  test("two increments: six interleavings, four of them different, two end states", () => {
    // AABB ABAB ABBA BAAB BABA BBAA; the reads commute where both come first, so ABAB = BAAB and ABBA = BABA.
    const all = explore(counting(2), { reduction: false });
    expect([all.kind, all.effort.schedules, all.effort.reduction]).toEqual(["exhausted", 6, "none"]);
    expect([...all.effort.endStates]).toEqual([
      ["x = 2", 2],
      ["x = 1", 4],
    ]);
    const few = explore(counting(2));
    expect([few.kind, few.effort.schedules, few.effort.redundant, few.effort.reduction]).toEqual([
      "exhausted",
      4,
      0,
      "optimal",
    ]);
    expect([...few.effort.endStates.keys()]).toEqual(["x = 2", "x = 1"]);
  });

  test("what a task returns is part of the end state", () => {
    const program = define({
      name: "message",
      setup: () => ({ data: new Cell("data", 0), flag: new Cell("flag", 0) }),
      tasks: (s) => ({
        writer: (function* (): Path {
          yield* WRITE_ONCE(s.data, 1);
          yield* WRITE_ONCE(s.flag, 1);
        })(),
        reader: (function* (): Path<string> {
          return `${yield* READ_ONCE(s.flag)}${yield* READ_ONCE(s.data)}`;
        })(),
      }),
    });
    const ends = ["00", "01", "11"].map((seen) => `data = 1; flag = 1; reader returned ${seen}`);
    expect(runsOf(program, false)).toEqual(ends);
    expect(runsOf(program, true)).toEqual(ends);
  });

  test("steps that share nothing need one schedule, however many there are", () => {
    const program = define({
      name: "apart",
      setup: () => ({ cells: [0, 1, 2, 3].map((i) => new Cell(`c${i}`, 0)) }),
      tasks: (s) => Object.fromEntries(s.cells.map((x, i) => [`T${i}`, increment({ x })])),
    });
    expect(explore(program).effort.schedules).toBe(1);
    expect(explore(program, { reduction: false }).effort.schedules).toBe(2520); // 8! / 2!^4
  });

  test("any number of tasks, also such as are started on the way", () => {
    const each = (n: number): Program<{ cells: Cell<number>[] }> =>
      define({
        name: `${n} tasks`,
        setup: () => ({ cells: Array.from({ length: n }, (_, i) => new Cell(`x${i}`, 0)) }),
        tasks: ({ cells }) => Object.fromEntries(cells.map((x, i) => [`T${i}`, increment({ x })])),
      });
    expect([explore(each(100)).kind, explore(each(100)).effort.schedules]).toEqual(["exhausted", 1]);
    const armed = define({
      name: "a timer set 40 times",
      setup: () => {
        const x = new Cell("x", 0);
        return { x, timer: new Timer("timer", () => increment({ x })) };
      },
      tasks: ({ timer }) => ({
        A: (function* (): Path {
          for (let i = 0; i < 40; i++) yield* modTimer(timer, 1);
          yield* timerDelete(timer);
        })(),
      }),
    });
    const all = explore(armed, { maxSchedules: 200 });
    expect([all.kind, all.effort.schedules]).toEqual(["bounded", 200]);
  });

  test("outcomes that the hardware decides are followed like schedules", () => {
    const program = define({
      name: "devices",
      setup: () => ({}),
      tasks: () => ({
        A: (function* (): Path<number> {
          return (yield* choose(3)) * 10 + (yield* choose(2));
        })(),
        B: (function* (): Path<number> {
          return yield* choose(2);
        })(),
      }),
    });
    const verdict = explore(program);
    expect(verdict.effort.schedules).toBe(12);
    expect(verdict.effort.endStates.size).toBe(12);
  });
});

describe("verdicts", () => {
  const lost = alwaysAtEnd<Counter>("none is lost", ({ x }) => x.value === 2);

  test("violated, with the shortest run, which replays from its string", () => {
    const verdict = shown(explore(counting(2, { properties: [lost] })));
    expect(outcome(verdict)).toBe("violated (none is lost)");
    expect(verdict.replay).toMatch(/^mm1-[0-9a-f]{4}-AB2A$/);
    expect(contextSwitches(verdict.schedule)).toBe(2);
    expect(verdict.trace.map((entry) => `${entry.task} ${entry.function}: ${stepText(entry)}`)).toEqual([
      "A increment: READ_ONCE(x) = 0",
      "B increment: READ_ONCE(x) = 0",
      "B increment: WRITE_ONCE(x, 1)",
      "A increment: WRITE_ONCE(x, 1)",
    ]);
    expect(verdict.trace[2]?.changes).toEqual([{ object: "x", before: "0", after: "1" }]);
    const again = replay(counting(2, { properties: [lost] }), verdict.replay);
    expect([again.end, again.violation?.what, again.trace]).toEqual(["violated", "none is lost", verdict.trace]);
  });

  test("always is asked at every step, and reduction keeps what it can see", () => {
    const apart = (kind: typeof always): Program<{ a: Cell<number>; b: Cell<number> }> =>
      define({
        name: "two cells",
        setup: () => ({ a: new Cell("a", 0), b: new Cell("b", 0) }),
        tasks: (s) => ({ A: increment({ x: s.a }), B: increment({ x: s.b }) }),
        properties: [kind("b is not ahead", (s) => !(s.b.value === 1 && s.a.value === 0))],
      });
    expect(outcome(explore(apart(always)))).toBe("violated (b is not ahead)");
    expect(explore(apart(alwaysAtEnd)).kind).toBe("exhausted");
    const both = {
      ...apart(always),
      properties: [
        sometimes("b is ahead", (s: { a: Cell<number>; b: Cell<number> }) => s.b.value === 1 && s.a.value === 0),
      ],
    };
    const found = explore(both);
    expect(found.kind).toBe("exhausted");
    expect(replay(both, printSchedule(found.effort.examples.get("b is ahead")!)).end).toBe("complete");
  });

  test("a sometimes that is never found is a violation: nothing may have happened", () => {
    const verdict = explore(counting(2, { properties: [sometimesAtEnd("three", ({ x }) => x.value === 3)] }));
    expect(
      verdict.kind === "violated" && [verdict.violation.kind, verdict.violation.message, verdict.schedule],
    ).toEqual(["sometimes", '"three" holds in no run', null]);
  });

  test("eventually must hold at some point of every run", () => {
    expect(explore(counting(2, { properties: [eventually("one", ({ x }) => x.value === 1)] })).kind).toBe("exhausted");
    const two = explore(counting(2, { properties: [eventually("two", ({ x }) => x.value === 2)] }));
    expect(two.kind === "violated" && two.violation.message).toBe('the run ends and "two" never held');
  });

  test("stuck: who waits for what, held by whom", () => {
    const program = define({
      name: "deadly embrace",
      ignore: ["lock-order-inversion"],
      setup: () => ({ a: new Mutex("a"), b: new Mutex("b") }),
      tasks: (s) => ({ A: both(s.a, s.b), B: both(s.b, s.a) }),
    });
    const verdict = explore(program);
    expect(verdict.kind === "stuck" && verdict.waiting).toEqual([
      { task: "A", function: "both", step: "mutex_lock(b)", object: "b", heldBy: ["B"] },
      { task: "B", function: "both", step: "mutex_lock(a)", object: "a", heldBy: ["A"] },
    ]);
    const order = explore({ ...program, ignore: [] });
    expect(order.kind === "violated" && order.violation.message).toMatch(
      /^B, in both, at mutex_lock\(a\): takes a while holding b, but A took them in the opposite order/,
    );
  });

  test("a bound never looks like a proof", () => {
    const bounds: readonly [Parameters<typeof explore>[1], string][] = [
      [{ maxSchedules: 5, reduction: false }, "maxSchedules = 5"],
      [{ maxTotalSteps: 10 }, "maxTotalSteps = 10"],
      [{ preemptions: 1 }, "at most 1 preemptions"],
      [{ strategy: "random", maxSchedules: 20 }, "a sample of 20 schedules"],
      [{ strategy: "pct", maxSchedules: 20 }, "a sample of 20 schedules"],
    ];
    for (const [options, bound] of bounds) {
      const verdict = explore(counting(3), options);
      expect([verdict.kind, verdict.kind === "bounded" && verdict.bound]).toEqual(["bounded", bound]);
    }
    expect(explore(counting(3), { preemptions: 10, reduction: false }).kind).toBe("exhausted");
    const unreached = explore(counting(3), { preemptions: 10 });
    expect(unreached.kind === "bounded" && unreached.bound).toBe(
      "at most 10 preemptions, which no run exceeds: a proof needs an exploration without that limit",
    );
    const timed = exploring(counting(6), { seconds: 0, reduction: false });
    let next = timed.next();
    while (next.done !== true) next = timed.next();
    expect(next.value.kind === "bounded" && next.value.bound).toBe("seconds = 0");
  });

  test("schedules by the number of preemptions: two tasks of two steps have 2, then 4 more", () => {
    // 0: AABB BBAA. 1 more preemption: A.BBA, B.AAB. 2: ABAB, BABA take the first off, and then the other.
    const runs = [0, 1, 2].map(
      (preemptions) => explore(counting(2), { preemptions, reduction: false }).effort.schedules,
    );
    expect(runs).toEqual([2, 4, 6]);
  });
});

function* both(first: Mutex, second: Mutex): Path {
  yield* mutexLock(first);
  yield* mutexLock(second);
  yield* mutexUnlock(second);
  yield* mutexUnlock(first);
}

describe("samples", () => {
  /** The writer must come between the fifth and the sixth of six reads: rare at random. */
  const rare = define({
    name: "rare",
    setup: (): Counter => ({ x: new Cell("x", 0) }),
    tasks: (s) => ({
      reader: (function* (): Path<string> {
        let seen = "";
        for (let i = 0; i < 6; i++) seen += String(yield* READ_ONCE(s.x));
        return seen;
      })(),
      writer: increment(s),
    }),
    properties: [alwaysAtEnd("not just at the end", (_s, { results }) => results["reader"] !== "000001")],
  });

  test.each(["random", "pct"] as const)("%s finds it, the same way for the same seed", (strategy) => {
    const first = shown(explore(rare, { strategy, seed: 7, shrink: false }));
    const second = shown(explore(rare, { strategy, seed: 7, shrink: false }));
    expect(first.replay).toBe(second.replay);
    expect(replay(rare, first.replay).violation?.what).toBe("not just at the end");
  });
});

describe("schedules as text", () => {
  const tasks = ["A", "B"];

  test("print and read back, counts, outcomes and started tasks included", () => {
    const decisions = [0, 0, 1, 30, 30, 0].map((task, i) => ({ task, choice: i === 2 ? 3 : 0 }));
    const text = printSchedule({ program: "p", tasks, decisions });
    expect(text).toMatch(/^mm1-[0-9a-f]{4}-A2B\?3\(30\)2A$/);
    expect(parseSchedule(text, "p", tasks).decisions).toEqual(decisions);
  });

  test("another program's is refused, and so is one that does not fit", () => {
    const verdict = shown(
      explore(counting(2, { properties: [alwaysAtEnd("none is lost", ({ x }) => x.value === 2)] })),
    );
    expect(() => replay(counting(3), verdict.replay)).toThrow(
      /the schedule is "mm1-[0-9a-f]{4}-AB2A"; accepted: one of program "3 increments" with tasks A, B, C/,
    );
    expect(() => replay(counting(2), "AB2A")).toThrow(/accepted: a string as a counterexample prints it/);
    expect(() => replay(counting(2), { program: "", tasks, decisions: [{ task: 5, choice: 0 }] })).toThrow(
      /step 0 of the schedule is "task 5"; accepted: a task that can run there: A, B/,
    );
  });
});

describe("bad input says which and what to do", () => {
  const message = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      if (error instanceof InputError) return error.message;
      throw error;
    }
    return "nothing thrown";
  };
  const one = (name: string, path: (s: Counter) => Path<unknown>): Program<Counter> =>
    define({ name, setup: () => ({ x: new Cell("x", 0) }), tasks: (s) => ({ A: path(s) }) });

  test("a path that yields something else than a step", () => {
    const wrong = one("wrong", function* () {
      yield 5 as never;
    });
    expect(message(() => explore(wrong))).toBe(
      'what the path of task "A" yields is 5; accepted: a step of a primitive. Next: write `yield* READ_ONCE(cell)`: every yield of a path has a star and a primitive behind it.',
    );
  });

  test("a generator function that was not called", () => {
    expect(
      message(() => explore(define({ name: "uncalled", setup: () => ({}), tasks: () => ({ A: increment as never }) }))),
    ).toMatch(
      /task "A" of program "uncalled" is function increment; .* Next: call the generator function: write `lock\(s\)`, not `lock`/,
    );
  });

  test("a property that throws, or answers neither true nor false", () => {
    expect(
      message(() =>
        explore(
          counting(1, {
            properties: [
              always("bad", () => {
                throw new Error("boom");
              }),
            ],
          }),
        ),
      ),
    ).toMatch(/property "bad" of program "1 increments" is "Error: boom"; .*mend it for every state/);
    expect(message(() => explore(counting(1, { properties: [always("bad", () => 1 as never)] })))).toMatch(
      /what property "bad" of program "1 increments" returns is 1; accepted: true or false/,
    );
  });

  test("an endless loop names the task and the step it turns around", () => {
    const spin = one("spin", function* ({ x }) {
      while ((yield* READ_ONCE(x)) === 0);
    });
    expect(message(() => explore(spin, { maxSteps: 100 }))).toMatch(
      /the length of a run of program "spin" is 101; accepted: at most maxSteps = 100 steps. Next: task "A" has made 101 of them and is at READ_ONCE\(x\): if it spins, wait with smpCondLoadAcquire/,
    );
    expect(message(() => explore(spin, { maxSteps: 100, strategy: "random" }))).toMatch(/maxSteps = 100/);
    expect(
      explore(
        one("wait", function* ({ x }) {
          yield* smpCondLoadAcquire(x, (v) => v === 1);
        }),
      ).kind,
    ).toBe("stuck");
  });

  test("hidden nondeterminism, with its likely cause", () => {
    let runs = 0;
    const moody = one("moody", function* ({ x }) {
      if (runs++ % 2 === 0) yield* READ_ONCE(x);
      else yield* WRITE_ONCE(x, 1);
      yield* READ_ONCE(x);
    });
    const two = { ...moody, tasks: (s: Counter) => ({ ...moody.tasks(s), B: increment(s) }) };
    expect(message(() => explore(two, { reduction: false }))).toMatch(
      /step \d of program "moody", run again under the same decisions, is .*; accepted: the same as before: .* Next: look for what a run keeps from the last one.*Math.random/,
    );
    const x = new Cell("x", 0);
    expect(
      message(() =>
        explore(define({ name: "kept", setup: () => ({ x }), tasks: (s) => ({ A: increment(s), B: increment(s) }) })),
      ),
    ).toMatch(
      /the object that task "A" touches is "x"; accepted: objects made in this run. Next: make it inside `setup`/,
    );
  });

  test("a path that looks at shared state without a step: what it saw would depend on an order that is not explored", () => {
    const peeking = define({
      name: "peeking",
      setup: () => ({ x: new Cell("x", 0) }),
      tasks: (s) => ({
        A: (function* (): Path<number> {
          yield* READ_ONCE(s.x);
          return s.x.value;
        })(),
        B: increment(s),
      }),
    });
    const refused =
      /what a path reads between two steps is "x"; accepted: its own variables, and what primitives returned. Next: read shared state by a step/;
    expect(message(() => explore(peeking))).toMatch(refused);
    expect(message(() => explore(peeking, { reduction: false }))).toMatch(refused);
  });

  test("options out of range, unknown options, no tasks", () => {
    expect(message(() => explore(counting(1), { preemptions: -1 }))).toBe(
      "preemptions is -1; accepted: an integer from 0 to 1000. Next: give a value in that range.",
    );
    expect(message(() => explore(counting(1), { maxSchedule: 5 } as never))).toMatch(
      /a parameter of explore is "maxSchedule"; .* did you mean "maxSchedules"/,
    );
    expect(message(() => explore(counting(0)))).toMatch(
      /tasks of program "0 increments" is \{\}; accepted: at least one path/,
    );
    expect(message(() => define({ name: "x", setup: {} as never, tasks: () => ({}) }))).toMatch(
      /setup of program "x" is \{\}; accepted: a function that makes the shared state/,
    );
  });
});
