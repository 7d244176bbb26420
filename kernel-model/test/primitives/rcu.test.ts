import { describe, expect, test } from "vitest";
import { explore } from "../../src/explore/index.js";
import { Memory } from "../../src/machine/object.js";
import type { Path } from "../../src/machine/path.js";
import { alwaysAtEnd, define, sometimesAtEnd } from "../../src/machine/program.js";
import {
  callRcu,
  Cell,
  kfree,
  compute,
  kfreeRcu,
  localBhDisable,
  localBhEnable,
  localIrqDisable,
  localIrqEnable,
  modTimer,
  Mutex,
  mutexLock,
  preemptDisable,
  preemptEnable,
  raiseIrq,
  rcuAccessPointer,
  rcuAssignPointer,
  rcuBarrier,
  rcuDereference,
  rcuReadLock,
  rcuReadUnlock,
  READ_ONCE,
  readLock,
  readUnlock,
  RwLock,
  sleep,
  spinLock,
  SpinLock,
  spinUnlock,
  synchronizeRcu,
  Timer,
  WRITE_ONCE,
} from "../../src/primitives/index.js";
import type { RcuProvider } from "../../src/machine/services.js";
import type { Step } from "../../src/machine/step.js";
import type { Task } from "../../src/machine/task.js";
import { simulate } from "../../src/simulate/index.js";
import { alone, brokenBy, check, ends, together } from "./helper.js";

/** A pointer to an allocation with one field: what a reader finds, and an updater replaces and frees. */
const setup = () => {
  const entry = (value: number) => {
    const memory = new Memory(`entry ${value}`);
    return { memory, value: new Cell(`entry ${value}->value`, value, memory) };
  };
  const first = entry(1);
  return { pointer: new Cell("pointer", first), first, second: entry(2) };
};
type State = ReturnType<typeof setup>;

function* reader(s: State): Path<number> {
  yield* rcuReadLock();
  const found = yield* rcuDereference(s.pointer);
  const value = yield* READ_ONCE(found.value);
  yield* rcuReadUnlock();
  return value;
}

function* updater(s: State, reclaim: (memory: Memory) => Path): Path {
  const old = yield* rcuAccessPointer(s.pointer);
  yield* rcuAssignPointer(s.pointer, s.second);
  yield* reclaim(old.memory);
}

const program = (reclaim: (memory: Memory) => Path, readers = 2) =>
  define(
    {
      name: "rcu",
      setup,
      tasks: (s) => ({
        U: updater(s, reclaim),
        ...Object.fromEntries(Array.from({ length: readers }, (_, i) => [`R${i}`, reader(s)])),
      }),
    },
    alwaysAtEnd("freed", (s) => s.first.memory.freed),
  );

describe("grace periods", () => {
  test("what was freed after one, no reader can touch", () => {
    const verdict = check(
      program(function* (memory) {
        yield* synchronizeRcu();
        yield* kfree(memory);
      }),
    );
    expect(ends(verdict)).toHaveLength(4);
  });

  test("freed at once, a reader can", () => {
    expect(
      brokenBy(
        check(
          program(function* (memory) {
            yield* kfree(memory);
          }),
        ),
      ),
    ).toMatch(/^use-after-free: R\d, .*: READ_ONCE touches entry 1->value in entry 1, which was freed/);
  });

  test("call_rcu and kfree_rcu free after one too, in a daemon", () => {
    const deferred = check(
      program(function* (memory) {
        yield* callRcu(function* () {
          yield* kfree(memory);
        });
      }),
    );
    expect(ends(deferred)).toHaveLength(4);
    expect(
      ends(
        check(
          program(function* (memory) {
            yield* kfreeRcu(memory);
          }),
        ),
      ),
    ).toHaveLength(4);
  });

  test("a reader that began after the grace period does not hold it up, one that began before does", () => {
    function* long(): Path {
      yield* rcuReadLock();
      yield* READ_ONCE(new Cell("x", 0));
      yield* READ_ONCE(new Cell("y", 0));
      yield* rcuReadUnlock();
    }
    function* wait(): Path {
      yield* synchronizeRcu();
    }
    // The grace period starts; the reader begins; the wait is over while the reader still reads.
    const after = together({ U: wait(), R: long() }, [0, 1, 0]);
    expect(after.world.tasks.map(({ finished, rcuDepth, steps }) => [finished, rcuDepth, steps])).toEqual([
      [true, 0, 2],
      [true, 0, 4],
    ]);
    const before = together({ U: wait(), R: long() }, [1, 0]);
    expect(before.world.tasks[0]?.finished).toBe(true);
    const order = check(
      define(
        {
          name: "grace period",
          setup: () => ({
            begun: new Cell("begun", 0),
            over: new Cell("over", 0),
            reading: new Cell("reading", false),
          }),
          tasks: (s) => ({
            U: (function* (): Path<string> {
              const readingBefore = yield* READ_ONCE(s.reading);
              yield* synchronizeRcu();
              return `${readingBefore} ${yield* READ_ONCE(s.reading)}`;
            })(),
            R: (function* () {
              yield* rcuReadLock();
              yield* WRITE_ONCE(s.reading, true);
              yield* WRITE_ONCE(s.reading, false);
              yield* rcuReadUnlock();
            })(),
          }),
        },
        alwaysAtEnd("a reader seen before is gone after", (_s, { results }) => results["U"] !== "true true"),
        sometimesAtEnd("a later one is not", (_s, { results }) => results["U"] === "false true"),
      ),
    );
    expect(order.kind).toBe("exhausted");
  });

  test("read sections nest: only the outermost counts", () => {
    function* nested(s: State): Path<number> {
      yield* rcuReadLock();
      const found = yield* rcuDereference(s.pointer);
      yield* rcuReadLock();
      yield* rcuReadUnlock();
      const value = yield* READ_ONCE(found.value);
      yield* rcuReadUnlock();
      return value;
    }
    const verdict = check(
      define({
        name: "nested",
        setup,
        tasks: (s) => ({
          R: nested(s),
          U: updater(s, function* (memory) {
            yield* synchronizeRcu();
            yield* kfree(memory);
          }),
        }),
      }),
    );
    expect(ends(verdict)).toHaveLength(2);
  });

  test("readers alone need one schedule", () => {
    const verdict = check(
      define({ name: "readers", setup, tasks: (s) => ({ A: reader(s), B: reader(s), C: reader(s) }) }),
    );
    expect(verdict.effort.schedules).toBe(1);
  });
});

