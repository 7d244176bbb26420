import {
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
  Bits,
  changeBit,
  clearBit,
  clearBitUnlock,
  Kref,
  krefGet,
  krefGetUnlessZero,
  krefInit,
  krefPut,
  krefRead,
  Mutex,
  mutexUnlock,
  RefCount,
  REFCOUNT_MAX,
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
  setBit,
  smpCondLoadAcquire,
  SpinLock,
  spinUnlock,
  testAndChangeBit,
  testAndClearBit,
  testAndSetBit,
  testAndSetBitLock,
  testBit,
  WRITE_ONCE,
} from "../../../src/primitives/index.js";
import { kit } from "./kit.js";

export const atomics = kit(
  "atomics",
  () => ({ counts: [new Atomic("count", 0), new Atomic("one", 1)] as const, bits: new Bits("bits", [1]) }),
  {
    *relaxed({ counts }, { on, value }) {
      if (value < 2) yield* value === 0 ? atomicInc(counts[on]) : atomicDec(counts[on]);
      else yield* value === 2 ? atomicAdd(2, counts[on]) : atomicSub(2, counts[on]);
    },
    *inc({ counts }, { on }) {
      yield* atomicInc(counts[on]);
    },
    *returning({ counts }, { on, value }) {
      if (value < 2) return yield* value === 0 ? atomicIncReturn(counts[on]) : atomicDecReturn(counts[on]);
      return yield* value === 2 ? atomicAddReturn(2, counts[on]) : atomicSubReturn(2, counts[on]);
    },
    *fetching({ counts }, { on, value }) {
      if (value < 2) return yield* value === 0 ? atomicFetchAdd(3, counts[on]) : atomicFetchSub(3, counts[on]);
      return yield* atomicXchg(counts[on], 5);
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
      if (value < 2) yield* value === 0 ? setBit(on, bits) : clearBit(on, bits);
      else yield* value === 2 ? changeBit(on, bits) : setBit(40, bits);
    },
    *testBit({ bits }, { on, value }) {
      if (value < 2) return yield* value === 0 ? testBit(on, bits) : testAndSetBit(on, bits);
      return yield* value === 2 ? testAndClearBit(on, bits) : testAndChangeBit(on, bits);
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
    kref: new Kref("kref"),
    mutex: new Mutex("refs mutex"),
    spin: new SpinLock("refs spin"),
    x,
  }),
  {
    *get({ refs }, { on, value }) {
      if (value > 1) return yield* refcountIncNotZero(refs[on]);
      return yield* value === 0 ? refcountInc(refs[on]) : refcountAddNotZero(2, refs[on]);
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
    *set({ refs }, { on, value }) {
      yield* refcountSet(refs[on], value === 3 ? REFCOUNT_MAX : value);
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
      if (value === 0) return yield* krefRead(kref);
      return yield* value === 3 ? krefGet(kref) : krefGetUnlessZero(kref);
    },
    *krefInit({ kref }) {
      yield* krefInit(kref);
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
