import { describe, expect, test } from "vitest";
import type { Path } from "../../src/machine/path.js";
import { alwaysAtEnd, define, sometimesAtEnd } from "../../src/machine/program.js";
import {
  Atomic,
  atomicInc,
  atomicRead,
  localBhDisable,
  localBhEnable,
  modTimer,
  READ_ONCE,
  SpinLock,
  spinLock,
  spinLockBh,
  spinUnlock,
  spinUnlockBh,
  Timer,
  timerDelete,
  timerDeleteSync,
  timerSetup,
  timerShutdownSync,
  sleep,
  Cell,
  WRITE_ONCE,
} from "../../src/primitives/index.js";
import { brokenBy, check, ends, stuckIn } from "./helper.js";

const setup = () => {
  const fired = new Atomic("fired");
  return {
    fired,
    timer: new Timer("timer", function* handler() {
      yield* atomicInc(fired);
    }),
  };
};
type State = ReturnType<typeof setup>;
const run = (path: (s: State) => Path<unknown>): readonly string[] =>
  ends(check(define({ name: "timer", setup, tasks: (s) => ({ A: path(s) }) }))).map(
    (end) => `${/fired = (\d)/.exec(end)![1]!} ${end.split("A returned ")[1] ?? ""}`,
  );

describe("in the explorer", () => {
  test("an armed timer may fire at any time, once", () => {
    expect(
      run(function* (s) {
        yield* modTimer(s.timer, 1000);
        return yield* atomicRead(s.fired);
      }),
    ).toEqual(["1 0", "1 1"]);
  });

  test("a deleted timer does not fire; the handler may be running", () => {
    expect(
      run(function* (s) {
        yield* modTimer(s.timer, 1000);
        const armed = yield* timerDelete(s.timer);
        return `${armed} ${yield* atomicRead(s.fired)}`;
      }),
    ).toEqual(["0 true 0", "1 false 0", "1 false 1"]);
  });

  test("timer_delete_sync waits for the handler", () => {
    expect(
      run(function* (s) {
        yield* modTimer(s.timer, 1000);
        const armed = yield* timerDeleteSync(s.timer);
        return `${armed} ${yield* atomicRead(s.fired)}`;
      }),
    ).toEqual(["0 true 0", "1 false 1"]);
  });

  test("mod_timer moves an armed timer; after shutdown it does nothing", () => {
    expect(
      run(function* (s) {
        yield* modTimer(s.timer, 1000);
        return yield* modTimer(s.timer, 10);
      }),
    ).toEqual(["1 true", "2 false"]);
    expect(
      run(function* (s) {
        yield* timerShutdownSync(s.timer);
        yield* modTimer(s.timer, 10);
        return s.timer.pending;
      }),
    ).toEqual(["0 false"]);
  });

  test("a timer that arms itself again never runs twice at a time", () => {
    const periodic = () => {
      const inside = new Cell("inside", 0);
      const runs = new Atomic("runs");
      const most = new Cell("most", 0);
      const timer: Timer = timerSetup("timer", function* (self) {
        yield* WRITE_ONCE(inside, (yield* READ_ONCE(inside)) + 1);
        if ((yield* atomicRead(runs)) === 0) yield* modTimer(self, 10);
        yield* atomicInc(runs);
        if ((yield* READ_ONCE(inside)) > 1) yield* WRITE_ONCE(most, 2);
        yield* WRITE_ONCE(inside, (yield* READ_ONCE(inside)) - 1);
      });
      return { inside, runs, most, timer };
    };
    const verdict = check(
      define(
        {
          name: "periodic",
          setup: periodic,
          tasks: (s) => ({
            A: (function* () {
              yield* modTimer(s.timer, 10);
            })(),
          }),
        },
        alwaysAtEnd("twice, one at a time", (s) => s.runs.value === 2 && s.most.value === 0),
      ),
    );
    expect(verdict.kind).toBe("exhausted");
  });

  test("the handler may not sleep", () => {
    for (const cpu of [-1, 0]) {
      const program = define({
        name: "sleeps",
        setup: () => ({
          timer: new Timer("timer", function* () {
            yield* sleep(1);
          }),
        }),
        tasks: (s) => ({
          A: {
            path: function* () {
              yield* modTimer(s.timer, 1);
            },
            cpu,
          },
        }),
      });
      expect(brokenBy(check(program))).toContain(
        cpu === 0
          ? "schedule_timeout may sleep, but the task is a softirq handler"
          : "schedule_timeout may sleep, but the task is running with softirqs off",
      );
    }
  });
});

describe("on the CPU that armed it", () => {
  const locked = (lock: (l: SpinLock) => Path, unlock: (l: SpinLock) => Path) =>
    define(
      {
        name: "bound",
        setup: () => {
          const l = new SpinLock("l");
          const fired = new Atomic("fired");
          return {
            l,
            fired,
            timer: new Timer("timer", function* () {
              yield* spinLock(l);
              yield* atomicInc(fired);
              yield* spinUnlock(l);
            }),
          };
        },
        tasks: (s) => ({
          A: {
            cpu: 0,
            path: function* (): Path<number> {
              yield* modTimer(s.timer, 1);
              yield* lock(s.l);
              const before = yield* atomicRead(s.fired);
              yield* unlock(s.l);
              return before;
            },
          },
        }),
      },
      sometimesAtEnd("it fires before", (_s, { results }) => results["A"] === 1),
    );

  test("it comes in the middle of a critical section of its own lock: a deadlock, unless softirqs are off", () => {
    expect(
      stuckIn(
        check(
          locked(
            function* (l) {
              yield* spinLock(l);
            },
            function* (l) {
              yield* spinUnlock(l);
            },
          ),
        ),
      ),
    ).toContain("timer at spin_lock(l)");
    expect(check(locked(spinLockBh, spinUnlockBh)).kind).toBe("exhausted");
  });

  test("with softirqs off it can be deleted before it fires, and does not hold the deletion up", () => {
    const program = define({
      name: "delete",
      setup,
      tasks: (s) => ({
        A: {
          cpu: 0,
          path: function* (): Path<string> {
            yield* modTimer(s.timer, 1);
            yield* localBhDisable();
            const fired = yield* atomicRead(s.fired);
            const armed = yield* timerDeleteSync(s.timer);
            yield* localBhEnable();
            return `${armed} ${fired}`;
          },
        },
      }),
    });
    expect(ends(check(program)).map((end) => end.split("A returned ")[1])).toEqual(
      ["true 0", "false 1"].sort((a, b) => (a < b ? 1 : -1)),
    );
  });
});
