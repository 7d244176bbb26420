import {
  Atomic, atomicAdd, atomicAddUnless, atomicCmpxchg, atomicDec, atomicDecAndTest, atomicDecIfPositive, atomicFetchAdd, atomicInc, atomicIncNotZero,
  atomicIncReturn, atomicRead, atomicSet, atomicSub, atomicSubAndTest, atomicXchg, Bits, changeBit, clearBit, clearBitUnlock, Kref, krefGet, krefGetUnlessZero, krefPut,
  Mutex, mutexUnlock, Percpu, PercpuCounter, percpuCounterAdd, percpuCounterRead, percpuCounterSum, PercpuRef, percpuRefGet, percpuRefIsZero, percpuRefKill, percpuRefPut,
  percpuRefTryget, percpuRefTrygetLive, READ_ONCE, RefCount, refcountAdd, refcountDec, refcountDecAndLock, refcountDecAndMutexLock, refcountDecAndTest, refcountDecIfOne,
  refcountDecNotOne, refcountInc, refcountIncNotZero, refcountRead, refcountSubAndTest, setBit, smpCondLoadAcquire, SpinLock, spinUnlock, testAndChangeBit,
  testAndClearBit, testAndSetBit, testAndSetBitLock, testBit, thisCpuAdd, thisCpuRead, thisCpuWrite, WRITE_ONCE,
} from "../../../src/primitives/index.js";
import { kit } from "./kit.js";

export const atomics = kit(
  "atomics",
  () => ({ counts: [new Atomic("count", 0), new Atomic("one", 1)] as const, bits: new Bits("bits", [1]) }),
  {
    *relaxed({ counts }, { on, value }) {
      yield* value === 0 ? atomicInc(counts[on]) : value === 1 ? atomicDec(counts[on]) : value === 2 ? atomicAdd(2, counts[on]) : atomicSub(2, counts[on]);
    },
    *inc({ counts }, { on }) {
      yield* atomicInc(counts[on]);
    },
    *returning({ counts }, { on, value }) {
      return yield* value === 0 ? atomicIncReturn(counts[on]) : value === 1 ? atomicFetchAdd(3, counts[on]) : value === 2 ? atomicXchg(counts[on], 5) : atomicRead(counts[on]);
    },
    *testing({ counts }, { on, value }) {
      return yield* value < 2 ? atomicDecAndTest(counts[on]) : atomicSubAndTest(2, counts[on]);
    },
    *unless({ counts }, { on, value }) {
      if (value === 0) return yield* atomicAddUnless(counts[on], 1, 1);
      return yield* value === 1 ? atomicIncNotZero(counts[on]) : atomicDecIfPositive(counts[on]);
    },
    *cmpxchg({ counts }, { on, value, me }) {
      return yield* atomicCmpxchg(counts[on], value % 3, 4 + me);
    },
    *read({ counts }, { on }) {
      return yield* atomicRead(counts[on]);
    },
    *set({ counts }, { on, value }) {
      yield* atomicSet(counts[on], value);
    },
    *until({ counts }, { on, value }) {
      return yield* smpCondLoadAcquire(counts[on], (v) => v > value % 2);
    },
    *bit({ bits }, { on, value }) {
      yield* value === 0 ? setBit(on, bits) : value === 1 ? clearBit(on, bits) : value === 2 ? changeBit(on, bits) : setBit(40, bits);
    },
    *testBit({ bits }, { on, value }) {
      if (value === 0) return yield* testBit(on, bits);
      return yield* value === 1 ? testAndSetBit(on, bits) : value === 2 ? testAndClearBit(on, bits) : testAndChangeBit(on, bits);
    },
    *bitLock({ bits }, { body }) {
      if (yield* testAndSetBitLock(5, bits)) return "busy";
      yield* body();
      return yield* clearBitUnlock(5, bits);
    },
  },
  { bitLock: { body: "any" } },
  {
    "the count is above 0": ({ counts }) => counts[0].value > 0,
    "the counts are equal": ({ counts }) => counts[0].value === counts[1].value,
    "bit 0 is set": ({ bits }) => bits.has(0),
  },
);

export const refs = kit(
  "refs",
  ([x]) => ({
    refs: [new RefCount("refs", 2), new RefCount("last", 1)] as const,
    kref: new Kref("kref"), mutex: new Mutex("refs mutex"), spin: new SpinLock("refs spin"), x,
  }),
  {
    *get({ refs }, { on, value }) {
      if (value > 0) return yield* refcountIncNotZero(refs[on]);
      return yield* refcountInc(refs[on]);
    },
    *add({ refs }, { on }) {
      yield* refcountAdd(2, refs[on]);
    },
    *put({ refs }, { on, value }) {
      return yield* value < 3 ? refcountDecAndTest(refs[on]) : refcountSubAndTest(2, refs[on]);
    },
    *dec({ refs }, { on }) {
      yield* refcountDec(refs[on]);
    },
    *unless({ refs }, { on, value }) {
      return yield* value < 2 ? refcountDecIfOne(refs[on]) : refcountDecNotOne(refs[on]);
    },
    *read({ refs }, { on }) {
      return yield* refcountRead(refs[on]);
    },
    *putAndLock({ refs, mutex }, { on }) {
      if (!(yield* refcountDecAndMutexLock(refs[on], mutex))) return "more";
      yield* mutexUnlock(mutex);
      return "last";
    },
    *putAndSpin({ refs, spin }, { on }) {
      if (!(yield* refcountDecAndLock(refs[on], spin))) return "more";
      yield* spinUnlock(spin);
      return "last";
    },
    *krefGet({ kref }, { value }) {
      if (value > 1) return yield* krefGet(kref);
      return yield* krefGetUnlessZero(kref);
    },
    *krefPut({ kref, x }, { me }) {
      return yield* krefPut(kref, function* () {
        yield* WRITE_ONCE(x, me);
      });
    },
  },
  { putAndLock: { sleeps: true } },
  { "there is one reference": ({ refs }) => refs[0].value === 1, "the kref is over": ({ kref }) => kref.value === 0 },
);

export const percpu = kit(
  "percpu",
  () => ({ slots: new Percpu<number>("slots", 2, () => 0), counter: new PercpuCounter("counter", 2, 0, 2) }),
  {
    *add({ slots }, { value }) {
      yield* thisCpuAdd(slots, value);
    },
    *read({ slots }) {
      return yield* thisCpuRead(slots);
    },
    *write({ slots }, { me }) {
      yield* thisCpuWrite(slots, me);
    },
    *other({ slots }, { on }) {
      return yield* READ_ONCE(slots.slots[on]!);
    },
    *count({ counter }, { on }) {
      yield* percpuCounterAdd(counter, on === 0 ? 1 : -1);
    },
    *approximate({ counter }) {
      return yield* percpuCounterRead(counter);
    },
    *sum({ counter }) {
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
    *isZero({ ref }) {
      return yield* percpuRefIsZero(ref);
    },
    *kill({ ref }) {
      yield* percpuRefKill(ref);
    },
  },
  {},
  { "the reference is dying": ({ ref }) => ref.flags.value > 0 },
);
