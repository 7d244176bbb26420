import { describe, expect, test } from "vitest";
import type { Path } from "../../src/machine/path.js";
import type { Step } from "../../src/machine/step.js";
import { always, alwaysAtEnd, define, sometimes } from "../../src/machine/program.js";
import {
  Cell,
  downgradeWrite,
  downRead,
  downReadTrylock,
  downWrite,
  downWriteTrylock,
  enterRegion,
  inside,
  leaveRegion,
  localBhDisable,
  localBhEnable,
  localIrqDisable,
  localIrqEnable,
  Mutex,
  mutexLock,
  mutexUnlock,
  raiseIrq,
  rawReadSeqcount,
  rawWriteSeqcountBegin,
  rawWriteSeqcountEnd,
  READ_ONCE,
  readLock,
  readSeqbegin,
  readSeqretry,
  readUnlock,
  Region,
  RwLock,
  RwSemaphore,
  rwsemIsContended,
  SeqCount,
  SeqLock,
  smpCondLoadAcquire,
  SpinLock,
  spinLock,
  spinUnlock,
  upRead,
  upWrite,
  WRITE_ONCE,
  writeLock,
  writeSeqlock,
  writeSequnlock,
  writeUnlock,
} from "../../src/primitives/index.js";
import { alone, brokenBy, check, ends, stuckIn, together } from "./helper.js";

