import { describe, expect, test } from "vitest";
import { Memory } from "../../src/machine/object.js";
import type { Path } from "../../src/machine/path.js";
import { alwaysAtEnd, define, sometimes, sometimesAtEnd } from "../../src/machine/program.js";
import {
  Atomic,
  atomicInc,
  cancelDelayedWork,
  cancelDelayedWorkSync,
  cancelWork,
  cancelWorkSync,
  Cell,
  DelayedWork,
  drainWorkqueue,
  flushDelayedWork,
  flushWork,
  flushWorkqueue,
  kfree,
  modDelayedWork,
  Mutex,
  mutexLock,
  mutexUnlock,
  queueDelayedWork,
  queueWork,
  READ_ONCE,
  Region,
  inside,
  sleep,
  SpinLock,
  spinLock,
  WorkItem,
  Workqueue,
  WRITE_ONCE,
} from "../../src/primitives/index.js";
import { alone, brokenBy, check, ends, stuckIn, together } from "./helper.js";

const setup = () => {
  const wq = new Workqueue("wq");
  const ran = new Atomic("ran");
  return {
    wq,
    ran,
    work: new WorkItem("work", wq, function* handler() {
      yield* atomicInc(ran);
    }),
  };
};
type State = ReturnType<typeof setup>;

/** A path made of one primitive, which returns what that does. */
function* queue(s: State): Path<boolean> {
  return yield* queueWork(s.wq, s.work);
}

describe("queue_work", () => {
  test("true the first time, false while pending; a pending item runs once", () => {
    const verdict = check(
      define(
        { name: "queue", setup, tasks: (s) => ({ A: queue(s), B: queue(s) }) },
        alwaysAtEnd(
          "it runs as often as it was queued",
          (s, { results }) => s.ran.value === [results["A"], results["B"]].filter(Boolean).length,
        ),
        sometimesAtEnd("once for two", (s) => s.ran.value === 1),
        sometimesAtEnd("twice", (s) => s.ran.value === 2),
        sometimes("pending while it runs", (s) => s.work.pending && s.work.running),
      ),
    );
    expect(ends(verdict)).toEqual([
      "wq = empty; ran = 1; work = idle; A returned false; B returned true",
      "wq = empty; ran = 1; work = idle; A returned true; B returned false",
      "wq = empty; ran = 2; work = idle; A returned true; B returned true",
    ]);
  });

  test("PENDING is cleared before the handler runs: what is published before queue_work is seen by some run", () => {
    const published = () => {
      const wq = new Workqueue("wq");
      const data = new Cell("data", 0);
      const seen = new Cell("seen", 0);
      return {
        wq,
        data,
        seen,
        work: new WorkItem("work", wq, function* () {
          yield* WRITE_ONCE(seen, yield* READ_ONCE(data));
        }),
      };
    };
    const verdict = check(
      define(
        {
          name: "publish",
          setup: published,
          tasks: (s) => ({
            A: (function* () {
              for (const value of [1, 2]) {
                yield* WRITE_ONCE(s.data, value);
                yield* queueWork(s.wq, s.work);
              }
            })(),
          }),
        },
        alwaysAtEnd("the last value is seen", (s) => s.seen.value === 2),
      ),
    );
    expect(verdict.kind).toBe("exhausted");
  });

  test("an item may queue itself again", () => {
    const wq = new Workqueue("wq");
    const left = new Cell("left", 3);
    const work: WorkItem = new WorkItem("work", wq, function* (self) {
      const n = yield* READ_ONCE(left);
      yield* WRITE_ONCE(left, n - 1);
      if (n > 1) yield* queueWork(wq, self);
    });
    alone(
      (function* () {
        yield* queueWork(wq, work);
      })(),
    );
    expect(left.value).toBe(0);
  });

  test.each([1, 2])("one item never runs twice at a time; others may, up to max_active = %i", (maxActive) => {
    const regions = () => {
      const wq = new Workqueue("wq", maxActive);
      const own = new Region("same item");
      const all = new Region("any item");
      return {
        wq,
        work: new WorkItem("work", wq, function* () {
          yield* inside(
            own,
            (function* () {
              yield* atomicInc(new Atomic("x"));
            })(),
          );
        }),
        other: [1, 2].map(
          (i) =>
            new WorkItem(`other ${i}`, wq, function* () {
              yield* inside(
                all,
                (function* () {
                  yield* atomicInc(new Atomic("x"));
                })(),
              );
            }),
        ),
      };
    };
    const same = check(
      define({
        name: "same",
        setup: regions,
        tasks: (s) => ({
          A: (function* () {
            yield* queueWork(s.wq, s.work);
            yield* queueWork(s.wq, s.other[0]!);
            yield* queueWork(s.wq, s.work);
          })(),
        }),
      }),
    );
    expect(same.kind).toBe("exhausted");
    const others = check(
      define({
        name: "others",
        setup: regions,
        tasks: (s) => ({
          A: (function* () {
            for (const work of s.other) yield* queueWork(s.wq, work);
          })(),
        }),
      }),
    );
    expect(others.kind).toBe(maxActive === 1 ? "exhausted" : "violated");
    if (maxActive === 2) expect(brokenBy(others)).toMatch(/exclusion: kworker\/wq.* enters any item while kworker\/wq/);
  });

  test("wrong input is refused", () => {
    const { wq, work } = setup();
    expect(() => new Workqueue("wq", 0)).toThrow("maxActive of workqueue wq is 0; accepted: an integer from 1 to 2048");
    expect(() => queueWork(new Workqueue("other"), work)).toThrow(
      'the workqueue for work is "other"; accepted: the one it was made for, wq',
    );
    expect(
      () =>
        new WorkItem("w", "wq" as never, function* () {
          /* nothing */
        }),
    ).toThrow('the workqueue of w is "wq"; accepted: a Workqueue');
    expect(() => new WorkItem("w", wq, undefined as never)).toThrow("the handler of w is undefined");
    expect(() => queueDelayedWork(wq, work as never, 1)).toThrow("accepted: a DelayedWork");
    expect(() => queueDelayedWork(wq, new DelayedWork("d", wq, work.handler), -1)).toThrow(
      "the delay of d is -1; accepted: a number from 0",
    );
  });
});

