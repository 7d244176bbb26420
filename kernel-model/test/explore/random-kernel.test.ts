import fc from "fast-check";
import { expect, test } from "vitest";
import { explore } from "../../src/explore/explore.js";
import { Memory } from "../../src/machine/object.js";
import type { Path } from "../../src/machine/path.js";
import { always, define, type Program } from "../../src/machine/program.js";
import {
  Atomic, atomicAddReturn, atomicRead, callRcu, cancelDelayedWorkSync, cancelWork, cancelWorkSync, Cell, choose, complete, completeAll, Completion, DelayedWork, downgradeWrite, downRead,
  downReadTrylock, downWrite, downWriteTrylock, drainWorkqueue, flushWork, kfree, kfreeRcu, localBhDisable, localBhEnable, localIrqRestore, localIrqSave, modTimer, Mutex, mutexLock, mutexTrylock,
  mutexUnlock, Percpu, preemptDisable, preemptEnable, queueDelayedWork, queueWork, raiseIrq, rcuBarrier, rcuReadLock, rcuReadUnlock, READ_ONCE, readLock, readSeqbegin, readSeqretry, readUnlock,
  refcountDecAndLock, refcountDecAndTest, RefCount, refcountIncNotZero, RwLock, RwSemaphore, SeqLock, smpCallFunctionSingle, SpinLock, spinLock, spinUnlock, spinUntil, synchronizeRcu, thisCpuAdd,
  Timer, timerDelete, timerDeleteSync, tryWaitForCompletion, upRead, upWrite, waitEvent, waitForCompletion, WaitQueue, wakeUp, WorkItem, Workqueue, WRITE_ONCE, writeLock, writeSeqlock,
  writeSequnlock, writeUnlock,
} from "../../src/primitives/index.js";

/** Everything that the random tasks share; what is in `memory` can be freed under them. */
function setup() {
  const cells = [new Cell("x", 0), new Cell("y", 0)] as const;
  const count = new Atomic("count", 0);
  const memory = new Memory("memory");
  const queues = [new Workqueue("wq0"), new Workqueue("wq1", 2)] as const;
  const handler = (by: number) =>
    function* (): Path {
      yield* atomicAddReturn(by, count);
    };
  return {
    cells, count, memory, queues,
    inside: new Cell("inside", 7, memory),
    works: [new WorkItem("work0", queues[0], handler(10)), new WorkItem("work1", queues[1], handler(20))] as const,
    more: new WorkItem("more", queues[1], function* () {
      yield* WRITE_ONCE(cells[0], 8);
    }),
    delayed: new DelayedWork("delayed", queues[0], handler(40)),
    timer: new Timer("timer", handler(80)),
    mutex: new Mutex("mutex"), spin: new SpinLock("spin"), rwsem: new RwSemaphore("rwsem"), rwlock: new RwLock("rwlock"), seq: new SeqLock("seq"),
    done: new Completion("done"), queue: new WaitQueue("queue"), refs: new RefCount("refs", 2), percpu: new Percpu<number>("percpu", 2, () => 0),
  };
}
type State = ReturnType<typeof setup>;
type On = 0 | 1;

