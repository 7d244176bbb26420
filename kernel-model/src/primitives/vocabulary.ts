import type { Order } from "../machine/step.js";

/** A primitive: what the kernel calls it, what a path calls it, and how far the two agree. */
export interface VocabularyRow {
  /** The kernel's name; functions with "()". */
  readonly kernel: string;
  /** What a path writes. */
  readonly call: string;
  /** How many steps it takes: what can come in between. "-" for a type or a constant. */
  readonly steps: string;
  /** Order of its memory accesses, recorded and shown: both hosts are sequentially consistent. "-" where there is none of its own. */
  readonly order: Order | "-";
  readonly modelled: string;
  /** "" for nothing that matters. */
  readonly notModelled: string;
}

type Texts = readonly [kernel: string, call: string, steps: string, order: Order | "-", modelled: string, notModelled?: string];

const REORDERING = "weaker orders: the hosts do not reorder";
const QUEUE = "the order of the spinners: any in the explorer, first come first in the simulator";
const OPTIMISTIC = "optimistic spinning, lock stealing: the handover is strict";
const READERS_FIRST = "the queue of qrwlock: readers always go first";
const TASK_STATE = "signals; other ways to be woken than by this queue";
const TIMER_PLACE = "migration; jiffies and slack: it fires exactly after its delay, or, in the explorer, at any time";
const NOCB = "softirq invocation: the callback threads are those of rcu_nocbs=";
const WORKER = "pools, affinity, priorities, the rescuer";

const types: readonly Texts[] = [
  ["variable, field", "Cell", "-", "-", "a value that tasks share, of any type", "size, alignment, torn accesses"],
  ["spinlock_t", "SpinLock", "-", "-", "one holder, who may not sleep", QUEUE],
  ["struct mutex", "Mutex", "-", "-", "one holder, who may sleep", "optimistic spinning, handoff"],
  ["atomic_t", "Atomic", "-", "-", "32 bits, signed, wraps around"],
  ["unsigned long of flags", "Bits", "-", "-", "64 bits"],
  ["refcount_t", "RefCount", "-", "-", "saturation, and every warning", "the moment between a wrong value and its saturation"],
  ["REFCOUNT_MAX", "REFCOUNT_MAX", "-", "-", "2^31 - 1"],
  ["REFCOUNT_SATURATED", "REFCOUNT_SATURATED", "-", "-", "0xc0000000"],
  ["struct kref", "Kref", "-", "-", "a refcount_t that starts at 1"],
  ["struct rw_semaphore", "RwSemaphore", "-", "-", "a queue, first come first served, but with a reader all readers of the queue (up to 256)", OPTIMISTIC],
  ["rwlock_t", "RwLock", "-", "-", "readers nest and go first", READERS_FIRST],
  ["seqcount_t", "SeqCount", "-", "-", "odd while a writer is at work", "the latch variant"],
  ["seqlock_t", "SeqLock", "-", "-", "a seqcount_t and a spinlock_t", ""],
  ["struct completion", "Completion", "-", "-", "a count of completions", "the order of the waiters: any"],
  ["wait_queue_head_t", "WaitQueue", "-", "-", "entries, exclusive ones behind the others; who sleeps", TASK_STATE],
  ["struct workqueue_struct", "Workqueue", "-", "-", "a list of items, up to max_active kworkers", WORKER],
  ["struct work_struct", "WorkItem", "-", "-", "PENDING, running, disabled while being cancelled; of one workqueue for life", WORKER],
  ["struct delayed_work", "DelayedWork", "-", "-", "a work item with a timer", TIMER_PLACE],
  ["struct timer_list", "Timer", "-", "-", "armed, firing, shut down", TIMER_PLACE],
  ["DEFINE_PER_CPU()", "Percpu", "-", "-", "one value for each CPU; an unbound task stays on one", "migration between CPUs"],
  ["struct percpu_counter", "PercpuCounter", "-", "-", "parts by CPU, a shared count, the batch", "CPU hotplug"],
  ["struct percpu_ref", "PercpuRef", "-", "-", "parts by CPU until killed, then one count", "reinit and resurrect; 2^30 stands for the bias of 2^63"],
  ["slab allocations", "Heap", "-", "-", "what was allocated and not freed", "addresses, sizes, reuse"],
  ["a critical section", "Region", "-", "-", "at most one task inside, or the rule \"exclusion\" is broken"],
];

