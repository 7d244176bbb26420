import { describe, expect, test } from "vitest";
import { explore } from "../../src/explore/index.js";
import type { Path } from "../../src/machine/path.js";
import { define, type ProgramText } from "../../src/machine/program.js";
import {
  Atomic,
  atomicAddUnless,
  atomicCmpxchg,
  atomicDecIfPositive,
  atomicInc,
  atomicIncNotZero,
  Bits,
  callRcu,
  cancelWork,
  Cell,
  clearBit,
  cmpxchg,
  complete,
  completeAll,
  Completion,
  flushWork,
  flushWorkqueue,
  Kref,
  krefGet,
  krefGetUnlessZero,
  krefPut,
  modTimer,
  Mutex,
  mutexTrylock,
  mutexUnlock,
  Percpu,
  PercpuRef,
  percpuRefGet,
  percpuRefKill,
  percpuRefPut,
  queueWork,
  rcuBarrier,
  rcuReadLock,
  rcuReadUnlock,
  READ_ONCE,
  RefCount,
  refcountDec,
  refcountDecAndTest,
  refcountDecNotOne,
  setBit,
  SpinLock,
  spinTrylock,
  spinUnlock,
  synchronizeRcu,
  testAndSetBit,
  testBit,
  thisCpuAdd,
  Timer,
  timerDelete,
  timerShutdownSync,
  tryWaitForCompletion,
  waitEvent,
  waitForCompletion,
  WaitQueue,
  wakeUp,
  wakeUpAll,
  WorkItem,
  Workqueue,
  WRITE_ONCE,
} from "../../src/primitives/index.js";

/*
 * How many schedules it takes to cover a program: what commutes, and what does not. That what commutes really does, the
 * test beside this one tries out (diamonds.test.ts), and the oracle.
 */

/** Schedules of a program that is explored to the end; runs that were given up half-way count too. */
function schedules<S>(setup: () => S, tasks: ProgramText<S>["tasks"], stuckIsAnEnd = false): number {
  const { kind, effort } = explore(define({ name: "commuting", setup, tasks, stuckIsAnEnd }), { maxSchedules: 20_000 });
  expect(kind).toBe("exhausted");
  return effort.schedules + effort.redundant;
}

const numbers = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
const each = (n: number, path: (i: number) => Path<unknown>): Record<string, Path<unknown>> =>
  Object.fromEntries(numbers(n).map((i) => [`T${i}`, path(i)]));
function* none(): Path {
  /* does nothing */
}

describe("a step that leaves its object alone is a read", () => {
  const cell = () => ({ x: new Cell("x", 0) });

  test("cmpxchg that fails: casrot, wcas and cas, benchmarks of stateless model checkers", () => {
    expect(
      schedules(cell, ({ x }) =>
        each(6, function* (i) {
          yield* cmpxchg(x, i, i + 1);
        }),
      ),
    ).toBe(144); // 720 as writes
    expect(
      schedules(cell, ({ x }) => ({
        W: (function* () {
          yield* WRITE_ONCE(x, 6);
        })(),
        ...each(6, function* () {
          yield* cmpxchg(x, 6, 0);
        }),
      })),
    ).toBe(193); // 5,040
    expect(
      schedules(cell, ({ x }) =>
        each(5, function* (i) {
          yield* cmpxchg(x, 0, i + 1);
        }),
      ),
    ).toBe(5); // 120
    expect(
      schedules(
        () => ({ x: new Atomic("x") }),
        ({ x }) =>
          each(6, function* (i) {
            yield* atomicCmpxchg(x, i, i + 1);
          }),
      ),
    ).toBe(144);
  });

  const setup = () => {
    const wq = new Workqueue("wq");
    return {
      atomic: new Atomic("atomic"),
      refs: new RefCount("refs", 1),
      gone: new Kref("gone"),
      bits: new Bits("bits", [3]),
      timer: new Timer("timer", none),
      done: new Completion("done"),
      queue: new WaitQueue("queue"),
      wq,
      work: new WorkItem("work", wq, none),
    };
  };
  test.each<[string, (s: ReturnType<typeof setup>) => Path<unknown>]>([
    [
      "atomic_add_unless that does not",
      function* (s) {
        yield* atomicAddUnless(s.atomic, 1, 0);
      },
    ],
    [
      "atomic_inc_not_zero of 0",
      function* (s) {
        yield* atomicIncNotZero(s.atomic);
      },
    ],
    [
      "atomic_dec_if_positive of 0",
      function* (s) {
        yield* atomicDecIfPositive(s.atomic);
      },
    ],
    [
      "refcount_dec_not_one of 1",
      function* (s) {
        yield* refcountDecNotOne(s.refs);
      },
    ],
    [
      "test_and_set_bit of one that is set",
      function* (s) {
        yield* testAndSetBit(3, s.bits);
      },
    ],
    [
      "try_wait_for_completion without one",
      function* (s) {
        yield* tryWaitForCompletion(s.done);
      },
    ],
    [
      "timer_delete of one that is not armed",
      function* (s) {
        yield* timerDelete(s.timer);
      },
    ],
    [
      "cancel_work of one that is idle",
      function* (s) {
        yield* cancelWork(s.work);
      },
    ],
    [
      "wake_up_all of nobody",
      function* (s) {
        yield* wakeUpAll(s.queue);
      },
    ],
    [
      "wake_up of nobody",
      function* (s) {
        yield* wakeUp(s.queue);
      },
    ],
  ])("%s: 4 tasks, 1 schedule", (_name, path) => {
    expect(schedules(setup, (s) => each(4, () => path(s)))).toBe(1);
  });

  test("a timer that is shut down is not armed again", () => {
    expect(
      schedules(
        setup,
        (s) => ({
          A: (function* () {
            yield* timerShutdownSync(s.timer);
          })(),
          ...each(3, function* () {
            yield* modTimer(s.timer, 1);
          }),
        }),
        true,
      ),
    ).toBeLessThan(200);
  });

  test("a trylock that fails", () => {
    const locked = () => ({ spin: new SpinLock("spin"), mutex: new Mutex("mutex") });
    // All three in turn (6), one that fails while the first or the second of two has it (12), two while one has it (3).
    expect(
      schedules(locked, (s) =>
        each(3, function* () {
          if (yield* spinTrylock(s.spin)) yield* spinUnlock(s.spin);
        }),
      ),
    ).toBe(21);
    expect(
      schedules(locked, (s) =>
        each(3, function* () {
          if (yield* mutexTrylock(s.mutex)) yield* mutexUnlock(s.mutex);
        }),
      ),
    ).toBe(21);
  });
});

