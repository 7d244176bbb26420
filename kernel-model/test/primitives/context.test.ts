import { describe, expect, test } from "vitest";
import { Memory } from "../../src/machine/object.js";
import type { Path } from "../../src/machine/path.js";
import { alwaysAtEnd, define, sometimesAtEnd } from "../../src/machine/program.js";
import {
  Atomic,
  atomicInc,
  atomicRead,
  Cell,
  compute,
  condResched,
  cpuRelax,
  Heap,
  kfree,
  kmalloc,
  kzalloc,
  leaked,
  localBhDisable,
  localBhEnable,
  localIrqDisable,
  localIrqEnable,
  localIrqRestore,
  localIrqSave,
  onEachCpuMask,
  preemptDisable,
  preemptEnable,
  raiseIrq,
  READ_ONCE,
  sleep,
  smpCallFunctionMany,
  smpCallFunctionSingle,
  SpinLock,
  spinLock,
  spinLockBh,
  spinLockIrq,
  spinLockIrqsave,
  spinUnlock,
  spinUnlockBh,
  spinUnlockIrq,
  spinUnlockIrqrestore,
  warnOn,
  WRITE_ONCE,
} from "../../src/primitives/index.js";
import { alone, brokenBy, check, ends, stuckIn } from "./helper.js";

