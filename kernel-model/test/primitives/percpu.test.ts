import { describe, expect, test } from "vitest";
import type { Path } from "../../src/machine/path.js";
import { alwaysAtEnd, define, sometimesAtEnd } from "../../src/machine/program.js";
import {
  Atomic,
  atomicInc,
  Bits,
  Cell,
  changeBit,
  clearBit,
  clearBitUnlock,
  Percpu,
  PercpuCounter,
  percpuCounterAdd,
  percpuCounterAddBatch,
  percpuCounterRead,
  percpuCounterReadPositive,
  percpuCounterSum,
  percpuCounterSumPositive,
  PercpuRef,
  percpuRefGet,
  percpuRefIsDying,
  percpuRefIsZero,
  percpuRefKill,
  percpuRefPut,
  percpuRefTryget,
  percpuRefTrygetLive,
  smpCondLoadAcquire,
  WRITE_ONCE,
  setBit,
  testAndChangeBit,
  testAndClearBit,
  testAndSetBit,
  testAndSetBitLock,
  testBit,
  thisCpuAdd,
  thisCpuRead,
  thisCpuWrite,
} from "../../src/primitives/index.js";
import { alone, brokenBy, check, ends, together } from "./helper.js";

describe("per-CPU variables", () => {
  test("each CPU has its own, and CPUs do not get in each other's way", () => {
    const setup = () => ({ p: new Percpu("p", 2, (cpu) => 10 * cpu) });
    type State = ReturnType<typeof setup>;
    function* path(s: State): Path<number> {
      yield* thisCpuAdd(s.p, 1);
      yield* thisCpuWrite(s.p, (yield* thisCpuRead(s.p)) + 1);
      return yield* thisCpuRead(s.p);
    }
    const verdict = check(
      define({
        name: "percpu",
        setup,
        tasks: (s) => ({ A: { cpu: 0, path: () => path(s) }, B: { cpu: 1, path: () => path(s) } }),
      }),
    );
    expect(ends(verdict)).toEqual([expect.stringContaining("A returned 2; B returned 12")]);
    expect(verdict.effort.schedules).toBe(1);
    // Tasks of no CPU: by their numbers.
    const { world } = together({ A: path(setup()), B: path(setup()) });
    expect(world.tasks.map(({ result }) => result)).toEqual([2, 12]);
    expect(() => new Percpu("p", 0, () => 0)).toThrow(
      "the number of CPUs of p is 0; accepted: an integer from 1 to 1024",
    );
    expect(() => new Percpu("p", 1, 0 as never)).toThrow(
      "the initial value of p is 0; accepted: a function from the CPU to a value",
    );
  });
});

describe("percpu_counter", () => {
  test("a part stays with its CPU below the batch, and goes to the shared count at it", () => {
    function* path(): Path<readonly number[]> {
      const c = new PercpuCounter("c", 2, 100, 4);
      const seen: number[] = [];
      for (let i = 0; i < 4; i++) {
        yield* percpuCounterAdd(c, 1);
        seen.push(yield* percpuCounterRead(c));
      }
      yield* percpuCounterAdd(c, -3);
      seen.push(yield* percpuCounterRead(c), yield* percpuCounterSum(c));
      yield* percpuCounterAddBatch(c, -1000, 2000);
      seen.push(
        yield* percpuCounterRead(c),
        yield* percpuCounterReadPositive(c),
        yield* percpuCounterSum(c),
        yield* percpuCounterSumPositive(c),
      );
      yield* percpuCounterAdd(c, 0);
      seen.push(yield* percpuCounterRead(c), yield* percpuCounterReadPositive(c));
      return seen;
    }
    expect(alone(path()).result).toEqual([100, 100, 100, 104, 104, 101, 104, 104, -899, 0, -899, 0]);
    expect(new PercpuCounter("c", 4).batch).toBe(32);
    expect(new PercpuCounter("c", 64).batch).toBe(128);
    expect(() => new PercpuCounter("c", 2, 0, 0)).toThrow("the batch of c is 0; accepted: an integer of at least 1");
  });

  test("nothing is lost, and the approximation is off by less than CPUs x batch", () => {
    const setup = () => ({ c: new PercpuCounter("c", 2, 0, 2) });
    type State = ReturnType<typeof setup>;
    function* add(s: State): Path {
      for (let i = 0; i < 3; i++) yield* percpuCounterAdd(s.c, 1);
    }
    function* sum(s: State): Path<string> {
      const read = yield* percpuCounterRead(s.c);
      return `${read} ${yield* percpuCounterSum(s.c)}`;
    }
    const verdict = check(
      define(
        { name: "counter", setup, tasks: (s) => ({ A: add(s), B: add(s), S: sum(s) }) },
        alwaysAtEnd(
          "six",
          (s) => s.c.count.value + s.c.counters.slots.reduce((total, slot) => total + slot.value, 0) === 6,
        ),
        alwaysAtEnd("close", (s) => Math.abs(s.c.count.value - 6) < 4),
        sometimesAtEnd("approximate", (s) => s.c.count.value !== 6),
      ),
    );
    expect(verdict.kind).toBe("exhausted");
  });
});

