import {
  alwaysAtEnd,
  Cell,
  define,
  explore,
  Heap,
  kfree,
  kmalloc,
  Mutex,
  mutexLock,
  mutexUnlock,
  spinLock,
  SpinLock,
  spinUnlock,
  warnOn,
  WRITE_ONCE,
  type Path,
  type Property,
} from "@mm-lab/kernel-model";
import { expect, test } from "vitest";
import { offenceOf, type Offence } from "../../src/explore/offence.js";
import { findCycle, waitingLines } from "../../src/explore/waits.js";

interface State {
  readonly m: Mutex;
  readonly spin: SpinLock;
  readonly x: Cell<number>;
  readonly heap: Heap;
}

/** Where a path that goes wrong does so, and how many steps its run has. */
function offence(
  path: (s: State) => Path<unknown>,
  properties: readonly Property<State>[] = [],
): [Offence | null, steps: number] {
  const verdict = explore(
    define<State>({
      name: "goes wrong",
      setup: () => ({ m: new Mutex("m"), spin: new SpinLock("s"), x: new Cell("x", 0), heap: new Heap("heap") }),
      tasks: (s) => ({ A: path(s) }),
      properties,
    }),
  );
  if (verdict.kind !== "violated") throw new Error(verdict.kind);
  return [offenceOf(verdict.violation, verdict.trace), verdict.trace.length];
}

test.each<[string, (s: State) => Path<unknown>, at: number | string, steps: number]>([
  ["an unlock of what is not held: refused in its effect, the last step of the trace", (s) => unlock(s), 1, 2],
  ["taken twice: not the first time, which is a step like any other", (s) => twice(s), "mutex_lock(m)", 1],
  ["sleeping where it must not: refused when it is issued", (s) => sleepingInAtomic(s), "mutex_lock(m)", 1],
  ["a use after free: refused before it takes effect", (s) => useAfterFree(s), "WRITE_ONCE(late)", 2],
  ["a lock that is held at the return", (s) => heldAtReturn(s), "return", 1],
  ["an exception after the last step", (s) => throwing(s), "throws RangeError", 1],
  ["a warning", (s) => warning(s), 1, 2],
])("%s", (_name, path, at, steps) => {
  const [found, length] = offence(path);
  expect(found?.at === "step" ? found.index : found?.text).toBe(at);
  expect(length).toBe(steps);
});

function* unlock(s: State): Path {
  yield* WRITE_ONCE(s.x, 1);
  yield* mutexUnlock(s.m);
}

function* twice(s: State): Path {
  yield* mutexLock(s.m);
  yield* mutexLock(s.m);
}

function* sleepingInAtomic(s: State): Path {
  yield* spinLock(s.spin);
  yield* mutexLock(s.m);
}

function* useAfterFree(s: State): Path {
  const memory = yield* kmalloc("object", { heap: s.heap });
  yield* kfree(memory);
  yield* WRITE_ONCE(new Cell("late", 0, memory), 1);
}

function* heldAtReturn(s: State): Path {
  yield* spinLock(s.spin);
}

function* throwing(s: State): Path {
  yield* WRITE_ONCE(s.x, 1);
  throw new RangeError("no");
}

function* warning(s: State): Path {
  yield* WRITE_ONCE(s.x, 1);
  yield* warnOn(true, "it is odd");
}

function* ending(s: State): Path {
  yield* spinLock(s.spin);
  yield* spinUnlock(s.spin);
}

test("a property is broken by the last step of its run; one that holds in no run by none", () => {
  const unlocked = alwaysAtEnd<State>("x is 1", (s) => s.x.value === 1);
  expect(offence(ending, [unlocked])).toEqual([
    { at: "step", index: 1, mark: expect.stringContaining("x is 1") as string },
    2,
  ]);
  expect(offence(ending, [{ ...unlocked, kind: "sometimes" }])[0]).toBe(null);
});

const wait = (task: string, ...heldBy: string[]) => ({ task, function: task, step: "s()", object: "o", heldBy });

test("cycles among those who wait", () => {
  expect(findCycle([wait("A", "B"), wait("B", "C", "D"), wait("C"), wait("D", "B")])).toEqual(["B", "D"]);
  expect(findCycle([wait("A", "A")])).toEqual(["A"]);
  expect(findCycle([wait("A", "B"), wait("B")])).toBe(null);
  expect(waitingLines([wait("A")])).toEqual(["A waits at s(): no task is left to wake it"]);
  expect(waitingLines([wait("A", "A")])).toEqual(["A waits at s(): held by itself", "The cycle: A -> A"]);
});