/** One action each, whole: locks are given back. The result is part of the end state. */
const ACTIONS = {
  *read(s: State, on: On) {
    return yield* READ_ONCE(s.cells[on]);
  },
  *write(s: State, on: On, me: number) {
    yield* WRITE_ONCE(s.cells[on], me);
  },
  *until(s: State, on: On) {
    yield* spinUntil(s.cells, () => s.cells[on].current !== 0 || s.cells[1 - on]!.current > 1);
  },
  *choose(s: State, on: On) {
    yield* WRITE_ONCE(s.cells[on], yield* choose(2));
  },
  *mutex(s: State, on: On, me: number) {
    yield* mutexLock(s.mutex);
    yield* WRITE_ONCE(s.cells[on], me);
    yield* mutexUnlock(s.mutex);
  },
  *trylock(s: State) {
    if (!(yield* mutexTrylock(s.mutex))) return "busy";
    yield* mutexUnlock(s.mutex);
    return "got";
  },
  *spin(s: State, on: On) {
    yield* spinLock(s.spin);
    const seen = yield* READ_ONCE(s.cells[on]);
    yield* spinUnlock(s.spin);
    return seen;
  },
  *downRead(s: State, on: On) {
    yield* downRead(s.rwsem);
    const seen = yield* READ_ONCE(s.cells[on]);
    yield* upRead(s.rwsem);
    return seen;
  },
  *downWrite(s: State, on: On, me: number) {
    yield* downWrite(s.rwsem);
    yield* WRITE_ONCE(s.cells[on], me);
    if (on === 0) {
      yield* downgradeWrite(s.rwsem);
      yield* upRead(s.rwsem);
    } else {
      yield* upWrite(s.rwsem);
    }
  },
  *downTry(s: State, on: On) {
    if (on === 0 && (yield* downReadTrylock(s.rwsem))) return yield* upRead(s.rwsem);
    if (on === 1 && (yield* downWriteTrylock(s.rwsem))) return yield* upWrite(s.rwsem);
    return "busy";
  },
  *readLock(s: State, on: On) {
    yield* readLock(s.rwlock);
    const seen = yield* READ_ONCE(s.cells[on]);
    yield* readUnlock(s.rwlock);
    return seen;
  },
  *writeLock(s: State, on: On, me: number) {
    yield* writeLock(s.rwlock);
    yield* WRITE_ONCE(s.cells[on], me);
    yield* writeUnlock(s.rwlock);
  },
  *seqRead(s: State, on: On) {
    const start = yield* readSeqbegin(s.seq);
    const seen = yield* READ_ONCE(s.cells[on]);
    return (yield* readSeqretry(s.seq, start)) ? "torn" : seen;
  },
  *seqWrite(s: State, on: On, me: number) {
    yield* writeSeqlock(s.seq);
    yield* WRITE_ONCE(s.cells[on], me);
    yield* writeSequnlock(s.seq);
  },
  *complete(s: State, on: On) {
    yield* (on === 0 ? complete : completeAll)(s.done);
  },
  *wait(s: State, on: On) {
    if (on === 0) return yield* waitForCompletion(s.done);
    return yield* tryWaitForCompletion(s.done);
  },
  *waitEvent(s: State, on: On) {
    yield* waitEvent(s.queue, s.cells, (x, y) => (on === 0 ? x : y) > 0);
  },
  *wakeUp(s: State, on: On, me: number) {
    yield* WRITE_ONCE(s.cells[on], me);
    yield* wakeUp(s.queue);
  },
  *rcu(s: State, on: On) {
    yield* rcuReadLock();
    const seen = yield* READ_ONCE(s.cells[on]);
    yield* rcuReadUnlock();
    return seen;
  },
  *synchronize(s: State, on: On, me: number) {
    yield* WRITE_ONCE(s.cells[on], me);
    yield* synchronizeRcu();
    return yield* READ_ONCE(s.cells[1 - on]!);
  },
  *callRcu(s: State, on: On) {
    yield* callRcu(function* () {
      yield* WRITE_ONCE(s.cells[on], 9);
    });
    if (on === 1) yield* rcuBarrier();
  },
  *queueWork(s: State, on: On) {
    return yield* queueWork(s.queues[on], s.works[on]);
  },
  *queueMore(s: State) {
    return yield* queueWork(s.queues[1], s.more);
  },
  *flushWork(s: State, on: On) {
    return `${yield* flushWork(s.works[on])} ${yield* atomicRead(s.count)}`;
  },
  *cancelWork(s: State, on: On) {
    if (on === 0) return yield* cancelWork(s.works[0]);
    return yield* cancelWorkSync(s.works[1]);
  },
  *drain(s: State) {
    yield* drainWorkqueue(s.queues[1]);
  },
  *delayed(s: State, on: On) {
    if (on === 0) return yield* queueDelayedWork(s.queues[0], s.delayed, 5);
    return yield* cancelDelayedWorkSync(s.delayed);
  },
  *timer(s: State, on: On) {
    if (on === 0) return yield* modTimer(s.timer, 5);
    return yield* timerDeleteSync(s.timer);
  },
  *timerDelete(s: State) {
    return yield* timerDelete(s.timer);
  },
  *refs(s: State, on: On) {
    if (on === 0) return yield* refcountIncNotZero(s.refs);
    if (!(yield* refcountDecAndLock(s.refs, s.spin))) return "more";
    yield* spinUnlock(s.spin);
    return "last";
  },
  *put(s: State) {
    return yield* refcountDecAndTest(s.refs);
  },
  *interrupt(s: State, on: On, me: number) {
    yield* raiseIrq(on, `irq of ${me}`, function* () {
      yield* WRITE_ONCE(s.cells[on], 20 + me);
      yield* atomicAddReturn(1, s.count);
    });
    return yield* READ_ONCE(s.cells[on]);
  },
  *irqsOff(s: State, on: On, me: number) {
    const flags = yield* localIrqSave();
    const seen = yield* READ_ONCE(s.cells[on]);
    yield* WRITE_ONCE(s.cells[on], me);
    yield* localIrqRestore(flags);
    return seen;
  },
  *bhOff(s: State) {
    yield* localBhDisable();
    const seen = yield* atomicRead(s.count);
    yield* localBhEnable();
    return seen;
  },
  *preemptOff(s: State, on: On, me: number) {
    yield* preemptDisable();
    yield* WRITE_ONCE(s.cells[on], me);
    const seen = yield* READ_ONCE(s.cells[1 - on]!);
    yield* preemptEnable();
    return seen;
  },
  *ipi(s: State, on: On) {
    yield* smpCallFunctionSingle(on, function* () {
      yield* atomicAddReturn(1, s.count);
    }, true);
  },
  *percpu(s: State) {
    yield* thisCpuAdd(s.percpu, 1);
  },
} satisfies Record<string, (s: State, on: On, me: number) => Path<unknown>>;

