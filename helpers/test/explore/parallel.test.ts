import { explorables, explore, type Program, type Verdict } from "@mm-lab/kernel-model";
import { afterAll, describe, expect, test } from "vitest";
import { exploreInParallel } from "../../src/explore/index.js";
import { onWorkers } from "../../src/explore/parallel.js";
import { benchModule, moduleOf } from "./module.js";

const { scenarios: classics } = await explorables[0]!.load();

/** What must not depend on the number of workers; not what was run in vain, nor the order of end states. */
function answerOf(verdict: Verdict): unknown {
  const { kind, effort } = verdict;
  const counted = { kind, schedules: effort.schedules, endStates: [...effort.endStates].sort() };
  if (kind === "violated") return { ...counted, violation: verdict.violation, replay: verdict.replay };
  return kind === "stuck" ? { ...counted, waiting: verdict.waiting, replay: verdict.replay } : counted;
}

/** A write and a read of everybody else's, several times over: some thousand schedules. */
const ROUNDS = `
import { alwaysAtEnd, Cell, define, explore, READ_ONCE, WRITE_ONCE } from "@mm-lab/kernel-model";
import { isMainThread } from "node:worker_threads";
function* adder(x, y, rounds) {
  for (let i = 0; i < rounds; i++) yield* WRITE_ONCE(x, (yield* READ_ONCE(x)) + (yield* READ_ONCE(y)));
}
const fib = (name, rounds, holds, tasks = () => ({})) => define({
  name, setup: () => ({ x: new Cell("x", 1), y: new Cell("y", 1) }),
  tasks: (s) => ({ A: adder(s.x, s.y, rounds), B: adder(s.y, s.x, rounds), ...tasks(s) }),
}, alwaysAtEnd("holds", holds));
const observer = (s) => ({ C: (function* () { return (yield* READ_ONCE(s.x)) * 1000 + (yield* READ_ONCE(s.y)); })() });
export const fine = fib("fine", 4, () => true);
export const large = fib("large", 5, () => true, observer);
export const rare = fib("rare", 4, (s) => s.x.value !== 34 || s.y.value !== 47);
export const late = { nested: [fib("late", 4, (s) => s.x.value !== 55)] };
export const endless = fib("endless", 4, () => true, (s) => ({ C: (function* () { while ((yield* READ_ONCE(s.x)) > 30) yield* READ_ONCE(s.y); })() }));
export const throws = fib("throws", 4, (s) => { if (s.x.value > 40) throw new Error("cannot look"); return true; });
export const dies = fib("dies", 4, (s) => { if (!isMainThread && s.x.value > 40) process.exit(3); return true; });
export const drifts = fib("drifts", 4, () => true, (s) => ({ C: adder(s.x, s.y, isMainThread ? 1 : 2) }));
`;
const rounds = moduleOf(ROUNDS);
const bench = benchModule();
afterAll(() => {
  rounds.remove();
  bench.remove();
});

const programs = (await import(rounds.url)) as Record<
  "fine" | "large" | "rare" | "endless" | "throws" | "dies" | "drifts",
  Program
> & { readonly late: { readonly nested: readonly [Program] } };
const measured = (await import(bench.url)) as { readonly PROGRAMS: readonly { readonly program: Program }[] };
const from = rounds.url;

test.each(classics.map((scenario) => [scenario.name, scenario] as const))(
  "classics %s: as one worker",
  async (_name, { program, options }) => {
    const verdict = await onWorkers(program, { ...options, workers: 2 }, 0);
    expect(answerOf(verdict)).toEqual(answerOf(explore(program, options)));
  },
);

test.each(measured.PROGRAMS.map(({ program }) => [program.name, program] as const))(
  "%s of the bench: as one worker",
  async (_name, program) => {
    const verdict = await onWorkers(program, { workers: 2, from: bench.url }, 0);
    expect(answerOf(verdict)).toEqual(answerOf(explore(program)));
  },
);

describe("a program of a module", () => {
  test("workers do the work, whatever their number, and nothing is left of them", async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === "MessagePort" || name === "Worker");
    const whole = answerOf(explore(programs.fine));
    for (const workers of [1, 2, 3]) {
      const verdict = await onWorkers(programs.fine, { workers, from }, 0);
      expect(answerOf(verdict), `${workers} workers`).toEqual(whole);
    }
    expect(process.getActiveResourcesInfo().filter((name) => name === "MessagePort" || name === "Worker")).toEqual(
      before,
    );
  });

  test("what is found does not depend on the workers, where one finds it first and how it is bound in its module", async () => {
    for (const program of [programs.rare, programs.late.nested[0]]) {
      const whole = explore(program);
      expect(whole.kind === "violated" && whole.violation.what).toBe("holds");
      for (const workers of [2, 3])
        expect(answerOf(await onWorkers(program, { workers, from }, 0))).toEqual(answerOf(whole));
    }
  });

  test("`explore` with `workers` is the same; a search that is soon over starts none", async () => {
    const verdict = await explore(programs.fine, { workers: "all", from });
    expect(answerOf(verdict)).toEqual(answerOf(explore(programs.fine)));
    expect((await exploreInParallel(classics[0]!.program, { workers: 64 })).effort.redundant).toBe(0);
  });

  test("a script may call it where it makes its program: it is loaded up to the call", async () => {
    const script = moduleOf(`${ROUNDS.replaceAll("export const", "const")}
      import "@mm-lab/helpers";
      export const verdict = await explore(large, { workers: 2, from: import.meta.url });
      if (!isMainThread) throw new Error("went on in a worker");`);
    const { verdict } = (await import(script.url)) as { readonly verdict: Verdict };
    script.remove();
    expect([verdict.kind, verdict.effort.schedules]).toEqual(["exhausted", 218_243]);
    expect(verdict.effort.redundant).toBeGreaterThan(0); // several workers were at it
  });
});

