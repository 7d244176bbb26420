import {
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
  warnOn,
  WRITE_ONCE,
  xchg,
} from "../../../src/primitives/index.js";
import { kit } from "./kit.js";

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
