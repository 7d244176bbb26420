import type { Path } from "../machine/path.js";
import { alwaysAtEnd, define, type Program } from "../machine/program.js";
import { Cell, READ_ONCE, smpLoadAcquire, smpStoreRelease, WRITE_ONCE } from "../primitives/cell.js";
import { Mutex, mutexLock, mutexUnlock } from "../primitives/mutex.js";

interface State {
  readonly ready: Cell<boolean>;
  readonly data: Cell<number>;
  readonly inits: Cell<number>;
  readonly lock: Mutex;
}

function* initialise(s: State, order: "data first" | "flag first"): Path {
  yield* WRITE_ONCE(s.inits, (yield* READ_ONCE(s.inits)) + 1);
  if (order === "flag first") yield* smpStoreRelease(s.ready, true);
  yield* WRITE_ONCE(s.data, 42);
  if (order === "data first") yield* smpStoreRelease(s.ready, true);
}

/** Looks without the lock, and once more with it. */
function* get(s: State, check: "twice" | "once", order: "data first" | "flag first"): Path<number> {
  if (!(yield* smpLoadAcquire(s.ready))) {
    yield* mutexLock(s.lock);
    if (check === "once" || !(yield* READ_ONCE(s.ready))) yield* initialise(s, order);
    yield* mutexUnlock(s.lock);
  }
  return yield* READ_ONCE(s.data);
}

/**
 * Double-checked locking: initialise on first use, without taking the lock ever after.
 *
 * @param check whether to look again under the lock
 * @param order whether the data is written before the flag that announces it
 */
export function doubleChecked(check: "twice" | "once", order: "data first" | "flag first"): Program<State> {
  return define({
    name: `double-checked locking, check ${check}, ${order}`,
    setup: (): State => ({
      ready: new Cell("ready", false),
      data: new Cell("data", 0),
      inits: new Cell("inits", 0),
      lock: new Mutex("lock"),
    }),
    tasks: (s) => ({ "CPU 0": get(s, check, order), "CPU 1": get(s, check, order), "CPU 2": get(s, check, order) }),
    properties: [
      alwaysAtEnd("initialised once", ({ inits }) => inits.value === 1),
      alwaysAtEnd("nobody sees it unfinished", (_s, { results }) =>
        Object.values(results).every((value) => value === 42),
      ),
    ],
  });
}