describe("readers without rcu_read_lock()", () => {
  type Bracket = readonly [begin: (s: Off) => Path<unknown>, end: (s: Off) => Path<unknown>];
  const setupOff = () => ({ ...setup(), lock: new SpinLock("lock"), rwlock: new RwLock("rwlock") });
  type Off = ReturnType<typeof setupOff>;
  const reclaims: Readonly<Record<string, (memory: Memory) => Path>> = {
    *"synchronize_rcu()"(memory) {
      yield* synchronizeRcu();
      yield* kfree(memory);
    },
    *"call_rcu()"(memory) {
      yield* callRcu(() => kfreePath(memory));
    },
  };
  function* kfreePath(memory: Memory): Path {
    yield* kfree(memory);
  }
  function* off(step: Step | Path<unknown>): Path {
    yield* step;
  }

  const brackets: Readonly<Record<string, Bracket>> = {
    "interrupts off": [() => off(localIrqDisable()), () => off(localIrqEnable())],
    "softirqs off": [() => off(localBhDisable()), () => off(localBhEnable())],
    "preemption off": [() => off(preemptDisable()), () => off(preemptEnable())],
    "a spinlock held": [({ lock }) => off(spinLock(lock)), ({ lock }) => off(spinUnlock(lock))],
    "a read_lock() held": [({ rwlock }) => off(readLock(rwlock)), ({ rwlock }) => off(readUnlock(rwlock))],
    "what overlaps": [
      function* () {
        yield* rcuReadLock();
        yield* preemptDisable();
        yield* rcuReadUnlock();
        yield* localIrqDisable();
        yield* preemptEnable();
      },
      () => off(localIrqEnable()),
    ],
  };

  function* looks(s: Off, between?: (s: Off) => Path<unknown>): Path<number> {
    const found = yield* READ_ONCE(s.pointer);
    if (between !== undefined) yield* between(s);
    return yield* READ_ONCE(found.value);
  }
  function* inBracket(s: Off, [begin, end]: Bracket, opensBetween: boolean): Path<number> {
    yield* begin(s);
    const value = yield* looks(
      s,
      opensBetween
        ? function* () {
            yield* end(s);
            yield* begin(s);
          }
        : undefined,
    );
    yield* end(s);
    return value;
  }
  const judged = (reader: (s: Off) => Path<unknown>, reclaim: (memory: Memory) => Path, spec: { cpu?: number } = {}) =>
    check(
      define(
        {
          name: "implicit reader",
          setup: setupOff,
          tasks: (s) => ({ R: { path: () => reader(s), ...spec }, U: updater(s, reclaim) }),
        },
        alwaysAtEnd("freed", (s) => s.first.memory.freed),
      ),
    );

  describe.each(Object.entries(reclaims))("and %s", (_name, reclaim) => {
    test.each(Object.entries(brackets))("%s: waited for", (_bracket, bracket) => {
      expect(ends(judged((s) => inBracket(s, bracket, false), reclaim)).length).toBeGreaterThan(1);
    });

    test.each(Object.entries(brackets))("%s, and on in between: not waited for", (_bracket, bracket) => {
      expect(brokenBy(judged((s) => inBracket(s, bracket, true), reclaim))).toContain("use-after-free: R");
    });

    test("nothing off: not waited for", () => {
      expect(brokenBy(judged((s) => looks(s), reclaim))).toContain("use-after-free: R");
    });

    test.each([0, 1])("an interrupt handler, raised on CPU %i: waited for", (cpu) => {
      const raises = function* (s: Off): Path {
        yield* raiseIrq(cpu, "irq", () => looks(s));
      };
      expect(judged(raises, reclaim, { cpu: 0 }).kind).toBe("exhausted");
    });

    test("a timer's handler: waited for, beside all and on a CPU", () => {
      for (const spec of [{}, { cpu: 0 }]) {
        const arms = function* (s: Off): Path {
          yield* modTimer(new Timer("timer", () => looks(s)), 1);
        };
        expect(judged(arms, reclaim, spec).kind).toBe("exhausted");
      }
    });

    test("what an interrupted task has looked up before is its own affair", () => {
      const interrupted = function* (s: Off): Path {
        yield* raiseIrq(0, "irq", () => looks(s));
        yield* looks(s);
      };
      expect(brokenBy(judged(interrupted, reclaim, { cpu: 0 }))).toContain("use-after-free: R");
    });
  });

  test("a callback is one: it runs with softirqs off", () => {
    const program = (inCallback: boolean) =>
      define({
        name: "callback as reader",
        setup: setupOff,
        tasks: (s) => ({
          R: (function* () {
            if (inCallback) yield* callRcu(() => looks(s));
            else yield* looks(s);
          })(),
          U: updater(s, function* (memory) {
            yield* synchronizeRcu();
            yield* kfree(memory);
          }),
        }),
      });
    expect(check(program(true)).kind).toBe("exhausted");
    expect(brokenBy(check(program(false)))).toContain("use-after-free: R");
  });
});

