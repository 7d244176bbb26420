import { expect, test } from "vitest";
import { explore } from "../../src/explore/explore.js";
import { Memory } from "../../src/machine/object.js";
import type { Path } from "../../src/machine/path.js";
import { always, define } from "../../src/machine/program.js";
import {
  Cell,
  Heap,
  kfree,
  kmalloc,
  leaked,
  Percpu,
  queueWork,
  READ_ONCE,
  spinUntil,
  thisCpuAdd,
  WorkItem,
  Workqueue,
  WRITE_ONCE,
} from "../../src/primitives/index.js";
import { outcome } from "../outcome.js";

// What properties look at besides cells must be asked again after each step that changes it.

test("kfree() is seen by a property that looks at whether memory is freed", () => {
  const program = define(
    {
      name: "freed first",
      setup: () => ({ memory: new Memory("entry"), x: new Cell("x", 0) }),
      tasks: (s) => ({
        A: (function* (): Path {
          yield* kfree(s.memory);
        })(),
        B: (function* (): Path {
          yield* WRITE_ONCE(s.x, 1);
        })(),
      }),
    },
    always("x is set before the memory is freed", ({ memory, x }) => x.value === 1 || !memory.freed),
  );
  expect(outcome(explore(program, { reduction: false }))).toBe("violated (x is set before the memory is freed)");
  expect(outcome(explore(program))).toBe("violated (x is set before the memory is freed)");
});

test("kmalloc() and kfree() are seen by a property that counts what is allocated", () => {
  const program = define(
    {
      name: "two at a time",
      setup: () => ({ heap: new Heap(), x: new Cell("x", 0) }),
      tasks: ({ heap, x }) => ({
        A: (function* (): Path {
          const memory = yield* kmalloc("a", { heap });
          yield* READ_ONCE(x);
          yield* kfree(memory);
        })(),
        B: (function* (): Path {
          yield* kfree(yield* kmalloc("b", { heap }));
        })(),
      }),
    },
    always("one at a time", ({ heap }) => leaked(heap).length < 2),
  );
  expect(outcome(explore(program, { reduction: false }))).toBe("violated (one at a time)");
  expect(outcome(explore(program))).toBe("violated (one at a time)");
});

test("memory that a condition reads beside its first object may not be freed either", () => {
  const program = define({
    name: "condition over freed memory",
    setup: () => {
      const memory = new Memory("entry");
      return { memory, x: new Cell("x", 0), inside: new Cell("inside", 1, memory) };
    },
    tasks: (s) => ({
      A: (function* (): Path {
        yield* kfree(s.memory);
      })(),
      B: (function* (): Path {
        yield* spinUntil([s.x, s.inside], () => s.inside.current === 1);
      })(),
    }),
  });
  const verdict = explore(program);
  expect(verdict.kind === "violated" && verdict.violation.message).toBe(
    "B, in B, at cpu_relax loop(x): cpu_relax loop touches inside in entry, which was freed",
  );
});

test("which slot of a per-CPU variable a kworker uses does not depend on the order in which kworkers were started", () => {
  const program = define({
    name: "two kworkers",
    setup: () => {
      const percpu = new Percpu<number>("percpu", 2, () => 0);
      const works = [1, 2].map(
        (by) =>
          new WorkItem(`work${by}`, new Workqueue(`wq${by}`), function* () {
            yield* thisCpuAdd(percpu, by);
          }),
      );
      return { percpu, works };
    },
    tasks: ({ works }) =>
      Object.fromEntries(
        works.map((work, i) => [
          `T${i}`,
          (function* (): Path {
            yield* queueWork(work.queue, work);
          })(),
        ]),
      ),
  });
  const ends = (reduction: boolean): string[] => [...explore(program, { reduction }).effort.endStates.keys()].sort();
  expect(ends(true)).toEqual(ends(false));
});
