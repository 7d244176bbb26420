import { Memory } from "../../../src/machine/object.js";
import type { Path } from "../../../src/machine/path.js";
import {
  callRcu,
  cancelWorkSync,
  Cell,
  complete,
  Completion,
  flushWork,
  Heap,
  kfree,
  kfreeRcu,
  kmalloc,
  Kref,
  krefGetUnlessZero,
  krefPut,
  kzalloc,
  leaked,
  localBhDisable,
  localBhEnable,
  localIrqDisable,
  localIrqEnable,
  modTimer,
  preemptDisable,
  preemptEnable,
  queueWork,
  rcuAccessPointer,
  rcuAssignPointer,
  rcuBarrier,
  rcuDereference,
  rcuReadLock,
  rcuReadUnlock,
  READ_ONCE,
  spinUntil,
  synchronizeRcu,
  Timer,
  timerDelete,
  timerDeleteSync,
  waitForCompletion,
  WorkItem,
  Workqueue,
  WRITE_ONCE,
} from "../../../src/primitives/index.js";
import { effect, kit, type Cells } from "./kit.js";

/** A callback that has another one called. */
function* callAgain(cells: Cells): Path {
  yield* callRcu(() => effect(cells, 0));
}

/** A callback of one step or two. */
function* mayStop([x, , z]: Cells): Path {
  if ((yield* READ_ONCE(x)) > 0) yield* WRITE_ONCE(z, 1);
}

export const rcu = kit(
  "rcu",
  () => ({ pointer: new Cell<string>("pointer", "old") }),
  {
    *section(_, { body }) {
      yield* rcuReadLock();
      yield* body();
      yield* rcuReadUnlock();
    },
    *dereference({ pointer }) {
      yield* rcuReadLock();
      const seen = yield* rcuDereference(pointer);
      yield* rcuReadUnlock();
      return seen;
    },
    *access({ pointer }) {
      return yield* rcuAccessPointer(pointer);
    },
    *assign({ pointer }, { me }) {
      yield* rcuAssignPointer(pointer, `of ${me}`);
    },
    *synchronize() {
      yield* synchronizeRcu();
    },
    *call(_, { cells, value }) {
      yield* callRcu(() => (value < 2 ? effect(cells, value) : value === 2 ? mayStop(cells) : callAgain(cells)));
    },
    *barrier() {
      yield* rcuBarrier();
    },
  },
  { section: { body: "atomic" }, synchronize: { sleeps: true }, barrier: { sleeps: true } },
  { "the pointer is old": ({ pointer }) => pointer.value === "old" },
);

/** An object that can be freed under who uses it. */
/** A work item, a timer and a completion in an object that the item's handler frees. */
export const owned = kit(
  "owned",
  (cells) => {
    const memory = new Memory("owner");
    const queue = new Workqueue("owner's queue");
    function* release(): Path {
      yield* kfree(memory);
    }
    return {
      memory,
      queue,
      item: new WorkItem("owner->work", queue, release, memory),
      done: new Completion("owner->done", memory),
      timer: new Timer("owner->timer", () => effect(cells, 0), memory),
    };
  },
  {
    *queue({ queue, item }) {
      return yield* queueWork(queue, item);
    },
    *flush({ item }, { value }) {
      return yield* value < 2 ? flushWork(item) : cancelWorkSync(item);
    },
    *complete({ done }) {
      yield* complete(done);
    },
    *wait({ done }) {
      yield* waitForCompletion(done);
    },
    *arm({ timer }) {
      return yield* modTimer(timer, 5);
    },
    *disarm({ timer }, { value }) {
      return yield* value < 2 ? timerDeleteSync(timer) : timerDelete(timer);
    },
    *free({ memory }) {
      yield* kfree(memory);
    },
  },
  { flush: { sleeps: true }, wait: { sleeps: true } },
  { "the owner is freed": ({ memory }) => memory.freed },
);

export const memory = kit(
  "memory",
  () => {
    const memory = new Memory("object");
    const heap = new Heap();
    heap.add(memory);
    return {
      memory,
      heap,
      inside: new Cell("object->value", 7, memory),
      refs: new Kref("object->refs", memory),
      gone: new Cell("gone", false),
    };
  },
  {
    *touch({ inside }) {
      return yield* READ_ONCE(inside);
    },
    *touchIfThere({ inside, gone }) {
      yield* rcuReadLock();
      const seen = (yield* READ_ONCE(gone)) ? "gone" : yield* READ_ONCE(inside);
      yield* rcuReadUnlock();
      return seen;
    },
    /** A reader without rcu_read_lock(): what is off makes it one; in the fourth way it is none in between. */
    *touchWhileOff({ inside, gone }, { value, cells: [, , z] }) {
      yield* value === 0 ? localIrqDisable() : value === 1 ? localBhDisable() : preemptDisable();
      const over = yield* READ_ONCE(gone);
      if (value === 3) {
        yield* preemptEnable();
        yield* preemptDisable();
      }
      const seen = over ? "gone" : yield* READ_ONCE(inside);
      yield* value === 0 ? localIrqEnable() : value === 1 ? localBhEnable() : preemptEnable();
      yield* READ_ONCE(z);
      return seen;
    },
    *change({ inside }, { me }) {
      yield* WRITE_ONCE(inside, me);
    },
    *until({ inside }, { cells: [x] }) {
      yield* spinUntil([x, inside], () => x.current > 0 || inside.current < 7);
    },
    *use({ refs, inside }) {
      if (!(yield* krefGetUnlessZero(refs))) return "over";
      const seen = yield* READ_ONCE(inside);
      yield* krefPut(refs, nothing);
      return seen;
    },
    *put({ refs, memory }) {
      return yield* krefPut(refs, function* () {
        yield* kfree(memory);
      });
    },
    *free({ memory, gone }) {
      yield* WRITE_ONCE(gone, true);
      yield* kfree(memory);
    },
    *freeLater({ memory, gone }) {
      yield* WRITE_ONCE(gone, true);
      yield* kfreeRcu(memory);
    },
    *freeAfterAll({ memory, gone }) {
      yield* WRITE_ONCE(gone, true);
      yield* synchronizeRcu();
      yield* kfree(memory);
    },
    *allocate({ heap }, { cells, on }) {
      const fresh = yield* kmalloc("fresh", { gfp: "GFP_ATOMIC", mayFail: true, heap });
      if (fresh === null) return "no memory";
      const field = new Cell("fresh->value", 1, fresh);
      yield* WRITE_ONCE(cells[on], yield* READ_ONCE(field));
      return yield* kfree(fresh);
    },
    *leak({ heap }) {
      yield* kzalloc("lost", { gfp: "GFP_NOWAIT", heap });
    },
    *allocateOrSleep({ heap }) {
      return (yield* kmalloc("lost", { mayFail: true, heap })) !== null;
    },
  },
  { freeAfterAll: { sleeps: true }, allocateOrSleep: { sleeps: true } },
  { "it is freed": ({ memory }) => memory.freed, "two are allocated": ({ heap }) => leaked(heap).length > 1 },
);

function* nothing(): Path {
  // Who gives the last reference back here leaves the object to be freed by nobody.
}
