/** Who has which CPU when, against timelines drawn by hand: one character per 100 ns. */
import { describe, expect, test } from "vitest";
import { define, type Path, type TaskSpec } from "../../src/machine/index.js";
import { Cell, smpCondLoadAcquire, WRITE_ONCE } from "../../src/primitives/cell.js";
import { localIrqDisable, localIrqEnable, preemptDisable, preemptEnable, raiseIrq } from "../../src/primitives/irq.js";
import { Mutex, mutexLock, mutexUnlock } from "../../src/primitives/mutex.js";
import { SpinLock, spinLock, spinUnlock } from "../../src/primitives/spinlock.js";
import { compute, condResched, sleep } from "../../src/primitives/time.js";
import { simulate, type MachineOptions, type SimulationResult } from "../../src/simulate/index.js";
import { draw } from "./drawing.js";

function run(
  tasks: Readonly<Record<string, Path<unknown> | TaskSpec>>,
  machine: MachineOptions = {},
): SimulationResult {
  return simulate({
    program: define({ name: "scheduling", setup: () => undefined, tasks: () => tasks }),
    machine: { cores: 1, preset: "free", slice: 300, ...machine },
    timeline: true,
  });
}

function* busy(...times: readonly number[]): Path {
  for (const ns of times) yield* compute(ns);
}

function* after(ns: number, path: Path): Path {
  yield* sleep(ns);
  yield* path;
}

const fifo = (priority: number, path: () => Path): TaskSpec => ({ path, policy: "fifo", priority });

describe("SCHED_OTHER", () => {
  test("takes turns by time slices of 300 ns", () => {
    expect(draw(run({ A: busy(800), B: busy(500), C: busy(200) }), 100)).toEqual([
      "A ###.....###..##",
      "B ...###.....##",
      "C ......##",
    ]);
  });

  test("has no slices while it is alone; who comes later waits for what is left of one", () => {
    expect(draw(run({ B: after(100, busy(300)), A: busy(1000) }), 100)).toEqual(["A ###...#######", "B z..###"]);
    expect(draw(run({ B: after(700, busy(300)), A: busy(1000) }), 100)).toEqual(["A #######...###", "B zzzzzzz###"]);
  });

  test("spreads over the CPUs there are", () => {
    expect(draw(run({ A: busy(400), B: busy(200), C: busy(300) }, { cores: 2 }), 100, { cpus: true })).toEqual([
      "A 0000",
      "B 11",
      "C ..111",
    ]);
  });

  test("keeps bound tasks on their CPU though another is idle", () => {
    expect(
      draw(run({ A: { path: () => busy(300), cpu: 1 }, B: { path: () => busy(200), cpu: 1 } }, { cores: 2 }), 100, {
        cpus: true,
      }),
    ).toEqual(["A 111", "B ...11"]);
  });
});

describe("SCHED_FIFO", () => {
  test("preempts SCHED_OTHER, and a lower priority; the preempted goes first again", () => {
    expect(
      draw(
        run({
          A: busy(600),
          B: fifo(1, () => after(200, busy(500))),
          C: fifo(2, () => after(400, busy(100))),
          D: busy(100),
        }),
        100,
      ),
    ).toEqual(["A ##......#.###", "B zz##.###", "C zzzz#", "D .........#"]);
  });

  test("has no slices among equals", () => {
    expect(draw(run({ A: fifo(5, () => busy(700)), B: fifo(5, () => busy(200)) }), 100)).toEqual([
      "A #######",
      "B .......##",
    ]);
  });
});

describe("preemption", () => {
  test("waits while preemption is off", () => {
    function* guarded(): Path {
      yield* compute(100);
      yield* preemptDisable();
      yield* compute(400);
      yield* preemptEnable();
      yield* compute(300);
    }
    expect(draw(run({ A: guarded(), B: fifo(1, () => after(200, busy(200))) }), 100)).toEqual([
      "A #####..###",
      "B zz...##",
    ]);
  });

  test('"none": only at cond_resched, at a sleep and at the end', () => {
    function* polite(): Path {
      yield* compute(400);
      yield* condResched();
      yield* compute(400);
      yield* sleep(200);
      yield* compute(100);
    }
    expect(
      draw(run({ B: fifo(1, () => after(100, busy(200))), A: polite(), C: busy(1000) }, { preemption: "none" }), 100),
    ).toEqual(["A ####..####zz........#", "B z...##", "C ..........##########"]);
  });

  function* critical(lock: SpinLock): Path {
    yield* spinLock(lock);
    yield* compute(500);
    yield* spinUnlock(lock);
    yield* compute(100);
  }
  const urgent = fifo(1, () => after(100, busy(200)));
  const contending = (cores: number): SimulationResult =>
    simulate({
      program: define({
        name: "spin",
        setup: () => new SpinLock("lock"),
        tasks: (lock) => ({ C: urgent, A: critical(lock), ...(cores > 1 && { B: critical(lock) }) }),
      }),
      machine: { cores, preset: "free", slice: 300 },
      timeline: true,
    });

  test("a holder of a spinlock is not preempted before it gives it back", () => {
    expect(draw(contending(1), 100)).toEqual(["A #####..#", "C z....##"]);
  });

  test("nor is who spins for one: C waits from 100 on, and gets the CPU of A when A gives the lock back", () => {
    expect(draw(contending(2), 100, { cpus: true })).toEqual(["A 00000..0", "B sssss111111", "C z....00"]);
  });

  test("who waits for a condition on its CPU is preempted, and goes on when it is back", () => {
    function* poller(flag: Cell<number>): Path {
      yield* smpCondLoadAcquire(flag, (v) => v === 1);
      yield* compute(100);
    }
    function* setter(flag: Cell<number>): Path {
      yield* sleep(200);
      yield* compute(200);
      yield* WRITE_ONCE(flag, 1);
      yield* compute(200);
    }
    const program = define({
      name: "poll",
      setup: () => new Cell("flag", 0),
      tasks: (flag) => ({ A: poller(flag), B: fifo(1, () => setter(flag)) }),
    });
    expect(draw(simulate({ program, machine: { cores: 1, preset: "free" }, timeline: true }), 100)).toEqual([
      "A ss....#",
      "B zz####",
    ]);
  });
});

