import {
  Atomic,
  atomicDec,
  atomicInc,
  Bits,
  clearBit,
  READ_ONCE,
  RefCount,
  refcountDecNotOne,
  refcountIncNotZero,
  setBit,
  smpCondLoadAcquire,
  spinUntil,
} from "../../../src/primitives/index.js";
import { kit } from "./kit.js";

/** Conditions on one, two and three values; all four of each are closed in some states and open in others. */
const ONE: readonly ((v: number) => boolean)[] = [(v) => v === 1, (v) => v > 0, (v) => v === 0, (v) => v === 2];
const TWO: readonly ((v: number, w: number) => boolean)[] = [
  (v, w) => v === 1 && w === 1,
  (v, w) => v + w >= 2,
  (v, w) => v !== w,
  (v, w) => v === 0 || w === 1,
];
const THREE: readonly ((u: number, v: number, w: number) => boolean)[] = [
  (u, v, w) => u + v + w >= 2,
  (u, v, w) => u === 1 && v === 1 && w === 0,
  (u, v, w) => w > 0 && (u > 0 || v > 0),
  (u, v, w) => u === v && w === 0,
];

/** Waiting for cells, and for these together with an atomic, flags and a count of references. */
export const guards = kit(
  "guards",
  () => ({}),
  {
    *one(_, { cells, on, value }) {
      return yield* smpCondLoadAcquire(cells[on], ONE[value]!);
    },
    *last(_, { cells, value }) {
      yield* smpCondLoadAcquire(cells[2], ONE[value]!);
    },
    *two(_, { cells, on, value }) {
      yield* spinUntil([cells[on], cells[1 - on]!], TWO[value]!);
    },
    *twoThenRead(_, { cells, on, value }) {
      yield* spinUntil([cells[on], cells[1 - on]!], TWO[value]!);
      return yield* READ_ONCE(cells[2]);
    },
    *three(_, { cells, value }) {
      yield* spinUntil(cells, THREE[value]!);
    },
    *looking(_, { cells: [x, y], value }) {
      yield* spinUntil([x, y], () => TWO[value]!(x.value, y.value));
    },
  },
  {},
);

export const mixedGuards = kit(
  "mixedGuards",
  () => ({ count: new Atomic("guard count", 0), flags: new Bits("flags"), refs: new RefCount("guard refs", 1) }),
  {
    *add({ count }, { value }) {
      yield* value < 2 ? atomicInc(count) : atomicDec(count);
    },
    *flag({ flags }, { on, value }) {
      yield* value < 2 ? setBit(on, flags) : clearBit(on, flags);
    },
    *get({ refs }, { value }) {
      return yield* value < 2 ? refcountIncNotZero(refs) : refcountDecNotOne(refs);
    },
    *count({ count }, { value }) {
      return yield* smpCondLoadAcquire(count, ONE[value]!);
    },
    *flagOrCount({ count, flags }, { on, value }) {
      yield* spinUntil([flags, count], (set, n) => set.includes(on) === value < 2 && n > 0);
    },
    *refsAndCell({ refs }, { cells: [x], value }) {
      yield* spinUntil([refs, x], (n, v) => (value < 2 ? n > 1 || v > 0 : n === 1 && v === 1));
    },
    *flagsOnly({ flags }, { on }) {
      yield* smpCondLoadAcquire(flags, (set) => set.length === on + 1);
    },
  },
  {},
  { "bit 1 is set": ({ flags }) => flags.has(1), "the guard's count is 1": ({ count }) => count.value === 1 },
);
