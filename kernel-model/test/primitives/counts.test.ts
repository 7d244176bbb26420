import { expect, test } from "vitest";
import { alwaysAtEnd, define } from "../../src/machine/program.js";
import type { Path } from "../../src/machine/path.js";
import {
  Atomic,
  atomicAdd,
  atomicAddReturn,
  atomicAddUnless,
  atomicCmpxchg,
  atomicDec,
  atomicDecAndTest,
  atomicDecIfPositive,
  atomicDecReturn,
  atomicFetchAdd,
  atomicFetchSub,
  atomicInc,
  atomicIncNotZero,
  atomicIncReturn,
  atomicRead,
  atomicSet,
  atomicSub,
  atomicSubAndTest,
  atomicSubReturn,
  atomicXchg,
  Kref,
  krefGet,
  krefGetUnlessZero,
  krefInit,
  krefPut,
  krefRead,
  Mutex,
  mutexUnlock,
  RefCount,
  REFCOUNT_MAX,
  REFCOUNT_SATURATED,
  refcountAdd,
  refcountAddNotZero,
  refcountDec,
  refcountDecAndLock,
  refcountDecAndMutexLock,
  refcountDecAndTest,
  refcountDecIfOne,
  refcountDecNotOne,
  refcountInc,
  refcountIncNotZero,
  refcountRead,
  refcountSet,
  refcountSubAndTest,
  SpinLock,
  spinUnlock,
} from "../../src/primitives/index.js";
import type { Step } from "../../src/machine/step.js";
import { alone, brokenBy, check, ends } from "./helper.js";

function* performs<R>(step: Step<R>): Path<R> {
  return yield* step;
}

test.each<[string, (v: Atomic) => Step, unknown, number]>([
  ["atomicRead", (v) => atomicRead(v), 5, 5],
  ["atomicSet", (v) => atomicSet(v, -2), undefined, -2],
  ["atomicInc", (v) => atomicInc(v), undefined, 6],
  ["atomicDec", (v) => atomicDec(v), undefined, 4],
  ["atomicAdd", (v) => atomicAdd(3, v), undefined, 8],
  ["atomicSub", (v) => atomicSub(3, v), undefined, 2],
  ["atomicIncReturn", (v) => atomicIncReturn(v), 6, 6],
  ["atomicDecReturn", (v) => atomicDecReturn(v), 4, 4],
  ["atomicAddReturn", (v) => atomicAddReturn(3, v), 8, 8],
  ["atomicSubReturn", (v) => atomicSubReturn(3, v), 2, 2],
  ["atomicFetchAdd", (v) => atomicFetchAdd(3, v), 5, 8],
  ["atomicFetchSub", (v) => atomicFetchSub(3, v), 5, 2],
  ["atomicDecAndTest", (v) => atomicDecAndTest(v), false, 4],
  ["atomicSubAndTest to 0", (v) => atomicSubAndTest(5, v), true, 0],
  ["atomicSubAndTest", (v) => atomicSubAndTest(6, v), false, -1],
  ["atomicAddUnless", (v) => atomicAddUnless(v, 1, 4), true, 6],
  ["atomicAddUnless, refused", (v) => atomicAddUnless(v, 1, 5), false, 5],
  ["atomicIncNotZero", (v) => atomicIncNotZero(v), true, 6],
  ["atomicDecIfPositive", (v) => atomicDecIfPositive(v), 4, 4],
  ["atomicCmpxchg", (v) => atomicCmpxchg(v, 5, 9), 5, 9],
  ["atomicCmpxchg, refused", (v) => atomicCmpxchg(v, 4, 9), 5, 5],
  ["atomicXchg", (v) => atomicXchg(v, 9), 5, 9],
])("%s of 5", (_name, make, result, value) => {
  const v = new Atomic("v", 5);
  expect(alone(performs(make(v))).result).toBe(result);
  expect(v.value).toBe(value);
});

test("an atomic_t at 0, and at its ends", () => {
  const zero = new Atomic("v", 0);
  expect(alone(performs(atomicIncNotZero(zero))).result).toBe(false);
  expect(alone(performs(atomicDecIfPositive(new Atomic("w", 0)))).result).toBe(-1);
  expect(zero.value).toBe(0);
  expect(alone(performs(atomicDecAndTest(new Atomic("w", 1)))).result).toBe(true);
  expect(alone(performs(atomicIncReturn(new Atomic("w", 0x7fffffff)))).result).toBe(-0x80000000);
  expect(alone(performs(atomicSubReturn(1, new Atomic("w", -0x80000000)))).result).toBe(0x7fffffff);
  expect(alone(performs(atomicSubReturn(-0x80000000, new Atomic("w", 0)))).result).toBe(-0x80000000);
});

