import {
  atomicCmpxchg,
  Atomic,
  Cell,
  cmpxchg,
  define,
  READ_ONCE,
  WRITE_ONCE,
  type Path,
  type Program,
} from "@mm-lab/kernel-model";

/**
 * Programs of the tests of GenMC 0.10.1 (tests/correct/synthetic; the first of Nidhugg's too), step for step, with the
 * number of executions that GenMC has under sequential consistency (`genmc --sc`, symmetry reduction off; the same as in
 * its tables of expected results). A failing cmpxchg is a read there as here.
 */
export interface Published {
  readonly name: string;
  readonly program: Program<never>;
  readonly executions: number;
}

type Cells = readonly Cell<number>[];

// Set up anew for every run, as in programs.ts: by loops, with names made before, so that the explorer is measured.
const CELLS = Array.from({ length: 128 }, (_, i) => `x${i}`);
const TASKS = Array.from({ length: 16 }, (_, i) => `T${i}`);

/** n of 1 to 128. */
function cells(n: number, initial = 0): Cells {
  const row: Cell<number>[] = [];
  for (let i = 0; i < n; i++) row.push(new Cell(CELLS[i]!, initial));
  return row;
}

function program(name: string, setup: () => Cells, tasks: (x: Cells) => readonly Path<unknown>[]): Program<never> {
  function named(x: Cells): Record<string, Path<unknown>> {
    const paths = tasks(x);
    const byName: Record<string, Path<unknown>> = {};
    for (let i = 0; i < paths.length; i++) byName[TASKS[i]!] = paths[i]!;
    return byName;
  }
  return define({ name, setup, tasks: named }) as unknown as Program<never>;
}

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

function* writes(target: Cell<number>, ...values: number[]): Path {
  for (const value of values) yield* WRITE_ONCE(target, value);
}

function* reads(...targets: Cell<number>[]): Path {
  for (const target of targets) yield* READ_ONCE(target);
}

function* swap(x: Cell<number>, from: number, to: number): Path {
  yield* cmpxchg(x, from, to);
}

/** Two tasks add to two numbers in turn; a third looks whether they became too large. */
export function fibBench(n: number, executions: number): Published {
  function* add(x: Cell<number>, y: Cell<number>, target: Cell<number>): Path {
    for (let i = 0; i < n; i++) {
      const first = yield* READ_ONCE(x);
      const second = yield* READ_ONCE(y);
      yield* WRITE_ONCE(target, first + second);
    }
  }
  function* look(x: Cell<number>, y: Cell<number>): Path<boolean> {
    return (yield* READ_ONCE(x)) > 144 || (yield* READ_ONCE(y)) > 144;
  }
  return {
    name: `fib_bench(${n})`,
    executions,
    program: program(
      "fib_bench",
      () => cells(2, 1),
      ([x, y]) => [add(x!, y!, x!), add(x!, y!, y!), look(x!, y!)],
    ),
  };
}

export function big0(): Published {
  function* pairs(a: Cell<number>, b: Cell<number>): Path {
    for (let i = 1; i <= 3; i++) {
      yield* WRITE_ONCE(a, i);
      yield* WRITE_ONCE(b, i);
    }
  }
  const tasks = ([x, y, z, w]: Cells): readonly Path<unknown>[] => [
    reads(x!, y!, z!, w!, x!, y!, z!),
    reads(x!, y!, z!),
    pairs(x!, y!),
    pairs(z!, w!),
  ];
  return { name: "big0", executions: 69_112, program: program("big0", () => cells(4), tasks) };
}

/** One writer, n readers: each reads before or after. */
export function readers(n: number): Published {
  return {
    name: `readers(${n})`,
    executions: 2 ** n,
    program: program(
      "readers",
      () => cells(1),
      ([x]) => [writes(x!, 42), ...times(n, () => reads(x!))],
    ),
  };
}

/** A reader looks for the last zero of a row in which n writers each raise one. */
export function lastzero(n: number): Published {
  function* scan(row: Cells): Path {
    for (let i = n; (yield* READ_ONCE(row[i]!)) !== 0; i--);
  }
  function* raise(row: Cells, i: number): Path {
    yield* WRITE_ONCE(row[i]!, (yield* READ_ONCE(row[i - 1]!)) + 1);
  }
  return {
    name: `lastzero(${n})`,
    executions: (n + 3) * 2 ** (n - 2),
    program: program(
      "lastzero",
      () => cells(n + 1),
      (row) => [scan(row), ...times(n, (i) => raise(row, i + 1))],
    ),
  };
}

/** n tasks put four messages each into a hash table of 128. */
export function indexer(n: number, executions: number): Published {
  function* put(table: Cells, me: number): Path {
    for (let i = 0; i < 4; i++) {
      const message = 11 * i + me;
      for (let h = (7 * message) % 128; (yield* cmpxchg(table[h]!, 0, message)) !== 0; h = (h + 1) % 128);
    }
  }
  return {
    name: `indexer(${n})`,
    executions,
    program: program(
      "indexer",
      () => cells(128),
      (table) => times(n, (i) => put(table, i)),
    ),
  };
}

/** n tasks take a turn each: task i from i to i + 1. */
export function casrot(n: number, executions: number): Published {
  return {
    name: `casrot(${n})`,
    executions,
    program: program(
      "casrot",
      () => cells(1),
      ([x]) => times(n, (i) => swap(x!, i, i + 1)),
    ),
  };
}

/** n tasks that exchange what one writes. */
export function wcas(n: number, executions: number): Published {
  return {
    name: `wcas(${n})`,
    executions,
    program: program(
      "wcas",
      () => cells(1),
      ([x]) => [writes(x!, 2), ...times(n, () => swap(x!, 2, 3))],
    ),
  };
}

/** n tasks of which one gets it. */
export function cas(n: number): Published {
  function* take(x: Cell<number>, me: number): Path {
    if (x instanceof Atomic) yield* atomicCmpxchg(x, 0, me);
  }
  return {
    name: `cas(${n})`,
    executions: n,
    program: program(
      "cas",
      () => [new Atomic("x", 0)],
      ([x]) => times(n, (i) => take(x!, i + 1)),
    ),
  };
}

const CASROT = [2, 5, 14, 43, 144, 523, 2048, 8597];
const WCAS = [5, 13, 33, 81, 193, 449, 1025, 2305];

/** The five that times are compared on. */
export const TIMED: readonly Published[] = [fibBench(5, 218_243), big0(), readers(13), lastzero(10), indexer(15, 4096)];

export const PUBLISHED: readonly Published[] = [
  ...times(13, (i) => readers(i + 1)),
  ...times(9, (i) => lastzero(i + 2)),
  ...times(8, (i) => casrot(i + 2, CASROT[i]!)),
  ...times(8, (i) => wcas(i + 2, WCAS[i]!)),
  ...times(7, (i) => cas(i + 2)),
  indexer(12, 8),
  indexer(15, 4096),
  big0(),
];
