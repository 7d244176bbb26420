import { describe, expect, test } from "vitest";
import { explore } from "../../src/explore/index.js";
import type { Path } from "../../src/machine/path.js";
import type { Step } from "../../src/machine/step.js";
import { alwaysAtEnd, define, sometimes } from "../../src/machine/program.js";
import {
  Atomic,
  atomicRead,
  Bits,
  Cell,
  Completion,
  complete,
  completeAll,
  completionDone,
  finishWait,
  prepareToWait,
  prepareToWaitExclusive,
  READ_ONCE,
  RefCount,
  refcountInc,
  reinitCompletion,
  schedule,
  setBit,
  smpCondLoadAcquire,
  SpinLock,
  spinLock,
  spinUntil,
  testBit,
  tryWaitForCompletion,
  waitEvent,
  waitForCompletion,
  WaitQueue,
  wakeUp,
  wakeUpAll,
  WRITE_ONCE,
} from "../../src/primitives/index.js";
import { alone, brokenBy, check, ends, stuckIn, together } from "./helper.js";

describe("completions", () => {
  const setup = () => ({ x: new Completion("x") });
  type State = ReturnType<typeof setup>;
  function* wait(s: State): Path {
    yield* waitForCompletion(s.x);
  }

  test("complete() lets one waiter go on, before it comes or after; complete_all() lets all", () => {
    const one = (count: number, all = false) =>
      check(
        define({
          name: "completion",
          setup,
          tasks: (s) => ({
            A: wait(s),
            B: wait(s),
            C: (function* () {
              for (let i = 0; i < count; i++) yield* all ? completeAll(s.x) : complete(s.x);
            })(),
          }),
        }),
      );
    expect(stuckIn(one(1))).toHaveLength(1);
    expect(ends(one(2))).toEqual(["x = done 0"]);
    expect(ends(one(1, true))).toEqual(["x = completed for all"]);
  });

  test("trying, asking, starting anew", () => {
    function* path(): Path<readonly boolean[]> {
      const { x } = setup();
      const seen = [yield* tryWaitForCompletion(x), yield* completionDone(x)];
      yield* complete(x);
      seen.push(yield* completionDone(x), yield* tryWaitForCompletion(x), yield* tryWaitForCompletion(x));
      yield* completeAll(x);
      seen.push(yield* tryWaitForCompletion(x), x.done);
      yield* reinitCompletion(x);
      return [...seen, yield* tryWaitForCompletion(x)];
    }
    expect(alone(path()).result).toEqual([false, false, true, true, false, true, true, false]);
    expect(
      brokenBy(
        (function* () {
          yield* spinLock(new SpinLock("l"));
          yield* waitForCompletion(new Completion("x"));
        })(),
      ),
    ).toContain("sleeping-in-atomic: A, in A, at wait_for_completion(x)");
  });
});

