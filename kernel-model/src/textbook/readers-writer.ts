import type { Path } from "../machine/path.js";
import { alwaysAtEnd, define, type Program } from "../machine/program.js";
import { Cell, cmpxchg, READ_ONCE, smpCondLoadAcquire, spinUntil, WRITE_ONCE } from "../primitives/cell.js";

interface State {
  /** Readers inside, or -1 for a writer. */
  readonly lock: Cell<number>;
  /** A writer waits. */
  readonly waiting: Cell<boolean>;
  readonly written: Cell<boolean>;
}

export type Preference = "readers" | "writers";

function* readLock(s: State, first: Preference): Path {
  for (;;) {
    yield* spinUntil([s.lock, s.waiting], (lock, waiting) => lock >= 0 && (first === "readers" || !waiting));
    const readers = yield* READ_ONCE(s.lock);
    if (readers >= 0 && (yield* cmpxchg(s.lock, readers, readers + 1)) === readers) return;
  }
}

function* readUnlock(s: State): Path {
  for (;;) {
    const readers = yield* READ_ONCE(s.lock);
    if ((yield* cmpxchg(s.lock, readers, readers - 1)) === readers) return;
  }
}

function* writeLock(s: State): Path {
  yield* WRITE_ONCE(s.waiting, true);
  do yield* smpCondLoadAcquire(s.lock, (readers) => readers === 0);
  while ((yield* cmpxchg(s.lock, 0, -1)) !== 0);
  yield* WRITE_ONCE(s.waiting, false);
}

function* write(s: State): Path {
  yield* writeLock(s);
  yield* WRITE_ONCE(s.written, true);
  yield* WRITE_ONCE(s.lock, 0);
}

/** Reads once; tells whether it came when a writer was waiting, and yet got in before it. */
function* read(s: State, first: Preference): Path<boolean> {
  const writerFirst = yield* READ_ONCE(s.waiting);
  yield* readLock(s, first);
  const overtook = writerFirst && !(yield* READ_ONCE(s.written));
  yield* readUnlock(s);
  return overtook;
}

/**
 * The first and the second readers-writers problem (Courtois, Heymans and Parnas 1971): readers first, and a writer
 * starves as long as new readers come; writers first, and none is overtaken by a reader that came later.
 */
export function readersWriter(first: Preference): Program<State> {
  return define({
    name: `readers-writer lock, ${first} first`,
    setup: (): State => ({
      lock: new Cell("lock", 0),
      waiting: new Cell("waiting", false),
      written: new Cell("written", false),
    }),
    tasks: (s) => ({ writer: write(s), "reader 0": read(s, first), "reader 1": read(s, first) }),
    properties: [
      alwaysAtEnd(
        "no reader overtakes a waiting writer",
        (_s, { results }) => results["reader 0"] !== true && results["reader 1"] !== true,
      ),
    ],
  });
}