const cells: readonly Texts[] = [
  ["READ_ONCE()", "READ_ONCE", "1", "once", "a load", REORDERING],
  ["WRITE_ONCE()", "WRITE_ONCE", "1", "once", "a store", REORDERING],
  ["smp_load_acquire()", "smpLoadAcquire", "1", "acquire", "a load", REORDERING],
  ["smp_store_release()", "smpStoreRelease", "1", "release", "a store", REORDERING],
  ["smp_cond_load_acquire()", "smpCondLoadAcquire", "1", "acquire", "waits, spinning, until the value satisfies a condition", "the loads before the last"],
  ["(a loop around cpu_relax())", "spinUntil", "1", "once", "waits, spinning, until a condition over the values of several objects holds", "the loads before the last; that they are not at one moment"],
  ["xchg()", "xchg", "1", "full", "an exchange"],
  ["cmpxchg()", "cmpxchg", "1", "full", "a compare and exchange", "that a failed one orders nothing"],
  ["(an outcome decided elsewhere)", "choose", "1", "plain", "every outcome is explored; the simulator draws one"],
  ["WARN_ON()", "warnOn", "1", "plain", "a warning, recorded; a violation unless the program says otherwise", "panic_on_warn"],
];

const ATOMICS: readonly (readonly [name: string, order: Order, modelled: string])[] = [
  ["read", "once", "a load"],
  ["set", "once", "a store"],
  ["inc", "relaxed", "+ 1"],
  ["dec", "relaxed", "- 1"],
  ["add", "relaxed", "+ i"],
  ["sub", "relaxed", "- i"],
  ["inc_return", "full", "+ 1, the new value"],
  ["dec_return", "full", "- 1, the new value"],
  ["add_return", "full", "+ i, the new value"],
  ["sub_return", "full", "- i, the new value"],
  ["fetch_add", "full", "+ i, the old value"],
  ["fetch_sub", "full", "- i, the old value"],
  ["dec_and_test", "full", "- 1, whether it is 0 then"],
  ["sub_and_test", "full", "- i, whether it is 0 then"],
  ["add_unless", "full", "+ a unless it is u, whether it did"],
  ["inc_not_zero", "full", "+ 1 unless it is 0, whether it did"],
  ["dec_if_positive", "full", "- 1 unless that is negative, the old value less 1"],
  ["cmpxchg", "full", "a compare and exchange, the old value"],
  ["xchg", "full", "an exchange, the old value"],
];

