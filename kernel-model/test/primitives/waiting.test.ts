import { describe, expect, test } from "vitest";
import type { Path } from "../../src/machine/path.js";
import { alwaysAtEnd, define, sometimes } from "../../src/machine/program.js";
import {
  Atomic, atomicRead, Cell, Completion, complete, completeAll, completionDone, finishWait, prepareToWait, prepareToWaitExclusive, READ_ONCE, reinitCompletion, schedule, SpinLock,
  spinLock, tryWaitForCompletion, waitEvent, waitForCompletion, WaitQueue, wakeUp, wakeUpAll, WRITE_ONCE,
} from "../../src/primitives/index.js";
import { alone, brokenBy, check, ends, stuckIn, together } from "./helper.js";

describe("completions", () => {
  const setup = () => ({ x: new Completion("x") });
  type State = ReturnType<typeof setup>;
  function* wait(s: State): Path { yield* waitForCompletion(s.x); }

  test("complete() lets one waiter go on, before it comes or after; complete_all() lets all", () => {
    const one = (count: number, all = false) => check(define({
      name: "completion",
      setup,
      tasks: (s) => ({ A: wait(s), B: wait(s), C: (function* () { for (let i = 0; i < count; i++) yield* all ? completeAll(s.x) : complete(s.x); })() }),
    }));
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
    expect(brokenBy((function* () { yield* spinLock(new SpinLock("l")); yield* waitForCompletion(new Completion("x")); })())).toContain("sleeping-in-atomic: A, in A, at wait_for_completion(x)");
  });
});

describe("wait queues", () => {
  const setup = () => ({ queue: new WaitQueue("queue"), ready: new Cell("ready", false), stock: new Atomic("stock") });
  type State = ReturnType<typeof setup>;

  function* produce(s: State): Path {
    yield* WRITE_ONCE(s.ready, true);
    yield* wakeUp(s.queue);
  }

  const program = (consume: (s: State) => Path) => define(
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
    const verdict = check(program(function* (s) {
      yield* prepareToWait(s.queue);
      if (!(yield* READ_ONCE(s.ready))) yield* schedule(s.queue);
      yield* finishWait(s.queue);
    }));
    expect(verdict.kind).toBe("exhausted");
  });

  test("schedule() returns at once to who was woken, or never prepared", () => {
    const { queue } = setup();
    alone((function* () {
      yield* schedule(queue);
      yield* prepareToWait(queue);
      yield* wakeUp(queue);
      yield* schedule(queue);
    })());
    expect(queue.waiting).toBe(0);
    expect(() => alone((function* () { const q = new WaitQueue("q"); yield* prepareToWait(q); yield* schedule(q); })())).toThrow("stuck at schedule");
  });

  test("wake_up wakes all that are not exclusive and one that is, wake_up_all all", () => {
    const woken = (wake: (q: WaitQueue) => Path): readonly string[] => {
      const queue = new WaitQueue("q");
      function* sleeper(exclusive: boolean): Path {
        yield* exclusive ? prepareToWaitExclusive(queue) : prepareToWait(queue);
        yield* schedule(queue);
      }
      const { world } = together({ e1: sleeper(true), e2: sleeper(true), n1: sleeper(false), n2: sleeper(false), W: wake(queue) }, [0, 1, 2, 3]);
      return world.tasks.filter(({ finished, name }) => finished && name !== "W").map(({ name }) => name);
    };
    expect(woken(function* (q) { yield* wakeUp(q); })).toEqual(["e1", "n1", "n2"]);
    expect(woken(function* (q) { yield* wakeUpAll(q); })).toEqual(["e1", "e2", "n1", "n2"]);
  });

  test("the condition may look at several objects, of their own types", () => {
    const verdict = check(define(
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
    ));
    expect(verdict.kind).toBe("exhausted");
  });

  test("wrong input, and sleeping where it is not allowed", () => {
    const { queue, ready } = setup();
    expect(() => alone(waitEvent(queue, [], () => true))).toThrow("the objects for waitEvent(queue) is []; accepted: 1 to 8 shared objects in an array");
    expect(() => alone(waitEvent(queue, [ready], true as never))).toThrow("the condition for waitEvent(queue) is true; accepted: a function of the values");
    expect(brokenBy((function* () { const q = new WaitQueue("q"); yield* spinLock(new SpinLock("l")); yield* prepareToWait(q); yield* schedule(q); })())).toContain("sleeping-in-atomic: A, in A, at schedule(q)");
  });
});
