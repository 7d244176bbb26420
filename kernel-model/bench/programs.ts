/**
 * The programs of peers/README.md with this library's primitives, step for step: what the explorer is measured by, and
 * what test/explore/pinned-counts.test.ts holds it to. Of the same order and names as in peers/rust/src/programs.rs.
 */
import {
  alwaysAtEnd,
  Atomic,
  atomicInc,
  Cell,
  cmpxchg,
  define,
  Mutex,
  mutexLock,
  mutexUnlock,
  READ_ONCE,
  RwLock,
  readLock,
  readUnlock,
  writeLock,
  writeUnlock,
  WRITE_ONCE,
  type Path,
  type Program,
} from "@mm-lab/kernel-model";

/** A program, and what distinguishes its complete runs as the README's column `outcome` lists it. */
export interface BenchProgram<S = unknown> {
  readonly program: Program<S>;
  /** Of the final state, and of what the tasks returned, in order. */
  readonly outcome: (state: S, results: readonly number[]) => readonly number[];
}

/** Keeps the type of a program's state to itself, so that all fit in one list. */
function listed<S>(program: Program<S>, outcome: BenchProgram<S>["outcome"]): BenchProgram {
  return { program, outcome } as unknown as BenchProgram;
}

/*
 * Programs are set up anew for every run, thousands of times a second: by loops, with names that were made before, so that
 * the explorer is measured and not this file.
 */