const counts: readonly Texts[] = [
  ...ATOMICS.map(([name, order, modelled]): Texts => [`atomic_${name}()`, camelCase(`atomic_${name}`), "1", order, modelled, order === "full" ? "that a failed one orders nothing" : ""]),
  ["set_bit()", "setBit", "1", "relaxed", "sets a bit"],
  ["clear_bit()", "clearBit", "1", "relaxed", "clears a bit"],
  ["change_bit()", "changeBit", "1", "relaxed", "changes a bit"],
  ["test_bit()", "testBit", "1", "once", "reads a bit"],
  ["test_and_set_bit()", "testAndSetBit", "1", "full", "sets a bit, its old value"],
  ["test_and_clear_bit()", "testAndClearBit", "1", "full", "clears a bit, its old value"],
  ["test_and_change_bit()", "testAndChangeBit", "1", "full", "changes a bit, its old value"],
  ["test_and_set_bit_lock()", "testAndSetBitLock", "1", "acquire", "sets a bit, its old value"],
  ["clear_bit_unlock()", "clearBitUnlock", "1", "release", "clears a bit"],
  ["refcount_read()", "refcountRead", "1", "once", "a load, unsigned"],
  ["refcount_set()", "refcountSet", "1", "once", "a store"],
  ["refcount_inc()", "refcountInc", "1", "relaxed", "+ 1, warns from 0 and on overflow"],
  ["refcount_add()", "refcountAdd", "1", "relaxed", "+ i, warns from 0 and on overflow"],
  ["refcount_inc_not_zero()", "refcountIncNotZero", "1", "relaxed", "+ 1 unless it is 0, warns on overflow"],
  ["refcount_add_not_zero()", "refcountAddNotZero", "1", "relaxed", "+ i unless it is 0, warns on overflow"],
  ["refcount_dec()", "refcountDec", "1", "release", "- 1, warns at 0 and below"],
  ["refcount_dec_and_test()", "refcountDecAndTest", "1", "release", "- 1, whether it is 0 then; warns on underflow", "acquire order when it is 0 then"],
  ["refcount_sub_and_test()", "refcountSubAndTest", "1", "release", "- i, whether it is 0 then; warns on underflow", "acquire order when it is 0 then"],
  ["refcount_dec_if_one()", "refcountDecIfOne", "1", "release", "from 1 to 0 or nothing"],
  ["refcount_dec_not_one()", "refcountDecNotOne", "1", "release", "- 1 unless it is 1"],
  ["refcount_dec_and_mutex_lock()", "refcountDecAndMutexLock", "1 to 4", "-", "the last reference with the mutex held"],
  ["refcount_dec_and_lock()", "refcountDecAndLock", "1 to 4", "-", "the last reference with the spinlock held"],
  ["kref_init()", "krefInit", "1", "-", "refcount_set() to 1"],
  ["kref_read()", "krefRead", "1", "-", "refcount_read()"],
  ["kref_get()", "krefGet", "1", "-", "refcount_inc()"],
  ["kref_get_unless_zero()", "krefGetUnlessZero", "1", "-", "refcount_inc_not_zero()"],
  ["kref_put()", "krefPut", "1, and the release", "-", "refcount_dec_and_test(), then the release by the same task"],
];

