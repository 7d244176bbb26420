import { describe, expect, expectTypeOf, test } from "vitest";
import { InputError, ms, seconds, us } from "../../src/base/index.js";
import { define, type Path } from "../../src/machine/index.js";
import { atomicInc, Atomic } from "../../src/primitives/atomic.js";
import { Cell, READ_ONCE, WRITE_ONCE } from "../../src/primitives/cell.js";
import { SpinLock, spinLock, spinUnlock } from "../../src/primitives/spinlock.js";
import { compute, sleep } from "../../src/primitives/time.js";
import { exponential, simulate, simulating, type SimulateOptions } from "../../src/simulate/index.js";

interface Counter {
  readonly lock: SpinLock;
  readonly count: Cell<number>;
}

function* countUp({ lock, count }: Counter): Path {
  yield* spinLock(lock);
  const seen = yield* READ_ONCE(count);
  yield* compute(100);
  yield* WRITE_ONCE(count, seen + 1);
  yield* spinUnlock(lock);
}

const contended = {
  setup: (): Counter => ({ lock: new SpinLock("lock"), count: new Cell("count", 0) }),
  groups: [
    { name: "closed", count: 3, think: exponential(900), path: (s: Counter) => countUp(s) },
    { name: "open", interarrival: exponential(500), path: (s: Counter) => countUp(s) },
  ],
  duration: 50_000,
};
const observe = { every: 1000, read: (s: Counter) => ({ count: s.count.value, some: s.count.value > 0 }) };

/** A task that sets x to 1, 2, 3... at 100, 200, 300 ns... */
function* ticking(x: Cell<number>, times: number): Path {
  for (let i = 1; i <= times; i++) {
    yield* compute(100);
    yield* WRITE_ONCE(x, i);
  }
}
const clock = (times: number): SimulateOptions<{ x: Cell<number> }> => ({
  program: define({
    name: "ticking",
    setup: () => ({ x: new Cell("x", 0) }),
    tasks: ({ x }) => ({ A: ticking(x, times) }),
  }),
  machine: { preset: "free" },
});

