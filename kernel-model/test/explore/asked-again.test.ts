import { expect, test } from "vitest";
import { explore } from "../../src/explore/explore.js";
import type { Path } from "../../src/machine/path.js";
import { define } from "../../src/machine/program.js";
import { Cell, WRITE_ONCE } from "../../src/primitives/cell.js";
import { cancelDelayedWorkSync, DelayedWork, modDelayedWork } from "../../src/primitives/delayed-work.js";
import { Workqueue } from "../../src/primitives/workqueue.js";

/*
 * Found by the oracle. The reversal "cancel before the worker takes the item" was covered, where it was first asked for,
 * by a sleeping write of T0; in a later run with the same prefix T1's write to y comes before that write, and nothing covers
 * the reversal any more. Asked only once, two classes were missing, in both of which no worker runs.
 */
test("a reversal that was covered is asked for again when a later run has more beside it", () => {
  const program = define({
    name: "cancel beside writes",
    stuckIsAnEnd: true,
    setup: () => {
      const y = new Cell("y", 0);
      const wq = new Workqueue("wq");
      const work: DelayedWork = new DelayedWork("work", wq, function* () {
        yield* WRITE_ONCE(y, 2);
      });
      return { y, wq, work };
    },
    tasks: ({ y, wq, work }) => ({
      T0: (function* (): Path {
        yield* WRITE_ONCE(y, 1);
        yield* WRITE_ONCE(y, 0);
      })(),
      T1: (function* (): Path {
        yield* modDelayedWork(wq, work, 5);
        yield* WRITE_ONCE(y, 3);
      })(),
      T2: (function* (): Path {
        yield* cancelDelayedWorkSync(work);
      })(),
    }),
  });
  const few = explore(program, { maxSchedules: 10_000 });
  const all = explore(program, { reduction: false, maxSchedules: 50_000 });
  expect([few.kind, few.effort.redundant]).toEqual(["exhausted", 0]);
  expect(all.kind).toBe("exhausted");
  expect([...few.effort.endStates.keys()].sort()).toEqual([...all.effort.endStates.keys()].sort());
  expect(few.effort.schedules).toBe(33);
});