describe("rwsem", () => {
  const setup = () => ({
    sem: new RwSemaphore("mmap_lock"),
    region: new Region("vma tree"),
    readers: new Cell("most readers", 0),
  });
  type State = ReturnType<typeof setup>;

  function* reader(s: State): Path {
    yield* downRead(s.sem);
    yield* upRead(s.sem);
  }

  function* writer(s: State): Path {
    yield* downWrite(s.sem);
    yield* enterRegion(s.region);
    yield* leaveRegion(s.region);
    yield* upWrite(s.sem);
  }

  test("writers are alone, readers are not", () => {
    const verdict = check(
      define(
        { name: "rwsem", setup, tasks: (s) => ({ R1: reader(s), R2: reader(s), W1: writer(s), W2: writer(s) }) },
        always("no reader beside a writer", (s) => s.sem.owner === null || s.sem.readers === 0),
        sometimes("two readers at once", (s) => s.sem.readers === 2),
        sometimes("a queue", (s) => s.sem.waiting === 3),
      ),
    );
    expect(ends(verdict)).toEqual(["sem = free; region = empty; readers = 0"]);
  });

  test("readers commute: with no writer there is one schedule to try", () => {
    const verdict = check(
      define({ name: "readers", setup, tasks: (s) => ({ R1: reader(s), R2: reader(s), R3: reader(s) }) }),
    );
    expect(verdict.kind).toBe("exhausted");
    expect(verdict.effort.schedules).toBe(1);
  });

  test("a reader that comes while a writer waits, waits behind it; the queue is first come, first served", () => {
    const s = setup();
    const order: string[] = [];
    function* holder(): Path {
      yield* downRead(s.sem);
      yield* WRITE_ONCE(s.readers, 1);
      expect(s.sem.describe()).toBe("read by first; waiting: W to write, R1, R2 to read, X to write");
      yield* upRead(s.sem);
      expect(s.sem.describe()).toBe("free; waiting: W to write, R1, R2 to read, X to write");
    }
    function* queued(name: string, take: Path, give: () => Path): Path {
      yield* take;
      order.push(name);
      yield* give();
    }
    // The first reader has the semaphore before the others come, and gives it back after. Readers look at the owner too.
    const { world, violation } = together(
      {
        first: holder(),
        W: queued("W", downWrite(s.sem), () => upWrite(s.sem)),
        R1: queued("R1", downRead(s.sem), () => upRead(s.sem)),
        R2: queued("R2", downRead(s.sem), () => upRead(s.sem)),
        X: queued("X", downWrite(s.sem), () => upWrite(s.sem)),
      },
      [0, 1, 2, 2, 3, 3, 4],
    );
    expect(violation).toBeNull();
    expect(world.tasks.every(({ finished }) => finished)).toBe(true);
    expect(order).toEqual(["W", "R1", "R2", "X"]);
  });

  test("trylocks take it only if nobody holds or awaits it in a way that forbids", () => {
    const s = setup();
    function* path(): Path<readonly boolean[]> {
      const free = yield* downWriteTrylock(s.sem);
      yield* downgradeWrite(s.sem);
      const write = yield* downWriteTrylock(s.sem);
      yield* upRead(s.sem);
      const read = yield* downReadTrylock(s.sem);
      yield* upRead(s.sem);
      return [free, write, read];
    }
    expect(alone(path()).result).toEqual([true, false, true]);
  });

  test("a trylock for reading fails while a writer waits", () => {
    const s = setup();
    function* first(): Path<boolean> {
      yield* downRead(s.sem);
      yield* READ_ONCE(s.readers);
      const again = yield* downReadTrylock(s.sem);
      yield* upRead(s.sem);
      return again;
    }
    const { world } = together({ first: first(), W: writer(s) }, [0, 1, 0]);
    expect(world.tasks[0]?.result).toBe(false);
  });

  test("downgrade_write lets the readers in front of the queue in, and no writer in between", () => {
    function* downgrader(s: State): Path<number> {
      yield* downWrite(s.sem);
      yield* WRITE_ONCE(s.readers, 1);
      yield* downgradeWrite(s.sem);
      const seen = yield* READ_ONCE(s.readers);
      yield* upRead(s.sem);
      return seen;
    }
    function* other(s: State): Path {
      yield* downWrite(s.sem);
      yield* WRITE_ONCE(s.readers, 2);
      yield* upWrite(s.sem);
    }
    const verdict = check(
      define(
        { name: "downgrade", setup, tasks: (s) => ({ D: downgrader(s), W: other(s), R: reader(s) }) },
        alwaysAtEnd("it reads what it wrote", (_s, run) => run.results["D"] === 1),
        sometimes("a reader beside it", (s) => s.sem.readers === 2),
      ),
    );
    expect(ends(verdict)).toHaveLength(2);
  });

  test("readers that were queued get it at the downgrade, a writer behind them does not", () => {
    const s = setup();
    function* downgrader(): Path<string> {
      yield* downWrite(s.sem);
      yield* downgradeWrite(s.sem);
      const shown = s.sem.describe();
      yield* upRead(s.sem);
      return shown;
    }
    const { world } = together({ D: downgrader(), R: reader(s), W: writer(s) }, [0, 1, 2]);
    expect(world.tasks[0]?.result).toBe("read by D, R; waiting: W to write");
    expect(world.tasks.every(({ finished }) => finished)).toBe(true);
  });

  test("a release that lets one queued reader in lets in all, past the writers between them", () => {
    const s = setup();
    let after = "";
    function* first(): Path {
      yield* downWrite(s.sem);
      yield* WRITE_ONCE(s.readers, 1);
      expect(s.sem.describe()).toBe("written by first; waiting: R1 to read, W to write, R2 to read, X to write");
      yield* upWrite(s.sem);
      after = s.sem.describe();
    }
    const { world } = together(
      { first: first(), R1: reader(s), W: writer(s), R2: reader(s), X: writer(s) },
      [0, 1, 2, 3, 4],
    );
    expect(after).toBe("read by R1, R2; waiting: W to write, X to write");
    expect(world.tasks.every(({ finished }) => finished)).toBe(true);
  });

  describe("who comes may overtake who waits", () => {
    const setupOrder = () => ({ ...setup(), order: new Cell("order", "") });
    type Order = ReturnType<typeof setupOrder>;
    const note = (s: Order, text: string): Path =>
      (function* () {
        yield* WRITE_ONCE(s.order, (yield* READ_ONCE(s.order)) + text);
      })();
    function* reads(s: Order, text: string): Path {
      yield* downRead(s.sem);
      yield* note(s, text);
      yield* upRead(s.sem);
    }
    function* writes(s: Order, text: string): Path {
      yield* downWrite(s.sem);
      yield* note(s, text);
      yield* upWrite(s.sem);
    }
    /** Goes on once someone waits, which it can tell as khugepaged does. */
    function* holdsUntilContended(s: Order, take: Path, give: Path, text: string): Path<boolean> {
      yield* take;
      const contended = yield* rwsemIsContended(s.sem);
      yield* note(s, text);
      yield* give;
      return contended;
    }
    const orders = (tasks: (s: Order) => Record<string, Path<unknown>>, when: (ends: string) => boolean): string[] => {
      const verdict = check(define({ name: "orders", setup: setupOrder, tasks }));
      return [
        ...new Set(
          ends(verdict)
            .filter(when)
            .map((end) => /order = (\w*)/.exec(end)![1]!),
        ),
      ].sort();
    };
    const sawOne = (end: string): boolean => end.includes("H returned true");

    test("a late reader a writer that waits, when the semaphore is free", () => {
      function* again(s: Order): Path<boolean> {
        const contended = yield* holdsUntilContended(s, downRead(s.sem), upRead(s.sem), "h");
        yield* reads(s, "r");
        return contended;
      }
      expect(orders((s) => ({ H: again(s), W: writes(s, "w") }), sawOne)).toEqual(["hrw", "hwr"]);
    });

    test("a writer that takes it again a writer that waits", () => {
      function* again(s: Order): Path<boolean> {
        const contended = yield* holdsUntilContended(s, downWrite(s.sem), upWrite(s.sem), "h");
        yield* writes(s, "a");
        return contended;
      }
      expect(orders((s) => ({ H: again(s), W: writes(s, "w") }), sawOne)).toEqual(["haw", "hwa"]);
    });

    test("but no writer the readers at the head of the queue that it has let in itself", () => {
      function* again(s: Order): Path<boolean> {
        const contended = yield* holdsUntilContended(s, downWrite(s.sem), upWrite(s.sem), "h");
        yield* writes(s, "a");
        return contended;
      }
      expect(orders((s) => ({ H: again(s), R: reads(s, "r") }), sawOne)).toEqual(["hra"]);
      // Another one may, before they are let in.
      const between = define(
        {
          name: "between",
          setup: setupOrder,
          tasks: (s) => ({ A: writes(s, "a"), B: writes(s, "b"), R: reads(s, "r") }),
        },
        sometimes(
          "a writer takes it from a reader at the head",
          ({ sem }) => sem.owner === "B" && sem.describe().endsWith("waiting: R to read"),
        ),
      );
      expect(check(between).kind).toBe("exhausted");
    });

    test("a reader other readers, while a writer waits, only before they have said so: it waits too", () => {
      // R waits behind W, or not; W for A; and A, if R waits, for ever.
      const program = define({
        name: "reader behind a writer",
        setup: () => ({ ...setupOrder(), done: new Cell("done", 0) }),
        tasks: (s) => ({
          A: (function* () {
            yield* downRead(s.sem);
            yield* smpCondLoadAcquire(s.done, (done) => done === 1);
            yield* upRead(s.sem);
          })(),
          R: (function* () {
            yield* downRead(s.sem);
            yield* WRITE_ONCE(s.done, 1);
            yield* upRead(s.sem);
          })(),
          W: writes(s, "w"),
        }),
      });
      expect(stuckIn(check(program))).toEqual([
        "A at smp_cond_load_acquire(done)",
        "R at down_read: wait(mmap_lock)",
        "W at down_write: wait(mmap_lock)",
      ]);
    });
  });

  test("its rules", () => {
    const sem = new RwSemaphore("sem");
    expect(
      brokenBy(
        (function* () {
          yield* upRead(sem);
        })(),
      ),
    ).toContain(
      "unlock-not-held: A, in A, at up_read(sem): unlocks sem, which it does not hold for reading (it holds nothing)",
    );
    expect(
      brokenBy(
        (function* () {
          yield* downRead(new RwSemaphore("s"));
        })(),
      ),
    ).toContain("lock-held-at-return: A");
    expect(
      brokenBy(
        (function* () {
          const s = new RwSemaphore("s");
          yield* downRead(s);
          yield* downRead(s);
        })(),
      ),
    ).toContain("recursive-lock: A");
    expect(
      brokenBy(
        (function* () {
          const s = new RwSemaphore("s");
          yield* downRead(s);
          yield* downWrite(s);
        })(),
      ),
    ).toContain("takes s, which it already holds: it would wait for itself");
    expect(
      brokenBy(
        (function* () {
          const l = new SpinLock("l");
          yield* spinLock(l);
          yield* downRead(new RwSemaphore("s"));
        })(),
      ),
    ).toContain(
      "sleeping-in-atomic: A, in A, at down_read(s): down_read may sleep, but the task is holding the spinlock l",
    );
    expect(
      brokenBy(
        (function* () {
          const s = new RwSemaphore("s");
          yield* downRead(s);
          yield* upWrite(s);
        })(),
      ),
    ).toContain("unlocks s, which it does not hold (it holds s)");
  });

  test("it takes part in the order of locks", () => {
    const program = define({
      name: "inversion",
      setup: () => ({ sem: new RwSemaphore("sem"), m: new Mutex("m") }),
      tasks: (s) => ({
        A: (function* () {
          yield* downRead(s.sem);
          yield* mutexLock(s.m);
          yield* mutexUnlock(s.m);
          yield* upRead(s.sem);
        })(),
        B: (function* () {
          yield* mutexLock(s.m);
          yield* downWrite(s.sem);
          yield* upWrite(s.sem);
          yield* mutexUnlock(s.m);
        })(),
      }),
    });
    expect(brokenBy(check(program))).toContain("lock-order-inversion");
    expect(stuckIn(check({ ...program, ignore: ["lock-order-inversion"] }))).toEqual([
      "A at mutex_lock(m)",
      "B at down_write: wait(sem)",
    ]);
  });
});

