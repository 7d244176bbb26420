import fc from "fast-check";
import { expect, test } from "vitest";
import { explore } from "../../src/explore/explore.js";
import { replay } from "../../src/explore/replay.js";
import type { Path } from "../../src/machine/path.js";
import { define, type Program } from "../../src/machine/program.js";
import { stepText } from "../../src/machine/trace.js";
import {
  Atomic,
  atomicAddReturn,
  Cell,
  choose,
  compute,
  downRead,
  downWrite,
  Mutex,
  mutexLock,
  mutexUnlock,
  queueWork,
  rcuReadLock,
  rcuReadUnlock,
  READ_ONCE,
  RwSemaphore,
  sleep,
  SpinLock,
  spinLock,
  spinUnlock,
  synchronizeRcu,
  upRead,
  upWrite,
  WorkItem,
  Workqueue,
  WRITE_ONCE,
} from "../../src/primitives/index.js";
import { simulate, SimulationError } from "../../src/simulate/index.js";

const KINDS = [
  "count",
  "write",
  "mutex",
  "spin",
  "read-section",
  "write-section",
  "rcu",
  "synchronize",
  "queue",
  "choose",
  "compute",
  "sleep",
] as const;
type Kind = (typeof KINDS)[number];

interface State {
  readonly count: Atomic;
  readonly cell: Cell<number>;
  readonly mutex: Mutex;
  readonly spin: SpinLock;
  readonly sem: RwSemaphore;
  readonly wq: Workqueue;
  readonly work: WorkItem;
}

function setup(): State {
  const count = new Atomic("count", 0);
  const wq = new Workqueue("wq");
  const work = new WorkItem("work", wq, function* () {
    yield* atomicAddReturn(100, count);
  });
  return {
    count,
    cell: new Cell("cell", 0),
    mutex: new Mutex("mutex"),
    spin: new SpinLock("spin"),
    sem: new RwSemaphore("sem"),
    wq,
    work,
  };
}

/** Between taking a lock and giving it back the task counts, so that sections can be told apart in time. */
function* perform(s: State, kinds: readonly Kind[], me: number): Path<string> {
  const seen: unknown[] = [];
  function* count(): Path {
    seen.push(yield* atomicAddReturn(1, s.count));
  }
  for (const kind of kinds) {
    if (kind === "count") yield* count();
    else if (kind === "write") yield* WRITE_ONCE(s.cell, me);
    else if (kind === "mutex") {
      yield* mutexLock(s.mutex);
      yield* count();
      yield* mutexUnlock(s.mutex);
    } else if (kind === "spin") {
      yield* spinLock(s.spin);
      yield* count();
      yield* spinUnlock(s.spin);
    } else if (kind === "read-section") {
      yield* downRead(s.sem);
      seen.push(yield* READ_ONCE(s.cell));
      yield* upRead(s.sem);
    } else if (kind === "write-section") {
      yield* downWrite(s.sem);
      yield* WRITE_ONCE(s.cell, 10 + me);
      yield* upWrite(s.sem);
    } else if (kind === "rcu") {
      yield* rcuReadLock();
      yield* count();
      yield* rcuReadUnlock();
    } else if (kind === "synchronize") yield* synchronizeRcu();
    else if (kind === "queue") seen.push(yield* queueWork(s.wq, s.work));
    else if (kind === "choose") seen.push(yield* choose(2));
    else if (kind === "compute") yield* compute(30);
    else yield* sleep(50);
  }
  return seen.join(" ");
}

const program = (tasks: readonly (readonly Kind[])[]): Program<State> =>
  define({
    name: "random",
    setup,
    tasks: (s) => Object.fromEntries(tasks.map((kinds, i) => [`T${i}`, perform(s, kinds, i)])),
  });

const tasks = (steps: number): fc.Arbitrary<Kind[][]> =>
  fc.array(fc.array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: steps }), { minLength: 2, maxLength: 4 });

test("every run in virtual time is one that the explorer allows, step by step", () => {
  fc.assert(
    fc.property(tasks(5), fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 4 }), (given, seed, cores) => {
      const run = simulate({
        program: program(given),
        seed,
        machine: { sockets: 1, cores },
        schedule: true,
        trace: true,
      });
      const allowed = replay(program(given), run.schedule!);
      expect(allowed.end).toBe("complete");
      expect(allowed.trace.map(stepText)).toEqual(run.trace!.map(stepText));
      expect(allowed.trace.map(({ changes }) => changes)).toEqual(run.trace!.map(({ changes }) => changes));
    }),
    { numRuns: 300, seed: 6 },
  );
});

test("and ends in a state that the exploration found, with reduction as without", () => {
  let compared = 0;
  fc.assert(
    fc.property(tasks(2), fc.integer({ min: 1, max: 1000 }), (given, seed) => {
      const all = explore(program(given), { reduction: false, maxSchedules: 4000 });
      if (all.kind === "bounded") return;
      const few = explore(program(given));
      expect([few.kind, [...few.effort.endStates.keys()].sort()]).toEqual([
        all.kind,
        [...all.effort.endStates.keys()].sort(),
      ]);
      const { schedule } = simulate({
        program: program(given),
        seed,
        machine: { sockets: 1, cores: 2 },
        schedule: true,
      });
      expect([...all.effort.endStates.keys()]).toContain(replay(program(given), schedule!).state);
      compared++;
    }),
    { numRuns: 200, seed: 7 },
  );
  expect(compared).toBeGreaterThan(80);
});

test("a rule broken in virtual time comes with the schedule on which the explorer finds it too", () => {
  const broken = define({
    name: "broken",
    setup: () => ({ mutex: new Mutex("mutex") }),
    tasks: (s) => ({
      A: (function* release(): Path {
        yield* compute(10);
        yield* mutexUnlock(s.mutex);
      })(),
      B: (function* (): Path {
        yield* mutexLock(s.mutex);
        yield* compute(100);
        yield* mutexUnlock(s.mutex);
      })(),
    }),
  });
  try {
    simulate({ program: broken, schedule: true });
    expect.unreachable("the simulation ends with an error");
  } catch (error) {
    expect(error).toBeInstanceOf(SimulationError);
    const { message, replay: string } = error as SimulationError;
    expect(message).toMatch(
      /^at \d+(\.\d+)? ns, A, in A, at mutex_unlock\(mutex\): unlocks mutex, which it does not hold \(it holds nothing\) \(replay: mm1-[0-9a-f]{4}-\w+\)$/,
    );
    const again = replay(broken, string!);
    expect([again.end, again.violation?.what, again.violation?.function]).toEqual([
      "violated",
      "unlock-not-held",
      "release",
    ]);
  }
});
