import { describe, expect, test } from "vitest";
import { define, sameLine, type Path } from "../../src/machine/index.js";
import { costsOf, preset } from "../../src/hardware/index.js";
import { Atomic, atomicFetchAdd } from "../../src/primitives/atomic.js";
import { Cell, READ_ONCE, smpCondLoadAcquire, smpStoreRelease, WRITE_ONCE, xchg } from "../../src/primitives/cell.js";
import { SpinLock, spinLock, spinUnlock } from "../../src/primitives/spinlock.js";
import { compute, sleep } from "../../src/primitives/time.js";
import { simulate, type MachineOptions, type SimulationResult } from "../../src/simulate/index.js";

const TRANSFER = 47;

/** All CPUs of the machine do nothing but xchg one cell. */
function saturate(machine: MachineOptions, count: number, duration: number, warmup: number): SimulationResult {
  return simulate({
    setup: () => new Cell("x", 0),
    groups: [
      {
        name: "writer",
        count,
        cpuOf: (member) => member,
        *path(x) {
          yield* xchg(x, 1);
        },
      },
    ],
    machine,
    duration,
    warmup,
  });
}

test.each([2, 3, 4, 16])("a line that %i CPUs fight for gives exactly one operation a transfer", (cores) => {
  const result = saturate({ cores }, cores, 101_000 * TRANSFER, 1000 * TRANSFER);
  expect(result.group("writer").completions).toBe(100_000);
  expect(result.line("x")).toMatchObject({
    accesses: 100_000,
    transfers: 100_000,
    utilisation: 1,
    queueing: (cores - 1) * TRANSFER,
  });
  expect(result.group("writer").latency).toMatchObject({
    mean: cores * TRANSFER,
    min: cores * TRANSFER,
    max: cores * TRANSFER,
  });
});

test("across sockets it is slower by the cost model, between siblings faster", () => {
  const { remote, sibling } = costsOf(preset("cascade-lake-8275cl"));
  expect(saturate({ sockets: 2, cores: 1 }, 2, 1100 * remote, 100 * remote).group("writer").completions).toBe(1000);
  expect(saturate({ cores: 1, threads: 2 }, 2, 2e5, 1e4).group("writer").latency.mean).toBeCloseTo(2 * sibling, 9);
});

test("of a transfer that began before the measured stretch, or ends after it, the part inside counts", () => {
  // All sixteen ask at once, after a context switch: what the last of them asked for arrives long after the end.
  expect(saturate({ cores: 16 }, 16, 1700, 1500).line("x").utilisation).toBe(1);
  expect(saturate({ cores: 16 }, 16, 10_000, 1600).line("x").utilisation).toBe(1);
  // Two transfers from memory, from 0 to 90 and from 1090 to 1180.
  const twice = (duration: number, warmup: number): number =>
    simulate({
      setup: () => [new Cell("x", 0), new Cell("x", 0)],
      groups: [
        {
          name: "reader",
          count: 1,
          *path(cells) {
            yield* READ_ONCE(cells[0]!);
            yield* compute(1000);
            yield* READ_ONCE(cells[1]!);
            yield* sleep(1e9);
          },
        },
      ],
      machine: { cores: 1, preset: "free", costs: { memory: 90 } },
      duration,
      warmup,
    }).line("x").utilisation;
  expect(twice(1180, 0)).toBe(180 / 1180);
  expect(twice(1100, 60)).toBe(40 / 1040);
  expect(twice(1150, 1100)).toBe(1);
});

test("one CPU alone has it in its cache", () => {
  expect(saturate({ cores: 1 }, 1, 700_000, 70_000).group("writer").completions).toBe(90_000);
});

test("users' costs", () => {
  expect(saturate({ cores: 2, preset: "free", costs: { cache: 10 } }, 2, 1100, 100).group("writer").completions).toBe(
    100,
  );
});

test("readers share a line; one writer takes it from all of them", () => {
  const readers = (writes: boolean): SimulationResult =>
    simulate({
      setup: () => new Cell("config", 0),
      groups: [
        {
          name: "reader",
          count: 3,
          cpuOf: (member) => member,
          *path(config) {
            yield* READ_ONCE(config);
            yield* compute(100);
          },
        },
        ...(writes
          ? [
              {
                name: "writer",
                count: 1,
                cpu: 3,
                *path(config: Cell<number>) {
                  yield* WRITE_ONCE(config, 1);
                  yield* compute(1000);
                },
              },
            ]
          : []),
      ],
      duration: 1e6,
      warmup: 1e4,
    });
  expect(readers(false).line("config").transfers).toBe(0);
  expect(readers(true).line("config").transfers).toBeGreaterThan(3000);
});

