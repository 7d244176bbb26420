import type { Path } from "../machine/path.js";
import { alwaysAtEnd, define, type Program } from "../machine/program.js";
import { Cell, READ_ONCE, spinUntil, WRITE_ONCE } from "../primitives/cell.js";

/** Two tasks that each add one to a counter that nothing but the algorithm protects. */
interface State {
  readonly flag: readonly [Cell<boolean>, Cell<boolean>];
  readonly turn: Cell<number>;
  readonly counter: Cell<number>;
}

type Enter = (s: State, me: 0 | 1) => Path;

function* addOne(s: State): Path {
  const seen = yield* READ_ONCE(s.counter);
  yield* WRITE_ONCE(s.counter, seen + 1);
}

function* enterAndAdd(s: State, me: 0 | 1, enter: Enter): Path {
  yield* enter(s, me);
  yield* addOne(s);
  yield* WRITE_ONCE(s.flag[me], false);
}

/** Peterson 1981: say that you want in, give way, wait while the other wants in and it is its turn. */
function* peterson(s: State, me: 0 | 1): Path {
  const other = me === 0 ? 1 : 0;
  yield* WRITE_ONCE(s.flag[me], true);
  yield* WRITE_ONCE(s.turn, other);
  yield* spinUntil([s.flag[other], s.turn], (flag, turn) => !flag || turn === me);
}

/** The mutant: gives way before it says that it wants in. */
function* petersonTurnFirst(s: State, me: 0 | 1): Path {
  const other = me === 0 ? 1 : 0;
  yield* WRITE_ONCE(s.turn, other);
  yield* WRITE_ONCE(s.flag[me], true);
  yield* spinUntil([s.flag[other], s.turn], (flag, turn) => !flag || turn === me);
}

/** Dekker, about 1962: the first for two processes with loads and stores only. `turn` says who insists. */
function* dekker(s: State, me: 0 | 1): Path {
  const other = me === 0 ? 1 : 0;
  yield* WRITE_ONCE(s.flag[me], true);
  while (yield* READ_ONCE(s.flag[other])) {
    if ((yield* READ_ONCE(s.turn)) !== me) {
      yield* WRITE_ONCE(s.flag[me], false);
      yield* spinUntil([s.turn], (turn) => turn === me);
      yield* WRITE_ONCE(s.flag[me], true);
    } else {
      yield* spinUntil([s.flag[other]], (flag) => !flag);
    }
  }
}

function* enterDekkerAndAdd(s: State, me: 0 | 1, enter: Enter): Path {
  yield* enter(s, me);
  yield* addOne(s);
  yield* WRITE_ONCE(s.turn, me === 0 ? 1 : 0);
  yield* WRITE_ONCE(s.flag[me], false);
}

/** The mutant: looks whether the other wants in before it says that it does. */
function* dekkerLookFirst(s: State, me: 0 | 1): Path {
  const other = me === 0 ? 1 : 0;
  yield* spinUntil([s.flag[other]], (flag) => !flag);
  yield* WRITE_ONCE(s.flag[me], true);
}

function program(name: string, body: (s: State, me: 0 | 1, enter: Enter) => Path, enter: Enter): Program<State> {
  return define({
    name,
    setup: (): State => ({
      flag: [new Cell("flag[0]", false), new Cell("flag[1]", false)],
      turn: new Cell("turn", 0),
      counter: new Cell("counter", 0),
    }),
    tasks: (s) => ({ "CPU 0": body(s, 0, enter), "CPU 1": body(s, 1, enter) }),
    properties: [alwaysAtEnd("no increment is lost", ({ counter }) => counter.value === 2)],
  });
}

export const petersonProgram = program("peterson", enterAndAdd, peterson);
export const petersonBroken = program("peterson, turn first", enterAndAdd, petersonTurnFirst);
export const dekkerProgram = program("dekker", enterDekkerAndAdd, dekker);
export const dekkerBroken = program("dekker, look first", enterDekkerAndAdd, dekkerLookFirst);
