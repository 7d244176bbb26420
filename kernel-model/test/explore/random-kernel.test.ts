import fc from "fast-check";
import { expect, test } from "vitest";
import { explore } from "../../src/explore/explore.js";
import type { Path } from "../../src/machine/path.js";
import { always, define, type Program } from "../../src/machine/program.js";
import { ACTIONS, RISKY, setup, type On, type State } from "./actions.js";

const ALL = { ...ACTIONS, ...RISKY };
interface Op {
  readonly kind: keyof typeof ALL;
  readonly on: On;
}
interface Given {
  readonly cpu: number;
  readonly ops: readonly Op[];
}

function* perform(s: State, { ops, cpu }: Given, me: number): Path<string> {
  const seen: unknown[] = [];
  for (const { kind, on } of ops) {
    if (kind === "ipi" && cpu < 0) continue; // only a task that is bound to a CPU may send one
    const result: unknown = yield* ALL[kind](s, on, me);
    if (result !== undefined) seen.push(result);
  }
  return seen.join(" ");
}

/** Tasks on the two CPUs, or (below 0) on none; what they may wait for in vain is an end like another. */
const program = (tasks: readonly Given[]): Program<State> =>
  define({
    name: "random",
    ignore: ["lock-order-inversion"],
    stuckIsAnEnd: true,
    warningsAreViolations: false,
    setup,
    tasks: (s) => Object.fromEntries(tasks.map((task, i) => [`T${i}`, { path: () => perform(s, task, i + 1), ...(task.cpu >= 0 ? { cpu: task.cpu } : {}) }])),
  });

const given = (kinds: readonly Op["kind"][], most: number): fc.Arbitrary<readonly Given[]> => {
  const op: fc.Arbitrary<Op> = fc.record({ kind: fc.constantFrom(...kinds), on: fc.constantFrom<On>(0, 1) });
  return fc.array(fc.record({ cpu: fc.constantFrom(-1, -1, 0, 1), ops: fc.array(op, { minLength: 1, maxLength: most }) }), { minLength: 2, maxLength: 3 });
};
const options = { numRuns: Number(process.env["MM_LAB_RANDOM_PROGRAMS"] ?? 300), seed: Number(process.env["MM_LAB_SEED"] ?? 20231006) };
const safe = Object.keys(ACTIONS) as (keyof typeof ACTIONS)[];
const risky = Object.keys(RISKY) as (keyof typeof RISKY)[];
const limits = { shrink: false, maxSchedules: 1500 } as const;

test("with every primitive: with reduction the same end states are reached as without", () => {
  const total = { programs: 0, naive: 0, reduced: 0 };
  fc.assert(
    fc.property(given(safe, 2), (tasks) => {
      const all = explore(program(tasks), { ...limits, reduction: false });
      if (all.kind === "bounded") return;
      const few = explore(program(tasks), limits);
      expect([few.kind, [...few.effort.endStates.keys()].sort()]).toEqual([all.kind, [...all.effort.endStates.keys()].sort()]);
      expect(few.effort.schedules).toBeLessThanOrEqual(all.effort.schedules);
      total.programs++;
      total.naive += all.effort.schedules;
      total.reduced += few.effort.schedules;
    }),
    options,
  );
  expect(total.programs).toBeGreaterThan(options.numRuns / 4);
  expect(total.reduced * 3, JSON.stringify(total)).toBeLessThan(total.naive);
});

test("with memory that may be freed under a task: the same verdict", () => {
  const seen = { violated: 0, exhausted: 0 };
  fc.assert(
    fc.property(given([...risky, ...risky, "read", "write", "rcu", "synchronize", "mutex", "queueWork", "wait", "complete"], 3), (tasks) => {
      const asked: Program<State> = { ...program(tasks), warningsAreViolations: true };
      const all = explore(asked, { ...limits, reduction: false });
      if (all.kind === "bounded") return;
      const few = explore(asked, limits);
      expect(few.kind).toBe(all.kind);
      seen[few.kind as "violated"]++;
      if (few.kind === "exhausted") expect([...few.effort.endStates.keys()].sort()).toEqual([...all.effort.endStates.keys()].sort());
    }),
    options,
  );
  expect(Math.min(seen.violated, seen.exhausted), JSON.stringify(seen)).toBeGreaterThan(options.numRuns / 10);
});

/** What must never be, over state of every kind. */
const NEVER: readonly ((s: State) => boolean)[] = [
  (s) => s.cells[1].value === 0 && s.memory.freed,
  (s) => s.count.value > 0 && s.cells[0].value === 0,
  (s) => s.rwsem.readers > 1 || (s.rwsem.owner === "T0" && s.cells[0].value > 1),
  (s) => s.rwlock.readers > 0 && s.rwlock.owner === null && s.spin.owner !== null,
  (s) => s.timer.pending && s.done.done,
  (s) => s.works[0].pending && s.works[1].running,
  (s) => s.refs.value === 1 && s.mutex.owner !== null,
  (s) => s.queue.waiting > 0 && s.cells[1].value > 0,
  (s) => s.percpu.slots[0]!.value > 0 && s.cells[1].value === 0,
  (s) => s.seq.seqcount.value % 2 === 1 && s.cells[0].value === 0,
];

test("with a property at every step: broken with reduction exactly when it is broken while every step is watched", () => {
  const seen = { violated: 0, exhausted: 0 };
  fc.assert(
    fc.property(given([...safe, "free", "percpu", "refs", "timer", "queueWork", "complete"], 2), fc.nat(NEVER.length - 1), (tasks, which) => {
      const never = NEVER[which]!;
      // A property that looks at the run's warnings is asked at every step, whatever that step touches.
      const watched = explore({ ...program(tasks), properties: [always<State>("never", (s, { warnings }) => warnings.length >= 0 && !never(s))] }, { ...limits, reduction: false });
      if (watched.kind === "bounded") return;
      const few = explore({ ...program(tasks), properties: [always<State>("never", (s) => !never(s))] }, limits);
      expect(few.kind).toBe(watched.kind);
      seen[few.kind as "violated"]++;
    }),
    options,
  );
  expect(Math.min(seen.violated, seen.exhausted), JSON.stringify(seen)).toBeGreaterThan(options.numRuns / 20);
});