describe("wait queues", () => {
  const setup = () => ({ queue: new WaitQueue("queue"), ready: new Cell("ready", false), stock: new Atomic("stock") });
  type State = ReturnType<typeof setup>;

  function* produce(s: State): Path {
    yield* WRITE_ONCE(s.ready, true);
    yield* wakeUp(s.queue);
  }

  const program = (consume: (s: State) => Path) =>
    define(
      { name: "wait", setup, tasks: (s) => ({ A: consume(s), B: consume(s), P: produce(s) }) },
      sometimes("both wait", (s) => s.queue.waiting === 2),
    );

  test("wait_event loses no wake-up, and leaves the queue empty", () => {
    const verdict = check(program((s) => waitEvent(s.queue, [s.ready], (ready) => ready)));
    expect(ends(verdict)).toEqual(["queue = empty; ready = true; stock = 0"]);
  });

  test("written by hand with the check before the queueing, it does", () => {
    const lost = program(function* (s) {
      if (yield* READ_ONCE(s.ready)) return;
      yield* prepareToWait(s.queue);
      yield* schedule(s.queue);
      yield* finishWait(s.queue);
    });
    expect(stuckIn(check(lost))[0]).toMatch(/^[AB] at schedule\(queue\)/);
  });

  test("written by hand with the check after it, it does not", () => {
    const verdict = check(
      program(function* (s) {
        yield* prepareToWait(s.queue);
        if (!(yield* READ_ONCE(s.ready))) yield* schedule(s.queue);
        yield* finishWait(s.queue);
      }),
    );
    expect(verdict.kind).toBe("exhausted");
  });

  test("schedule() returns at once to who was woken, or never prepared", () => {
    const { queue } = setup();
    alone(
      (function* () {
        yield* schedule(queue);
        yield* prepareToWait(queue);
        yield* wakeUp(queue);
        yield* schedule(queue);
      })(),
    );
    expect(queue.waiting).toBe(0);
    expect(() =>
      alone(
        (function* () {
          const q = new WaitQueue("q");
          yield* prepareToWait(q);
          yield* schedule(q);
        })(),
      ),
    ).toThrow("stuck at schedule");
  });

  test("wake_up wakes all that are not exclusive and one that is, wake_up_all all", () => {
    const woken = (wake: (q: WaitQueue) => Path): readonly string[] => {
      const queue = new WaitQueue("q");
      function* sleeper(exclusive: boolean): Path {
        yield* exclusive ? prepareToWaitExclusive(queue) : prepareToWait(queue);
        yield* schedule(queue);
      }
      const { world } = together(
        { e1: sleeper(true), e2: sleeper(true), n1: sleeper(false), n2: sleeper(false), W: wake(queue) },
        [0, 1, 2, 3],
      );
      return world.tasks.filter(({ finished, name }) => finished && name !== "W").map(({ name }) => name);
    };
    expect(
      woken(function* (q) {
        yield* wakeUp(q);
      }),
    ).toEqual(["e1", "n1", "n2"]);
    expect(
      woken(function* (q) {
        yield* wakeUpAll(q);
      }),
    ).toEqual(["e1", "e2", "n1", "n2"]);
  });

  test("a wake-up passes over an exclusive waiter that another queue has woken, and counts who it wakes", () => {
    const setup = () => ({
      a: new WaitQueue("a"),
      b: new WaitQueue("b"),
      first: new Cell("first", false),
      second: new Cell("second", false),
    });
    type State = ReturnType<typeof setup>;
    const program = (prepare: (q: WaitQueue) => Step<void>, wake: (s: State) => Path) =>
      define({
        name: "two queues",
        setup,
        tasks: (s) => ({
          both: (function* () {
            yield* prepare(s.a);
            yield* prepare(s.b);
            yield* WRITE_ONCE(s.first, true);
            yield* schedule(s.b);
            yield* finishWait(s.a);
            yield* finishWait(s.b);
          })(),
          one: (function* () {
            yield* smpCondLoadAcquire(s.first, (first) => first);
            yield* prepareToWaitExclusive(s.b);
            yield* WRITE_ONCE(s.second, true);
            yield* schedule(s.b);
            yield* finishWait(s.b);
          })(),
          waker: (function* () {
            yield* smpCondLoadAcquire(s.second, (second) => second);
            yield* wake(s);
          })(),
        }),
      });
    function* aThenB({ a, b }: State): Path {
      yield* wakeUp(a);
      yield* wakeUp(b);
    }
    function* bThenA({ a, b }: State): Path {
      yield* wakeUp(b);
      yield* wakeUp(a);
    }
    expect(check(program(prepareToWaitExclusive, aThenB)).kind).toBe("exhausted");
    expect(check(program(prepareToWait, aThenB)).kind).toBe("exhausted");
    // The other way round the first wake-up is spent on who would be woken by the second.
    expect(stuckIn(check(program(prepareToWaitExclusive, bThenA)))).toEqual(["one at schedule(b)"]);
    expect(check(program(prepareToWait, bThenA)).kind).toBe("exhausted");
    expect(stuckIn(check(program(prepareToWaitExclusive, ({ a }) => onlyWake(a))))).toEqual(["one at schedule(b)"]);
  });

  test("the condition may look at several objects, of their own types", () => {
    const verdict = check(
      define(
        {
          name: "several",
          setup,
          tasks: (s) => ({
            A: (function* (): Path<number> {
              yield* waitEvent(s.queue, [s.stock, s.ready], (n: number, ready: boolean) => n > 0 || ready);
              return yield* atomicRead(s.stock);
            })(),
            P: produce(s),
          }),
        },
        alwaysAtEnd("it saw the condition", (s) => s.ready.value),
      ),
    );
    expect(verdict.kind).toBe("exhausted");
  });

  test("wrong input, and sleeping where it is not allowed", () => {
    const { queue, ready } = setup();
    expect(() => alone(waitEvent(queue, [], () => true))).toThrow(
      "the objects for waitEvent(queue) is []; accepted: 1 to 8 shared objects in an array",
    );
    expect(() => alone(waitEvent(queue, [ready], true as never))).toThrow(
      "the condition for waitEvent(queue) is true; accepted: a function of the values",
    );
    expect(
      brokenBy(
        (function* () {
          const q = new WaitQueue("q");
          yield* spinLock(new SpinLock("l"));
          yield* prepareToWait(q);
          yield* schedule(q);
        })(),
      ),
    ).toContain("sleeping-in-atomic: A, in A, at schedule(q)");
  });
});