describe("rwlock", () => {
  test("a reader that nests waits for ever if a writer waits, but not in interrupt context", () => {
    const setup = () => ({ l: new RwLock("l"), x: new Cell("x", 0) });
    type State = ReturnType<typeof setup>;
    function* nested({ l, x }: State, inner: (l: RwLock, x: Cell<number>) => Path): Path {
      yield* readLock(l);
      yield* inner(l, x);
      yield* readUnlock(l);
    }
    function* reads(l: RwLock, x: Cell<number>): Path {
      yield* readLock(l);
      yield* READ_ONCE(x);
      yield* readUnlock(l);
    }
    function* writes({ l, x }: State): Path {
      yield* writeLock(l);
      yield* WRITE_ONCE(x, 1);
      yield* writeUnlock(l);
    }
    const verdict = (reader: (s: State) => Path) =>
      check(
        define(
          { name: "nested", setup, tasks: (s) => ({ R: { path: () => reader(s), cpu: 0 }, W: writes(s) }) },
          sometimes("a writer waits for a reader", ({ l }) => l.awaitedBy === "W"),
          always("no reader beside a writer", ({ l }) => l.owner === null || l.readers === 0),
        ),
      );
    expect(stuckIn(verdict((s) => nested(s, reads)))).toEqual(["R at read_lock(l)", "W at write_lock: wait(l)"]);
    // Softirqs that are off count as interrupt context; interrupts that are off do not.
    const off = (begin: () => Step, end: () => Step) => (l: RwLock, x: Cell<number>) =>
      (function* (): Path {
        yield* begin();
        yield* reads(l, x);
        yield* end();
      })();
    expect(verdict((s) => nested(s, off(localBhDisable, localBhEnable))).kind).toBe("exhausted");
    expect(verdict((s) => nested(s, off(localIrqDisable, localIrqEnable))).kind).toBe("stuck");
    const interrupted = (l: RwLock, x: Cell<number>): Path =>
      (function* () {
        yield* raiseIrq(0, "irq", () => reads(l, x));
      })();
    expect(verdict((s) => nested(s, interrupted)).kind).toBe("exhausted");
    // Two readers that wait for each other's turn nest too.
    const across = define({
      name: "across",
      setup: () => ({ ...setup(), done: new Cell("done", 0) }),
      tasks: (s) => ({
        A: nested(s, function* () {
          yield* smpCondLoadAcquire(s.done, (done) => done === 1);
        }),
        R: (function* () {
          yield* reads(s.l, s.x);
          yield* WRITE_ONCE(s.done, 1);
        })(),
        W: writes(s),
      }),
    });
    expect(check(across).kind).toBe("stuck");
  });

  test("readers go on together, writers are alone", () => {
    const setup = () => ({ l: new RwLock("l"), x: new Cell("x", 0) });
    type State = ReturnType<typeof setup>;
    function* reads(s: State): Path<string> {
      yield* readLock(s.l);
      const first = yield* READ_ONCE(s.x);
      const second = yield* READ_ONCE(s.x);
      yield* readUnlock(s.l);
      return `${first}${second}`;
    }
    function* writes(s: State): Path {
      yield* writeLock(s.l);
      yield* WRITE_ONCE(s.x, 1);
      yield* writeUnlock(s.l);
    }
    const verdict = check(
      define(
        { name: "rwlock", setup, tasks: (s) => ({ R: reads(s), S: reads(s), W: writes(s) }) },
        always("no reader beside a writer", (s) => s.l.owner === null || s.l.readers === 0),
      ),
    );
    expect(ends(verdict)).toEqual(
      ["00", "11"].flatMap((r) => ["00", "11"].map((s) => `l = free; x = 1; R returned ${r}; S returned ${s}`)),
    );
  });

  test("its rules", () => {
    expect(
      brokenBy(
        (function* () {
          const l = new RwLock("l");
          yield* writeLock(l);
          yield* readLock(l);
        })(),
      ),
    ).toContain("recursive-lock: A, in A, at read_lock(l): takes l, which it already holds");
    expect(
      brokenBy(
        (function* () {
          const l = new RwLock("l");
          yield* readLock(l);
          yield* writeLock(l);
        })(),
      ),
    ).toContain("recursive-lock: A, in A, at write_lock(l)");
    expect(
      brokenBy(
        (function* () {
          yield* readUnlock(new RwLock("l"));
        })(),
      ),
    ).toContain("unlock-not-held");
    expect(
      brokenBy(
        (function* () {
          yield* readLock(new RwLock("l"));
          yield* mutexLock(new Mutex("m"));
        })(),
      ),
    ).toContain("sleeping-in-atomic");
  });
});

