import { describe, expect, test } from "vitest";
import { explore } from "../../src/explore/explore.js";
import type { Path } from "../../src/machine/path.js";
import { alwaysAtEnd, define, type Program, type TaskSpec } from "../../src/machine/program.js";
import { Cell, READ_ONCE, smpCondLoadAcquire, spinUntil, WRITE_ONCE } from "../../src/primitives/cell.js";
import { preemptDisable, preemptEnable } from "../../src/primitives/irq.js";
import { readLock, readUnlock, RwLock, writeLock, writeUnlock } from "../../src/primitives/rwlock.js";
import { bruteForce } from "./brute-force.js";
import { compare } from "./compare.js";

/*
 * Three programs whose guards open only where two steps meet that commute with each other: found with the brute force,
 * and lost by a reduction that asks a waiting step for races only when it arrives.
 */
const setup = () => ({
  x: new Cell("x", 0),
  y: new Cell("y", 0),
  z: new Cell("z", 0),
  a: new Cell("a", 0),
  l: new RwLock("l"),
});
type State = ReturnType<typeof setup>;
type Tasks = (s: State) => Record<string, Path<unknown> | TaskSpec>;
const isOne = (value: number): boolean => value === 1;

function* writes(...pairs: readonly (readonly [Cell<number>, number])[]): Path {
  for (const [cell, value] of pairs) yield* WRITE_ONCE(cell, value);
}

/** A guard over two cells: G may read z = 0. */
function* overTwoCells({ x, y, z }: State): Path<number> {
  yield* spinUntil([x, y], () => x.current === 1 && y.current === 1);
  return yield* READ_ONCE(z);
}

/** write_lock between two readers whose steps commute: W may see x = 1 and z = 0. */
function* firstReader({ l, x, y }: State): Path {
  yield* readLock(l);
  yield* WRITE_ONCE(x, 1);
  yield* smpCondLoadAcquire(y, isOne);
  yield* readUnlock(l);
}
function* secondReader({ l, x, z }: State): Path {
  yield* smpCondLoadAcquire(x, isOne);
  yield* readLock(l);
  yield* WRITE_ONCE(z, 1);
  yield* readUnlock(l);
}
function* writer({ l, x, z }: State): Path<boolean> {
  yield* writeLock(l);
  const seen = [yield* READ_ONCE(x), yield* READ_ONCE(z)];
  yield* writeUnlock(l);
  return seen[0] === 1 && seen[1] === 0;
}

/** A guard on a CPU that is taken, so that whether the CPU is free is a second condition: T may read z = 0. */
function* waitAndWrite({ a, x, z }: State): Path {
  yield* smpCondLoadAcquire(a, isOne);
  yield* writes([x, 1], [x, 0], [z, 1], [x, 1]);
}
function* taker({ a, y }: State): Path {
  yield* preemptDisable();
  yield* WRITE_ONCE(a, 1);
  yield* smpCondLoadAcquire(y, isOne);
  yield* preemptEnable();
}
function* taken({ x, z }: State): Path<number> {
  yield* smpCondLoadAcquire(x, isOne);
  return yield* READ_ONCE(z);
}

const PROGRAMS: readonly (readonly [name: string, tasks: Tasks, task: string, result: unknown])[] = [
  [
    "a guard over two cells",
    (s) => ({ G: overTwoCells(s), A: writes([s.x, 1], [s.x, 0], [s.z, 1], [s.x, 1]), B: writes([s.y, 1]) }),
    "G",
    0,
  ],
  [
    "write_lock between two readers",
    (s) => ({ A: firstReader(s), B: secondReader(s), C: writes([s.y, 1]), W: writer(s) }),
    "W",
    true,
  ],
  [
    "a guard on a CPU that is taken",
    (s) => ({
      A: waitAndWrite(s),
      B: { cpu: 0, path: () => taker(s) },
      C: writes([s.y, 1]),
      T: { cpu: 0, path: () => taken(s) },
    }),
    "T",
    0,
  ],
];

describe.each(PROGRAMS)("%s", (name, tasks, task, result) => {
  const program: Program<State> = define({ name, setup, tasks, stuckIsAnEnd: true });
  const never = alwaysAtEnd<State>("never", (_s, { results }) => results[task] !== result);

  test("the explorer reaches the state", () => {
    const asked = { ...program, properties: [never] };
    const verdict = explore(asked);
    expect([verdict.kind, verdict.kind === "violated" && verdict.violation.what]).toEqual(["violated", "never"]);
    expect([...bruteForce(asked, 100_000)!.faults]).toEqual(["always never"]);
  });

  test("and all end states, in as many runs as there are classes", () => {
    const compared = compare(program, 100_000)!;
    expect(compared.differences).toEqual([]);
    expect([...compared.truth.ends].some((end) => end.includes(`${task} returned ${String(result)}`))).toBe(true);
  });
});