describe("interrupts", () => {
  /** A task on CPU 0 with a lock that the handler takes too; the device interrupts it there. */
  const program = (lock: (l: SpinLock) => Path<() => Path>) =>
    define(
      {
        name: "irq",
        setup: () => ({ l: new SpinLock("l"), x: new Atomic("x") }),
        tasks: (s) => ({
          A: {
            cpu: 0,
            path: function* (): Path {
              const unlock = yield* lock(s.l);
              yield* atomicInc(s.x);
              yield* unlock();
            },
          },
          device: (function* () {
            yield* raiseIrq(0, "irq", function* () {
              yield* spinLock(s.l);
              yield* atomicInc(s.x);
              yield* spinUnlock(s.l);
            });
          })(),
        }),
      },
      alwaysAtEnd("both counted", (s) => s.x.value === 2),
    );

  test("a lock that a handler takes, taken with interrupts on, is a deadlock", () => {
    expect(
      stuckIn(
        check(
          program(function* (l) {
            yield* spinLock(l);
            return function* () {
              yield* spinUnlock(l);
            };
          }),
        ),
      ),
    ).toContain("irq at spin_lock(l)");
    expect(
      stuckIn(
        check(
          program(function* (l) {
            yield* spinLockBh(l);
            return () => spinUnlockBh(l);
          }),
        ),
      ),
    ).toContain("irq at spin_lock(l)");
  });

  test("with interrupts off it is none", () => {
    expect(
      check(
        program(function* (l) {
          const flags = yield* spinLockIrqsave(l);
          return () => spinUnlockIrqrestore(l, flags);
        }),
      ).kind,
    ).toBe("exhausted");
    expect(
      check(
        program(function* (l) {
          yield* spinLockIrq(l);
          return () => spinUnlockIrq(l);
        }),
      ).kind,
    ).toBe("exhausted");
  });

  test("a handler comes between any two steps of its CPU, and is over before the next", () => {
    const verdict = check(
      define(
        {
          name: "between",
          setup: () => ({ x: new Atomic("x") }),
          tasks: (s) => ({
            A: {
              cpu: 0,
              path: function* (): Path<string> {
                return [yield* atomicRead(s.x), yield* atomicRead(s.x)].join("");
              },
            },
            device: (function* () {
              yield* raiseIrq(0, "irq", function* () {
                yield* atomicInc(s.x);
                yield* atomicInc(s.x);
              });
            })(),
          }),
        },
        sometimesAtEnd("in between", (_s, { results }) => results["A"] === "02"),
      ),
    );
    expect(ends(verdict).map((end) => end.split("A returned ")[1])).toEqual(["00", "02", "22"]);
  });

  test("local_irq_save nests by its flags, local_irq_disable does not", () => {
    const off = (path: () => Path<unknown>): string =>
      brokenBy(
        (function* () {
          yield* path();
          yield* sleep(1);
        })(),
      );
    expect(
      off(function* () {
        const a = yield* localIrqSave();
        const b = yield* localIrqSave();
        yield* localIrqRestore(b);
        yield* localIrqRestore(a);
      }),
    ).toBe("");
    expect(
      off(function* () {
        const a = yield* localIrqSave();
        yield* localIrqRestore(yield* localIrqSave());
        return a;
      }),
    ).toContain(
      "sleeping-in-atomic: A, in A, at schedule_timeout(): schedule_timeout may sleep, but the task is running with interrupts off",
    );
    expect(
      off(function* () {
        yield* localIrqDisable();
        yield* localIrqDisable();
        yield* localIrqEnable();
      }),
    ).toBe("");
    expect(() => localIrqRestore(undefined as never)).toThrow(
      "the flags of localIrqRestore is undefined; accepted: what localIrqSave returned",
    );
  });

  test.each<[string, () => Path, string]>([
    [
      "sleeping with preemption off",
      function* () {
        yield* preemptDisable();
        yield* sleep(1);
      },
      "sleeping-in-atomic: A, in A, at schedule_timeout(): schedule_timeout may sleep, but the task is running with preemption off",
    ],
    [
      "sleeping with softirqs off",
      function* () {
        yield* localBhDisable();
        yield* condResched();
      },
      "cond_resched may sleep, but the task is running with softirqs off",
    ],
    [
      "sleeping in a handler",
      function* () {
        yield* raiseIrq(0, "irq", function* () {
          yield* kmalloc("x");
        });
      },
      "sleeping-in-atomic: irq, in irq, at kmalloc(): kmalloc may sleep, but the task is a hardirq handler",
    ],
    [
      "an enable too many",
      function* () {
        yield* preemptEnable();
      },
      "misuse: A, in A, at preempt_enable(): preempt_enable() without preempt_disable()",
    ],
    [
      "a bh enable too many",
      function* () {
        yield* localBhEnable();
      },
      "misuse: A, in A, at local_bh_enable(): local_bh_enable() without local_bh_disable()",
    ],
    [
      "a return with preemption off",
      function* () {
        yield* preemptDisable();
      },
      "lock-held-at-return: A, in A, at return: returned with preemption off",
    ],
    [
      "a return with softirqs off",
      function* () {
        yield* localBhDisable();
      },
      "returned with softirqs off",
    ],
    [
      "a return with interrupts off",
      function* () {
        yield* localIrqDisable();
      },
      "returned with interrupts off",
    ],
  ])("%s", (_name, path, message) => {
    expect(brokenBy(path())).toContain(message);
  });

  test("pairs that are right break nothing; wrong input is refused", () => {
    expect(
      brokenBy(
        (function* () {
          yield* preemptDisable();
          yield* cpuRelax();
          yield* preemptEnable();
          yield* localBhDisable();
          yield* localBhEnable();
          yield* condResched();
          yield* compute(1);
        })(),
      ),
    ).toBe("");
    expect(() =>
      raiseIrq(-1, "irq", function* () {
        /* nothing */
      }),
    ).toThrow("the CPU is -1; accepted: an integer from 0 to 1023");
    expect(() => raiseIrq(0, "irq", 1 as never)).toThrow(
      'the handler of interrupt "irq" is 1; accepted: a function that gives a path',
    );
    expect(() => compute(-1)).toThrow("the time to compute is -1; accepted: a number from 0 to 1000000000000000000 ns");
    expect(() => sleep(NaN)).toThrow("the time to sleep is NaN");
  });
});

describe("tasks of one CPU", () => {
  test("with preemption off, none comes in between; with it on, they do", () => {
    const sums = (off: boolean): readonly string[] =>
      ends(
        check(
          define({
            name: "per CPU",
            setup: () => ({ x: new Cell("x", 0) }),
            tasks: (s) =>
              Object.fromEntries(
                ["A", "B"].map((name) => [
                  name,
                  {
                    cpu: 3,
                    path: function* () {
                      if (off) yield* preemptDisable();
                      yield* WRITE_ONCE(s.x, (yield* READ_ONCE(s.x)) + 1);
                      if (off) yield* preemptEnable();
                    },
                  },
                ]),
              ),
          }),
        ),
      );
    expect(sums(true)).toEqual(["x = 2"]);
    expect(sums(false)).toEqual(["x = 1", "x = 2"]);
  });
});