const locks: readonly Texts[] = [
  ["spin_lock()", "spinLock", "1", "acquire", "waits, spinning; preemption off", QUEUE],
  ["spin_trylock()", "spinTrylock", "1", "acquire", "takes it or not"],
  ["spin_unlock()", "spinUnlock", "1", "release", "a rule if it is not held"],
  ["spin_lock_irqsave()", "spinLockIrqsave", "2", "-", "local_irq_save(), then spin_lock()"],
  ["spin_unlock_irqrestore()", "spinUnlockIrqrestore", "2", "-", "spin_unlock(), then local_irq_restore()"],
  ["spin_lock_irq()", "spinLockIrq", "2", "-", "local_irq_disable(), then spin_lock()"],
  ["spin_unlock_irq()", "spinUnlockIrq", "2", "-", "spin_unlock(), then local_irq_enable()"],
  ["spin_lock_bh()", "spinLockBh", "2", "-", "local_bh_disable(), then spin_lock()"],
  ["spin_unlock_bh()", "spinUnlockBh", "2", "-", "spin_unlock(), then local_bh_enable()"],
  ["mutex_lock()", "mutexLock", "1", "acquire", "waits, asleep", "optimistic spinning, handoff"],
  ["mutex_trylock()", "mutexTrylock", "1", "acquire", "takes it or not"],
  ["mutex_unlock()", "mutexUnlock", "1", "release", "a rule if it is not held"],
  ["down_read()", "downRead", "1, or 2 to wait", "acquire", "waits, asleep, behind a writer that holds it or waits", OPTIMISTIC],
  ["down_write()", "downWrite", "1, or 2 to wait", "acquire", "waits, asleep, in the queue", OPTIMISTIC],
  ["down_read_trylock()", "downReadTrylock", "1", "acquire", "fails if a writer holds it or anyone waits"],
  ["down_write_trylock()", "downWriteTrylock", "1", "acquire", "fails unless it is free"],
  ["up_read()", "upRead", "1", "release", "the last reader hands over to the head of the queue"],
  ["up_write()", "upWrite", "1", "release", "hands over to the head of the queue: a writer, or with a reader all readers of the queue"],
  ["downgrade_write()", "downgradeWrite", "1", "release", "lets the readers of the queue in, if one is at its head"],
  ["read_lock()", "readLock", "1", "acquire", "waits, spinning, while a writer holds it", READERS_FIRST],
  ["read_unlock()", "readUnlock", "1", "release", "a rule if it is not held"],
  ["write_lock()", "writeLock", "1", "acquire", "waits, spinning, while anyone holds it", READERS_FIRST],
  ["write_unlock()", "writeUnlock", "1", "release", "a rule if it is not held"],
  ["read_seqbegin()", "readSeqbegin", "1", "acquire", "waits, spinning, while the count is odd; read_seqcount_begin() too"],
  ["raw_read_seqcount()", "rawReadSeqcount", "1", "acquire", "the count, odd or even"],
  ["read_seqretry()", "readSeqretry", "1", "acquire", "whether the count changed; read_seqcount_retry() too"],
  ["raw_write_seqcount_begin()", "rawWriteSeqcountBegin", "1", "release", "+ 1", "that it orders the writes after it"],
  ["raw_write_seqcount_end()", "rawWriteSeqcountEnd", "1", "release", "+ 1"],
  ["write_seqlock()", "writeSeqlock", "2", "-", "spin_lock(), then + 1"],
  ["write_sequnlock()", "writeSequnlock", "2", "-", "+ 1, then spin_unlock()"],
  ["(begin of a critical section)", "enterRegion", "1", "plain", "a rule if another task is inside"],
  ["(end of a critical section)", "leaveRegion", "1", "plain", "a rule if the task is not inside"],
  ["(a critical section)", "inside", "2, and the path's", "-", "begin, a path, end"],
];

const waiting: readonly Texts[] = [
  ["complete()", "complete", "1", "release", "+ 1"],
  ["complete_all()", "completeAll", "1", "release", "for all, those to come included"],
  ["wait_for_completion()", "waitForCompletion", "1", "acquire", "waits, asleep, then - 1", "timeouts, signals"],
  ["try_wait_for_completion()", "tryWaitForCompletion", "1", "acquire", "- 1 or not"],
  ["completion_done()", "completionDone", "1", "acquire", "whether a wait would return at once"],
  ["reinit_completion()", "reinitCompletion", "1", "plain", "back to 0"],
  ["wait_event()", "waitEvent", "1 if it holds, else 3 or more", "-", "the condition, prepare_to_wait(), the condition, schedule(), finish_wait(); a condition over several objects is one step", "timeouts, signals"],
  ["prepare_to_wait()", "prepareToWait", "1", "full", "on the queue, and about to sleep", TASK_STATE],
  ["prepare_to_wait_exclusive()", "prepareToWaitExclusive", "1", "full", "on the queue behind the others, and about to sleep", TASK_STATE],
  ["schedule()", "schedule", "1", "plain", "sleeps until woken on the queue, or not at all", TASK_STATE],
  ["finish_wait()", "finishWait", "1", "plain", "off the queue"],
  ["wake_up()", "wakeUp", "1", "full", "wakes all that are not exclusive, and one that is"],
  ["wake_up_all()", "wakeUpAll", "1", "full", "wakes all"],
  ["(time on the CPU)", "compute", "1", "plain", "busy for a stated time", "what is computed"],
  ["schedule_timeout()", "sleep", "1", "plain", "off the CPU for a stated time", "signals, being woken early"],
  ["cpu_relax()", "cpuRelax", "1", "plain", "nothing"],
  ["cond_resched()", "condResched", "1", "plain", "might_sleep(); gives the CPU up in the simulator"],
  ["timer_setup()", "timerSetup", "0", "-", "a timer that is not armed"],
  ["mod_timer()", "modTimer", "1", "full", "arms it, instead of before", TIMER_PLACE],
  ["timer_delete()", "timerDelete", "1", "full", "disarms it"],
  ["timer_delete_sync()", "timerDeleteSync", "1", "full", "waits, spinning, until its handler is not running; disarms it"],
  ["timer_shutdown_sync()", "timerShutdownSync", "1", "full", "the same, for ever"],
];

