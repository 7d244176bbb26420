import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { replay } from "../../src/explore/index.js";
import { define, type Path, type Program } from "../../src/machine/index.js";
import { Cell, READ_ONCE, smpCondLoadAcquire, WRITE_ONCE, xchg } from "../../src/primitives/cell.js";
import { choose } from "../../src/primitives/choose.js";
import { Completion, complete, waitForCompletion } from "../../src/primitives/completion.js";
import { raiseIrq } from "../../src/primitives/irq.js";
import { Mutex, mutexLock, mutexUnlock } from "../../src/primitives/mutex.js";
import { downRead, downWrite, RwSemaphore, upRead, upWrite } from "../../src/primitives/index.js";
import { SpinLock, spinLock, spinUnlock } from "../../src/primitives/spinlock.js";
import { compute, sleep } from "../../src/primitives/time.js";
import { modTimer, Timer, timerDelete } from "../../src/primitives/timer.js";
import {
  exponential,
  simulate,
  simulating,
  SimulationError,
  toTraceEvents,
  type SimulateOptions,
} from "../../src/simulate/index.js";
import { draw, story } from "./drawing.js";

/** A program of one kind of everything. */
function mixture(seed: number): Program<{ x: Cell<number>; s: SpinLock; m: Mutex; r: RwSemaphore; c: Completion }> {
  const at = (i: number): number => 10 * ((seed >>> (3 * i)) & 7);
  return define({
    name: "mixture",
    setup: () => ({
      x: new Cell("x", 0),
      s: new SpinLock("s"),
      m: new Mutex("m"),
      r: new RwSemaphore("r"),
      c: new Completion("c"),
    }),
    tasks: ({ x, s, m, r, c }) => ({
      A: {
        cpu: 0,
        *path() {
          yield* compute(at(0));
          yield* spinLock(s);
          const seen = yield* READ_ONCE(x);
          yield* compute(at(1));
          yield* WRITE_ONCE(x, seen + 1);
          yield* spinUnlock(s);
          yield* raiseIrq(1, "irq", function* () {
            yield* xchg(x, 100 + seen);
            yield* compute(at(2));
          });
          yield* complete(c);
        },
      },
      B: {
        cpu: 1,
        *path() {
          yield* mutexLock(m);
          yield* sleep(at(3));
          yield* spinLock(s);
          yield* WRITE_ONCE(x, (yield* choose(3)) + 1);
          yield* compute(at(4));
          yield* spinUnlock(s);
          yield* mutexUnlock(m);
        },
      },
      C: {
        cpu: 1,
        *path() {
          yield* compute(at(5));
          yield* mutexLock(m);
          yield* downRead(r);
          yield* compute(at(6));
          yield* upRead(r);
          yield* mutexUnlock(m);
        },
      },
      D: {
        *path() {
          yield* downWrite(r);
          yield* waitForCompletion(c);
          yield* compute(at(7));
          yield* upWrite(r);
          yield* smpCondLoadAcquire(x, (v) => v !== 0);
        },
      },
    }),
  });
}

test("every run is one that the explorer allows, and ends in the same state", () => {
  fc.assert(
    fc.property(
      fc.nat(2 ** 24 - 1),
      fc.nat(1000),
      fc.constantFrom("free" as const, "cascade-lake-8275cl" as const),
      fc.constantFrom("full" as const, "none" as const),
      (times, seed, preset, preemption) => {
        const program = mixture(times);
        const result = simulate({
          program,
          seed,
          machine: { cores: 2, preset, preemption, slice: 40, costs: { wakeup: 30, contextSwitch: 20 } },
          schedule: true,
          trace: true,
        });
        expect(result.stuck).toEqual([]);
        const again = replay(program, result.schedule!);
        expect(again.end).toBe("complete");
        const changes = (trace: typeof again.trace): unknown[] =>
          trace.map(({ task, operation, object, result: got, changes: c }) => [task, operation, object, got, c]);
        expect(changes(again.trace)).toEqual(changes(result.trace!));
      },
    ),
    { numRuns: 200, seed: 1 },
  );
});