describe("another RCU", () => {
  /** Waits for one reader at a time and calls its callbacks at once: wrong, so that a program tells the two apart. */
  class HastyRcu implements RcuProvider {
    readonly log = new Cell("log", "");
    entered({ name }: Task): void {
      this.log.current += `+${name}`;
    }
    left({ name }: Task): void {
      this.log.current += `-${name}`;
    }
    *synchronizeRcu(): Path {
      yield* WRITE_ONCE(this.log, "synchronized");
    }
    *callRcu(callback: () => Path<unknown>): Path {
      yield* callback();
    }
    *rcuBarrier(): Path {
      yield* READ_ONCE(this.log);
    }
  }
  const hasty = () => ({ ...setup(), rcu: new HastyRcu() });
  const reclaims: readonly ((memory: Memory) => Path)[] = [
    function* (memory) {
      yield* synchronizeRcu();
      yield* kfree(memory);
    },
    function* (memory) {
      yield* kfreeRcu(memory);
      yield* rcuBarrier();
    },
  ];

  test.each(reclaims)("stands behind all of it in the explorer", (reclaim) => {
    const program = (own: boolean) =>
      define({
        name: "hasty",
        setup: hasty,
        services: ({ rcu }) => (own ? { rcu } : {}),
        tasks: (s) => ({ U: updater(s, reclaim), R: reader(s) }),
      });
    expect(explore(program(false)).kind).toBe("exhausted");
    expect(brokenBy(explore(program(true)))).toContain("use-after-free: R");
  });

  test("and in the simulator, for a program and for groups; it is told of each section", () => {
    function* busy(): Path<number> {
      yield* rcuReadLock();
      yield* preemptDisable();
      yield* compute(100);
      yield* rcuReadUnlock();
      yield* preemptEnable();
      return 0;
    }
    function* waits(): Path {
      yield* sleep(50);
      yield* synchronizeRcu();
    }
    const { trace, results } = simulate({
      program: define({
        name: "hasty",
        setup: hasty,
        services: ({ rcu }) => ({ rcu }),
        tasks: (s) => ({
          R: busy(),
          U: waits(),
          Z: (function* (): Path<string> {
            yield* sleep(500);
            return yield* READ_ONCE(s.rcu.log);
          })(),
        }),
      }),
      machine: { preset: "free" },
      trace: true,
    });
    expect(trace!.filter(({ task }) => task === "U").map(({ time, operation }) => `${operation} ${time}`)).toEqual([
      "schedule_timeout 50",
      "WRITE_ONCE 50",
    ]);
    expect(results["Z"]).toBe("synchronized-R");
    const completions = (own: boolean): number =>
      simulate({
        setup: hasty,
        services: ({ rcu }) => (own ? { rcu } : {}),
        groups: [
          { name: "reader", count: 1, path: () => busy() },
          { name: "updater", count: 1, path: () => synchronizeRcu() },
        ],
        machine: { preset: "free", cores: 2 },
        duration: 1000,
      }).group("updater").completions;
    expect(() => completions(true)).toThrow("accepted: at most 1000000 in one instant");
    expect(completions(false)).toBeGreaterThan(5);
  });
});