test("what does not fit an int is refused, with the range", () => {
  expect(() => new Atomic("v", 2 ** 31)).toThrow(
    "the initial value of atomic_t v is 2147483648; accepted: an integer from -2147483648 to 2147483647",
  );
  expect(() => atomicAdd(0.5, new Atomic("v"))).toThrow("what to add to v is 0.5; accepted: an integer");
  expect(() => refcountAdd(0, new RefCount("r"))).toThrow(
    "what to add to r is 0; accepted: an integer from 1 to REFCOUNT_MAX = 2147483647",
  );
  expect(() => new RefCount("r", -1)).toThrow(
    "the initial value of refcount_t r is -1; accepted: an integer from 0 to REFCOUNT_MAX",
  );
  expect(() => alone(krefPut(new Kref("k"), 1 as never))).toThrow(
    "the release of k is 1; accepted: a function that gives a path",
  );
});

test("read-modify-write operations lose nothing; a read and a write do", () => {
  const count = (path: (v: Atomic) => Path): readonly string[] =>
    ends(check(define({ name: "test", setup: () => new Atomic("v"), tasks: (v) => ({ A: path(v), B: path(v) }) })));
  expect(
    count(function* (v) {
      yield* atomicInc(v);
    }),
  ).toEqual(["v = 2"]);
  expect(
    count(function* (v) {
      yield* atomicSet(v, (yield* atomicRead(v)) + 1);
    }),
  ).toEqual(["v = 1", "v = 2"]);
});

const OVERFLOW = "refcount_t: saturated; leaking memory.";
const AFTER_FREE = "refcount_t: addition on 0; use-after-free.";
const UNDERFLOW = "refcount_t: underflow; use-after-free.";
const LEAK = "refcount_t: decrement hit 0; leaking memory.";

test.each<[string, number, (r: RefCount) => Step, unknown, number, readonly string[]]>([
  ["refcountRead", 3, (r) => refcountRead(r), 3, 3, []],
  ["refcountSet", 3, (r) => refcountSet(r, 7), undefined, 7, []],
  ["refcountInc", 1, (r) => refcountInc(r), undefined, 2, []],
  ["refcountInc to the most", REFCOUNT_MAX - 1, (r) => refcountInc(r), undefined, REFCOUNT_MAX, []],
  ["refcountInc beyond the most", REFCOUNT_MAX, (r) => refcountInc(r), undefined, REFCOUNT_SATURATED, [OVERFLOW]],
  ["refcountInc of 0", 0, (r) => refcountInc(r), undefined, REFCOUNT_SATURATED, [AFTER_FREE]],
  ["refcountInc saturated", REFCOUNT_SATURATED | 0, (r) => refcountInc(r), undefined, REFCOUNT_SATURATED, [OVERFLOW]],
  ["refcountAdd", 1, (r) => refcountAdd(4, r), undefined, 5, []],
  ["refcountAdd beyond the most", 2, (r) => refcountAdd(REFCOUNT_MAX, r), undefined, REFCOUNT_SATURATED, [OVERFLOW]],
  ["refcountIncNotZero", 1, (r) => refcountIncNotZero(r), true, 2, []],
  ["refcountIncNotZero of 0", 0, (r) => refcountIncNotZero(r), false, 0, []],
  [
    "refcountIncNotZero beyond the most",
    REFCOUNT_MAX,
    (r) => refcountIncNotZero(r),
    true,
    REFCOUNT_SATURATED,
    [OVERFLOW],
  ],
  ["refcountAddNotZero", 1, (r) => refcountAddNotZero(2, r), true, 3, []],
  ["refcountAddNotZero of 0", 0, (r) => refcountAddNotZero(2, r), false, 0, []],
  ["refcountDec", 2, (r) => refcountDec(r), undefined, 1, []],
  ["refcountDec to 0", 1, (r) => refcountDec(r), undefined, REFCOUNT_SATURATED, [LEAK]],
  ["refcountDec of 0", 0, (r) => refcountDec(r), undefined, REFCOUNT_SATURATED, [LEAK]],
  ["refcountDecAndTest", 2, (r) => refcountDecAndTest(r), false, 1, []],
  ["refcountDecAndTest to 0", 1, (r) => refcountDecAndTest(r), true, 0, []],
  ["refcountDecAndTest of 0", 0, (r) => refcountDecAndTest(r), false, REFCOUNT_SATURATED, [UNDERFLOW]],
  [
    "refcountDecAndTest saturated",
    REFCOUNT_SATURATED | 0,
    (r) => refcountDecAndTest(r),
    false,
    REFCOUNT_SATURATED,
    [UNDERFLOW],
  ],
  ["refcountSubAndTest", 5, (r) => refcountSubAndTest(5, r), true, 0, []],
  ["refcountSubAndTest below 0", 5, (r) => refcountSubAndTest(6, r), false, REFCOUNT_SATURATED, [UNDERFLOW]],
  ["refcountDecIfOne", 1, (r) => refcountDecIfOne(r), true, 0, []],
  ["refcountDecIfOne of 2", 2, (r) => refcountDecIfOne(r), false, 2, []],
  ["refcountDecNotOne", 2, (r) => refcountDecNotOne(r), true, 1, []],
  ["refcountDecNotOne of 1", 1, (r) => refcountDecNotOne(r), false, 1, []],
  ["refcountDecNotOne of 0", 0, (r) => refcountDecNotOne(r), true, 0, [UNDERFLOW]],
  ["refcountDecNotOne saturated", REFCOUNT_SATURATED | 0, (r) => refcountDecNotOne(r), true, REFCOUNT_SATURATED, []],
])("%s", (_name, before, make, result, after, warnings) => {
  const r = new RefCount("r");
  r.refs = before;
  const run = alone(performs(make(r)));
  expect(run.result).toBe(result);
  expect(r.value).toBe(after);
  expect(run.warnings).toEqual(warnings);
});