test("false sharing: two counters that nobody shares cost transfers once they are on one line", () => {
  const counters = (together: boolean): SimulationResult =>
    simulate({
      setup: () => {
        const cells = [new Cell("a", 0), new Cell("b", 0)];
        if (together) sameLine("pair", cells);
        return cells;
      },
      groups: [
        {
          name: "counter",
          count: 2,
          cpuOf: (member) => member,
          *path(cells, index) {
            yield* xchg(cells[index]!, 1);
          },
        },
      ],
      duration: 47e4,
      warmup: 47e3,
    });
  expect(counters(true).group("counter").completions).toBe(9000);
  expect(counters(true).lines.map(({ name, lines }) => [name, lines])).toEqual([["pair", 1]]);
  expect(counters(false).lines.map(({ transfers }) => transfers)).toEqual([0, 0]);
  expect(counters(false).group("counter").throughput).toBeCloseTo((2 / 7) * 1e9, -6);
});

test("a contended spinlock is handed over in the order of arrival, a transfer later each time", () => {
  const result = simulate({
    setup: () => new SpinLock("lock"),
    groups: [
      {
        name: "worker",
        count: 4,
        cpuOf: (member) => member,
        *path(lock) {
          yield* spinLock(lock);
          yield* compute(1000);
          yield* spinUnlock(lock);
        },
      },
    ],
    duration: 1e7,
    warmup: 1e5,
  });
  const { wait, hold, acquisitions, contended } = result.lock("lock");
  expect(contended / acquisitions).toBeCloseTo(1, 2);
  // Notices by a transfer, works, and gives the lock back by another: those who came meanwhile took the line away.
  expect([hold.min, hold.max]).toEqual([1000 + 2 * TRANSFER, 1000 + 2 * TRANSFER]);
  expect(result.group("worker").throughput).toBeCloseTo(1e9 / hold.mean, -3);
  // It waits for three others, from when its own attempt is over: two transfers after the one before it got the lock.
  expect(wait.mean).toBeCloseTo(3 * hold.mean - 2 * TRANSFER, 6);
  expect(result.utilisation()).toBe(1);
});

describe("who spins on a line loads it when it changes, also in vain", () => {
  /** CPU 0 waits for 0; on each further CPU a task writes a value at its time. */
  const countdown = (writes: readonly (readonly [ns: number, value: number])[]): SimulationResult =>
    simulate({
      program: define({
        name: "countdown",
        setup: () => new Cell("x", 3),
        tasks: (x) =>
          Object.fromEntries(
            [[0, 0] as const, ...writes].map(([ns, value], cpu) => [
              `CPU ${cpu}`,
              {
                cpu,
                *path() {
                  if (cpu === 0) {
                    yield* smpCondLoadAcquire(x, (now) => now === 0);
                    return;
                  }
                  yield* compute(ns);
                  yield* WRITE_ONCE(x, value);
                },
              },
            ]),
          ),
      }),
      machine: { cores: 4, costs: { contextSwitch: 0 } },
    });

  test("each write takes the line from the spinning CPU, which fetches it back", () => {
    const result = countdown([
      [1000, 2],
      [2000, 1],
      [3000, 0],
    ]);
    expect(result.line("x")).toMatchObject({ accesses: 7, transfers: 7 });
    expect(result.to).toBe(3000 + 2 * TRANSFER);
  });

  test("one look at a time: what changes while the line is on its way is seen when it arrives", () => {
    // Two writes one behind the other; the look after the first is in the queue when the second is done.
    const result = countdown([
      [1000, 1],
      [1000, 0],
    ]);
    expect(result.line("x")).toMatchObject({ accesses: 4, transfers: 4 });
    expect(result.to).toBe(1000 + 3 * TRANSFER);
  });
});

test("a ticket lock as the kernel had it collapses under its waiters, a queued lock does not", () => {
  function* ticketLock({ next, owner }: { next: Atomic; owner: Cell<number> }): Path {
    const mine = yield* atomicFetchAdd(1, next);
    yield* smpCondLoadAcquire(owner, (value) => value === mine);
    yield* compute(100);
    yield* smpStoreRelease(owner, mine + 1);
  }
  function* queued(lock: SpinLock): Path {
    yield* spinLock(lock);
    yield* compute(100);
    yield* spinUnlock(lock);
  }
  const rate = (ticket: boolean, cpus: number): number =>
    simulate({
      setup: () => ({ next: new Atomic("next"), owner: new Cell("owner", 0), lock: new SpinLock("lock") }),
      groups: [
        { name: "CPU", count: cpus, cpuOf: (member) => member, path: (s) => (ticket ? ticketLock(s) : queued(s.lock)) },
      ],
      machine: { cores: 32 },
      duration: 2e6,
      warmup: 2e5,
    }).group("CPU").throughput;
  expect(rate(false, 32) / rate(false, 8)).toBeCloseTo(1, 2);
  // Each release sends the line to all who wait, and the next release queues behind them: the time grows with their number.
  expect(rate(true, 32) / rate(true, 8)).toBeLessThan(0.35);
  expect(rate(true, 8) / rate(true, 4)).toBeLessThan(0.7);
});