describe("seqlock", () => {
  const setup = () => ({ seq: new SeqLock("seq"), a: new Cell("a", 0), b: new Cell("b", 0) });
  type State = ReturnType<typeof setup>;

  function* update(s: State): Path {
    yield* writeSeqlock(s.seq);
    yield* WRITE_ONCE(s.a, (yield* READ_ONCE(s.a)) + 1);
    yield* WRITE_ONCE(s.b, (yield* READ_ONCE(s.b)) + 1);
    yield* writeSequnlock(s.seq);
  }

  function* read(s: State): Path<string> {
    for (;;) {
      const start = yield* readSeqbegin(s.seq);
      const a = yield* READ_ONCE(s.a);
      const b = yield* READ_ONCE(s.b);
      if (!(yield* readSeqretry(s.seq, start))) return `${a}${b}`;
    }
  }

  function* unchecked(s: State): Path<string> {
    yield* readSeqbegin(s.seq);
    const a = yield* READ_ONCE(s.a);
    return `${a}${yield* READ_ONCE(s.b)}`;
  }

  const seen = (reader: (s: State) => Path<string>): readonly string[] =>
    [
      ...new Set(
        ends(
          check(define({ name: "seqlock", setup, tasks: (s) => ({ R: reader(s), W: update(s), X: update(s) }) })),
        ).map((end) => end.slice(-2)),
      ),
    ].sort();

  test("a reader sees whole updates only; without the retry it does not", () => {
    expect(seen(read)).toEqual(["00", "11", "22"]);
    expect(seen(unchecked)).toContain("01");
  });

  test("a raw read does not wait for the writer", () => {
    const count = new SeqCount("count");
    function* path(): Path<readonly unknown[]> {
      yield* rawWriteSeqcountBegin(count);
      const odd = yield* rawReadSeqcount(count);
      yield* rawWriteSeqcountEnd(count);
      return [odd, yield* readSeqbegin(count), count.value];
    }
    expect(alone(path()).result).toEqual([1, 2, 2]);
    expect(() =>
      alone(
        (function* () {
          yield* rawWriteSeqcountBegin(new SeqCount("c"));
          yield* readSeqbegin(new SeqCount("d"));
        })(),
      ),
    ).not.toThrow();
    expect(() =>
      alone(
        (function* () {
          const c = new SeqCount("c");
          yield* rawWriteSeqcountBegin(c);
          yield* readSeqbegin(c);
        })(),
      ),
    ).toThrow("stuck at read_seqbegin");
    expect(() => readSeqretry(count, undefined as never)).toThrow(
      "the start for readSeqretry(count) is undefined; accepted: what readSeqbegin returned",
    );
  });
});