describe("bounds", () => {
  const { large } = programs;
  test("maxSchedules: bounded where there are more, not where there are as many", async () => {
    const cut = await onWorkers(large, { workers: 2, from, maxSchedules: 20_000 }, 0);
    expect(cut).toMatchObject({ kind: "bounded", bound: "maxSchedules = 20000", rest: null });
    expect(cut.effort.schedules).toBeGreaterThan(20_000);
    expect(cut.effort.schedules).toBeLessThan(20_100);
    expect(cut.effort.estimated).toBeGreaterThan(50_000);
    expect(cut.effort.estimated).toBeLessThan(900_000);
    const { schedules } = explore(programs.fine).effort;
    expect((await onWorkers(programs.fine, { workers: 2, from, maxSchedules: schedules }, 0)).kind).toBe("exhausted");
    expect(await onWorkers(programs.fine, { workers: 2, from, maxSchedules: schedules - 1 }, 0)).toMatchObject({
      kind: "bounded",
      bound: `maxSchedules = ${schedules - 1}`,
    });
  });

  test("seconds, and steps of all workers together", async () => {
    const began = performance.now();
    expect(await exploreInParallel(large, { workers: 2, from, seconds: 0.4 })).toMatchObject({
      kind: "bounded",
      bound: "seconds = 0.4",
    });
    expect(performance.now() - began).toBeLessThan(2_000);
    const steps = await onWorkers(large, { workers: 2, from, maxTotalSteps: 100_000 }, 0);
    expect(steps).toMatchObject({ kind: "bounded", bound: "maxTotalSteps = 100000" });
    expect(steps.effort.steps).toBeLessThan(101_000);
  });

  test("no end states and no shorter run where none are wanted", async () => {
    const verdict = await onWorkers(programs.rare, { workers: 2, from, endStates: false, shrink: false }, 0);
    expect(answerOf(verdict)).toEqual(answerOf(explore(programs.rare, { endStates: false, shrink: false })));
    expect(verdict.effort.endStates.size).toBe(0);
  });
});

describe("errors", () => {
  const thrown = async (of: () => unknown): Promise<Error> => {
    try {
      await of();
    } catch (error) {
      return error as Error;
    }
    return expect.unreachable("nothing was thrown");
  };

  test.each(["endless", "throws"] as const)("of a program that %s: that of one worker", async (name) => {
    const options = { maxSteps: 100 };
    const one = await thrown(() => explore(programs[name], options));
    const two = await thrown(() => onWorkers(programs[name], { ...options, workers: 2, from }, 0));
    expect([two.name, two.message]).toEqual([one.name, one.message]);
  });

  test("a worker that dies", async () => {
    const error = await thrown(() => onWorkers(programs.dies, { workers: 2, from }, 0));
    expect(error.message).toMatch(
      /^worker [12] of 2 died while it explored "dies": it ended with status 3\. Next: explore without `workers`/,
    );
  });

  test("a program that is another one in a worker", async () => {
    const error = await thrown(() => onWorkers(programs.drifts, { workers: 2, from }, 0));
    expect(error.name).toBe("InputError");
    expect(error.message).toMatch(
      /^the program of a worker, made again from its module, is "drifts: A, B, C; .*accepted: the same as here: drifts.*must not be changed elsewhere/,
    );
  });

  test.each<[string, () => Promise<Verdict>, RegExp]>([
    [
      "a program that workers cannot load",
      () => exploreInParallel({ ...programs.fine }, { workers: 2 }),
      /the program to explore with `workers` is "fine"; accepted: one that workers can load.*from: import\.meta\.url/,
    ],
    [
      "a module without it",
      () => onWorkers(programs.fine, { workers: 2, from: bench.url }, 0),
      /`from` is "file:.*; accepted: a module that exports the program "fine"\. Next: export it/,
    ],
    [
      "no module",
      () => onWorkers(programs.fine, { workers: 2, from: 7 as never }, 0),
      /`from` is 7; accepted: the URL or path of a module/,
    ],
    [
      "a misspelt number of workers",
      () => exploreInParallel(programs.fine, { workers: "al" as never, from }),
      /workers is "al"; accepted: "all", or an integer from 1 to 64/,
    ],
    [
      "too many workers",
      () => exploreInParallel(programs.fine, { workers: 65, from }),
      /workers is 65; accepted: an integer from 1 to 64/,
    ],
    [
      "a sample",
      () => exploreInParallel(programs.fine, { workers: 2, from, strategy: "pct" }),
      /an option beside `workers` is "strategy"; accepted: those of a whole search/,
    ],
    [
      "a misspelt option",
      () => exploreInParallel(programs.fine, { workers: 2, from, second: 1 } as never),
      /did you mean "seconds"/,
    ],
  ])("%s is refused", async (_name, call, message) => {
    await expect((async () => call())()).rejects.toThrow(message);
  });
});