describe("calls to other CPUs", () => {
  const setup = () => ({ ran: new Atomic("ran"), seen: [0, 1, 2].map((cpu) => new Atomic(`on ${cpu}`)) });
  type State = ReturnType<typeof setup>;
  const mark = (s: State) =>
    function* (cpu: number): Path {
      yield* atomicInc(s.seen[cpu]!);
    };
  const ran = (call: (s: State) => Path): readonly string[] =>
    [
      ...new Set(
        ends(
          check(
            define({
              name: "call",
              setup,
              tasks: (s) => ({
                A: {
                  cpu: 0,
                  path: function* (): Path<string> {
                    yield* call(s);
                    const now: number[] = [];
                    for (const x of s.seen) now.push(yield* atomicRead(x));
                    return now.join("");
                  },
                },
                idle: {
                  cpu: 1,
                  path: function* () {
                    yield* atomicRead(s.ran);
                  },
                },
              }),
            }),
          ),
        ).map((end) => end.split("A returned ")[1]!),
      ),
    ].sort();

  test("with wait, the function has run on each CPU of the mask; without, it may be still to come", () => {
    expect(ran((s) => smpCallFunctionSingle(1, mark(s), true))).toEqual(["010"]);
    expect(ran((s) => smpCallFunctionSingle(1, mark(s), false))).toEqual(["000", "010"]);
    expect(ran((s) => smpCallFunctionSingle(0, mark(s), true))).toEqual(["100"]);
    expect(ran((s) => smpCallFunctionMany([0, 1, 2], mark(s), true))).toEqual(["011"]);
    expect(ran((s) => onEachCpuMask([0, 1], mark(s), true))).toEqual(["110"]);
    expect(ran((s) => onEachCpuMask([], mark(s), true))).toEqual(["000"]);
  });

  test("two CPUs may call each other; with interrupts off the rule forbids it", () => {
    const both = (off: boolean) =>
      check(
        define({
          name: "both",
          setup,
          tasks: (s) =>
            Object.fromEntries(
              [0, 1].map((cpu) => [
                `CPU ${cpu}`,
                {
                  cpu,
                  path: function* () {
                    if (off) yield* localIrqDisable();
                    yield* smpCallFunctionSingle(1 - cpu, mark(s), true);
                    if (off) yield* localIrqEnable();
                  },
                },
              ]),
            ),
        }),
      );
    expect(both(false).kind).toBe("exhausted");
    expect(brokenBy(both(true))).toMatch(
      /^misuse: CPU \d, .*: calls smp_call_function_single\(\) with interrupts off: a CPU that calls back would never be answered/,
    );
  });

  test("the CPU that is called may hold it up with interrupts off: a lock held while waiting for it is a deadlock", () => {
    const program = define({
      name: "shootdown",
      setup: () => ({ l: new SpinLock("l") }),
      tasks: (s) => ({
        A: {
          cpu: 0,
          path: function* () {
            yield* spinLock(s.l);
            yield* smpCallFunctionSingle(
              1,
              function* () {
                yield* compute(1);
              },
              true,
            );
            yield* spinUnlock(s.l);
          },
        },
        B: {
          cpu: 1,
          path: function* () {
            const flags = yield* spinLockIrqsave(s.l);
            yield* spinUnlockIrqrestore(s.l, flags);
          },
        },
      }),
    });
    expect(stuckIn(check(program))).toEqual(
      expect.arrayContaining(["A at csd_lock_wait(IPI from A)", "B at spin_lock(l)"]),
    );
  });

  test("from a handler it is a misuse; from a task of no CPU, or with wrong input, it is refused", () => {
    expect(
      brokenBy(
        (function* () {
          yield* raiseIrq(0, "irq", () => smpCallFunctionSingle(1, mark(setup()), true));
        })(),
      ),
    ).toContain("misuse: irq, in irq, at smp_call_function(): calls smp_call_function_single() in a hardirq handler");
    expect(() => alone(smpCallFunctionSingle(1, mark(setup()), true))).toThrow(
      'the CPU of task "alone", which calls smp_call_function_single is "not stated"; accepted: a task that is bound to a CPU. Next: start it as',
    );
    expect(() => alone(onEachCpuMask(1 as never, mark(setup()), true))).toThrow(
      "the CPUs of on_each_cpu_mask is 1; accepted: an array of CPU numbers",
    );
    expect(() => alone(onEachCpuMask([1], 0 as never, true))).toThrow("the function of on_each_cpu_mask is 0");
    expect(() => alone(onEachCpuMask([1, 0, 1], mark(setup()), true))).toThrow(
      "the CPUs of on_each_cpu_mask is [1,0,1]; accepted: each CPU once",
    );
    expect(() => alone(onEachCpuMask([1.5], mark(setup()), true))).toThrow("the CPU is 1.5");
  });
});