describe("regions", () => {
  test("two tasks inside break the rule", () => {
    const program = (locked: boolean) =>
      define({
        name: "region",
        setup: () => ({ region: new Region(), l: new SpinLock("l") }),
        tasks: (s) => {
          const path = function* (): Path {
            if (locked) yield* spinLock(s.l);
            yield* inside(
              s.region,
              (function* () {
                yield* READ_ONCE(new Cell("own", 0));
              })(),
            );
            if (locked) yield* spinUnlock(s.l);
          };
          return { A: path(), B: path() };
        },
      });
    expect(check(program(true)).kind).toBe("exhausted");
    expect(brokenBy(check(program(false)))).toMatch(
      /^exclusion: [AB], in .*, at enter\(critical region\): enters critical region while [AB] is inside/,
    );
    expect(
      brokenBy(
        (function* () {
          yield* leaveRegion(new Region("r"));
        })(),
      ),
    ).toContain("misuse: A, in A, at leave(r): leaves r, which it did not enter");
  });

  test("inside gives what the path returns, and shows who is inside", () => {
    const region = new Region("r");
    expect(
      alone(
        inside(
          region,
          (function* () {
            yield* READ_ONCE(new Cell("x", 0));
            return region.occupant;
          })(),
        ),
      ).result,
    ).toBe("alone");
    expect(region.occupant).toBeNull();
  });
});