describe("changes that tell nothing commute", () => {
  test("of counts and per-CPU variables", () => {
    expect(
      schedules(
        () => ({ v: new Atomic("v") }),
        ({ v }) =>
          each(6, function* () {
            yield* atomicInc(v);
          }),
      ),
    ).toBe(1);
    expect(
      schedules(
        () => ({ v: new Percpu<number>("v", 1, () => 0) }),
        ({ v }) =>
          each(6, function* () {
            yield* thisCpuAdd(v, 1);
          }),
      ),
    ).toBe(1);
    // A reader sees how many were before it: which ones, it cannot tell, but the order of the steps can.
    expect(
      schedules(
        () => ({ v: new Atomic("v") }),
        ({ v }) => ({
          R: (function* () {
            yield* READ_ONCE(v);
          })(),
          ...each(4, function* () {
            yield* atomicInc(v);
          }),
        }),
      ),
    ).toBe(16);
  });

  test("of bits: different ones, and the same one to the same value", () => {
    const bits = () => ({ bits: new Bits("bits") });
    expect(
      schedules(bits, (s) =>
        each(5, function* (i) {
          yield* setBit(i, s.bits);
        }),
      ),
    ).toBe(1);
    expect(
      schedules(bits, (s) =>
        each(5, function* () {
          yield* setBit(1, s.bits);
        }),
      ),
    ).toBe(1);
    expect(
      schedules(bits, (s) =>
        each(5, function* (i) {
          yield* testAndSetBit(i, s.bits);
        }),
      ),
    ).toBe(1);
    expect(
      schedules(bits, (s) => ({
        A: (function* () {
          yield* setBit(1, s.bits);
        })(),
        B: (function* () {
          yield* clearBit(1, s.bits);
        })(),
        C: (function* () {
          yield* testBit(2, s.bits);
        })(),
      })),
    ).toBe(2);
  });

  test("completions: a waiter sees which were before it", () => {
    const done = () => ({ done: new Completion("done") });
    function* wait(s: ReturnType<typeof done>): Path {
      yield* waitForCompletion(s.done);
    }
    expect(
      schedules(done, (s) => ({
        W: wait(s),
        ...each(5, function* () {
          yield* complete(s.done);
        }),
      })),
    ).toBe(31); // 5,040 before
    expect(
      schedules(done, (s) => ({
        A: (function* () {
          yield* completeAll(s.done);
        })(),
        ...each(4, () => wait(s)),
      })),
    ).toBe(1);
  });
});