describe("waiting and cancelling", () => {
  test("flush_work waits for what was queued, and for nothing more", () => {
    const verdict = check(
      define({
        name: "flush",
        setup,
        tasks: (s) => ({
          A: (function* (): Path<string> {
            const idle = yield* flushWork(s.work);
            yield* queueWork(s.wq, s.work);
            yield* flushWork(s.work);
            return `${idle} ${yield* READ_ONCE(s.ran)}`;
          })(),
        }),
      }),
    );
    expect(ends(verdict)).toEqual(["wq = empty; ran = 1; work = idle; A returned false 1"]);
  });

  test("without the flush, the handler may be still to come", () => {
    const verdict = check(
      define({
        name: "no flush",
        setup,
        tasks: (s) => ({
          A: (function* (): Path<number> {
            yield* queueWork(s.wq, s.work);
            return yield* READ_ONCE(s.ran);
          })(),
        }),
      }),
    );
    expect(ends(verdict).map((end) => end.slice(-1))).toEqual(["0", "1"]);
  });

  const phases = () => {
    const wq = new Workqueue("wq");
    const phase = new Cell("phase", "before");
    return {
      wq,
      phase,
      work: new WorkItem("work", wq, function* () {
        yield* WRITE_ONCE(phase, "inside");
        yield* WRITE_ONCE(phase, "after");
      }),
    };
  };

  test.each<[string, (work: WorkItem) => Path<boolean>, readonly string[]]>([
    [
      "cancel_work does not wait for the handler",
      function* (work) {
        return yield* cancelWork(work);
      },
      ["false after", "false before", "false inside", "true before"],
    ],
    ["cancel_work_sync does", cancelWorkSync, ["false after", "true before"]],
  ])("%s", (_name, cancel, expected) => {
    const verdict = check(
      define({
        name: "cancel",
        setup: phases,
        tasks: (s) => ({
          A: (function* (): Path<string> {
            yield* queueWork(s.wq, s.work);
            const pending = yield* cancel(s.work);
            return `${pending} ${yield* READ_ONCE(s.phase)}`;
          })(),
        }),
      }),
    );
    expect([...new Set(ends(verdict).map((end) => end.split("A returned ")[1]!))].sort()).toEqual(expected);
  });

  test("while cancel_work_sync waits for the handler, the item cannot be queued; afterwards it can", () => {
    const s = phases();
    function* cancels(): Path<boolean> {
      yield* queueWork(s.wq, s.work);
      return yield* cancelWorkSync(s.work);
    }
    function* queues(): Path<readonly boolean[]> {
      const during = yield* queueWork(s.wq, s.work);
      yield* flushWork(s.work);
      while (s.work.disabled > 0) yield* sleep(1);
      return [during, yield* queueWork(s.wq, s.work)];
    }
    // A queues (which starts the kworker, task 2); the kworker takes the item; A begins to cancel; B tries to queue.
    const { world } = together({ A: cancels(), B: queues() }, [0, 2, 0, 1]);
    expect(world.tasks.slice(0, 2).map(({ result }) => result)).toEqual([false, [false, true]]);
  });

  test("flush_workqueue waits for all items of the queue, drain_workqueue for what they queue too", () => {
    const chain = () => {
      const wq = new Workqueue("wq");
      const ran = new Atomic("ran");
      const last = new WorkItem("last", wq, function* () {
        yield* atomicInc(ran);
      });
      const first = new WorkItem("first", wq, function* () {
        yield* atomicInc(ran);
        yield* queueWork(wq, last);
      });
      return { wq, ran, first };
    };
    const counts = (wait: (wq: Workqueue) => Path): readonly string[] =>
      [
        ...new Set(
          ends(
            check(
              define({
                name: "drain",
                setup: chain,
                tasks: (s) => ({
                  A: (function* (): Path<number> {
                    yield* queueWork(s.wq, s.first);
                    yield* wait(s.wq);
                    return yield* READ_ONCE(s.ran);
                  })(),
                }),
              }),
            ),
          ).map((end) => end.split("A returned ")[1]!),
        ),
      ].sort();
    expect(counts(flushWorkqueue)).toEqual(["1", "2"]);
    expect(counts(drainWorkqueue)).toEqual(["2"]);
  });

  test("while a queue is drained, others than its own handlers cannot queue, and are warned", () => {
    const s = setup();
    const gate = new Mutex("gate");
    const slow = new WorkItem("slow", s.wq, function* () {
      yield* mutexLock(gate);
      yield* mutexUnlock(gate);
    });
    function* holds(): Path<boolean> {
      yield* mutexLock(gate);
      yield* queueWork(s.wq, slow);
      yield* queueWork(s.wq, s.work);
      yield* mutexUnlock(gate);
      return s.work.pending;
    }
    const { world } = together({ A: holds(), D: drainWorkqueue(s.wq) }, [0, 0, 1]);
    expect(world.warnings).toEqual([{ text: "workqueue: cannot queue work on wq wq", task: "A" }]);
    expect(s.ran.value).toBe(0);
    // __queue_work() leaves WORK_STRUCT_PENDING as it is: the item cannot be queued again until it is cancelled.
    expect([s.work.pending, s.wq.queued]).toEqual([true, []]);
  });

  test("flushing one's own item, or with a lock that it takes, is a deadlock", () => {
    const own = define({
      name: "own",
      setup: () => {
        const wq = new Workqueue("wq");
        return {
          wq,
          work: new WorkItem("work", wq, function* (self) {
            yield* flushWork(self);
          }),
        };
      },
      tasks: (s) => ({
        A: (function* () {
          yield* queueWork(s.wq, s.work);
          yield* flushWork(s.work);
        })(),
      }),
    });
    expect(stuckIn(check(own))).toEqual(["A at flush_work: wait(wq)"]);
    const locked = define({
      name: "locked",
      setup: () => {
        const wq = new Workqueue("wq");
        const m = new Mutex("m");
        return {
          wq,
          m,
          work: new WorkItem("work", wq, function* () {
            yield* mutexLock(m);
            yield* mutexUnlock(m);
          }),
        };
      },
      tasks: (s) => ({
        A: (function* () {
          yield* queueWork(s.wq, s.work);
          yield* mutexLock(s.m);
          yield* flushWork(s.work);
          yield* mutexUnlock(s.m);
        })(),
      }),
    });
    expect(stuckIn(check(locked))).toEqual(["A at flush_work: wait(wq)"]);
  });

  test("what waits may not be called with a spinlock held; what queues may", () => {
    const locked = (then: (s: State) => Path<unknown>) =>
      (function* () {
        yield* spinLock(new SpinLock("l"));
        yield* then(setup());
      })();
    expect(brokenBy(locked((s) => flushWork(s.work)))).toContain(
      "sleeping-in-atomic: A, in A, at flush_work(wq): flush_work may sleep",
    );
    expect(brokenBy(locked((s) => cancelWorkSync(s.work)))).toContain("cancel_work_sync may sleep");
    expect(brokenBy(locked((s) => drainWorkqueue(s.wq)))).toContain("drain_workqueue may sleep");
    expect(brokenBy(locked((s) => flushWorkqueue(s.wq)))).toContain("flush_workqueue may sleep");
    expect(brokenBy(locked(queue))).toContain("lock-held-at-return");
  });
});