describe("percpu_ref", () => {
  const setup = () => {
    const released = new Atomic("released");
    return {
      released,
      ref: new PercpuRef("ref", 2, function* () {
        yield* atomicInc(released);
      }),
    };
  };
  type State = ReturnType<typeof setup>;

  function* use(s: State): Path<boolean> {
    if (!(yield* percpuRefTrygetLive(s.ref))) return false;
    yield* percpuRefPut(s.ref);
    return true;
  }

  test("it is released once, after the kill and the last put", () => {
    const verdict = check(
      define(
        { name: "percpu_ref", setup, tasks: (s) => ({ A: use(s), K: percpuRefKill(s.ref) }) },
        alwaysAtEnd("released once", (s) => s.released.value === 1 && s.ref.count.value === 0),
        sometimesAtEnd("too late", (_s, { results }) => results["A"] === false),
        sometimesAtEnd("in time", (_s, { results }) => results["A"] === true),
      ),
    );
    expect(verdict.kind).toBe("exhausted");
  });

  test("killed by two, or put once too often, it warns", () => {
    expect(
      brokenBy(
        check(
          define({
            name: "two",
            setup,
            tasks: (s) => ({
              A: (function* () {
                yield* percpuRefKill(s.ref);
                yield* percpuRefKill(s.ref);
              })(),
            }),
          }),
        ),
      ),
    ).toContain("warning: A: percpu_ref_kill_and_confirm called more than once on ref!");
    expect(
      brokenBy(
        check(
          define({
            name: "put",
            setup,
            tasks: (s) => ({
              A: (function* () {
                yield* percpuRefPut(s.ref);
                yield* percpuRefPut(s.ref);
                yield* percpuRefKill(s.ref);
              })(),
            }),
          }),
        ),
      ),
    ).toMatch(/percpu ref \(ref\) <= 0 \((-1|0)\) after switching to atomic/);
  });

  test("alive, dying, zero", () => {
    const s = setup();
    const confirmed = new Atomic("confirmed");
    function* path(): Path<readonly boolean[]> {
      const seen: boolean[] = [yield* percpuRefIsDying(s.ref), yield* percpuRefIsZero(s.ref)];
      yield* percpuRefGet(s.ref);
      yield* percpuRefKill(s.ref, function* () {
        yield* atomicInc(confirmed);
      });
      seen.push(
        yield* percpuRefIsDying(s.ref),
        yield* percpuRefIsZero(s.ref),
        yield* percpuRefTryget(s.ref),
        yield* percpuRefTrygetLive(s.ref),
      );
      yield* percpuRefPut(s.ref);
      yield* percpuRefPut(s.ref);
      return seen;
    }
    expect(alone(path()).result).toEqual([false, false, true, false, true, false]);
    expect([s.released.value, confirmed.value, s.ref.count.value]).toEqual([1, 1, 0]);
    expect(
      alone(
        percpuRefTryget(
          (() => {
            const t = setup();
            t.ref.flags.current = 3;
            t.ref.count.current = 0;
            return t.ref;
          })(),
        ),
      ).result,
    ).toBe(false);
    expect(() => new PercpuRef("ref", 2, undefined as never)).toThrow(
      "the release of ref is undefined; accepted: a function that gives a path",
    );
  });

  test("taken on one CPU and given back on another, beside the kill: the sum is right", () => {
    const across = () => ({ ...setup(), taken: new Cell<boolean | null>("taken", null) });
    const verdict = check(
      define(
        {
          name: "across",
          setup: across,
          tasks: (s) => ({
            A: {
              cpu: 0,
              path: function* () {
                yield* WRITE_ONCE(s.taken, yield* percpuRefTrygetLive(s.ref));
              },
            },
            B: {
              cpu: 1,
              path: function* () {
                if ((yield* smpCondLoadAcquire(s.taken, (taken) => taken !== null)) === true)
                  yield* percpuRefPut(s.ref);
              },
            },
            K: {
              cpu: 2,
              path: function* () {
                yield* percpuRefKill(s.ref);
              },
            },
          }),
        },
        alwaysAtEnd("released once", (s) => s.released.value === 1 && s.ref.count.value === 0),
        sometimesAtEnd(
          "parts of both CPUs",
          (s) => s.ref.counts.slots[0]?.value === 1 && s.ref.counts.slots[1]?.value === -1,
        ),
      ),
    );
    expect(verdict.kind).toBe("exhausted");
  });
});