describe("observe", () => {
  test("sees the state at each multiple of the interval, before what happens then", () => {
    const run = simulate({ ...clock(5), observe: { every: 50, read: ({ x }) => ({ x: x.value }) } });
    expect(run.observations.rows.map(({ time, x }) => [time, x])).toEqual(
      [0, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500].map((time) => [
        time,
        Math.max(0, Math.ceil(time / 100) - 1),
      ]),
    );
    expect(run.state.x.value).toBe(5);
    expectTypeOf(run.observations.rows[0]!).toEqualTypeOf<{ readonly time: number } & { x: number }>();
    expectTypeOf(run.state).toEqualTypeOf<{ x: Cell<number> }>();
  });

  test("sees every time that an idle stretch passes, and ends before the end", () => {
    const idle = simulate({
      setup: () => ({ x: new Cell("x", 0) }),
      groups: [
        {
          name: "late",
          count: 1,
          path: function* (s) {
            yield* sleep(450);
            yield* WRITE_ONCE(s.x, 1);
            yield* sleep(1e6);
          },
        },
      ],
      machine: { preset: "free" },
      duration: 1000,
      observe: { every: 100, read: ({ x }) => ({ x: x.value }) },
    });
    expect(idle.observations.rows.map(({ x }) => x)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect(idle.observations.rows.at(-1)!.time).toBe(900);
  });

  test.each([30, 70, 1, 3333])("an interval of %d ns that does not divide the duration ends before it", (every) => {
    const { rows } = simulate({ ...contended, duration: 2000, observe: { ...observe, every } }).observations;
    expect(rows).toHaveLength(Math.ceil(2000 / every));
    expect(rows.every(({ time }, i) => time === i * every)).toBe(true);
  });

  test("the warm-up is left out", () => {
    const { observations } = simulate({ ...contended, warmup: 20_000, observe });
    expect(observations.rows.map(({ time }) => time)).toEqual(Array.from({ length: 30 }, (_, i) => 20_000 + 1000 * i));
    expect(observations.rows[0]!.count).toBeGreaterThan(10);
  });

  test("is a dataset with time first, typed columns, units and meanings", () => {
    const { observations } = simulate({
      ...contended,
      observe: { ...observe, units: { count: "counts" }, meanings: { some: "whether it moved" } },
    });
    const [time, count, some, ...others] = observations.dataset().columns;
    expect(others).toEqual([]);
    expect(time).toEqual({
      name: "time",
      unit: "ns",
      meaning: "virtual time",
      values: Float64Array.from({ length: 50 }, (_, i) => 1000 * i),
    });
    expect(count).toMatchObject({ name: "count", unit: "counts", meaning: "" });
    expect(count!.values).toBeInstanceOf(Float64Array);
    expect(some).toMatchObject({ name: "some", meaning: "whether it moved" });
    expect(Array.from(some!.values)).toEqual(expect.arrayContaining([true, false]));
  });

  test("changes nothing: trace, statistics, events and steps are those of the run without it", () => {
    for (const extra of [{}, { warmup: 10_000 }, { timeline: true, trace: true }]) {
      const plain = simulate({ ...contended, ...extra });
      const seen = simulate({ ...contended, ...extra, observe });
      expect(seen.observations.rows.length).toBeGreaterThan(39);
      for (const key of ["events", "steps", "from", "to", "groups", "locks", "lines", "trace"] as const)
        expect(seen[key], key).toEqual(plain[key]);
      expect(seen.timeline?.intervals).toEqual(plain.timeline?.intervals);
      expect(seen.dataset()).toEqual(plain.dataset());
      expect(seen.cpuDataset()).toEqual(plain.cpuDataset());
    }
    const schedule = { ...clock(5), schedule: true };
    expect(simulate({ ...schedule, observe: { every: 1, read: ({ x }) => ({ x: x.value }) } }).schedule).toEqual(
      simulate(schedule).schedule,
    );
  });

  test("reports progress as often as the run without it", () => {
    const yields = (options: SimulateOptions<Counter>): number => [...simulating(options)].length;
    const long = { ...contended, duration: ms(10) };
    expect(yields({ ...long, observe })).toBe(yields(long));
    expect(yields(long)).toBeGreaterThan(3);
  });

  test("the final state is there without it, and the observations say how to get them", () => {
    const run = simulate(contended);
    expect(run.state.count.value).toBeGreaterThan(100);
    expect(() => run.observations).toThrow(InputError);
    expect(() => run.observations).toThrow(
      /a run that was observed\. Next: simulate with e\.g\. `observe: \{ every: ms\(2\)/,
    );
  });

  test("bad options and rows are refused, rows at the first look", () => {
    const go = (given: object): unknown => simulate({ ...contended, observe: { ...observe, ...given } });
    expect(() => go({ every: 0 })).toThrow(
      /observe\.every is 0; accepted: a number from 1 to .* ns\. Next: write e\.g\. `every: ms\(2\)`/,
    );
    expect(() => go({ read: 3 })).toThrow(/observe\.read is 3; accepted: a function from the state to a record/);
    expect(() => go({ evry: 3 })).toThrow(/did you mean "every"/);
    let looks = 0;
    expect(() => go({ read: () => ({ list: [looks++] }) })).toThrow(
      /list of row 0 of what observe\.read returned is \[0\]/,
    );
    expect(looks).toBe(1);
    expect(() => go({ read: () => 3 })).toThrow(
      /row 0 of what observe\.read returned is 3; accepted: an object with a value/,
    );
    expect(() => go({ read: () => ({ time: 3 }) })).toThrow(/no column `time`, which is there/);
    expect(() => go({ units: { cuont: "x" } })).toThrow(InputError);
  });

  test("times read as one writes them", () => {
    expect([us(3), ms(2), seconds(1)]).toEqual([3000, 2e6, 1e9]);
  });
});

describe("a machine by its name", () => {
  function* touching({ x }: { x: Atomic }): Path {
    yield* atomicInc(x);
  }
  const counting = {
    setup: () => ({ x: new Atomic("x") }),
    groups: [{ name: "CPU", count: 2, path: touching }],
    duration: 1e4,
  };

  test("has the topology and the costs of the published one", () => {
    const { machine } = simulate({ ...counting, machine: "ice-lake-8375c" });
    expect(machine.topology.toString()).toBe("2 sockets x 32 cores x 2 threads");
    expect(machine).toEqual(
      simulate({ ...counting, machine: { sockets: 2, cores: 32, threads: 2, preset: "ice-lake-8375c" } }).machine,
    );
    expect(simulate({ ...counting, machine: "milan-7r13" }).machine.topology.coresPerCache).toBe(8);
  });

  test("an unknown one is refused with the names there are, and the nearest", () => {
    const go = (name: string): unknown => simulate({ ...counting, machine: name as "milan-7r13" });
    expect(() => go("ice-lake-8375")).toThrow(
      'the machine is "ice-lake-8375"; accepted: one of "broadwell-e5-2695v4", "cascade-lake-8275cl", "cascade-lake-6242", "ice-lake-8375c", "milan-7r13", "skylake-i7-6700k". Next: did you mean "ice-lake-8375c".',
    );
    expect(() => go("free")).toThrow(/the machine is "free"/);
  });
});
