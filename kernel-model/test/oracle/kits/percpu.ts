import {
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
  READ_ONCE,
  thisCpuAdd,
  thisCpuRead,
  thisCpuWrite,
  WRITE_ONCE,
} from "../../../src/primitives/index.js";
import { kit } from "./kit.js";

export const percpu = kit(
  "percpu",
  () => ({ slots: new Percpu<number>("slots", 2, () => 0), counter: new PercpuCounter("counter", 2, 0, 2) }),
  {
    *add({ slots }, { value }) {
      yield* thisCpuAdd(slots, [1, 2, 0.2, 0.7][value]!);
    },
    *read({ slots }) {
      return yield* thisCpuRead(slots);
    },
    *write({ slots }, { me, value }) {
      yield* thisCpuWrite(slots, value < 2 ? me : 0.1);
    },
    *other({ slots }, { on }) {
      return yield* READ_ONCE(slots.slots[on]!);
    },
    *count({ counter }, { on, value }) {
      const by = on === 0 ? 1 : -1;
      yield* value < 3 ? percpuCounterAdd(counter, by) : percpuCounterAddBatch(counter, by, 1);
    },
    *approximate({ counter }, { value }) {
      if (value === 0) return yield* percpuCounterReadPositive(counter);
      return yield* percpuCounterRead(counter);
    },
    *sum({ counter }, { value }) {
      if (value === 0) return yield* percpuCounterSumPositive(counter);
      return yield* percpuCounterSum(counter);
    },
  },
  {},
  {
    "slot 0 is above 0": ({ slots }) => slots.slots[0]!.value > 0,
    "the parts are unequal": ({ slots }) => slots.slots[0]!.value !== slots.slots[1]!.value,
  },
);

export const percpuRefs = kit(
  "percpuRefs",
  ([, y]) => ({
    ref: new PercpuRef("ref", 2, function* () {
      yield* WRITE_ONCE(y, 2);
    }),
  }),
  {
    *getPut({ ref }) {
      if (!(yield* percpuRefTrygetLive(ref))) return "dead";
      yield* percpuRefPut(ref);
      return "got";
    },
    *tryget({ ref }) {
      return yield* percpuRefTryget(ref);
    },
    *get({ ref }) {
      yield* percpuRefGet(ref);
    },
    *isZero({ ref }, { on }) {
      return yield* on === 0 ? percpuRefIsZero(ref) : percpuRefIsDying(ref);
    },
    *kill({ ref }) {
      yield* percpuRefKill(ref);
    },
  },
  {},
  { "the reference is dying": ({ ref }) => ref.flags.value > 0 },
);