test("a warning of each kind is given once a run; kinds with the same text are told apart", () => {
  const { warnings, world } = alone(
    (function* twice() {
      const r = new RefCount("r", 0);
      yield* refcountInc(r);
      yield* refcountSet(r, 0);
      yield* refcountInc(r);
      yield* refcountSet(r, REFCOUNT_MAX);
      yield* refcountInc(r);
      yield* refcountSet(r, REFCOUNT_MAX);
      yield* refcountIncNotZero(r);
    })(),
  );
  expect(warnings).toEqual([AFTER_FREE, OVERFLOW, OVERFLOW]);
  expect(world.warnings[0]?.task).toBe("alone");
});

test("the explorer takes a refcount warning for a violation, unless told not to", () => {
  const program = (warningsAreViolations?: boolean) =>
    check(
      define({
        name: "test",
        setup: () => new RefCount("pool->ref", 1),
        tasks: (r) => ({
          get: performs(refcountInc(r)),
          put: performs(refcountDecAndTest(r)),
        }),
        ...(warningsAreViolations === undefined ? {} : { warningsAreViolations }),
      }),
    );
  expect(brokenBy(program())).toBe(`warning: get: ${AFTER_FREE}`);
  expect(ends(program(false))).toEqual([
    "pool->ref = 1; put returned false",
    "pool->ref = saturated; put returned true",
  ]);
});

test("the last reference takes the lock along", () => {
  const both = function* (locked: (r: RefCount) => Path<boolean>, unlock: () => Step, r: RefCount): Path<string> {
    const first = yield* locked(r);
    const second = yield* locked(r);
    if (second) yield* unlock();
    return `${first} ${second}`;
  };
  const m = new Mutex("m");
  const l = new SpinLock("l");
  expect(
    alone(
      both(
        (r) => refcountDecAndMutexLock(r, m),
        () => mutexUnlock(m),
        new RefCount("r", 2),
      ),
    ).result,
  ).toBe("false true");
  expect(
    alone(
      both(
        (r) => refcountDecAndLock(r, l),
        () => spinUnlock(l),
        new RefCount("r", 2),
      ),
    ).result,
  ).toBe("false true");
  const setup = () => ({ r: new RefCount("r", 2), m: new Mutex("m"), freed: new Atomic("freed") });
  function* put(s: ReturnType<typeof setup>): Path {
    if (!(yield* refcountDecAndMutexLock(s.r, s.m))) return;
    yield* atomicInc(s.freed);
    yield* mutexUnlock(s.m);
  }
  const puts = check(
    define(
      { name: "test", setup, tasks: (s) => ({ A: put(s), B: put(s) }) },
      alwaysAtEnd("freed once", (s) => s.freed.value === 1 && s.r.value === 0),
    ),
  );
  expect(puts.kind).toBe("exhausted");
});

test("kref: whoever gives the last reference runs the release, once", () => {
  const setup = () => ({ kref: new Kref("kref"), released: new Atomic("released") });
  type State = ReturnType<typeof setup>;
  const release = (s: State) =>
    function* () {
      yield* atomicInc(s.released);
    };
  function* keep(s: State): Path<boolean> {
    yield* krefGet(s.kref);
    yield* krefPut(s.kref, release(s));
    return yield* krefPut(s.kref, release(s));
  }
  function* find(s: State): Path<boolean | string> {
    if (!(yield* krefGetUnlessZero(s.kref))) return "too late";
    return yield* krefPut(s.kref, release(s));
  }
  const verdict = check(
    define(
      { name: "test", setup, tasks: (s) => ({ A: keep(s), B: find(s) }) },
      alwaysAtEnd("released once", (s) => s.released.value === 1),
    ),
  );
  expect(ends(verdict)).toEqual([
    "kref = 0; released = 1; A returned false; B returned true",
    "kref = 0; released = 1; A returned true; B returned false",
    "kref = 0; released = 1; A returned true; B returned too late",
  ]);
  expect(
    alone(
      (function* () {
        const k = new Kref("k");
        yield* krefGet(k);
        yield* krefInit(k);
        return yield* krefRead(k);
      })(),
    ).result,
  ).toBe(1);
});