describe("items in memory that can be freed", () => {
  const inMemory = () => {
    const memory = new Memory("pool");
    const wq = new Workqueue("wq");
    return {
      memory,
      wq,
      work: new WorkItem(
        "pool->work",
        wq,
        function* () {
          yield* kfree(memory);
        },
        memory,
      ),
    };
  };

  test("the handler may free its own item", () => {
    const s = inMemory();
    alone(
      (function* () {
        yield* queueWork(s.wq, s.work);
      })(),
    );
    expect(s.memory.freed).toBe(true);
  });

  test("freed while it is queued, the kworker touches freed memory; so does who queues it later", () => {
    const freed = define({
      name: "freed",
      setup: inMemory,
      tasks: (s) => ({
        A: (function* () {
          yield* queueWork(s.wq, s.work);
          yield* kfree(s.memory);
        })(),
      }),
    });
    expect(brokenBy(check({ ...freed, ignore: ["double-free"] }))).toMatch(
      /use-after-free: kworker\/wq, .* touches pool->work in pool, which was freed|double-free/,
    );
    const s = inMemory();
    expect(
      brokenBy(
        (function* () {
          yield* kfree(s.memory);
          yield* queueWork(s.wq, s.work);
        })(),
      ),
    ).toContain("use-after-free: A, in A, at queue_work(wq): queue_work touches pool->work in pool, which was freed");
  });
});