/** Those that can break a rule: then the verdict is what must agree. */
const RISKY = {
  *touch(s: State) {
    return yield* READ_ONCE(s.inside);
  },
  *touchUnderRcu(s: State) {
    yield* rcuReadLock();
    const freed = (yield* READ_ONCE(s.cells[0])) !== 0;
    if (!freed) yield* READ_ONCE(s.inside);
    yield* rcuReadUnlock();
  },
  *free(s: State, on: On) {
    if (on === 1) yield* WRITE_ONCE(s.cells[0], 1);
    yield* kfree(s.memory);
  },
  *freeRcu(s: State) {
    yield* WRITE_ONCE(s.cells[0], 1);
    yield* kfreeRcu(s.memory);
  },
  *untilFreed(s: State) {
    yield* spinUntil([s.cells[1], s.inside], () => s.cells[1].current > 0 && s.inside.current > 0);
  },
} satisfies Record<string, (s: State, on: On, me: number) => Path<unknown>>;

const ALL = { ...ACTIONS, ...RISKY };
interface Op {
  readonly kind: keyof typeof ALL;
  readonly on: On;
}
interface Given {
  readonly cpu: number;
  readonly ops: readonly Op[];
}

function* perform(s: State, { ops, cpu }: Given, me: number): Path<string> {
  const seen: unknown[] = [];
  for (const { kind, on } of ops) {
    if (kind === "ipi" && cpu < 0) continue; // only a task that is bound to a CPU may send one
    const result: unknown = yield* ALL[kind](s, on, me);
    if (result !== undefined) seen.push(result);
  }
  return seen.join(" ");
}

/** Tasks on the two CPUs, or (below 0) on none; what they may wait for in vain is an end like another. */
const program = (tasks: readonly Given[]): Program<State> =>
  define({
    name: "random",
    ignore: ["lock-order-inversion"],
    stuckIsAnEnd: true,
    warningsAreViolations: false,
    setup,
    tasks: (s) => Object.fromEntries(tasks.map((task, i) => [`T${i}`, { path: () => perform(s, task, i + 1), ...(task.cpu >= 0 ? { cpu: task.cpu } : {}) }])),
  });

const given = (kinds: readonly Op["kind"][], most: number): fc.Arbitrary<readonly Given[]> => {
  const op: fc.Arbitrary<Op> = fc.record({ kind: fc.constantFrom(...kinds), on: fc.constantFrom<On>(0, 1) });
  return fc.array(fc.record({ cpu: fc.constantFrom(-1, -1, 0, 1), ops: fc.array(op, { minLength: 1, maxLength: most }) }), { minLength: 2, maxLength: 3 });
};
const options = { numRuns: Number(process.env["MM_LAB_RANDOM_PROGRAMS"] ?? 300), seed: Number(process.env["MM_LAB_SEED"] ?? 20231006) };
const safe = Object.keys(ACTIONS) as (keyof typeof ACTIONS)[];
const risky = Object.keys(RISKY) as (keyof typeof RISKY)[];
const limits = { shrink: false, maxSchedules: 1500 } as const;

