import { Memory } from "../../src/machine/object.js";
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
  atomicInc,
  atomicIncNotZero,
  atomicRead,
  Bits,
  callRcu,
  cancelDelayedWork,
  cancelDelayedWorkSync,
  cancelWork,
  cancelWorkSync,
  Cell,
  changeBit,
  clearBit,
  cmpxchg,
  complete,
  completeAll,
  Completion,
  completionDone,
  DelayedWork,
  downgradeWrite,
  downRead,
  downReadTrylock,
  downWrite,
  downWriteTrylock,
  drainWorkqueue,
  finishWait,
  flushDelayedWork,
  flushWork,
  flushWorkqueue,
  kfree,
  modDelayedWork,
  modTimer,
  Mutex,
  mutexLock,
  mutexTrylock,
  mutexUnlock,
  Percpu,
  PercpuCounter,
  percpuCounterAdd,
  PercpuRef,
  percpuRefGet,
  percpuRefKill,
  percpuRefPut,
  percpuRefTrygetLive,
  preemptDisable,
  preemptEnable,
  prepareToWait,
  prepareToWaitExclusive,
  queueDelayedWork,
  queueWork,
  raiseIrq,
  rcuBarrier,
  rcuDereference,
  rcuReadLock,
  rcuReadUnlock,
  READ_ONCE,
  readLock,
  readSeqbegin,
  readSeqretry,
  readUnlock,
  RefCount,
  refcountAddNotZero,
  refcountDec,
  refcountDecAndTest,
  refcountDecIfOne,
  refcountDecNotOne,
  refcountInc,
  refcountIncNotZero,
  refcountRead,
  refcountSet,
  refcountSubAndTest,
  reinitCompletion,
  RwLock,
  RwSemaphore,
  schedule,
  SeqLock,
  setBit,
  smpCallFunctionMany,
  smpCallFunctionSingle,
  smpCondLoadAcquire,
  SpinLock,
  spinLock,
  spinTrylock,
  spinUnlock,
  spinUntil,
  synchronizeRcu,
  testAndChangeBit,
  testAndClearBit,
  testAndSetBit,
  testBit,
  thisCpuAdd,
  thisCpuRead,
  Timer,
  timerDelete,
  timerDeleteSync,
  timerShutdownSync,
  tryWaitForCompletion,
  upRead,
  upWrite,
  waitEvent,
  waitForCompletion,
  WaitQueue,
  wakeUp,
  wakeUpAll,
  WorkItem,
  Workqueue,
  WRITE_ONCE,
  writeLock,
  writeSeqlock,
  writeSequnlock,
  writeUnlock,
} from "../../src/primitives/index.js";

export const setup = () => {
  const x = new Cell("x", 0);
  const count = new Atomic("count", 1);
  const memory = new Memory("memory");
  const wq = new Workqueue("wq");
  const wide = new Workqueue("wide", 2);
  const bump = function* (): Path {
    yield* atomicAddReturn(1, count);
  };
  const inc = function* (): Path {
    yield* atomicInc(count);
  };
  return {
    x,
    count,
    memory,
    wq,
    wide,
    inside: new Cell("inside", 0, memory),
    bits: new Bits("bits", [1]),
    insideBits: new Bits("inside bits", [], memory),
    spin: new SpinLock("spin"),
    mutex: new Mutex("mutex"),
    sem: new RwSemaphore("sem"),
    rw: new RwLock("rw"),
    seq: new SeqLock("seq"),
    refs: new RefCount("refs", 2),
    few: new RefCount("few", 1),
    refInside: new RefCount("ref inside", 1, memory),
    done: new Completion("done"),
    queue: new WaitQueue("queue"),
    timer: new Timer("timer", bump),
    work: [
      new WorkItem("work 0", wq, inc),
      new WorkItem("work 1", wq, inc),
      new WorkItem("work 2", wq, inc, memory),
    ] as const,
    wides: [
      new WorkItem("wide 0", wide, inc),
      new WorkItem("wide 1", wide, bump),
      new WorkItem("wide 2", wide, inc),
    ] as const,
    delayed: new DelayedWork("delayed", wq, inc),
    again: new WorkItem("again", wq, function* (self) {
      if ((yield* atomicRead(count)) < 3) yield* queueWork(self.queue, self);
    }),
    percpu: new Percpu<number>("percpu", 2, () => 0),
    fraction: new Percpu<number>("fraction", 1, () => 0),
    counter: new PercpuCounter("counter", 2, 0, 2),
    ref: new PercpuRef("ref", 2, bump),
  };
};
export type State = ReturnType<typeof setup>;
type Block = (s: State, me: number) => Path<unknown>;

