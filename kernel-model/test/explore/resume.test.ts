import { expect, test } from "vitest";
import { explore } from "../../src/explore/explore.js";
import type { Path } from "../../src/machine/path.js";
import { alwaysAtEnd, define, type Program } from "../../src/machine/program.js";
import type { SavedSearch } from "../../src/machine/saved-search.js";
import type { Verdict } from "../../src/machine/verdict.js";
import { Cell, READ_ONCE, WRITE_ONCE } from "../../src/primitives/cell.js";
import { choose } from "../../src/primitives/choose.js";
import { queueWork, WorkItem, Workqueue } from "../../src/primitives/workqueue.js";
import { outcome } from "../outcome.js";

/** Races, outcomes, and tasks that are started on the way. */
function setup() {
  const x = new Cell("x", 0);
  const queues = [new Workqueue("wq0"), new Workqueue("wq1")] as const;
  const work = queues.map((queue, i) => new WorkItem(`work${i}`, queue, () => add(x, 10 * (i + 1))));
  return { x, y: new Cell("y", 0), work };
}
type State = ReturnType<typeof setup>;

function* add(x: Cell<number>, by: number): Path {
  yield* WRITE_ONCE(x, (yield* READ_ONCE(x)) + by);
}

function* task({ x, y, work }: State, me: number): Path<number> {
  yield* add(x, 1 + (yield* choose(2)));
  if (me < 2) yield* queueWork(work[me]!.queue, work[me]!);
  return yield* READ_ONCE(y);
}

const program = define({
  name: "three tasks",
  setup,
  tasks: (s) => ({ A: task(s, 0), B: task(s, 1), C: WRITE(s) }),
});

function* WRITE({ y }: State): Path {
  yield* WRITE_ONCE(y, 1);
}

/** Goes on with what is left, each time in another process as far as the search can tell, until it is over. */
function inPieces<S>(
  program: Program<S>,
  maxSchedules: number,
): { readonly verdict: Verdict; readonly pieces: number } {
  let rest: SavedSearch | null = null;
  for (let pieces = 1; ; pieces++) {
    const verdict: Verdict = explore(program, { maxSchedules, ...(rest !== null && { resume: rest }) });
    if (verdict.kind !== "bounded") return { verdict, pieces };
    expect(verdict.rest).not.toBeNull();
    rest = JSON.parse(JSON.stringify(verdict.rest)) as SavedSearch;
  }
}

test("a search that is cut and resumed ends as one that is not, with the same counts and end states", () => {
  const whole = explore(program);
  expect([whole.kind, whole.effort.redundant]).toEqual(["exhausted", 0]);
  expect(whole.effort.schedules).toBeGreaterThan(500);
  for (const piece of [1, 7, 100]) {
    const { verdict, pieces } = inPieces(program, piece);
    expect(pieces).toBe(Math.ceil(whole.effort.schedules / piece));
    expect(verdict.kind).toBe("exhausted");
    expect(verdict.effort.schedules).toBe(whole.effort.schedules);
    expect([...verdict.effort.endStates].sort()).toEqual([...whole.effort.endStates].sort());
    expect(verdict.effort.longest).toBe(whole.effort.longest);
  }
});

test("a violation is found in the piece in which it lies, and replays", () => {
  const broken: Program<State> = { ...program, properties: [alwaysAtEnd<State>("not 34", ({ x }) => x.value !== 34)] };
  const { verdict, pieces } = inPieces(broken, 10);
  expect(pieces).toBeGreaterThan(1);
  expect(outcome(verdict)).toBe("violated (not 34)");
  expect(outcome(explore(broken))).toBe("violated (not 34)");
});

test("the number of schedules is estimated while the search goes on, and known when it is over", () => {
  const whole = explore(program);
  expect(whole.effort.estimated).toBe(whole.effort.schedules);
  const half = explore(program, { maxSchedules: Math.floor(whole.effort.schedules / 2) });
  const estimated = half.effort.estimated!;
  expect(estimated).toBeGreaterThan(whole.effort.schedules / 4);
  expect(estimated).toBeLessThan(whole.effort.schedules * 4);
});

test("a search of another program, or none, is refused", () => {
  const cut = explore(program, { maxSchedules: 1 });
  const rest = cut.kind === "bounded" ? cut.rest! : expect.unreachable();
  const other = define({ name: "another", setup, tasks: (s) => ({ A: task(s, 0) }) });
  expect(() => explore(other, { resume: rest })).toThrow(
    /the program of resume is "three tasks: A, B, C"; accepted: another: A. Next: resume a search with the program/,
  );
  expect(() => explore(program, { resume: {} as SavedSearch })).toThrow(
    /the format of resume is undefined; accepted: "mm-lab search 1"/,
  );
  expect(() =>
    explore(program, { resume: { format: rest.format, program: rest.program, tasks: rest.tasks } as SavedSearch }),
  ).toThrow(/resume is "a search with parts missing"/);
});
