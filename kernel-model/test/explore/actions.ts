import { Memory } from "../../src/machine/object.js";
import type { Path } from "../../src/machine/path.js";
import {
  Atomic, atomicAddReturn, atomicRead, callRcu, cancelDelayedWorkSync, cancelWork, cancelWorkSync, Cell, choose, complete, completeAll, Completion, DelayedWork, downgradeWrite, downRead,
  downReadTrylock, downWrite, downWriteTrylock, drainWorkqueue, flushWork, kfree, kfreeRcu, localBhDisable, localBhEnable, localIrqRestore, localIrqSave, modTimer, Mutex, mutexLock, mutexTrylock,
  mutexUnlock, Percpu, preemptDisable, preemptEnable, queueDelayedWork, queueWork, raiseIrq, rcuBarrier, rcuReadLock, rcuReadUnlock, READ_ONCE, readLock, readSeqbegin, readSeqretry, readUnlock,
  refcountDecAndLock, refcountDecAndTest, RefCount, refcountIncNotZero, RwLock, RwSemaphore, SeqLock, smpCallFunctionSingle, SpinLock, spinLock, spinUnlock, spinUntil, synchronizeRcu, thisCpuAdd,
  Timer, timerDelete, timerDeleteSync, tryWaitForCompletion, upRead, upWrite, waitEvent, waitForCompletion, WaitQueue, wakeUp, WorkItem, Workqueue, WRITE_ONCE, writeLock, writeSeqlock,
  writeSequnlock, writeUnlock,
} from "../../src/primitives/index.js";

/** Everything that the random tasks share; what is in `memory` can be freed under them. */
export function setup() {
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
export type State = ReturnType<typeof setup>;
export type On = 0 | 1;

/** One action each, whole: locks are given back. The result is part of the end state. */
export const ACTIONS = {
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
export const RISKY = {
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
