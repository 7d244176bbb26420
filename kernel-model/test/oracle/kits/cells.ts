import type { Path } from "../../../src/machine/path.js";
import {
  Cell,
  choose,
  cmpxchg,
  compute,
  condResched,
  cpuRelax,
  READ_ONCE,
  sleep,
  smpCondLoadAcquire,
  smpLoadAcquire,
  smpStoreRelease,
  spinUntil,
  warnOn,
  WRITE_ONCE,
  xchg,
} from "../../../src/primitives/index.js";
import { kit, type Cells } from "./kit.js";

export const cells = kit(
  "cells",
  ([x, y, z]) => ({ x, y, z }),
  {
    *read(_, { cells, on }) {
      return yield* READ_ONCE(cells[on]);
    },
    *write(_, { cells, on, value }) {
      yield* WRITE_ONCE(cells[on], value % 3);
    },
    *writeLast({ z }, { me }) {
      yield* WRITE_ONCE(z, me);
    },
    *readLast({ z }) {
      return yield* smpLoadAcquire(z);
    },
    *xchg(_, { cells, on, value }) {
      return yield* xchg(cells[on], value);
    },
    *cmpxchg(_, { cells, on, value, me }) {
      return yield* cmpxchg(cells[on], value % 2, me);
    },
    *increment(_, { cells, on }) {
      yield* smpStoreRelease(cells[on], (yield* READ_ONCE(cells[on])) + 1);
    },
    *copy(_, { cells, on }) {
      yield* WRITE_ONCE(cells[1 - on]!, yield* READ_ONCE(cells[on]));
    },
    *pulse(_, { cells, on }) {
      yield* WRITE_ONCE(cells[on], 1);
      yield* WRITE_ONCE(cells[on], 0);
    },
    *nothing(_, { value }) {
      yield* value < 2 ? compute(5) : cpuRelax();
    },
    *rest(_, { value }) {
      yield* value < 2 ? sleep(5) : condResched();
    },
    *warn(_, { cells, on }) {
      return yield* warnOn((yield* READ_ONCE(cells[on])) > 1, "it is above 1");
    },
  },
  { rest: { sleeps: true } },
  {
    "x is 0": ({ x }) => x.value === 0,
    "x is 1": ({ x }) => x.value === 1,
    "x is above 1": ({ x }) => x.value > 1,
    "y is 1": ({ y }) => y.value === 1,
    "y is above x": ({ x, y }) => y.value > x.value,
    "z is 0": ({ z }) => z.value === 0,
    "z is above 0": ({ z }) => z.value > 0,
  },
);

export const choices = kit(
  "choices",
  () => ({}),
  {
    *choose() {
      return yield* choose(2);
    },
    *three(_, { cells, on }) {
      yield* WRITE_ONCE(cells[on], yield* choose(3));
    },
    *writeOrRead(_, { cells, on }) {
      if ((yield* choose(2)) === 0) return yield* READ_ONCE(cells[on]);
      return yield* WRITE_ONCE(cells[on], 1);
    },
    *waitOrNot(_, { cells, on }) {
      if ((yield* choose(2)) === 1) yield* smpCondLoadAcquire(cells[on], (v) => v > 0);
    },
  },
  {},
);

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

/** Spins until the condition holds of these cells' values. */
function until(list: readonly Cell<number>[], condition: (...values: number[]) => boolean): Path {
  return spin(
    spinUntil(list, (...values: readonly unknown[]) => {
      // Handed over or looked up: the primitive is about to change from the one to the other.
      return condition(...(values.length > 0 ? (values as number[]) : list.map(({ current }) => current)));
    }),
  );
}

function* spin(step: ReturnType<typeof spinUntil>): Path {
  yield* step;
}

const both = (list: Cells, on: 0 | 1): readonly Cell<number>[] => [list[on], list[1 - on]!];

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
      yield* until(both(cells, on), TWO[value] as (...values: number[]) => boolean);
    },
    *twoThenRead(_, { cells, on, value }) {
      yield* until(both(cells, on), TWO[value] as (...values: number[]) => boolean);
      return yield* READ_ONCE(cells[2]);
    },
    *three(_, { cells, value }) {
      yield* until(cells, THREE[value] as (...values: number[]) => boolean);
    },
  },
  {},
);
