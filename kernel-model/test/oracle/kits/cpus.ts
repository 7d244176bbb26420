import type { Path } from "../../../src/machine/path.js";
import {
  localBhDisable,
  localBhEnable,
  localIrqDisable,
  localIrqEnable,
  localIrqRestore,
  localIrqSave,
  modTimer,
  onEachCpuMask,
  preemptDisable,
  preemptEnable,
  raiseIrq,
  READ_ONCE,
  smpCallFunctionMany,
  smpCallFunctionSingle,
  spinLock,
  SpinLock,
  spinLockBh,
  spinLockIrq,
  spinLockIrqsave,
  spinUnlock,
  spinUnlockBh,
  spinUnlockIrq,
  spinUnlockIrqrestore,
  Timer,
  timerDelete,
  timerDeleteSync,
  timerSetup,
  timerShutdownSync,
  WRITE_ONCE,
} from "../../../src/primitives/index.js";
import { effect, kit, type Cells } from "./kit.js";

/** A handler that takes the lock, as its CPU's threads may too. */
function* locked(lock: SpinLock, [x, y]: Cells): Path {
  yield* spinLock(lock);
  yield* WRITE_ONCE(x, (yield* READ_ONCE(y)) + 1);
  yield* spinUnlock(lock);
}

export const cpus = kit(
  "cpus",
  () => ({ lock: new SpinLock("irq lock") }),
  {
    *irqsave(_, { body }) {
      const flags = yield* localIrqSave();
      yield* body();
      yield* localIrqRestore(flags);
    },
    *irqsOff(_, { body }) {
      yield* localIrqDisable();
      yield* body();
      yield* localIrqEnable();
    },
    *preemptOff(_, { body }) {
      yield* preemptDisable();
      yield* body();
      yield* preemptEnable();
    },
    *bhOff(_, { body }) {
      yield* localBhDisable();
      yield* body();
      yield* localBhEnable();
    },
    *spinIrqsave({ lock }, { body }) {
      const flags = yield* spinLockIrqsave(lock);
      yield* body();
      yield* spinUnlockIrqrestore(lock, flags);
    },
    *spinIrq({ lock }, { body }) {
      yield* spinLockIrq(lock);
      yield* body();
      yield* spinUnlockIrq(lock);
    },
    *irq({ lock }, { on, value, me, cells }) {
      yield* raiseIrq(on, `irq of ${me}`, () => (value === 3 ? locked(lock, cells) : effect(cells, value)));
    },
    *ipi(_, { on, value, cells }) {
      yield* smpCallFunctionSingle(on, () => effect(cells, value), value > 0);
    },
    *ipis(_, { on, value, cells }) {
      yield* on === 0
        ? smpCallFunctionMany([0, 1], () => effect(cells, value), true)
        : onEachCpuMask([0, 1], () => effect(cells, value), value > 1);
    },
  },
  {
    irqsave: { body: "atomic" },
    irqsOff: { body: "atomic" },
    preemptOff: { body: "atomic" },
    bhOff: { body: "atomic" },
    spinIrqsave: { body: "atomic" },
    spinIrq: { body: "atomic" },
    ipi: { bound: true },
    ipis: { bound: true },
  },
  { "the lock of the handlers is held": ({ lock }) => lock.owner !== null },
);

/** The second takes the lock, the third arms the first. */
export const timers = kit(
  "timers",
  (cells) => {
    const lock = new SpinLock("timer lock");
    const first = timerSetup("timer", () => effect(cells, 1));
    const second = new Timer("timer 2", () => locked(lock, cells));
    const third = new Timer("timer 3", function* () {
      yield* modTimer(first, 5);
    });
    return { lock, timers: [first, second] as const, third };
  },
  {
    *mod({ timers, third }, { on, value }) {
      return yield* modTimer(value < 3 ? timers[on] : third, 5);
    },
    *remove({ timers }, { on }) {
      return yield* timerDelete(timers[on]);
    },
    *removeSync({ timers }, { on }) {
      return yield* timerDeleteSync(timers[on]);
    },
    *shutdown({ timers }, { on }) {
      return yield* timerShutdownSync(timers[on]);
    },
    *lock({ lock }, { body }) {
      yield* spinLock(lock);
      yield* body();
      yield* spinUnlock(lock);
    },
    *lockBh({ lock }, { body }) {
      yield* spinLockBh(lock);
      yield* body();
      yield* spinUnlockBh(lock);
    },
  },
  { lock: { body: "atomic" }, lockBh: { body: "atomic" } },
  {
    "the timer is armed": ({ timers }) => timers[0].pending,
    "both timers are armed": ({ timers }) => timers[0].pending && timers[1].pending,
    "the lock of the timer is held": ({ lock }) => lock.owner !== null,
  },
);