/** Pieces of paths of every kind, in families by the first word of their names. What each returns is what it saw. */
export const blocks: Readonly<Record<string, Block>> = {
  *cellRead(s) {
    return yield* READ_ONCE(s.x);
  },
  *cellWrite(s, me) {
    yield* WRITE_ONCE(s.x, me);
  },
  *cellCas(s, me) {
    return yield* cmpxchg(s.x, me, me + 1);
  },
  *cellCasSame(s, me) {
    return yield* cmpxchg(s.x, me, me);
  },
  *cellUntil(s) {
    return yield* smpCondLoadAcquire(s.x, (x) => x > 0);
  },
  *cellUntilTwo(s) {
    yield* spinUntil([s.x, s.count], () => s.x.value > 0 && s.count.value > 1);
  },
  *atomicInc(s) {
    yield* atomicInc(s.count);
  },
  *atomicDec(s) {
    yield* atomicDec(s.count);
  },
  *atomicAdd(s) {
    yield* atomicAdd(-3, s.count);
  },
  *atomicReturn(s) {
    return yield* atomicAddReturn(1, s.count);
  },
  *atomicTest(s) {
    return yield* atomicDecAndTest(s.count);
  },
  *atomicUnless(s) {
    return yield* atomicAddUnless(s.count, 1, 1);
  },
  *atomicNotZero(s) {
    return yield* atomicIncNotZero(s.count);
  },
  *atomicPositive(s) {
    return yield* atomicDecIfPositive(s.count);
  },
  *atomicCas(s) {
    return yield* atomicCmpxchg(s.count, 1, 0);
  },
  *bitsSet(s, me) {
    yield* setBit(me % 2, s.bits);
  },
  *bitsClear(s, me) {
    yield* clearBit(me % 2, s.bits);
  },
  *bitsFlip(s) {
    yield* changeBit(1, s.bits);
  },
  *bitsTest(s, me) {
    return yield* testBit(me % 2, s.bits);
  },
  *bitsTestSet(s) {
    return yield* testAndSetBit(1, s.bits);
  },
  *bitsTestClear(s) {
    return yield* testAndClearBit(1, s.bits);
  },
  *bitsTestFlip(s) {
    return yield* testAndChangeBit(0, s.bits);
  },
  *bitsInside(s) {
    yield* setBit(1, s.insideBits);
  },
  *bitsFree(s) {
    yield* kfree(s.memory);
  },
  *lockSpin(s, me) {
    yield* spinLock(s.spin);
    yield* WRITE_ONCE(s.x, me);
    yield* spinUnlock(s.spin);
  },
  *lockSpinTry(s) {
    const got = yield* spinTrylock(s.spin);
    if (got) yield* spinUnlock(s.spin);
    return got;
  },
  *lockMutex(s) {
    yield* mutexLock(s.mutex);
    const x = yield* READ_ONCE(s.x);
    yield* mutexUnlock(s.mutex);
    return x;
  },
  *lockMutexTry(s) {
    const got = yield* mutexTrylock(s.mutex);
    if (got) yield* mutexUnlock(s.mutex);
    return got;
  },
  *semRead(s) {
    yield* downRead(s.sem);
    const x = yield* READ_ONCE(s.x);
    yield* upRead(s.sem);
    return x;
  },
  *semWrite(s, me) {
    yield* downWrite(s.sem);
    yield* WRITE_ONCE(s.x, me);
    yield* upWrite(s.sem);
  },
  *semDowngrade(s) {
    yield* downWrite(s.sem);
    yield* downgradeWrite(s.sem);
    yield* upRead(s.sem);
  },
  *semTryRead(s) {
    const got = yield* downReadTrylock(s.sem);
    if (got) yield* upRead(s.sem);
    return got;
  },
  *semTryWrite(s) {
    const got = yield* downWriteTrylock(s.sem);
    if (got) yield* upWrite(s.sem);
    return got;
  },
  *rwRead(s) {
    yield* readLock(s.rw);
    const x = yield* READ_ONCE(s.x);
    yield* readUnlock(s.rw);
    return x;
  },
  *rwWrite(s, me) {
    yield* writeLock(s.rw);
    yield* WRITE_ONCE(s.x, me);
    yield* writeUnlock(s.rw);
  },
  *seqRead(s) {
    const start = yield* readSeqbegin(s.seq);
    return `${yield* READ_ONCE(s.x)} ${yield* readSeqretry(s.seq, start)}`;
  },
  *seqWrite(s, me) {
    yield* writeSeqlock(s.seq);
    yield* WRITE_ONCE(s.x, me);
    yield* writeSequnlock(s.seq);
  },
  *refsGet(s) {
    yield* refcountInc(s.refs);
  },
  *refsGetPut(s) {
    yield* refcountInc(s.refs);
    return yield* refcountDecAndTest(s.refs);
  },
  *refsPut(s) {
    return yield* refcountDecAndTest(s.refs);
  },
  *refsTryGet(s) {
    return yield* refcountIncNotZero(s.refs);
  },
  *refsTryGetPut(s) {
    return (yield* refcountIncNotZero(s.refs)) ? yield* refcountDecAndTest(s.refs) : "none";
  },
  *refsDec(s) {
    yield* refcountDec(s.refs);
  },
  *refsTwo(s) {
    return (yield* refcountAddNotZero(2, s.refs)) ? yield* refcountSubAndTest(2, s.refs) : "none";
  },
  *refsNotOne(s) {
    return yield* refcountDecNotOne(s.refs);
  },
  *refsIfOne(s) {
    return yield* refcountDecIfOne(s.refs);
  },
  *refsRead(s) {
    return yield* refcountRead(s.refs);
  },
  *refsSet(s) {
    yield* refcountSet(s.refs, 1);
  },
  *fewGetPut(s) {
    yield* refcountInc(s.few);
    return yield* refcountDecAndTest(s.few);
  },
  *fewTryGet(s) {
    return yield* refcountIncNotZero(s.few);
  },
  *fewPut(s) {
    return yield* refcountDecAndTest(s.few);
  },
  *fewPutFree(s) {
    if (yield* refcountDecAndTest(s.refInside)) yield* kfree(s.memory);
  },
  *fewGetInside(s) {
    if (yield* refcountIncNotZero(s.refInside)) if (yield* refcountDecAndTest(s.refInside)) yield* kfree(s.memory);
  },
  *doneComplete(s) {
    yield* complete(s.done);
  },
  *doneAll(s) {
    yield* completeAll(s.done);
  },
  *doneWait(s) {
    yield* waitForCompletion(s.done);
  },
  *doneTry(s) {
    return yield* tryWaitForCompletion(s.done);
  },
  *doneAsk(s) {
    return yield* completionDone(s.done);
  },
  *doneAgain(s) {
    yield* reinitCompletion(s.done);
  },
  *waitSleep(s) {
    yield* prepareToWait(s.queue);
    yield* schedule(s.queue);
    yield* finishWait(s.queue);
  },
  *waitExclusive(s) {
    yield* prepareToWaitExclusive(s.queue);
    yield* schedule(s.queue);
    yield* finishWait(s.queue);
  },
  *waitTwice(s) {
    yield* prepareToWait(s.queue);
    yield* prepareToWaitExclusive(s.queue);
    yield* finishWait(s.queue);
    yield* schedule(s.queue);
  },
  *waitEvent(s) {
    yield* waitEvent(s.queue, [s.x], (x) => x > 0);
  },
  *waitWake(s) {
    yield* wakeUp(s.queue);
  },
  *waitWakeAll(s, me) {
    yield* WRITE_ONCE(s.x, me);
    yield* wakeUpAll(s.queue);
  },
  *timerArm(s) {
    return yield* modTimer(s.timer, 1);
  },
  *timerDelete(s) {
    return yield* timerDelete(s.timer);
  },
  *timerSync(s) {
    return yield* timerDeleteSync(s.timer);
  },
  *timerShut(s) {
    return yield* timerShutdownSync(s.timer);
  },
  *workQueue(s, me) {
    return yield* queueWork(s.wq, s.work[me % 3]!);
  },
  *workQueueSame(s) {
    return yield* queueWork(s.wq, s.work[0]);
  },
  *workFlush(s, me) {
    return yield* flushWork(s.work[me % 3]!);
  },
  *workQueueFlush(s, me) {
    yield* queueWork(s.wq, s.work[me % 2]!);
    yield* flushWork(s.work[me % 2]!);
  },
  *workCancel(s, me) {
    return yield* cancelWork(s.work[me % 2]!);
  },
  *workCancelSync(s) {
    return yield* cancelWorkSync(s.work[0]);
  },
  *workFlushAll(s) {
    yield* flushWorkqueue(s.wq);
  },
  *workDrain(s) {
    yield* drainWorkqueue(s.wq);
  },
  *workAgain(s) {
    yield* queueWork(s.wq, s.again);
  },
  *workDelay(s) {
    return yield* queueDelayedWork(s.wq, s.delayed, 5);
  },
  *workMod(s, me) {
    return yield* modDelayedWork(s.wq, s.delayed, me % 2);
  },
  *workDelayCancel(s) {
    return yield* cancelDelayedWork(s.delayed);
  },
  *workDelaySync(s) {
    return yield* cancelDelayedWorkSync(s.delayed);
  },
  *workDelayFlush(s) {
    return yield* flushDelayedWork(s.delayed);
  },
  *workFree(s) {
    yield* kfree(s.memory);
  },
  *wideQueue(s, me) {
    return yield* queueWork(s.wide, s.wides[me % 3]!);
  },
  *wideQueueSame(s) {
    return yield* queueWork(s.wide, s.wides[0]);
  },
  *wideFlush(s, me) {
    return yield* flushWork(s.wides[me % 3]!);
  },
  *wideCancel(s, me) {
    return yield* cancelWork(s.wides[me % 3]!);
  },
  *wideFlushAll(s) {
    yield* flushWorkqueue(s.wide);
  },
  *wideDrain(s) {
    yield* drainWorkqueue(s.wide);
  },
  *rcuRead(s) {
    yield* rcuReadLock();
    const x = yield* READ_ONCE(s.x);
    yield* rcuReadUnlock();
    return x;
  },
  *rcuNested(s) {
    yield* rcuReadLock();
    yield* rcuReadLock();
    yield* rcuReadUnlock();
    const x = yield* READ_ONCE(s.x);
    yield* rcuReadUnlock();
    return x;
  },
  *rcuSynchronize(s, me) {
    yield* synchronizeRcu();
    yield* WRITE_ONCE(s.x, me);
  },
  *rcuCall(s, me) {
    yield* callRcu(function* () {
      yield* WRITE_ONCE(s.x, me);
    });
  },
  *rcuBarrier() {
    yield* rcuBarrier();
  },
  *rcuOutside(s) {
    return yield* rcuDereference(s.x);
  },
  *percpuAdd(s) {
    yield* thisCpuAdd(s.percpu, 1);
  },
  *percpuRead(s) {
    return yield* thisCpuRead(s.percpu);
  },
  *percpuFraction(s, me) {
    yield* thisCpuAdd(s.fraction, me % 2 === 0 ? 0.1 * me : me);
  },
  *percpuCount(s) {
    yield* percpuCounterAdd(s.counter, 1);
  },
  *percpuGet(s) {
    yield* percpuRefGet(s.ref);
    yield* percpuRefPut(s.ref);
  },
  *percpuTryget(s) {
    if (yield* percpuRefTrygetLive(s.ref)) yield* percpuRefPut(s.ref);
  },
  *percpuKill(s) {
    yield* percpuRefKill(s.ref);
  },
  *irqRaise(s, me) {
    yield* raiseIrq(me % 2, `irq of ${me}`, function* () {
      yield* atomicInc(s.count);
    });
  },
  *irqPreempt(s) {
    yield* preemptDisable();
    const x = yield* READ_ONCE(s.x);
    yield* preemptEnable();
    return x;
  },
  *ipi(s) {
    yield* smpCallFunctionSingle(
      1,
      function* () {
        yield* atomicInc(s.count);
      },
      true,
    );
  },
  *ipiMany(s, me) {
    yield* me < 0
      ? smpCallFunctionSingle(
          0,
          function* () {
            yield* atomicInc(s.count);
          },
          true,
        )
      : smpCallFunctionMany(
          [0, 1],
          function* () {
            yield* atomicInc(s.count);
          },
          true,
        );
  },
  *cellInside(s) {
    return yield* READ_ONCE(s.inside);
  },
};
