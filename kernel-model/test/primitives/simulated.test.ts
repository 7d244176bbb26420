import { describe, expect, test } from "vitest";
import type { Path } from "../../src/machine/path.js";
import { define, type TaskSpec } from "../../src/machine/program.js";
import {
  Atomic,
  atomicInc,
  callRcu,
  Completion,
  complete,
  compute,
  DelayedWork,
  downRead,
  downWrite,
  kmalloc,
  localIrqDisable,
  localIrqEnable,
  modDelayedWork,
  modTimer,
  onEachCpuMask,
  queueDelayedWork,
  raiseIrq,
  rcuReadLock,
  rcuReadUnlock,
  RwSemaphore,
  sleep,
  smpCallFunctionSingle,
  synchronizeRcu,
  Timer,
  timerDelete,
  upRead,
  upWrite,
  waitEvent,
  WaitQueue,
  waitForCompletion,
  wakeUp,
  cancelDelayedWorkSync,
  Workqueue,
  WRITE_ONCE,
  Cell,
} from "../../src/primitives/index.js";
import { simulate } from "../../src/simulate/index.js";

/** Runs paths on four CPUs where only compute and sleep take time; when each step of a kind took effect, ns. */
function times(operation: string, tasks: () => Record<string, Path<unknown> | TaskSpec>): readonly number[] {
  const result = simulate({
    program: define({ name: "test", setup: () => null, tasks }),
    machine: { cores: 4, preset: "free" },
    trace: true,
  });
  expect(result.stuck).toEqual([]);
  return result.trace!.filter((entry) => entry.operation === operation).map(({ time }) => time);
}

describe("timers", () => {
  const fires = (change: (timer: Timer) => Path<unknown>, cpu: number): readonly number[] =>
    times(cpu < 0 ? "call_timer_fn" : "run_timer_softirq", () => {
      const fired = new Atomic("fired");
      const timer = new Timer("timer", function* () {
        yield* atomicInc(fired);
      });
      return {
        A: {
          cpu,
          path: function* () {
            yield* modTimer(timer, 1000);
            yield* sleep(100);
            yield* change(timer);
            yield* sleep(10_000);
          },
        },
      };
    });

  test.each([-1, 1])("fire after their delay as last set, or not at all; armed on CPU %i", (cpu) => {
    expect(
      fires(function* () {
        yield* sleep(1);
      }, cpu),
    ).toEqual([1000]);
    expect(
      fires(function* (timer) {
        yield* modTimer(timer, 10);
      }, cpu),
    ).toEqual([110]);
    expect(
      fires(function* (timer) {
        yield* modTimer(timer, 5000);
      }, cpu),
    ).toEqual([5100]);
    expect(
      fires(function* (timer) {
        yield* timerDelete(timer);
      }, cpu),
    ).toEqual([]);
  });

  test("wait for softirqs to be on", () => {
    expect(
      times("run_timer_softirq", () => {
        const timer = new Timer("timer", function* () {
          yield* compute(1);
        });
        return {
          A: {
            cpu: 0,
            path: function* () {
              yield* localIrqDisable();
              yield* modTimer(timer, 10);
              yield* compute(500);
              yield* localIrqEnable();
              yield* compute(500);
            },
          },
        };
      }),
    ).toEqual([500]);
  });
});

test("delayed work is queued after its delay, as last set; cancelled, it is not", () => {
  const starts = (change: (wq: Workqueue, work: DelayedWork) => Path<unknown>): readonly number[] =>
    times("process_one_work", () => {
      const wq = new Workqueue("wq");
      const work = new DelayedWork("work", wq, function* () {
        yield* compute(1);
      });
      return {
        A: (function* () {
          yield* queueDelayedWork(wq, work, 1000);
          yield* sleep(100);
          yield* change(wq, work);
          yield* sleep(10_000);
        })(),
      };
    });
  expect(
    starts(function* () {
      yield* sleep(1);
    }),
  ).toEqual([1000]);
  expect(
    starts(function* (wq, work) {
      yield* modDelayedWork(wq, work, 50);
    }),
  ).toEqual([150]);
  expect(
    starts(function* (wq, work) {
      yield* modDelayedWork(wq, work, 5000);
    }),
  ).toEqual([5100]);
  expect(
    starts(function* (_wq, work) {
      yield* cancelDelayedWorkSync(work);
    }),
  ).toEqual([]);
});

