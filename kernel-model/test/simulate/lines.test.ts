import { expect, test } from "vitest";
import { sameLine } from "../../src/machine/index.js";
import { pricesOf, preset } from "../../src/hardware/index.js";
import { Cell, READ_ONCE, WRITE_ONCE, xchg } from "../../src/primitives/cell.js";
import { SpinLock, spinLock, spinUnlock } from "../../src/primitives/spinlock.js";
import { compute } from "../../src/primitives/time.js";
import { simulate, type MachineOptions, type SimulationResult } from "../../src/simulate/index.js";

const TRANSFER = 47;

/** All CPUs of the machine do nothing but xchg one cell. */
function saturate(machine: MachineOptions, count: number, duration: number, warmup: number): SimulationResult {
  return simulate({
    setup: () => new Cell("x", 0),
    groups: [{
      name: "writer", count, cpuOf: (member) => member,
      *path(x) {
        yield* xchg(x, 1);
      },
    }],
    machine, duration, warmup,
  });
}

test.each([2, 3, 4, 16])("a line that %i CPUs fight for gives exactly one operation a transfer", (cores) => {
  const result = saturate({ cores }, cores, 101_000 * TRANSFER, 1000 * TRANSFER);
  expect(result.group("writer").completions).toBe(100_000);
  expect(result.line("x")).toMatchObject({ accesses: 100_000, transfers: 100_000, utilisation: 1, queueing: (cores - 1) * TRANSFER });
  expect(result.group("writer").latency).toMatchObject({ mean: cores * TRANSFER, min: cores * TRANSFER, max: cores * TRANSFER });
});

test("across sockets it is slower by the price list, between siblings faster", () => {
  const { remote, sibling } = pricesOf(preset("cascade-lake-8275cl"));
  expect(saturate({ sockets: 2, cores: 1 }, 2, 1100 * remote, 100 * remote).group("writer").completions).toBe(1000);
  expect(saturate({ cores: 1, threads: 2 }, 2, 2e5, 1e4).group("writer").latency.mean).toBeCloseTo(2 * sibling, 9);
});

test("one CPU alone has it in its cache", () => {
  expect(saturate({ cores: 1 }, 1, 700_000, 70_000).group("writer").completions).toBe(90_000);
});

test("users' prices", () => {
  expect(saturate({ cores: 2, preset: "free", prices: { cache: 10 } }, 2, 1100, 100).group("writer").completions).toBe(100);
});

test("readers share a line; one writer takes it from all of them", () => {
  const readers = (writes: boolean): SimulationResult => simulate({
    setup: () => new Cell("config", 0),
    groups: [
      { name: "reader", count: 3, cpuOf: (member) => member, *path(config) {
        yield* READ_ONCE(config);
        yield* compute(100);
      } },
      ...(writes ? [{ name: "writer", count: 1, cpu: 3, *path(config: Cell<number>) {
        yield* WRITE_ONCE(config, 1);
        yield* compute(1000);
      } }] : []),
    ],
    duration: 1e6, warmup: 1e4,
  });
  expect(readers(false).line("config").transfers).toBe(0);
  expect(readers(true).line("config").transfers).toBeGreaterThan(3000);
});

test("false sharing: two counters that nobody shares cost transfers once they are on one line", () => {
  const counters = (together: boolean): SimulationResult => simulate({
    setup: () => {
      const cells = [new Cell("a", 0), new Cell("b", 0)];
      if (together) sameLine("pair", cells);
      return cells;
    },
    groups: [{ name: "counter", count: 2, cpuOf: (member) => member, *path(cells, index) {
      yield* xchg(cells[index]!, 1);
    } }],
    duration: 47e4, warmup: 47e3,
  });
  expect(counters(true).group("counter").completions).toBe(9000);
  expect(counters(true).lines.map(({ name, lines }) => [name, lines])).toEqual([["pair", 1]]);
  expect(counters(false).lines.map(({ transfers }) => transfers)).toEqual([0, 0]);
  expect(counters(false).group("counter").throughput).toBeCloseTo((2 / 7) * 1e9, -6);
});

test("a contended spinlock is handed over in the order of arrival, a transfer later each time", () => {
  const result = simulate({
    setup: () => new SpinLock("lock"),
    groups: [{ name: "worker", count: 4, cpuOf: (member) => member, *path(lock) {
      yield* spinLock(lock);
      yield* compute(1000);
      yield* spinUnlock(lock);
    } }],
    duration: 1e7, warmup: 1e5,
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
