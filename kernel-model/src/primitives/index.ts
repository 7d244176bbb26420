export {
  Cell,
  cmpxchg,
  READ_ONCE,
  smpCondLoadAcquire,
  smpLoadAcquire,
  smpStoreRelease,
  spinUntil,
  WRITE_ONCE,
  xchg,
} from "./cell.js";
export { type Readable, type Values } from "./condition.js";
export { choose } from "./choose.js";
export { Mutex, mutexLock, mutexTrylock, mutexUnlock } from "./mutex.js";
export { SpinLock, spinLock, spinTrylock, spinUnlock } from "./spinlock.js";
export {
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
} from "./atomic.js";
export {
  Completion,
  complete,
  completeAll,
  completionDone,
  reinitCompletion,
  tryWaitForCompletion,
  waitForCompletion,
} from "./completion.js";
export {
  cancelDelayedWork,
  cancelDelayedWorkSync,
  DelayedWork,
  flushDelayedWork,
  modDelayedWork,
  queueDelayedWork,
} from "./delayed-work.js";
export {
  type IrqFlags,
  localBhDisable,
  localBhEnable,
  localIrqDisable,
  localIrqEnable,
  localIrqRestore,
  localIrqSave,
  preemptDisable,
  preemptEnable,
  raiseIrq,
  spinLockBh,
  spinLockIrq,
  spinLockIrqsave,
  spinUnlockBh,
  spinUnlockIrq,
  spinUnlockIrqrestore,
} from "./irq.js";
export { Kref, krefGet, krefGetUnlessZero, krefInit, krefPut, krefRead } from "./kref.js";
export { type AllocateOptions, type Gfp, Heap, kfree, kmalloc, kzalloc, leaked } from "./memory.js";
export {
  callRcu,
  kfreeRcu,
  rcuAccessPointer,
  rcuAssignPointer,
  rcuBarrier,
  rcuDereference,
  rcuReadLock,
  rcuReadUnlock,
  synchronizeRcu,
} from "./rcu.js";
export {
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
} from "./refcount.js";
export { readLock, readUnlock, RwLock, writeLock, writeUnlock } from "./rwlock.js";
export { RwSemaphore } from "./rw-semaphore.js";
export {
  downgradeWrite,
  downRead,
  downReadTrylock,
  downWrite,
  downWriteTrylock,
  rwsemIsContended,
  upRead,
  upWrite,
} from "./rwsem.js";
export { compute, condResched, cpuRelax, sleep } from "./time.js";
export { warnOn } from "./warn.js";
export {
  cancelWork,
  cancelWorkSync,
  drainWorkqueue,
  flushWork,
  flushWorkqueue,
  queueWork,
  WorkItem,
  Workqueue,
} from "./workqueue.js";
export {
  Bits,
  changeBit,
  clearBit,
  clearBitUnlock,
  setBit,
  testAndChangeBit,
  testAndClearBit,
  testAndSetBit,
  testAndSetBitLock,
  testBit,
} from "./bitops.js";
export { type CpuFunction, onEachCpuMask, smpCallFunctionMany, smpCallFunctionSingle } from "./ipi.js";
export { Percpu, thisCpuAdd, thisCpuRead, thisCpuWrite } from "./percpu.js";
export {
  PercpuCounter,
  percpuCounterAdd,
  percpuCounterAddBatch,
  percpuCounterRead,
  percpuCounterReadPositive,
  percpuCounterSum,
  percpuCounterSumPositive,
} from "./percpu-counter.js";
export {
  PercpuRef,
  percpuRefGet,
  percpuRefIsDying,
  percpuRefIsZero,
  percpuRefKill,
  percpuRefPut,
  percpuRefTryget,
  percpuRefTrygetLive,
} from "./percpu-ref.js";
export { enterRegion, inside, leaveRegion, Region } from "./region.js";
export {
  rawReadSeqcount,
  rawWriteSeqcountBegin,
  rawWriteSeqcountEnd,
  readSeqbegin,
  readSeqretry,
  SeqCount,
  SeqLock,
  writeSeqlock,
  writeSequnlock,
} from "./seqlock.js";
export { modTimer, Timer, timerDelete, timerDeleteSync, timerSetup, timerShutdownSync } from "./timer.js";
export {
  finishWait,
  prepareToWait,
  prepareToWaitExclusive,
  schedule,
  waitEvent,
  WaitQueue,
  wakeUp,
  wakeUpAll,
} from "./wait-queue.js";
export { vocabulary, type VocabularyRow } from "./vocabulary/index.js";