test("a grace period lasts as long as the readers that were there", () => {
  function* reads(from: number, ns: number): Path {
    yield* compute(from);
    yield* rcuReadLock();
    yield* compute(ns);
    yield* rcuReadUnlock();
  }
  expect(
    times("synchronize_rcu: wait", () => ({
      R: reads(0, 500),
      later: reads(200, 1000),
      U: (function* () {
        yield* sleep(100);
        yield* synchronizeRcu();
      })(),
    })),
  ).toEqual([500]);
  expect(
    times("rcu_do_batch", () => ({
      R: reads(0, 500),
      U: (function* () {
        yield* sleep(100);
        yield* callRcu(function* () {
          yield* compute(1);
        });
        yield* sleep(1000);
      })(),
    })),
  ).toEqual([500]);
});

test("sleepers are woken: completions, wait queues, semaphores", () => {
  expect(
    times("wait_for_completion", () => {
      const done = new Completion("done");
      return {
        A: (function* () {
          yield* waitForCompletion(done);
        })(),
        B: (function* () {
          yield* compute(300);
          yield* complete(done);
        })(),
      };
    }),
  ).toEqual([300]);
  expect(
    times("finish_wait", () => {
      const queue = new WaitQueue("queue");
      const ready = new Cell("ready", false);
      return {
        A: (function* () {
          yield* waitEvent(queue, [ready], (value) => value);
        })(),
        B: (function* () {
          yield* compute(300);
          yield* WRITE_ONCE(ready, true);
          yield* wakeUp(queue);
        })(),
      };
    }),
  ).toEqual([300]);
  expect(
    times("down_write: wait", () => {
      const sem = new RwSemaphore("sem");
      return {
        A: (function* () {
          yield* downRead(sem);
          yield* compute(300);
          yield* upRead(sem);
        })(),
        B: (function* () {
          yield* compute(10);
          yield* downWrite(sem);
          yield* upWrite(sem);
        })(),
      };
    }),
  ).toEqual([300]);
});

test("interrupts and calls to other CPUs take their CPU, once interrupts are on", () => {
  const busy = (cpu: number, off: boolean): TaskSpec => ({
    cpu,
    path: function* () {
      if (off) yield* localIrqDisable();
      yield* compute(400);
      if (off) yield* localIrqEnable();
      yield* compute(400);
    },
  });
  const handler = function* (): Path {
    yield* compute(50);
  };
  expect(
    times("irq_enter", () => ({
      A: busy(0, true),
      D: (function* () {
        yield* compute(100);
        yield* raiseIrq(0, "device", handler);
      })(),
    })),
  ).toEqual([400]);
  expect(
    times("irq_enter", () => ({
      A: busy(0, false),
      D: (function* () {
        yield* compute(100);
        yield* raiseIrq(0, "device", handler);
      })(),
    })),
  ).toEqual([100]);
  const single = (wait: boolean) => ({
    A: busy(0, true),
    D: {
      cpu: 1,
      path: function* () {
        yield* compute(100);
        yield* smpCallFunctionSingle(0, handler, wait);
      },
    },
  });
  expect(times("preempt_enable", () => single(true))).toEqual([450]);
  expect(times("preempt_enable", () => single(false))).toEqual([100]);
  expect(
    times("csd_lock_wait", () => ({
      A: busy(0, true),
      B: busy(2, false),
      D: { cpu: 1, path: () => onEachCpuMask([0, 1, 2], handler, true) },
    })),
  ).toEqual([450]);
});

test("an allocation that may fail does so as often as stated", () => {
  const failed = (failureRate: number): number => {
    const result = simulate({
      program: define({
        name: "fail",
        setup: () => null,
        tasks: () => ({
          A: (function* (): Path<number> {
            let failures = 0;
            for (let i = 0; i < 1000; i++)
              if ((yield* kmalloc("page", { mayFail: true, failureRate })) === null) failures++;
            return failures;
          })(),
        }),
      }),
      machine: { preset: "free" },
    });
    return result.results["A"] as number;
  };
  expect(failed(0)).toBe(0);
  expect(failed(1)).toBe(1000);
  expect(failed(0.1)).toBeGreaterThan(50);
  expect(failed(0.1)).toBeLessThan(150);
});