function* onlyWake(queue: WaitQueue): Path {
  yield* wakeUp(queue);
}

describe("conditions", () => {
  const setup = () => ({
    x: new Cell("x", 0),
    y: new Cell("y", 0),
    bits: new Bits("bits"),
    refs: new RefCount("refs", 1),
    queue: new WaitQueue("queue"),
  });
  type State = ReturnType<typeof setup>;
  const program = (wait: (s: State) => Path<unknown>) =>
    define({
      name: "conditions",
      setup,
      tasks: (s) => ({
        W: wait(s),
        A: (function* () {
          yield* WRITE_ONCE(s.x, 1);
          yield* setBit(3, s.bits);
          yield* refcountInc(s.refs);
          yield* WRITE_ONCE(s.y, 1);
          yield* wakeUpAll(s.queue);
        })(),
      }),
    });

  test.each<[string, (s: State) => Path<unknown>]>([
    [
      "get the values, of one",
      function* (s) {
        yield* spinUntil([s.x], (x) => x === 1);
        return yield* READ_ONCE(s.x);
      },
    ],
    [
      "of several",
      function* (s) {
        yield* spinUntil([s.x, s.y], (x, y) => x === 1 && y === 1);
        return yield* READ_ONCE(s.y);
      },
    ],
    [
      "of bits: the numbers of those that are set",
      function* (s) {
        yield* spinUntil([s.bits, s.y], (bits, y) => bits.includes(3) && y === 1);
        return Number(yield* testBit(3, s.bits));
      },
    ],
    [
      "of a count",
      function* (s) {
        return (yield* smpCondLoadAcquire(s.refs, (refs) => refs === 2)) - 1;
      },
    ],
    [
      "of what a wait queue is woken for",
      function* (s) {
        yield* waitEvent(s.queue, [s.bits, s.y], (bits, y) => bits.length === 1 && y === 1);
        return yield* READ_ONCE(s.y);
      },
    ],
    [
      "or read those of the objects that they name",
      function* (s) {
        yield* spinUntil([s.x, s.y], () => s.x.value === 1 && s.y.value === 1);
        return yield* READ_ONCE(s.y);
      },
    ],
  ])("%s", (_name, wait) => {
    expect([...new Set(ends(check(program(wait))).map((end) => /W returned (.*)$/.exec(end)![1]))]).toEqual(["1"]);
  });

  test.each<[string, (s: State) => Path<unknown>]>([
    [
      "spinUntil(x)",
      function* (s) {
        yield* spinUntil([s.x], () => s.y.value === 1);
      },
    ],
    [
      "spinUntil(x, bits)",
      function* (s) {
        yield* spinUntil([s.x, s.bits], (x) => x === 0 && s.y.value === 1);
      },
    ],
    [
      "smpCondLoadAcquire(x)",
      function* (s) {
        yield* smpCondLoadAcquire(s.x, (x) => x === 0 && s.y.value === 1);
      },
    ],
    [
      "waitEvent(queue)",
      function* (s) {
        yield* waitEvent(s.queue, [s.x], () => s.y.value === 1);
      },
    ],
  ])("%s must not look at what it does not name", (call, wait) => {
    expect(() => explore(program(wait))).toThrow(
      `what the condition of ${call} looks at is "y"; accepted: what it names: x`,
    );
    expect(() => explore(program(wait), { reduction: false })).toThrow(
      "name y among them too, and take its value as an argument",
    );
  });
});

describe("warnings", () => {
  test("are told once for each object: two that warn do not depend on each other", () => {
    const setup = () => ({ a: new RefCount("a", 0), b: new RefCount("b", 0) });
    const verdict = check(
      define({
        name: "two warnings",
        warningsAreViolations: false,
        setup,
        tasks: (s) => ({
          A: (function* () {
            yield* refcountInc(s.a);
            yield* refcountInc(s.a);
          })(),
          B: (function* () {
            yield* refcountInc(s.b);
          })(),
        }),
      }),
    );
    expect([verdict.kind, verdict.effort.schedules]).toEqual(["exhausted", 1]);
    const { warnings } = alone(
      (function* () {
        const s = setup();
        yield* refcountInc(s.a);
        yield* refcountInc(s.a);
        yield* refcountInc(s.b);
      })(),
    );
    // The second on the same count finds it saturated: another kind.
    expect(warnings).toHaveLength(3);
  });
});
