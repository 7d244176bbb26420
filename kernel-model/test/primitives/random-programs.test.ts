import fc from "fast-check";
import { expect, test } from "vitest";
import { explore } from "../../src/explore/index.js";
import type { Path } from "../../src/machine/path.js";
import { define, type Program } from "../../src/machine/program.js";
import {
  callRcu,
  cancelWork,
  Cell,
  complete,
  Completion,
  DelayedWork,
  downRead,
  downReadTrylock,
  downWrite,
  downWriteTrylock,
  flushWork,
  modTimer,
  queueDelayedWork,
  queueWork,
  rcuReadLock,
  rcuReadUnlock,
  READ_ONCE,
  readLock,
  readSeqbegin,
  readSeqretry,
  readUnlock,
  RwLock,
  RwSemaphore,
  SeqLock,
  synchronizeRcu,
  Timer,
  timerDeleteSync,
  tryWaitForCompletion,
  upRead,
  upWrite,
  waitForCompletion,
  WaitQueue,
  wakeUp,
  WorkItem,
  Workqueue,
  WRITE_ONCE,
  writeLock,
  writeSeqlock,
  writeSequnlock,
  writeUnlock,
  prepareToWait,
  schedule,
  finishWait,
} from "../../src/primitives/index.js";

const setup = () => {
  const x = new Cell("x", 0);
  const wq = new Workqueue("wq");
  const double = function* (): Path {
    yield* WRITE_ONCE(x, 2 * (yield* READ_ONCE(x)));
  };
  return {
    x,
    sem: new RwSemaphore("sem"),
    rw: new RwLock("rw"),
    seq: new SeqLock("seq"),
    done: new Completion("done"),
    queue: new WaitQueue("queue"),
    timer: new Timer("timer", double),
    wq,
    work: new WorkItem("work", wq, double),
    delayed: new DelayedWork("delayed", wq, double),
  };
};
type State = ReturnType<typeof setup>;
type Block = (s: State, value: number) => Path<unknown>;

const read: Block = function* (s) {
  return yield* READ_ONCE(s.x);
};
const write: Block = function* (s, value) {
  yield* WRITE_ONCE(s.x, value);
};

/** Pieces of paths: each leaves no lock behind, and returns what it saw. */
const blocks: Readonly<Record<string, Block>> = {
  read,
  write,
  *semRead(s, v) {
    yield* downRead(s.sem);
    const seen = yield* read(s, v);
    yield* upRead(s.sem);
    return seen;
  },
  *semWrite(s, v) {
    yield* downWrite(s.sem);
    yield* write(s, v);
    yield* upWrite(s.sem);
  },
  *semTryRead(s) {
    const got = yield* downReadTrylock(s.sem);
    if (got) yield* upRead(s.sem);
    return got;
  },
  *semTryWrite(s) {
    const got = yield* downWriteTrylock(s.sem);
    if (got) yield* upWrite(s.sem);
    return got;
  },
  *rwRead(s, v) {
    yield* readLock(s.rw);
    const seen = yield* read(s, v);
    yield* readUnlock(s.rw);
    return seen;
  },
  *rwWrite(s, v) {
    yield* writeLock(s.rw);
    yield* write(s, v);
    yield* writeUnlock(s.rw);
  },
  *seqRead(s, v) {
    const start = yield* readSeqbegin(s.seq);
    const seen = yield* read(s, v);
    return `${String(seen)} ${yield* readSeqretry(s.seq, start)}`;
  },
  *seqWrite(s, v) {
    yield* writeSeqlock(s.seq);
    yield* write(s, v);
    yield* writeSequnlock(s.seq);
  },
  *rcuRead(s, v) {
    yield* rcuReadLock();
    const seen = yield* read(s, v);
    yield* rcuReadUnlock();
    return seen;
  },
  *rcuWait(s, v) {
    yield* synchronizeRcu();
    yield* write(s, v);
  },
  *rcuCall(s, v) {
    yield* callRcu(() => write(s, v));
  },
  *complete(s) {
    yield* complete(s.done);
  },
  *await(s) {
    yield* waitForCompletion(s.done);
  },
  *tryAwait(s) {
    return yield* tryWaitForCompletion(s.done);
  },
  *wait(s) {
    yield* prepareToWait(s.queue);
    yield* schedule(s.queue);
    yield* finishWait(s.queue);
  },
  *wake(s) {
    yield* wakeUp(s.queue);
  },
  *arm(s) {
    return yield* modTimer(s.timer, 1);
  },
  *disarm(s) {
    return yield* timerDeleteSync(s.timer);
  },
  *queue(s) {
    return yield* queueWork(s.wq, s.work);
  },
  *delay(s) {
    return yield* queueDelayedWork(s.wq, s.delayed, 1);
  },
  *cancel(s) {
    return yield* cancelWork(s.work);
  },
  *flush(s) {
    return yield* flushWork(s.work);
  },
};

function program(tasks: readonly (readonly string[])[]): Program<State> {
  function* path(s: State, names: readonly string[], id: number): Path<string> {
    const seen: string[] = [];
    for (const [i, name] of names.entries()) seen.push(String(yield* blocks[name]!(s, 3 * id + i + 1)));
    return seen.join(" ");
  }
  return define({
    name: "random",
    stuckIsAnEnd: true,
    setup,
    tasks: (s) => Object.fromEntries(tasks.map((names, id) => [`T${id}`, path(s, names, id)])),
  });
}

/** Every end state, stuck ones among them; null if there are too many schedules to tell. */
function ends(tasks: readonly (readonly string[])[], reduction: boolean): readonly string[] | null {
  const verdict = explore(program(tasks), { reduction, shrink: false, maxSchedules: 1_500 });
  if (verdict.kind === "bounded") return null;
  expect(verdict.kind).toBe("exhausted");
  return [...verdict.effort.endStates.keys()].sort();
}

test("what the steps of a primitive say about commuting is true: with reduction the same end states as without", () => {
  let compared = 0;
  const name = fc.constantFrom(...Object.keys(blocks));
  fc.assert(
    fc.property(fc.array(fc.array(name, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 3 }), (tasks) => {
      const all = ends(tasks, false);
      if (all === null) return;
      compared++;
      expect(ends(tasks, true)).toEqual(all);
    }),
    { numRuns: 250, seed: 1 },
  );
  expect(compared).toBeGreaterThan(100);
});

test("and so for each pair and triple of readers and writers of one lock", () => {
  for (const kind of ["sem", "rw", "seq"]) {
    const kinds = Object.keys(blocks).filter((name) => name.startsWith(kind));
    for (const a of kinds)
      for (const b of kinds)
        for (const c of kinds) {
          const tasks = [[a], [b], [c, "read"]];
          const all = ends(tasks, false);
          if (all !== null) expect(ends(tasks, true), `${a}, ${b}, ${c}`).toEqual(all);
        }
  }
});