describe("callbacks", () => {
  const log = () => ({ log: new Cell("log", ""), gate: new Cell("gate", 0) });
  type Log = ReturnType<typeof log>;
  const note = (s: Log, text: string) =>
    function* (): Path {
      yield* WRITE_ONCE(s.log, (yield* READ_ONCE(s.log)) + text);
    };

  test("those of one task run in order, those of two in any", () => {
    function* queues(s: Log, ...texts: readonly string[]): Path {
      for (const text of texts) yield* callRcu(note(s, text));
    }
    const logs = (tasks: (s: Log) => Record<string, Path>): readonly string[] =>
      [
        ...new Set(
          ends(check(define({ name: "callbacks", setup: log, tasks }))).map((end) => /log = (\w*)/.exec(end)![1]!),
        ),
      ].sort();
    expect(logs((s) => ({ A: queues(s, "a", "b") }))).toEqual(["ab"]);
    const two = logs((s) => ({ A: queues(s, "a"), B: queues(s, "b") }));
    expect(two).toEqual(expect.arrayContaining(["ab", "ba"]));
  });

  test("rcu_barrier waits for all that were queued before it", () => {
    const s = log();
    function* path(): Path<string> {
      yield* callRcu(note(s, "a"));
      yield* callRcu(note(s, "b"));
      yield* rcuBarrier();
      return yield* READ_ONCE(s.log);
    }
    expect(alone(path()).result).toBe("ab");
    const setupLog = log;
    const verdict = check(
      define({
        name: "barrier",
        setup: setupLog,
        tasks: (t) => ({
          A: (function* (): Path<string> {
            yield* callRcu(note(t, "a"));
            yield* rcuBarrier();
            return yield* READ_ONCE(t.log);
          })(),
          R: (function* () {
            yield* rcuReadLock();
            yield* rcuReadUnlock();
          })(),
        }),
      }),
    );
    expect(ends(verdict)).toEqual(["log = a; gate = 0; A returned a"]);
  });

  test("they may not sleep", () => {
    expect(
      brokenBy(
        (function* () {
          yield* callRcu(function* () {
            yield* mutexLock(new Mutex("m"));
          });
        })(),
      ),
    ).toContain(
      "sleeping-in-atomic: rcuo/A, in rcuo/A, at mutex_lock(m): mutex_lock may sleep, but the task is running with softirqs off",
    );
  });

  test("a wrong callback is refused", () => {
    expect(() => callRcu(0 as never)).toThrow("the callback of callRcu is 0; accepted: a function that gives a path");
  });
});

describe("rules", () => {
  test.each<[string, () => Path, string]>([
    [
      "sleeping in a read section",
      function* () {
        yield* rcuReadLock();
        yield* sleep(1);
      },
      "sleeping-in-rcu: A, in A, at schedule_timeout(): schedule_timeout may sleep, but the task is inside rcu_read_lock()",
    ],
    [
      "waiting for oneself",
      function* () {
        yield* rcuReadLock();
        yield* synchronizeRcu();
      },
      "sleeping-in-rcu: A, in A, at synchronize_rcu(rcu)",
    ],
    [
      "an unlock too many",
      function* () {
        yield* rcuReadUnlock();
      },
      "unlock-not-held: A, in A, at rcu_read_unlock(rcu): calls rcu_read_unlock() without rcu_read_lock()",
    ],
    [
      "an unlock too few",
      function* () {
        yield* rcuReadLock();
      },
      "lock-held-at-return: A, in A, at return: returned inside rcu_read_lock()",
    ],
  ])("%s", (_name, path, message) => {
    expect(brokenBy(path())).toContain(message);
  });

  test("a dereference outside of a read section warns, once for each pointer", () => {
    const { result, warnings } = alone(
      (function* () {
        const s = setup();
        yield* rcuDereference(s.pointer);
        return (yield* rcuDereference(s.pointer)).memory.name;
      })(),
    );
    expect(result).toBe("entry 1");
    expect(warnings).toEqual(["suspicious rcu_dereference_check() usage: pointer is read outside of rcu_read_lock()"]);
  });
});