test("same seed, same run; another seed, another run", () => {
  const run = (seed: number): unknown => {
    const result = simulate({ ...load(), seed, timeline: true, duration: 1e5 });
    return [result.dataset(), result.lockDataset(), result.cpuDataset(), result.timeline!.intervals];
  };
  expect(run(5)).toEqual(run(5));
  expect(run(5)).not.toEqual(run(6));
});

function load(): SimulateOptions<{ s: SpinLock; r: RwSemaphore }> {
  return {
    setup: () => ({ s: new SpinLock("s"), r: new RwSemaphore("r") }),
    groups: [
      {
        name: "reader",
        count: 5,
        think: exponential(500),
        *path({ r }, _i, draws) {
          yield* downRead(r);
          yield* compute(draws.draw(exponential(300)));
          yield* upRead(r);
        },
      },
      {
        name: "writer",
        interarrival: exponential(30_000),
        *path({ s, r }) {
          yield* downWrite(r);
          yield* spinLock(s);
          yield* compute(200);
          yield* spinUnlock(s);
          yield* upWrite(r);
        },
      },
    ],
    machine: { cores: 3 },
    duration: 2e7,
  };
}

describe("what a run tells", () => {
  const result = simulate(load());

  test("groups, locks, lines and CPUs as tables with units", () => {
    for (const { title, columns } of [
      result.dataset(),
      result.lockDataset(),
      result.lineDataset(),
      result.cpuDataset(),
    ]) {
      expect(title).toContain("0 to 20000000 ns");
      expect(new Set(columns.map(({ values }) => values.length)).size).toBe(1);
      for (const { meaning } of columns) expect(meaning.length).toBeGreaterThan(5);
    }
    expect(result.locks.map(({ name }) => name)).toEqual(["r", "s"]);
    expect(result.lock("s").acquisitions).toBe(result.group("writer").completions);
    expect(() => result.lock("t")).toThrow('the lock is "t"; accepted: one of "r", "s"');
  });

  test("shares of a CPU's time add up to 1, and Little's law holds", () => {
    const [, ...shares] = result.cpuDataset().columns.map(({ values }) => values as number[]);
    for (let cpu = 0; cpu < 3; cpu++) expect(shares.reduce((sum, values) => sum + values[cpu]!, 0)).toBeCloseTo(1, 9);
    for (const { present, throughput, latency } of result.groups)
      expect(present / ((throughput * latency.mean) / 1e9)).toBeCloseTo(1, 2);
  });

  test("latency: exact mean and extremes, percentiles to three digits, in order", () => {
    const { latency } = result.group("reader");
    const [p0, p50, p90, p99, p100] = [0, 50, 90, 99, 100].map((p) => latency.percentile(p)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    expect([p0, p50, p90, p99, p100]).toEqual([p0, p50, p90, p99, p100].sort((a, b) => a - b));
    expect(Math.abs(p100 / latency.max - 1)).toBeLessThan(1e-3);
    expect(latency.min).toBeGreaterThanOrEqual(p0 - 1);
    expect(() => latency.percentile(101)).toThrow("the percentile is 101; accepted: a number from 0 to 100 %.");
  });
});

describe("timelines", () => {
  const program = define({
    name: "two",
    setup: () => new Mutex("m"),
    tasks: (m) =>
      Object.fromEntries(
        ["A", "B"].map((name) => [
          name,
          (function* (): Path {
            yield* mutexLock(m);
            yield* compute(200);
            yield* mutexUnlock(m);
            yield* sleep(100);
          })(),
        ]),
      ),
  });
  const result = simulate({ program, machine: { cores: 2, preset: "free" }, timeline: true });

  test("tell who waited for what", () => {
    expect(draw(result, 100)).toEqual(["A ##z", "B WW##z"]);
    expect(story(result.timeline!.intervals, "B")).toEqual([
      "0-200 waiting for m",
      "200-400 running",
      "400-500 sleeping",
    ]);
    expect(result.timeline!.dataset().columns.map(({ name }) => name)).toEqual([
      "task",
      "from",
      "to",
      "state",
      "on",
      "cpu",
    ]);
  });

  test("become Trace Event JSON: a row per CPU and per task, in µs", () => {
    const { traceEvents, displayTimeUnit } = toTraceEvents(result.timeline!.intervals);
    expect(displayTimeUnit).toBe("ns");
    expect(JSON.parse(JSON.stringify(traceEvents))).toEqual(traceEvents);
    const names = traceEvents.flatMap((event) =>
      event.ph === "M" && event.name === "thread_name" ? [event.args["name"]] : [],
    );
    expect(names).toEqual(["CPU 0", "CPU 1", "A", "B"]);
    expect(traceEvents).toContainEqual({
      ph: "X",
      name: "waiting for m",
      cat: "waiting",
      pid: 2,
      tid: 2,
      ts: 0,
      dur: 0.2,
      args: { task: "B", state: "waiting", on: "m" },
    });
    expect(traceEvents).toContainEqual({
      ph: "X",
      name: "A",
      cat: "running",
      pid: 1,
      tid: 1,
      ts: 0,
      dur: 0.2,
      args: { task: "A", state: "running", cpu: 0 },
    });
    for (const event of traceEvents) if (event.ph === "X") expect(event.dur).toBeGreaterThan(0);
  });

  test("say when they were cut", () => {
    const cut = simulate({ ...load(), timeline: 50 }).timeline!;
    expect(cut.intervals).toHaveLength(50);
    expect(cut.cutAt).toBeGreaterThan(0);
    expect(cut.dataset().title).toBe(`What the tasks did (cut after 50 stretches: incomplete from ${cut.cutAt} ns on)`);
    expect(result.timeline!.cutAt).toBeNull();
  });
});

describe("programs", () => {
  test("run to their end, and return what their tasks return", () => {
    const result = simulate({
      program: define({
        name: "p",
        setup: () => undefined,
        tasks: () => ({
          A: (function* () {
            yield* compute(300);
            return 42;
          })(),
        }),
      }),
    });
    expect([result.results, result.to, result.stuck]).toEqual([{ A: 42 }, 1800, []]);
  });

  test("that wait for ever are found out", () => {
    const result = simulate({
      program: define({
        name: "deadlock",
        ignore: ["lock-order-inversion"],
        setup: () => [new Mutex("a"), new Mutex("b")] as const,
        tasks: ([a, b]) =>
          Object.fromEntries(
            [
              [a, b],
              [b, a],
            ].map(([first, second], i) => [
              `T${i}`,
              (function* (): Path {
                yield* mutexLock(first!);
                yield* compute(100);
                yield* mutexLock(second!);
              })(),
            ]),
          ),
      }),
    });
    expect(result.stuck).toEqual([
      { task: "T0", function: "T0", step: "mutex_lock(b)", object: "b", heldBy: ["T1"] },
      { task: "T1", function: "T1", step: "mutex_lock(a)", object: "a", heldBy: ["T0"] },
    ]);
  });

  test("choices follow their weights", () => {
    const seen = [0, 0, 0];
    simulate({
      groups: [
        {
          name: "g",
          count: 1,
          *path() {
            seen[yield* choose(3, [1, 0, 3])]!++;
            yield* compute(1);
          },
        },
      ],
      machine: { preset: "free" },
      duration: 10_000,
    });
    expect(seen[1]).toBe(0);
    expect(seen[2]! / seen[0]!).toBeCloseTo(3, 0);
  });

  test("timers fire after their delay on the CPU that armed them, unless deleted; the run does not end before them", () => {
    const fired: string[] = [];
    const program = define({
      name: "timers",
      setup: () =>
        ["t1", "t2"].map(
          (name) =>
            new Timer(name, function* () {
              fired.push(name);
              yield* compute(100);
            }),
        ),
      tasks: ([t1, t2]) => ({
        A: {
          cpu: 0,
          *path() {
            yield* modTimer(t1!, 200);
            yield* modTimer(t2!, 300);
            yield* compute(400);
            yield* timerDelete(t1!);
            yield* modTimer(t1!, 300);
          },
        },
        B: {
          cpu: 1,
          *path() {
            yield* compute(100);
            yield* timerDelete(t2!);
          },
        },
      }),
    });
    const result = simulate({ program, machine: { cores: 2, preset: "free" }, timeline: true });
    expect(fired).toEqual(["t1", "t1"]);
    expect(draw(result, 100)[0]).toBe("A ##i##");
    expect(result.to).toBe(900);
  });
});

describe("memory stays as it is", () => {
  test("tasks, runners and objects of open arrivals are used again or forgotten", () => {
    let alive: { readonly tasks: readonly unknown[]; readonly objects: readonly unknown[] } | null = null;
    simulate({
      setup: () => undefined,
      groups: [
        {
          name: "job",
          interarrival: exponential(1000),
          *path() {
            const own = new Cell("own", 0);
            yield* xchg(own, 1);
            alive = own.world;
            yield* raiseIrq(0, "irq", () => compute(10) as never);
            yield* compute(100);
          },
        },
      ],
      duration: 1e7,
    });
    expect(alive!.tasks.length).toBeLessThan(30);
    expect(alive!.objects).toHaveLength(0);
  });
});

describe("what goes wrong", () => {
  function* empty(): Path {
    // Nothing at all.
  }
  const forever = function* (x: Cell<number>): Path {
    for (;;) yield* READ_ONCE(x);
  };

  test("a loop that never ends and takes no time", () => {
    const spin = (preset: "free" | "cascade-lake-8275cl"): unknown =>
      simulate({
        setup: () => new Cell("x", 0),
        groups: [{ name: "poller", count: 1, path: forever }],
        duration: 1e4,
        machine: { preset },
      });
    expect(() => spin("free")).toThrow(
      'the number of steps of task "poller 0" at 0 ns is 1000001; accepted: at most 1000000 in one instant. Next: look for a loop that never ends and costs no time around READ_ONCE(x)',
    );
    expect(() => spin("cascade-lake-8275cl")).not.toThrow();
    expect(() => simulate({ groups: [{ name: "idle", count: 1, path: empty }], duration: 1e4 })).toThrow(
      'task "idle 0" at 1500 ns',
    );
  });

  test("a broken rule and an exception name task, function, step and time", () => {
    const run = (path: (m: Mutex) => Path): unknown =>
      simulate({
        setup: () => new Mutex("m"),
        groups: [{ name: "w", count: 1, path }],
        duration: 1e6,
        machine: { preset: "free" },
        trace: true,
      });
    function* twice(m: Mutex): Path {
      yield* compute(70);
      yield* mutexUnlock(m);
    }
    expect(() => run(twice)).toThrow(SimulationError);
    expect(() => run(twice)).toThrow(
      "at 70 ns, w 0, in twice, at mutex_unlock(m): unlocks m, which it does not hold (it holds nothing)",
    );
    expect(() =>
      run(function* () {
        yield* compute(5);
        throw new RangeError("too far");
      }),
    ).toThrow(/at 5 ns, w 0, .*RangeError: too far/);
  });

  test.each<[Partial<SimulateOptions<unknown>>, string]>([
    [{ groups: [] }, "groups is []; accepted: at least one group, or a program."],
    [{ duration: 0 }, "duration is 0; accepted: a number of at least 1 ns."],
    [{ duration: 10, warmup: 10 }, "warmup is 10; accepted: less than the duration of 10 ns."],
    [{ seed: -1 }, "seed is -1; accepted: an integer from 0 to 4294967295."],
    [{ machine: { cores: 2000 } }, "cores is 2000; accepted: an integer from 1 to 1024 cores per socket."],
    [{ machine: { slice: 0 } }, "slice is 0; accepted: a number of at least 1 ns."],
    [{ machine: { preset: "zen" as never } }, 'the preset is "zen"; accepted: one of "broadwell-e5-2695v4"'],
    [{ machine: { preemption: "some" as never } }, 'preemption is "some"; accepted: one of "full", "none".'],
    [{ timeline: 0 }, "timeline is 0; accepted: an integer from 1 to 10000000 stretches."],
    [{ schedule: true }, "schedule is true; accepted: false with groups."],
    [
      { groups: [{ name: "g", count: 0, path: nothing }] },
      'the count of group "g" is 0; accepted: an integer from 1 to 1000000 tasks.',
    ],
    [
      { groups: [{ name: "g", count: 1, think: 5 as never, path: nothing }] },
      'the think time of group "g" is 5; accepted: a distribution, such as exponential(1000) or constant(500). Next: write constant(5) or exponential(5).',
    ],
    [
      { groups: [{ name: "g", count: 1, path: nothing, cpu: 4 }] },
      'the cpu of group "g" is 4; accepted: an integer from 0 to 3. Next: the machine has 1 socket x 4 cores x 1 thread.',
    ],
    [
      {
        groups: [
          { name: "g", count: 1, path: nothing },
          { name: "g", count: 1, path: nothing },
        ],
      },
      'the name of a group is "g"; accepted: a name that no other group has.',
    ],
    [
      { groups: [{ name: "g", count: 1, path: 5 as never }] },
      'the path of group "g" is 5; accepted: a function from the state to a path.',
    ],
    [
      { groups: [{ name: "g", count: 1, path: nothing, interarrival: exponential(5) }] },
      'group "g" is ["name","count","path","interarrival"]; accepted: either `count` (a closed loop) or `interarrival` (open arrivals).',
    ],
    [{ durations: 5 } as never, 'a parameter of simulate is "durations"'],
  ])("bad input %#", (options, message) => {
    expect(() => simulate({ groups: [{ name: "g", count: 1, path: nothing }], duration: 100, ...options })).toThrow(
      message,
    );
  });

  test("a CPU that the machine does not have", () => {
    const program = (cpu: number): Program<undefined> =>
      define({
        name: "p",
        setup: () => undefined,
        tasks: () => ({ A: { cpu: 0, path: () => raiseIrq(cpu, "irq", nothing) as never } }),
      });
    expect(() => simulate({ program: program(7) })).toThrow(
      'the cpu of hardirq handler "irq" is 7; accepted: an integer from 0 to 3: the machine has 1 socket x 4 cores x 1 thread.',
    );
  });
});

function* nothing(): Path {
  yield* compute(1);
}

describe("long runs", () => {
  test("say how far they are, in ns of virtual time", () => {
    const seen = [...simulating({ ...load(), duration: 5e7 })];
    expect(seen.length).toBeGreaterThan(3);
    for (const [i, { done, total }] of seen.entries()) {
      expect(total).toBe(5e7);
      expect(done).toBeGreaterThan(seen[i - 1]?.done ?? 0);
    }
  });

  test("stop when they are told to", () => {
    const controller = new AbortController();
    let told = 0;
    const run = (): unknown =>
      simulate(
        { ...load(), duration: 1e12 },
        {
          signal: controller.signal,
          onProgress: () => {
            if (++told === 3) controller.abort(new Error("enough"));
          },
        },
      );
    expect(run).toThrow("enough");
    expect(told).toBe(3);
    expect(run, "and do not begin").toThrow("enough");
    expect(told).toBe(3);
  });
});