const work: readonly Texts[] = [
  ["queue_work()", "queueWork", "1", "full", "test_and_set_bit(PENDING), then into the list; while the queue is drained only PENDING, with a warning", WORKER],
  ["flush_work()", "flushWork", "1, or 2 to wait", "full", "waits, asleep, for what is queued and running of it"],
  ["cancel_work()", "cancelWork", "1", "full", "out of the list, or off its timer"],
  ["cancel_work_sync()", "cancelWorkSync", "2", "full", "the same, and waits, asleep, for its handler; it cannot be queued meanwhile"],
  ["flush_workqueue()", "flushWorkqueue", "2", "full", "waits, asleep, for what is queued and running"],
  ["drain_workqueue()", "drainWorkqueue", "2", "full", "waits, asleep, until the queue is empty and idle"],
  ["queue_delayed_work()", "queueDelayedWork", "1", "full", "PENDING at once, into the list after the delay", TIMER_PLACE],
  ["mod_delayed_work()", "modDelayedWork", "1", "full", "out of where it is, and anew", TIMER_PLACE],
  ["cancel_delayed_work()", "cancelDelayedWork", "1", "-", "cancel_work()"],
  ["cancel_delayed_work_sync()", "cancelDelayedWorkSync", "2", "-", "cancel_work_sync()"],
  ["flush_delayed_work()", "flushDelayedWork", "2 or 3", "full", "into the list at once, then flush_work()"],
];

const rcu: readonly Texts[] = [
  ["rcu_read_lock()", "rcuReadLock", "1", "plain", "begins a read section; nests; no sleeping in it"],
  ["rcu_read_unlock()", "rcuReadUnlock", "1", "plain", "ends it"],
  ["rcu_dereference()", "rcuDereference", "1", "once", "a load; warns outside of a read section, as CONFIG_PROVE_RCU does", REORDERING],
  ["rcu_access_pointer()", "rcuAccessPointer", "1", "once", "a load; rcu_dereference_protected() too"],
  ["rcu_assign_pointer()", "rcuAssignPointer", "1", "release", "a store", REORDERING],
  ["synchronize_rcu()", "synchronizeRcu", "2", "full", "waits, asleep, for the read sections that are open", "the machinery of grace periods: each caller has one of its own, as short as can be"],
  ["call_rcu()", "callRcu", "1", "plain", "a callback after a grace period, in order for each CPU, where nothing may sleep", NOCB],
  ["rcu_barrier()", "rcuBarrier", "2", "plain", "waits, asleep, for the callbacks queued before", NOCB],
  ["kfree_rcu()", "kfreeRcu", "1", "-", "kfree() after a grace period", "batching"],
];