describe("memory", () => {
  test("an allocation that may fail is explored both ways; another does not fail", () => {
    const program = (mayFail: boolean, frees: boolean) =>
      check(
        define(
          {
            name: "allocate",
            setup: () => ({ heap: new Heap() }),
            tasks: (s) => ({
              A: (function* (): Path<string> {
                const first = yield* kmalloc("first", { heap: s.heap });
                const second = yield* kzalloc("second", { gfp: "GFP_NOWAIT", mayFail, heap: s.heap });
                if (second === null && !frees) return "failed";
                yield* kfree(first);
                yield* kfree(second);
                return second === null ? "failed" : "done";
              })(),
            }),
          },
          alwaysAtEnd("nothing leaks", (s) => leaked(s.heap).length === 0),
        ),
      );
    expect(ends(program(true, true))).toEqual(["heap = ; A returned done", "heap = ; A returned failed"]);
    expect(ends(program(false, true))).toEqual(["heap = ; A returned done"]);
    expect(brokenBy(program(true, false))).toBe('nothing leaks: "nothing leaks" does not hold at the end');
    expect(leaked(new Heap()).length).toBe(0);
    const heap = new Heap();
    heap.add(new Memory("table"));
    expect(leaked(heap)).toEqual(["table"]);
  });

  test.each<[string, () => Path, string]>([
    [
      "freeing twice",
      function* () {
        const memory = yield* kmalloc("page");
        yield* kfree(memory);
        yield* kfree(memory);
      },
      "double-free: A, in A, at kfree(page): frees page, which was freed already",
    ],
    [
      "touching it later",
      function* () {
        const memory = yield* kmalloc("page");
        const x = new Cell("x", 0, memory);
        yield* kfree(memory);
        yield* READ_ONCE(x);
      },
      "use-after-free: A, in A, at READ_ONCE(x): READ_ONCE touches x in page, which was freed",
    ],
    [
      "GFP_KERNEL with a spinlock held",
      function* () {
        yield* spinLock(new SpinLock("l"));
        yield* kmalloc("page");
      },
      "sleeping-in-atomic: A, in A, at kmalloc(): kmalloc may sleep, but the task is holding the spinlock l",
    ],
  ])("%s", (_name, path, message) => {
    expect(brokenBy(path())).toContain(message);
  });

  test("GFP_ATOMIC is allowed there, and freeing null is nothing", () => {
    expect(
      brokenBy(
        (function* () {
          const l = new SpinLock("l");
          yield* spinLock(l);
          yield* kfree(yield* kmalloc("page", { gfp: "GFP_ATOMIC" }));
          yield* spinUnlock(l);
          yield* kfree(null);
        })(),
      ),
    ).toBe("");
    expect(() => kmalloc("x", { gfp: "GFP_USER" as never })).toThrow(
      'gfp of kmalloc is "GFP_USER"; accepted: one of "GFP_KERNEL", "GFP_ATOMIC", "GFP_NOWAIT"',
    );
    expect(() => kzalloc("x", { failureRate: 2 })).toThrow(
      "failureRate of kzalloc is 2; accepted: a number from 0 to 1",
    );
    expect(() => kmalloc("x", { fail: true } as never)).toThrow('a parameter of kmalloc is "fail"');
  });
});

test("WARN_ON records each time, and returns its condition", () => {
  const { result, warnings } = alone(
    (function* () {
      return [yield* warnOn(false, "no"), yield* warnOn(true, "yes"), yield* warnOn(true, "yes")];
    })(),
  );
  expect(result).toEqual([false, true, true]);
  expect(warnings).toEqual(["yes", "yes"]);
});
