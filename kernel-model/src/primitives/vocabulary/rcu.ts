import { REORDERING, type Texts } from "./row.js";

const NOCB = "softirq invocation: the callback threads are those of rcu_nocbs=";

export const rcu: readonly Texts[] = [
  ["rcu_read_lock()", "rcuReadLock", "1", "plain", "begins a read section; nests; no sleeping in it"],
  ["rcu_read_unlock()", "rcuReadUnlock", "1", "plain", "ends it"],
  [
    "rcu_dereference()",
    "rcuDereference",
    "1",
    "once",
    "a load; warns outside of a read section, as CONFIG_PROVE_RCU does",
    REORDERING,
  ],
  ["rcu_access_pointer()", "rcuAccessPointer", "1", "once", "a load; rcu_dereference_protected() too"],
  ["rcu_assign_pointer()", "rcuAssignPointer", "1", "release", "a store", REORDERING],
  [
    "synchronize_rcu()",
    "synchronizeRcu",
    "2",
    "full",
    "waits, asleep, for the read sections that are open: rcu_read_lock(), or preemption, softirqs or interrupts off, or a handler",
    "the machinery of grace periods: each caller has one of its own, as short as can be",
  ],
  [
    "call_rcu()",
    "callRcu",
    "1",
    "plain",
    "a callback after a grace period, in order for each CPU, where nothing may sleep",
    NOCB,
  ],
  ["rcu_barrier()", "rcuBarrier", "2", "plain", "waits, asleep, for the callbacks queued before", NOCB],
  ["kfree_rcu()", "kfreeRcu", "1", "-", "kfree() after a grace period", "batching"],
];
