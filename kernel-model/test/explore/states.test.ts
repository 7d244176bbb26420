import { expect, test, vi } from "vitest";
import { explore } from "../../src/explore/explore.js";
import type { Path } from "../../src/machine/path.js";
import { alwaysAtEnd, define, eventually } from "../../src/machine/program.js";
import { Cell, READ_ONCE, WRITE_ONCE } from "../../src/primitives/cell.js";
import { Kref, krefGet, krefPut } from "../../src/primitives/kref.js";
import { queueWork, WorkItem, Workqueue } from "../../src/primitives/workqueue.js";
import { racingIncrements } from "../../bench/programs.js";
import { profileNames } from "../oracle/profiles.js";
import { programOf } from "../oracle/programs.js";
import { randomText } from "../oracle/random-text.js";
import { outcome } from "../outcome.js";

vi.mock("@mm-lab/kernel-model", () => import("../../src/index.js"));

const SEEDS = Number(process.env["MM_LAB_RANDOM_PROGRAMS"] ?? 12);
const states = { strategy: "states", shrink: false } as const;

test("random programs whose states can be told apart: the verdict and end states of every schedule", () => {
  let compared = 0;
  for (const profile of profileNames) {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const program = programOf(randomText(profile, seed));
      const all = explore(program, { maxSchedules: 500, shrink: false });
      if (all.kind === "bounded") continue;
      const few = explore(program, states);
      if (few.kind === "bounded") {
        expect(few.bound).toMatch(/^states cannot be told apart/);
        continue;
      }
      const where = `${profile} ${seed}`;
      expect(few.kind, where).toBe(all.kind);
      if (few.kind === "exhausted")
        expect([...few.effort.endStates.keys()].sort(), where).toEqual([...all.effort.endStates.keys()].sort());
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(40);
});

test("few states, many classes of schedules: five tasks that take and put a reference; six racing increments", () => {
  function* getAndPut(kref: Kref): Path {
    yield* krefGet(kref);
    yield* krefPut(kref, function* () {
      // Never the last: the program holds one.
    });
  }
  const references = define({
    name: "five references",
    setup: () => ({ kref: new Kref("kref") }),
    tasks: ({ kref }) => Object.fromEntries([0, 1, 2, 3, 4].map((i) => [`T${i}`, getAndPut(kref)])),
  });
  const verdict = explore(references, states);
  expect([verdict.kind, verdict.effort.reduction]).toEqual(["exhausted", "states"]);
  // A task has done nothing, got, or put: 3^5 states, and each is left by at most five steps.
  expect(verdict.effort.schedules + verdict.effort.redundant).toBeLessThan(3 ** 5 * 5);
  const racing = racingIncrements(5).program;
  const [few, all] = [explore(racing, states), explore(racing)];
  expect([...few.effort.endStates.keys()].sort()).toEqual([...all.effort.endStates.keys()].sort());
  expect(few.effort.schedules + few.effort.redundant).toBeLessThan(all.effort.schedules);
});

test("whether a property has held on the way is part of a state", () => {
  function* raise(x: Cell<number>): Path {
    yield* WRITE_ONCE(x, 1);
    yield* WRITE_ONCE(x, 0);
  }
  function* look(x: Cell<number>, y: Cell<number>): Path {
    yield* WRITE_ONCE(y, 1);
    yield* READ_ONCE(x);
  }
  const program = define(
    {
      name: "both at once",
      setup: () => ({ x: new Cell("x", 0), y: new Cell("y", 0) }),
      tasks: (s) => ({ A: raise(s.x), B: look(s.x, s.y) }),
    },
    eventually("both at once", ({ x, y }) => x.value === 1 && y.value === 1),
  );
  expect(outcome(explore(program, states))).toBe("violated (both at once)");
  expect(outcome(explore(program))).toBe("violated (both at once)");
});

test("an object that does not tell all of its state: bounded, with its name; likewise state of a class of its own", () => {
  const queueing = define({
    name: "queueing",
    setup: () => {
      const wq = new Workqueue("wq");
      return { work: new WorkItem("work", wq, function* (): Path {}) };
    },
    tasks: ({ work }) => ({
      A: (function* (): Path {
        yield* queueWork(work.queue, work);
      })(),
    }),
  });
  const cannot = explore(queueing, states);
  expect(cannot.kind === "bounded" && cannot.bound).toMatch(
    /^states cannot be told apart, since the state of (wq|work) does not say all there is to it: explore with reduction instead$/,
  );
  class Secret {
    #n = 0;
    next(): number {
      return ++this.#n;
    }
  }
  const secret = define(
    {
      name: "secret",
      setup: () => ({ x: new Cell("x", 0), secret: new Secret() }),
      tasks: (s) => ({
        A: (function* (): Path {
          yield* WRITE_ONCE(s.x, s.secret.next());
        })(),
      }),
    },
    alwaysAtEnd("it is set", ({ x }) => x.value === 1),
  );
  expect(explore(secret, states).kind).toBe("bounded");
});