test("a switch keeps the CPU busy, a wake-up only takes time", () => {
  const result = run({ B: after(100, busy(100)), A: busy(300, 100) }, { costs: { contextSwitch: 100, wakeup: 200 } });
  // A: switch, 200 of work, preempted at 300; switch 500 to 600, 100 + 100 of work.
  // B: sleeps, wakes from 100 to 300, switch, work.
  expect(draw(result, 100)).toEqual(["A ###..###", "B z..##"]);
  const shares = Object.fromEntries(result.cpuDataset().columns.map(({ name, values }) => [name, values[0]]));
  expect(shares).toEqual({ cpu: 0, idle: 0, busy: 5 / 8, spinning: 0, switching: 3 / 8, interrupt: 0 });
  expect(result.utilisation(0)).toBe(1);
});

describe("interrupts", () => {
  function raising(path: (raise: (cpu: number, name: string, ...times: number[]) => Path) => Path): Path {
    return path(function* (cpu, name, ...times) {
      yield* raiseIrq(cpu, name, () => busy(...times));
    });
  }

  test("hold up what runs on their CPU", () => {
    const result = run(
      {
        A: { path: () => busy(600), cpu: 0 },
        B: {
          path: () =>
            raising(function* (raise) {
              yield* compute(200);
              yield* raise(0, "irq", 300);
              yield* compute(100);
            }),
          cpu: 1,
        },
      },
      { cores: 2 },
    );
    expect(draw(result, 100)).toEqual(["A ##iii####", "B ###", "irq   ###"]);
  });

  test("wait while interrupts are off; two of one CPU come one after the other", () => {
    function* masked(): Path {
      yield* compute(100);
      yield* localIrqDisable();
      yield* compute(400);
      yield* localIrqEnable();
      yield* compute(100);
    }
    const result = run(
      {
        A: { path: masked, cpu: 0 },
        B: {
          path: () =>
            raising(function* (raise) {
              yield* compute(200);
              yield* raise(0, "irq1", 200);
              yield* raise(0, "irq2", 100);
            }),
          cpu: 1,
        },
      },
      { cores: 2 },
    );
    expect(draw(result, 100)).toEqual(["A #####iii#", "B ##", "irq1      ##", "irq2        #"]);
  });

  test("on an idle CPU, a task that becomes ready waits for the handler", () => {
    const result = run(
      {
        A: { path: () => after(300, busy(100)), cpu: 0 },
        B: {
          path: () =>
            raising(function* (raise) {
              yield* compute(200);
              yield* raise(0, "irq", 300);
            }),
          cpu: 1,
        },
      },
      { cores: 2 },
    );
    expect(draw(result, 100)).toEqual(["A zzz..#", "B ##", "irq   ###"]);
  });

  test("a spinner that was interrupted looks again afterwards", () => {
    const result = simulate({
      program: define({
        name: "interrupted spinner",
        setup: () => new SpinLock("lock"),
        tasks: (lock) => ({
          A: {
            path: function* (): Path {
              yield* compute(100);
              yield* spinLock(lock);
              yield* compute(100);
              yield* spinUnlock(lock);
            },
            cpu: 0,
          },
          B: {
            path: function* (): Path {
              yield* spinLock(lock);
              yield* compute(200);
              yield* raiseIrq(0, "irq", () => busy(400));
              yield* compute(100);
              yield* spinUnlock(lock);
            },
            cpu: 1,
          },
        }),
      }),
      machine: { cores: 2, preset: "free" },
      timeline: true,
    });
    expect(draw(result, 100)).toEqual(["A #siiii#", "B ###", "irq   ####"]);
  });

  test("take the time that an IPI takes", () => {
    const result = run(
      { A: { path: () => busy(500), cpu: 0 }, B: { path: () => raising((raise) => raise(0, "irq", 200)), cpu: 1 } },
      { cores: 2, costs: { send: 100, interrupt: 300 } },
    );
    expect(draw(result, 100)).toEqual(["A ####ii#", "B #", "irq     ##"]);
  });
});

describe("sleeping locks", () => {
  test("waiters leave their CPU, and get the lock in the order in which they came", () => {
    function* critical(mutex: Mutex, ns: number): Path {
      yield* mutexLock(mutex);
      yield* compute(ns);
      yield* mutexUnlock(mutex);
    }
    const result = simulate({
      program: define({
        name: "mutex",
        setup: () => new Mutex("m"),
        tasks: (m) => ({ A: critical(m, 300), B: critical(m, 200), C: critical(m, 100), D: busy(500) }),
      }),
      machine: { cores: 2, preset: "free", slice: 1000 },
      timeline: true,
    });
    expect(draw(result, 100, { cpus: true })).toEqual(["A 000", "B WWW00", "C WWWWW1", "D 11111"]);
    expect(result.lock("m")).toMatchObject({ acquisitions: 3, contended: 2 });
    expect([result.lock("m").wait.mean, result.lock("m").hold.sum]).toEqual([400, 600]);
  });
});
