import fc from "fast-check";
import { expect, test } from "vitest";
import { explore } from "../../src/explore/explore.js";
import { always, define, type Program } from "../../src/machine/program.js";
import type { Path } from "../../src/machine/path.js";
import { Cell, READ_ONCE, smpCondLoadAcquire, WRITE_ONCE, xchg } from "../../src/primitives/cell.js";
import { choose } from "../../src/primitives/choose.js";
import { Mutex, mutexLock, mutexTrylock, mutexUnlock } from "../../src/primitives/mutex.js";

/** One step of a random program: what it does, on which of two objects, with which value. */
interface Op {
  readonly kind: "read" | "write" | "add" | "await" | "lock" | "trylock" | "choose";
  readonly on: 0 | 1;
  readonly value: number;
}

const op: fc.Arbitrary<Op> = fc.record({
  kind: fc.constantFrom("read", "write", "write", "add", "await", "lock", "trylock", "choose"),
  on: fc.constantFrom(0, 1),
  value: fc.integer({ min: 0, max: 2 }),
});

interface State {
  readonly cells: readonly Cell<number>[];
  readonly locks: readonly Mutex[];
}

/** What it saw is what it returns, so that end states tell apart all that a task can notice. */
function* perform(s: State, ops: readonly Op[]): Path<string> {
  const seen: string[] = [];
  const held = new Set<0 | 1>();
  for (const { kind, on, value } of ops) {
    const cell = s.cells[on]!;
    const lock = s.locks[on]!;
    if (kind === "read") seen.push(`r${yield* READ_ONCE(cell)}`);
    else if (kind === "write") yield* WRITE_ONCE(cell, value);
    else if (kind === "add") seen.push(`x${yield* xchg(cell, value + 3)}`);
    else if (kind === "await") seen.push(`w${yield* smpCondLoadAcquire(cell, (v) => v === value)}`);
    else if (kind === "choose") seen.push(`c${yield* choose(2)}`);
    else if (held.has(on)) {
      yield* mutexUnlock(lock);
      held.delete(on);
    } else if (kind === "lock") {
      yield* mutexLock(lock);
      held.add(on);
    } else if (yield* mutexTrylock(lock)) {
      held.add(on);
      seen.push("t");
    }
  }
  for (const on of held) yield* mutexUnlock(s.locks[on]!);
  return seen.join(" ");
}

function program(tasks: readonly (readonly Op[])[]): Program<State> {
  return define({
    name: "random",
    ignore: ["lock-order-inversion"],
    stuckIsAnEnd: true,
    setup: (): State => ({ cells: [new Cell("x", 0), new Cell("y", 0)], locks: [new Mutex("m"), new Mutex("n")] }),
    tasks: (s) => Object.fromEntries(tasks.map((ops, i) => [`T${i}`, perform(s, ops)])),
  });
}

interface Ends {
  readonly states: readonly string[];
  readonly runs: number;
  readonly redundant: number;
}

/** Every end state, those in which tasks are stuck among them; null if there are too many runs to wait for. */
function ends(tasks: readonly (readonly Op[])[], reduction: boolean): Ends | null {
  const verdict = explore(program(tasks), { reduction, shrink: false, maxSchedules: 6000 });
  if (verdict.kind === "bounded") return null;
  expect(verdict.kind).toBe("exhausted");
  return { states: [...verdict.effort.endStates.keys()].sort(), runs: verdict.effort.schedules, redundant: verdict.effort.redundant };
}

test("with reduction the same end states are reached as without, and never in more runs", () => {
  const total = { programs: 0, naive: 0, reduced: 0, redundant: 0 };
  fc.assert(
    fc.property(fc.array(fc.array(op, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 3 }), (tasks) => {
      const all = ends(tasks, false);
      if (all === null) return;
      const few = ends(tasks, true);
      expect(few?.states).toEqual(all.states);
      expect(few?.runs).toBeLessThanOrEqual(all.runs);
      total.programs++;
      total.naive += all.runs;
      total.reduced += few?.runs ?? 0;
      total.redundant += few?.redundant ?? 0;
    }),
    { numRuns: Number(process.env["MM_LAB_RANDOM_PROGRAMS"] ?? 300), seed: Number(process.env["MM_LAB_SEED"] ?? 20231006) },
  );
  expect(total.programs).toBeGreaterThan(150);
  expect(total.reduced * 5, JSON.stringify(total)).toBeLessThan(total.naive);
  expect(total.redundant, JSON.stringify(total)).toBeLessThan(total.reduced);
});

test("a property over both cells is broken with reduction exactly when it is without", () => {
  const broken = { yes: 0, no: 0 };
  fc.assert(
    fc.property(fc.array(fc.array(op, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 }), fc.integer({ min: 1, max: 5 }), (tasks, sum) => {
      const asked = { ...program(tasks), properties: [always<State>("the sum is another", ({ cells: [x, y] }) => x!.value === 0 || x!.value + y!.value !== sum)] };
      const all = explore(asked, { reduction: false, shrink: false, maxSchedules: 6000 });
      if (all.kind === "bounded") return;
      expect(explore(asked, { shrink: false }).kind).toBe(all.kind);
      broken[all.kind === "violated" ? "yes" : "no"]++;
    }),
    { numRuns: Number(process.env["MM_LAB_RANDOM_PROGRAMS"] ?? 300), seed: Number(process.env["MM_LAB_SEED"] ?? 20231006) },
  );
  expect(Math.min(broken.yes, broken.no)).toBeGreaterThan(30);
});