test("with every primitive: with reduction the same end states are reached as without", () => {
  const total = { programs: 0, naive: 0, reduced: 0 };
  fc.assert(
    fc.property(given(safe, 2), (tasks) => {
      const all = explore(program(tasks), { ...limits, reduction: false });
      if (all.kind === "bounded") return;
      const few = explore(program(tasks), limits);
      expect([few.kind, [...few.effort.endStates.keys()].sort()]).toEqual([all.kind, [...all.effort.endStates.keys()].sort()]);
      expect(few.effort.schedules).toBeLessThanOrEqual(all.effort.schedules);
      total.programs++;
      total.naive += all.effort.schedules;
      total.reduced += few.effort.schedules;
    }),
    options,
  );
  expect(total.programs).toBeGreaterThan(options.numRuns / 4);
  expect(total.reduced * 3, JSON.stringify(total)).toBeLessThan(total.naive);
});

test("with memory that may be freed under a task: the same verdict", () => {
  const seen = { violated: 0, exhausted: 0 };
  fc.assert(
    fc.property(given([...risky, ...risky, "read", "write", "rcu", "synchronize", "mutex", "queueWork", "wait", "complete"], 3), (tasks) => {
      const asked: Program<State> = { ...program(tasks), warningsAreViolations: true };
      const all = explore(asked, { ...limits, reduction: false });
      if (all.kind === "bounded") return;
      const few = explore(asked, limits);
      expect(few.kind).toBe(all.kind);
      seen[few.kind as "violated"]++;
      if (few.kind === "exhausted") expect([...few.effort.endStates.keys()].sort()).toEqual([...all.effort.endStates.keys()].sort());
    }),
    options,
  );
  expect(Math.min(seen.violated, seen.exhausted), JSON.stringify(seen)).toBeGreaterThan(options.numRuns / 10);
});

/** What must never be, over state of every kind. */
const NEVER: readonly ((s: State) => boolean)[] = [
  (s) => s.memory.freed && s.cells[1].value === 0,
  (s) => s.count.value > 0 && s.cells[0].value === 0,
  (s) => s.rwsem.readers > 1 || (s.rwsem.owner === "T0" && s.cells[0].value > 1),
  (s) => s.rwlock.readers > 0 && s.rwlock.owner === null && s.spin.owner !== null,
  (s) => s.timer.pending && s.done.done,
  (s) => s.works[0].pending && s.works[1].running,
  (s) => s.refs.value === 1 && s.mutex.owner !== null,
  (s) => s.queue.waiting > 0 && s.cells[1].value > 0,
  (s) => s.percpu.slots[0]!.value > 0 && s.cells[1].value === 0,
  (s) => s.seq.seqcount.value % 2 === 1 && s.cells[0].value === 0,
];

test("with a property at every step: broken with reduction exactly when it is broken while every step is watched", () => {
  const seen = { violated: 0, exhausted: 0 };
  fc.assert(
    fc.property(given([...safe, "free", "percpu", "refs", "timer", "queueWork", "complete"], 2), fc.nat(NEVER.length - 1), (tasks, which) => {
      const never = NEVER[which]!;
      // A property that looks at the run's warnings is asked at every step, whatever that step touches.
      const watched = explore({ ...program(tasks), properties: [always<State>("never", (s, { warnings }) => warnings.length >= 0 && !never(s))] }, { ...limits, reduction: false });
      if (watched.kind === "bounded") return;
      const few = explore({ ...program(tasks), properties: [always<State>("never", (s) => !never(s))] }, limits);
      expect(few.kind).toBe(watched.kind);
      seen[few.kind as "violated"]++;
    }),
    options,
  );
  expect(Math.min(seen.violated, seen.exhausted), JSON.stringify(seen)).toBeGreaterThan(options.numRuns / 20);
});