const names = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${name}[${i}]`);
const TASKS = Array.from({ length: 16 }, (_, i) => `task ${i}`);

/** Cells of these names that hold 0. */
function zeros(given: readonly string[]): Cell<number>[] {
  const cells: Cell<number>[] = [];
  for (let i = 0; i < given.length; i++) cells.push(new Cell(given[i]!, 0));
  return cells;
}

/** n tasks, each made from its number. */
function numbered(n: number, path: (i: number) => Path<unknown>): Record<string, Path<unknown>> {
  const tasks: Record<string, Path<unknown>> = {};
  for (let i = 0; i < n; i++) tasks[TASKS[i]!] = path(i);
  return tasks;
}

function* increment(x: Cell<number>): Path {
  const value = yield* READ_ONCE(x);
  yield* WRITE_ONCE(x, value + 1);
}

/** n of 1 to 16. */
export function racingIncrements(n: number): BenchProgram {
  const program = define({
    name: `racing-increments-${n}`,
    setup: () => ({ x: new Cell("x", 0) }),
    tasks: (s) => numbered(n, () => increment(s.x)),
  });
  return listed(program, ({ x }) => [x.value]);
}

function lockedIncrements(): BenchProgram {
  interface State {
    readonly m: Mutex;
    readonly counter: Cell<number>;
  }
  function* locked({ m, counter }: State): Path {
    yield* mutexLock(m);
    yield* increment(counter);
    yield* mutexUnlock(m);
  }
  const program = define(
    {
      name: "locked-increments-3",
      setup: (): State => ({ m: new Mutex("m"), counter: new Cell("counter", 0) }),
      tasks: (s) => numbered(3, () => locked(s)),
    },
    alwaysAtEnd("counter is 3", ({ counter }) => counter.value === 3),
  );
  return listed(program, ({ counter }) => [counter.value]);
}

interface Flags {
  readonly flag: readonly Cell<number>[];
  readonly turn: Cell<number>;
  readonly counter: Cell<number>;
}

const flagNames = names("flag", 2);
const flags = (): Flags => ({ flag: zeros(flagNames), turn: new Cell("turn", 0), counter: new Cell("counter", 0) });
const entered = alwaysAtEnd<Flags>(
  "counter is the number of tasks that entered",
  ({ counter }, { results }) =>
    counter.value === Object.values(results as Record<string, number>).reduce((a, b) => a + b),
);
const enteredOutcome = ({ counter }: Flags, results: readonly number[]): readonly number[] => [
  ...results,
  counter.value,
];

function peterson(): BenchProgram {
  function* enter({ flag, turn, counter }: Flags, me: number): Path<number> {
    const other = 1 - me;
    yield* WRITE_ONCE(flag[me]!, 1);
    yield* WRITE_ONCE(turn, other);
    const givesUp = (yield* READ_ONCE(flag[other]!)) === 1 && (yield* READ_ONCE(turn)) === other;
    if (!givesUp) yield* increment(counter);
    yield* WRITE_ONCE(flag[me]!, 0);
    return givesUp ? 0 : 1;
  }
  return listed(
    define({ name: "peterson-2", setup: flags, tasks: (s) => numbered(2, (i) => enter(s, i)) }, entered),
    enteredOutcome,
  );
}

function dekker(): BenchProgram {
  function* enter({ flag, counter }: Flags, me: number): Path<number> {
    yield* WRITE_ONCE(flag[me]!, 1);
    const enters = (yield* READ_ONCE(flag[1 - me]!)) === 0;
    if (enters) yield* increment(counter);
    yield* WRITE_ONCE(flag[me]!, 0);
    return enters ? 1 : 0;
  }
  return listed(
    define({ name: "dekker-2", setup: flags, tasks: (s) => numbered(2, (i) => enter(s, i)) }, entered),
    enteredOutcome,
  );
}

function philosophers(): BenchProgram {
  interface State {
    readonly fork: readonly Mutex[];
    readonly meals: Atomic;
  }
  function* dine({ fork, meals }: State, me: number): Path {
    const [lower, higher] = me < 2 ? [fork[me]!, fork[me + 1]!] : [fork[0]!, fork[2]!];
    yield* mutexLock(lower);
    yield* mutexLock(higher);
    yield* atomicInc(meals);
    yield* mutexUnlock(higher);
    yield* mutexUnlock(lower);
  }
  const program = define(
    {
      name: "philosophers-3",
      setup: (): State => ({ fork: [0, 1, 2].map((i) => new Mutex(`fork[${i}]`)), meals: new Atomic("meals", 0) }),
      tasks: (s) => numbered(3, (i) => dine(s, i)),
    },
    alwaysAtEnd("meals are 3", ({ meals }) => meals.value === 3),
  );
  return listed(program, ({ meals }) => [meals.value]);
}

function treiber(): BenchProgram {
  const attempts = 2;
  const gaveUp = 3;
  const nextNames = names("next", 3);
  interface State {
    /** 0: empty; else the node on top. */
    readonly head: Cell<number>;
    /** next[n]: the node below node n. */
    readonly next: readonly Cell<number>[];
  }
  function* push({ head, next }: State, node: number): Path<number> {
    for (let i = 0; i < attempts; i++) {
      const top = yield* READ_ONCE(head);
      yield* WRITE_ONCE(next[node]!, top);
      if ((yield* cmpxchg(head, top, node)) === top) return 1;
    }
    return 0;
  }
  function* pop({ head, next }: State): Path<number> {
    for (let i = 0; i < attempts; i++) {
      const top = yield* READ_ONCE(head);
      if (top === 0) return 0;
      const below = yield* READ_ONCE(next[top]!);
      if ((yield* cmpxchg(head, top, below)) === top) return top;
    }
    return gaveUp;
  }
  function* pusher(s: State): Path<number> {
    return 2 * (yield* push(s, 1)) + (yield* push(s, 2));
  }
  function* popper(s: State): Path<number> {
    return 4 * (yield* pop(s)) + (yield* pop(s));
  }
  const popped = (both: number): readonly [number, number] => [both >> 2, both & 3];
  const program = define(
    {
      name: "treiber-2",
      setup: (): State => ({ head: new Cell("head", 0), next: zeros(nextNames) }),
      tasks: (s) => ({ pusher: pusher(s), popper: popper(s) }),
    },
    alwaysAtEnd("no node is popped twice", (_s, { results }) => {
      const [first, second] = popped(results["popper"] as number);
      return first !== second || first === 0 || first === gaveUp;
    }),
  );
  return listed(program, ({ head }, [pushes, pops]) => [pushes! >> 1, pushes! & 1, ...popped(pops!), head.value]);
}

function readersWriter(): BenchProgram {
  interface State {
    readonly lock: RwLock;
    readonly x: Cell<number>;
  }
  function* reader({ lock, x }: State): Path<number> {
    yield* readLock(lock);
    const value = yield* READ_ONCE(x);
    yield* readUnlock(lock);
    return value;
  }
  function* writer({ lock, x }: State): Path {
    yield* writeLock(lock);
    yield* WRITE_ONCE(x, 1);
    yield* WRITE_ONCE(x, 2);
    yield* writeUnlock(lock);
  }
  const program = define(
    {
      name: "readers-writer-2-1",
      setup: (): State => ({ lock: new RwLock("lock"), x: new Cell("x", 0) }),
      tasks: (s) => numbered(3, (i) => (i < 2 ? reader(s) : writer(s))),
    },
    alwaysAtEnd("nobody reads 1", (_s, { results }) => Object.values(results).every((value) => value !== 1)),
  );
  return listed(program, ({ x }, [first, second]) => [first!, second!, x.value]);
}

function doubleChecked(): BenchProgram {
  interface State {
    readonly m: Mutex;
    readonly init: Cell<number>;
    readonly data: Cell<number>;
  }
  function* initialise({ m, init, data }: State, me: number): Path<number> {
    let did = 0;
    if ((yield* READ_ONCE(init)) !== 0) return did;
    yield* mutexLock(m);
    if ((yield* READ_ONCE(init)) === 0) {
      yield* WRITE_ONCE(data, me + 1);
      yield* WRITE_ONCE(init, 1);
      did = 1;
    }
    yield* mutexUnlock(m);
    return did;
  }
  const program = define(
    {
      name: "double-checked-3",
      setup: (): State => ({ m: new Mutex("m"), init: new Cell("init", 0), data: new Cell("data", 0) }),
      tasks: (s) => numbered(3, (i) => initialise(s, i)),
    },
    alwaysAtEnd(
      "exactly one task stores data",
      (_s, { results }) => Object.values(results as Record<string, number>).reduce((a, b) => a + b) === 1,
    ),
  );
  return listed(program, ({ data, init }) => [data.value, init.value]);
}

function indexer(): BenchProgram {
  const size = 128;
  const tableNames = names("table", size);
  function* insert(table: readonly Cell<number>[], me: number): Path<number> {
    let probes = 0;
    for (let message = 1; message <= 2; message++) {
      const w = message * 11 + me;
      let h = (w * 7) % size;
      probes++;
      while ((yield* cmpxchg(table[h]!, 0, w)) !== 0) {
        h = (h + 1) % size;
        probes++;
      }
    }
    return probes;
  }
  const program = define(
    { name: "indexer-3", setup: () => zeros(tableNames), tasks: (table) => numbered(3, (i) => insert(table, i)) },
    alwaysAtEnd("no two collide", (_s, { results }) => Object.values(results).every((probes) => probes === 2)),
  );
  return listed(program, (_s, results) => results);
}

/** n of 1 to 15. */
export function lastZero(n: number): BenchProgram {
  const cellNames = names("a", n + 1);
  function* scan(a: readonly Cell<number>[]): Path<number> {
    let i = n;
    while ((yield* READ_ONCE(a[i]!)) !== 0) i--;
    return i;
  }
  function* raise(a: readonly Cell<number>[], i: number): Path {
    const value = yield* READ_ONCE(a[i - 1]!);
    yield* WRITE_ONCE(a[i]!, value + 1);
  }
  const program = define({
    name: `last-zero-${n}`,
    setup: () => zeros(cellNames),
    tasks: (a) => numbered(n + 1, (i) => (i === 0 ? scan(a) : raise(a, i))),
  });
  return listed(program, (a, [last]) => [last!, ...a.slice(1).map(({ value }) => value)]);
}

function messagePassing(): BenchProgram {
  interface State {
    readonly data: Cell<number>;
    readonly flag: Cell<number>;
  }
  function* writer({ data, flag }: State): Path {
    yield* WRITE_ONCE(data, 1);
    yield* WRITE_ONCE(flag, 1);
  }
  function* reader({ data, flag }: State): Path<number> {
    const f = yield* READ_ONCE(flag);
    return 2 * f + (yield* READ_ONCE(data));
  }
  const program = define(
    {
      name: "message-passing-3",
      setup: (): State => ({ data: new Cell("data", 0), flag: new Cell("flag", 0) }),
      tasks: (s) => numbered(3, (i) => (i === 0 ? writer(s) : reader(s))),
    },
    alwaysAtEnd("never the flag without the data", (_s, { results }) =>
      Object.values(results).every((value) => value !== 2),
    ),
  );
  return listed(program, (_s, results) => results.slice(1).flatMap((seen) => [seen >> 1, seen & 1]));
}

/** All eleven, in the order of peers/README.md. */
export const PROGRAMS: readonly BenchProgram[] = [
  racingIncrements(3),
  lockedIncrements(),
  peterson(),
  dekker(),
  philosophers(),
  treiber(),
  readersWriter(),
  doubleChecked(),
  indexer(),
  lastZero(3),
  messagePassing(),
];