const perCpu: readonly Texts[] = [
  ["this_cpu_read()", "thisCpuRead", "1", "plain", "a load of this CPU's own", "migration between CPUs"],
  ["this_cpu_write()", "thisCpuWrite", "1", "plain", "a store to this CPU's own", "migration between CPUs"],
  ["this_cpu_add()", "thisCpuAdd", "1", "plain", "an addition to this CPU's own, which no interrupt divides", "migration between CPUs"],
  ["percpu_counter_add()", "percpuCounterAdd", "1, or 7 at the batch", "-", "percpu_counter_add_batch() with the counter's batch"],
  ["percpu_counter_add_batch()", "percpuCounterAddBatch", "1, or 7 at the batch", "plain", "this CPU's part, or under the lock the shared count"],
  ["percpu_counter_read()", "percpuCounterRead", "1", "-", "the shared count"],
  ["percpu_counter_read_positive()", "percpuCounterReadPositive", "1", "-", "the same, at least 0"],
  ["percpu_counter_sum()", "percpuCounterSum", "5, and 1 for each CPU", "-", "the shared count and all parts, under the lock", "CPUs going offline"],
  ["percpu_counter_sum_positive()", "percpuCounterSumPositive", "5, and 1 for each CPU", "-", "the same, at least 0"],
  ["percpu_ref_get()", "percpuRefGet", "4", "-", "in an RCU read section: this CPU's part, or the shared count"],
  ["percpu_ref_tryget()", "percpuRefTryget", "4", "-", "the same, unless the shared count is 0"],
  ["percpu_ref_tryget_live()", "percpuRefTrygetLive", "3 or 4", "-", "the same, unless it was killed"],
  ["percpu_ref_put()", "percpuRefPut", "4, and the release", "-", "the last of the shared count runs the release"],
  ["percpu_ref_kill()", "percpuRefKill", "15 or more, 9 if it was killed before", "plain", "dead, shared, collected after a grace period, the first reference given back; percpu_ref_kill_and_confirm() too", "waiting for another switch under way"],
  ["percpu_ref_is_dying()", "percpuRefIsDying", "1", "-", "whether it was killed"],
  ["percpu_ref_is_zero()", "percpuRefIsZero", "1 or 2", "-", "whether the shared count is 0"],
];

const contexts: readonly Texts[] = [
  ["local_irq_save()", "localIrqSave", "1", "plain", "no interrupt handler begins on this CPU"],
  ["local_irq_restore()", "localIrqRestore", "1", "plain", "as before"],
  ["local_irq_disable()", "localIrqDisable", "1", "plain", "no interrupt handler begins on this CPU"],
  ["local_irq_enable()", "localIrqEnable", "1", "plain", "whoever turned them off"],
  ["preempt_disable()", "preemptDisable", "1", "plain", "no other task on this CPU; nests"],
  ["preempt_enable()", "preemptEnable", "1", "plain", "a rule if there is nothing to enable"],
  ["local_bh_disable()", "localBhDisable", "1", "plain", "no softirq handler begins on this CPU; nests"],
  ["local_bh_enable()", "localBhEnable", "1", "plain", "a rule if there is nothing to enable", "that pending softirqs run here at once"],
  ["(a device interrupt)", "raiseIrq", "1", "plain", "a handler on a CPU, between any two steps there", "masking, sharing and threading of interrupts"],
  ["smp_call_function_single()", "smpCallFunctionSingle", "3 or more", "-", "a function on a CPU, in an interrupt handler", "queueing behind other calls; IPIs that are saved"],
  ["smp_call_function_many()", "smpCallFunctionMany", "3 or more", "-", "a function on the other CPUs of a mask", "CPUs going offline"],
  ["on_each_cpu_mask()", "onEachCpuMask", "3 or more", "-", "a function on the CPUs of a mask, the own one too", "CPUs going offline"],
  ["kmalloc()", "kmalloc", "1", "plain", "memory, or null if it may fail; may sleep unless GFP_ATOMIC or GFP_NOWAIT", "sizes, reclaim, placement"],
  ["kzalloc()", "kzalloc", "1", "plain", "the same", "sizes, reclaim, placement"],
  ["kfree()", "kfree", "1", "plain", "the end of the memory: a later touch is a use after free, a second kfree() a rule", "reuse of the address"],
  ["(kmemleak)", "leaked", "0", "-", "names of what was allocated and not freed", "reachability"],
];

/** Everything that this folder exports for paths, in one table; a test holds it against the exports and the steps. */
export const vocabulary: readonly VocabularyRow[] = [...types, ...cells, ...counts, ...locks, ...waiting, ...work, ...rcu, ...perCpu, ...contexts].map(
  ([kernel, call, steps, order, modelled, notModelled = ""]) => ({ kernel, call, steps, order, modelled, notModelled }),
);

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