describe("delayed work", () => {
  const delayed = () => {
    const wq = new Workqueue("wq");
    const ran = new Atomic("ran");
    return {
      wq,
      ran,
      work: new DelayedWork("work", wq, function* () {
        yield* atomicInc(ran);
      }),
    };
  };
  type Delayed = ReturnType<typeof delayed>;
  const run = (path: (s: Delayed) => Path<string>): readonly string[] =>
    ends(check(define({ name: "delayed", setup: delayed, tasks: (s) => ({ A: path(s) }) }))).map(
      (end) => `${/ran = (\d)/.exec(end)![1]!} ${end.split("A returned ")[1]!}`,
    );

  test("it is pending until its handler begins, and may be queued at any time", () => {
    expect(
      run(function* (s) {
        yield* queueDelayedWork(s.wq, s.work, 1000);
        return String(yield* queueDelayedWork(s.wq, s.work, 1000));
      }),
    ).toEqual(["1 false", "2 true"]);
  });

  test("a cancelled timer does not fire", () => {
    expect(
      run(function* (s) {
        yield* queueDelayedWork(s.wq, s.work, 1000);
        return String(yield* cancelDelayedWork(s.work));
      }),
    ).toEqual(["0 true", "1 false"]);
    expect(
      run(function* (s) {
        yield* queueDelayedWork(s.wq, s.work, 1000);
        const pending = yield* cancelDelayedWorkSync(s.work);
        return `${pending} ${yield* READ_ONCE(s.ran)}`;
      }),
    ).toEqual(["0 true 0", "1 false 1"]);
  });

  test("mod_delayed_work replaces the timer", () => {
    expect(
      run(function* (s) {
        const idle = yield* modDelayedWork(s.wq, s.work, 1000);
        return `${idle} ${yield* modDelayedWork(s.wq, s.work, 5)}`;
      }),
    ).toEqual(["1 false true", "2 false false"]);
  });

  test("without a delay it is queued at once; a flush does not wait for the timer", () => {
    expect(
      run(function* (s) {
        yield* queueDelayedWork(s.wq, s.work, 0);
        yield* flushWork(s.work);
        return String(yield* READ_ONCE(s.ran));
      }),
    ).toEqual(["1 1"]);
    expect(
      run(function* (s) {
        yield* queueDelayedWork(s.wq, s.work, 1000);
        yield* flushDelayedWork(s.work);
        return String(yield* READ_ONCE(s.ran));
      }),
    ).toEqual(["1 1"]);
    expect(
      run(function* (s) {
        yield* queueDelayedWork(s.wq, s.work, 1000);
        return String(yield* flushWork(s.work));
      }),
    ).toEqual(["1 false", "1 true"]);
  });

  test("cancelled while its timer runs, no timer is left that fires for the next one", () => {
    const s = delayed();
    function* path(): Path<readonly boolean[]> {
      yield* queueDelayedWork(s.wq, s.work, 1000);
      yield* cancelDelayedWork(s.work);
      const armed = s.work.pending;
      yield* queueDelayedWork(s.wq, s.work, 1000);
      return [armed, s.work.pending];
    }
    const { world } = together({ A: path() });
    expect(world.tasks[0]?.result).toEqual([false, true]);
    expect(s.ran.value).toBe(1);
    // The first timer's task waits for ever: it is a daemon.
    expect(world.tasks.filter(({ finished, daemon }) => !finished && !daemon)).toEqual([]);
  });
});