describe("references", () => {
  const kref = () => ({ kref: new Kref("kref"), three: new RefCount("three", 3) });

  test("a task that takes one and gives it back is never the last, where there was one before", () => {
    expect(
      schedules(kref, ({ kref: k }) =>
        each(5, function* () {
          yield* krefGet(k);
          yield* krefPut(k, none);
        }),
      ),
    ).toBe(1); // 113,400 before
    expect(
      schedules(kref, ({ kref: k }) =>
        each(5, function* () {
          if (yield* krefGetUnlessZero(k)) yield* krefPut(k, none);
        }),
      ),
    ).toBe(1);
    expect(
      schedules(kref, ({ kref: k }) =>
        each(4, function* () {
          yield* krefGet(k);
        }),
      ),
    ).toBe(1);
  });

  test("who gives one back that it did not take may be the last: ordered with all", () => {
    const put = function* (k: Kref): Path {
      yield* krefPut(k, none);
    };
    expect(
      schedules(kref, ({ kref: k }) => ({
        A: put(k),
        B: (function* () {
          if (yield* krefGetUnlessZero(k)) yield* krefPut(k, none);
        })(),
      })),
    ).toBe(3);
    expect(
      schedules(kref, ({ three }) =>
        each(3, function* () {
          yield* refcountDecAndTest(three);
        }),
      ),
    ).toBe(6);
    expect(
      schedules(kref, ({ three }) =>
        each(2, function* () {
          yield* refcountDec(three);
        }),
      ),
    ).toBe(2);
  });

  test("percpu_ref: get and put while it is killed", () => {
    const ref = () => ({ ref: new PercpuRef("ref", 2, none) });
    expect(
      schedules(ref, (s) =>
        each(4, function* () {
          yield* percpuRefGet(s.ref);
          yield* percpuRefPut(s.ref);
        }),
      ),
    ).toBe(1);
    const killed = (n: number): number =>
      schedules(ref, (s) => ({
        K: percpuRefKill(s.ref),
        ...each(n, function* () {
          yield* percpuRefGet(s.ref);
          yield* percpuRefPut(s.ref);
        }),
      }));
    expect(killed(1)).toBe(15); // 3,043 before
    expect(killed(2)).toBe(273); // more than 50,000 before
  });
});

describe("wait queues", () => {
  const setup = () => ({ queue: new WaitQueue("queue"), x: new Cell("x", 0) });
  type State = ReturnType<typeof setup>;
  function* wait(s: State): Path {
    yield* waitEvent(s.queue, [s.x], (x) => x > 0);
  }
  function* wake(s: State): Path {
    yield* WRITE_ONCE(s.x, 1);
    yield* wakeUpAll(s.queue);
  }

  test("those who wait do not depend on each other: four ways for each", () => {
    for (const n of [1, 2, 3, 4])
      expect(schedules(setup, (s) => ({ W: wake(s), ...each(n, () => wait(s)) }))).toBe(4 ** n); // 4: more than 258,000 before
  });

  test("each that goes on wakes the others", () => {
    expect(
      schedules(setup, (s) => ({
        W: wake(s),
        ...each(3, function* () {
          yield* wait(s);
          yield* wakeUpAll(s.queue);
        }),
      })),
    ).toBe(1745);
  });
});

describe("work queues", () => {
  const setup =
    (n: number, maxActive = 1) =>
    () => {
      const wq = new Workqueue("wq", maxActive);
      const ran = new Atomic("ran");
      return {
        wq,
        ran,
        works: numbers(n).map(
          (i) =>
            new WorkItem(`work ${i}`, wq, function* () {
              yield* atomicInc(ran);
            }),
        ),
      };
    };

  test("queueing and flushing of different items: the order of the items, and for each whether it is over when it is flushed", () => {
    for (const [n, orders] of [
      [1, 1],
      [2, 2],
      [3, 6],
    ] as const) {
      expect(
        schedules(setup(n), ({ wq, works }) =>
          each(n, function* (i) {
            yield* queueWork(wq, works[i]!);
            yield* flushWork(works[i]!);
          }),
        ),
      ).toBe(orders * 2 ** n); // 3: more than 250,500 before
    }
  });

  test("queueing alone: their order", () => {
    expect(
      schedules(setup(4), ({ wq, works }) =>
        each(4, function* (i) {
          yield* queueWork(wq, works[i]!);
        }),
      ),
    ).toBe(24);
  });

  test("several workers, and who waits for all", () => {
    expect(
      schedules(setup(2, 2), ({ wq, works }) =>
        each(2, function* (i) {
          yield* queueWork(wq, works[i]!);
        }),
      ),
    ).toBeLessThan(40);
    expect(
      schedules(setup(2), ({ wq, works }) => ({
        F: (function* () {
          yield* flushWorkqueue(wq);
        })(),
        ...each(2, function* (i) {
          yield* queueWork(wq, works[i]!);
        }),
      })),
    ).toBe(12);
  });
});

describe("RCU", () => {
  test("readers depend on nobody but a grace period that starts while they read, or may", () => {
    const setup = () => ({ x: new Cell("x", 0) });
    const read = function* (): Path {
      yield* rcuReadLock();
      yield* rcuReadUnlock();
    };
    expect(schedules(setup, () => each(6, read))).toBe(1);
    // Each begins before the grace period, or after; when it ends, nobody can tell.
    expect(schedules(setup, () => ({ U: synchronizeRcu(), ...each(3, read) }))).toBe(8);
    expect(schedules(setup, () => ({ U: synchronizeRcu(), V: synchronizeRcu() }))).toBe(1);
  });

  test("callbacks of different tasks; rcu_barrier", () => {
    const setup = () => ({ x: new Atomic("x") });
    type State = ReturnType<typeof setup>;
    const call = function* (s: State): Path {
      yield* callRcu(function* () {
        yield* atomicInc(s.x);
      });
    };
    expect(schedules(setup, (s) => each(4, () => call(s)))).toBe(1);
    expect(schedules(setup, (s) => ({ B: rcuBarrier(), ...each(3, () => call(s)) }))).toBe(27);
  });
});