describe("bits", () => {
  test.each([0, 31, 32, 63])("bit %i", (nr) => {
    const bits = new Bits("bits");
    const other = (nr + 1) % 64;
    function* path(): Path<readonly boolean[]> {
      const seen = [yield* testBit(nr, bits)];
      yield* setBit(nr, bits);
      seen.push(
        yield* testBit(nr, bits),
        yield* testBit(other, bits),
        yield* testAndSetBit(nr, bits),
        yield* testAndClearBit(nr, bits),
        yield* testAndClearBit(nr, bits),
      );
      yield* changeBit(nr, bits);
      seen.push(yield* testAndChangeBit(nr, bits), yield* testAndSetBitLock(nr, bits), yield* testBit(nr, bits));
      yield* clearBitUnlock(nr, bits);
      seen.push(yield* testBit(nr, bits));
      yield* setBit(other, bits);
      yield* setBit(nr, bits);
      yield* clearBit(other, bits);
      return seen;
    }
    expect(alone(path()).result).toEqual([false, true, false, true, true, false, true, false, true, false]);
    expect(bits.value).toEqual([nr]);
    expect(bits.has(nr)).toBe(true);
    expect(bits.describe()).toBe(`0x${(2n ** BigInt(nr)).toString(16)}`);
  });

  test("one of two wins; wrong bits are refused", () => {
    const verdict = check(
      define({
        name: "lock",
        setup: () => new Bits("flags", [3]),
        tasks: (bits) =>
          Object.fromEntries(
            ["A", "B"].map((name) => [
              name,
              (function* (): Path<boolean> {
                return yield* testAndSetBitLock(0, bits);
              })(),
            ]),
          ),
      }),
    );
    expect(ends(verdict)).toEqual(
      [" = 0x9; A returned false; B returned true", " = 0x9; A returned true; B returned false"].map(
        (end) => `flags${end}`,
      ),
    );
    expect(() => setBit(64, new Bits("flags"))).toThrow("the bit of flags is 64; accepted: an integer from 0 to 63");
    expect(() => new Bits("flags", [-1])).toThrow("the bit of flags is -1");
  });
});
