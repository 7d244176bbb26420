import { describe, expect, test } from "vitest";
import type { Path } from "../../../src/machine/path.js";
import { define } from "../../../src/machine/program.js";
import { flushWorkqueue } from "../../../src/primitives/workqueue.js";
import { simulate } from "../../../src/simulate/index.js";
import {
  makeZswap,
  readBack,
  shrinkAtLimit,
  swapIn,
  swapOut,
  VARIANTS,
  zswapInvalidate,
  zswapLoad,
  zswapReclaimEntry,
  zswapStore,
  type Zswap,
  type ZswapOptions,
} from "../../../src/mechanisms/zswap/index.js";
import { after, current, HALF, look } from "./sequence.js";

describe("store, load, invalidate", () => {
  test("a store keeps the page: an entry in the tree and at the head of the list, a reference on the pool, a page of room", () => {
    const found: boolean[] = [];
    const z = after({}, function* (z) {
      found.push(yield* zswapStore(z, 1, HALF), yield* zswapLoad(z, 1), yield* zswapLoad(z, 2));
    });
    expect(found).toEqual([true, true, false]);
    expect([z.counters.stored, z.trees[0]!.size, z.everyPool[0]!.lru.now.size, current(z), z.totalSize.value]).toEqual([
      1, 1, 1, 2, 4096,
    ]);
  });

  test("a duplicate is replaced", () => {
    const z = after({}, function* (z) {
      yield* zswapStore(z, 1, HALF, 0, 10);
      yield* zswapStore(z, 1, HALF, 0, 20);
    });
    expect([z.counters.duplicateEntry, z.counters.stored, current(z), readBack(z, 1)]).toEqual([1, 1, 2, 20]);
  });

  test("a store that is rejected leaves no older entry behind", () => {
    const z = after({}, function* (z) {
      yield* zswapStore(z, 1, HALF);
      expect(yield* zswapStore(z, 1, 4097)).toBe(false);
    });
    expect([z.counters.rejectCompressPoor, z.counters.stored, z.trees[0]!.size, current(z)]).toEqual([1, 0, 0, 1]);
  });

  test("a page that shrinks to a page or less is taken", () => {
    const z = after({}, (z) => zswapStore(z, 1, 4096));
    expect(z.counters.stored).toBe(1);
  });

  test("a same-filled page takes no room, no reference and no place on the list", () => {
    const z = after({}, function* (z) {
      yield* zswapStore(z, 1, 0, 0, 7);
      expect(yield* zswapLoad(z, 1)).toBe(true);
    });
    expect([
      z.counters.stored,
      z.counters.sameFilled,
      z.totalSize.value,
      z.everyPool[0]!.lru.now.size,
      current(z),
    ]).toEqual([1, 1, 0, 0, 1]);
  });

  test("an invalidated page is gone, and a second time is nothing", () => {
    const z = after({}, function* (z) {
      yield* zswapStore(z, 1, HALF);
      yield* zswapStore(z, 2, 0);
      for (const offset of [1, 2, 1, 3]) yield* zswapInvalidate(z, offset);
    });
    expect([z.counters.stored, z.counters.sameFilled, z.totalSize.value, current(z), z.heap.live]).toEqual([
      0,
      0,
      0,
      1,
      ["pool lzo"],
    ]);
  });

  test("with exclusive loads a load drops the entry", () => {
    const z = after({ exclusiveLoads: true }, function* (z) {
      yield* zswapStore(z, 1, HALF);
      expect([yield* zswapLoad(z, 1), yield* zswapLoad(z, 1)]).toEqual([true, false]);
    });
    expect([z.counters.stored, current(z)]).toEqual([0, 1]);
  });

  test("pages of two devices with the same offset are different pages", () => {
    const z = after({ devices: 2 }, function* (z) {
      yield* zswapStore(z, 1, HALF, 0, 10);
      yield* zswapStore(z, 1, HALF, 1, 20);
    });
    expect([readBack(z, 1, 0), readBack(z, 1, 1), z.counters.duplicateEntry]).toEqual([10, 20, 0]);
  });
});

describe("the limit", () => {
  // Two pages at most, so a third is let in; taken again below two.
  const limits = { maxPages: 2, acceptPages: 2 };

  test("a pool of just the maximum is not full; one that was full must fall below the threshold", () => {
    const taken: boolean[] = [];
    const sizes: number[] = [];
    const z = after(limits, function* (z) {
      for (const offset of [1, 2, 3, 4]) taken.push(yield* zswapStore(z, offset, HALF));
      for (const [freed, stored] of [
        [1, 5],
        [2, 6],
        [3, 7],
      ] as const) {
        yield* zswapInvalidate(z, freed);
        sizes.push(yield* look(() => z.totalSize.value / 4096));
        taken.push(yield* zswapStore(z, stored, HALF));
      }
    });
    expect(taken).toEqual([true, true, true, false, false, true, true]);
    expect(sizes).toEqual([2, 1, 1]);
    // Only the store that found the pool full counts as a hit.
    expect([z.counters.poolLimitHit, z.counters.rejectStillFull, z.counters.shrinkRequests]).toEqual([1, 1, 2]);
  });

  test("a same-filled page is rejected at the limit like any other", () => {
    const z = after({ maxPages: 0 }, function* (z) {
      yield* zswapStore(z, 1, HALF);
      expect(yield* zswapStore(z, 2, 0)).toBe(false);
    });
    expect(z.counters.poolLimitHit).toBe(1);
  });

  test("the worker writes back the oldest until the pool is below the threshold", () => {
    const z = after(limits, function* (z) {
      for (const offset of [1, 2, 3, 4]) yield* zswapStore(z, offset, HALF, 0, offset);
      yield* flushWorkqueue(z.shrinkWq);
    });
    expect([z.counters.writtenBack, z.counters.shrinkRuns, z.totalSize.value, current(z)]).toEqual([2, 1, 4096, 2]);
    expect([1, 2, 3, 4].map((offset) => z.trees[0]!.slots.at(offset).disk.value)).toEqual([1, 2, 0, 0]);
  });

  test("at least one page is written back in each run, even if the pool has shrunk meanwhile", () => {
    const z = after({}, function* (z) {
      yield* zswapStore(z, 1, HALF);
      yield* shrinkAtLimit(z);
    });
    expect([z.counters.writtenBack, z.counters.stored, current(z)]).toEqual([1, 0, 1]);
  });

  test.each(VARIANTS)("three stores before the worker runs, %s", (variant) => {
    const counts: number[] = [];
    const z = after({ variant }, function* (z) {
      for (let store = 0; store < 3; store++) yield* shrinkAtLimit(z);
      counts.push(yield* look(() => current(z)));
      yield* flushWorkqueue(z.shrinkWq);
      counts.push(yield* look(() => current(z)));
    });
    expect(counts).toEqual({ buggy: [4, 3], fixed: [2, 1], "percpu-ref": [1, 1] }[variant]);
    expect([z.counters.shrinkRequests, z.counters.shrinkRuns]).toEqual([3, 1]);
  });
});

describe("write-back", () => {
  test("takes the oldest; a load makes a page the newest", () => {
    const order: number[] = [];
    after({}, function* (z) {
      for (const offset of [1, 2, 3]) yield* zswapStore(z, offset, HALF, 0, offset);
      yield* zswapLoad(z, 1);
      for (let turn = 0; turn < 3; turn++) {
        expect(yield* zswapReclaimEntry(z, z.everyPool[0]!)).toBe(0);
        order.push(
          [1, 2, 3].find((offset) => !order.includes(offset) && z.trees[0]!.slots.at(offset).disk.value !== 0)!,
        );
      }
    });
    expect(order).toEqual([2, 3, 1]);
  });

  test("-EINVAL where nothing is left, which ends a run with one failure", () => {
    const z = after({}, function* (z) {
      expect(yield* zswapReclaimEntry(z, z.everyPool[0]!)).toBe(-22);
      yield* shrinkAtLimit(z);
    });
    expect([z.counters.rejectReclaimFail, z.counters.shrinkRuns]).toEqual([1, 1]);
  });

  test.each([
    [undefined, 16],
    [3, 3],
  ])("maxReclaimRetries %s: the worker gives up after %d failures", (maxReclaimRetries, failures) => {
    let z!: Zswap;
    const failing = function* (z: Zswap): Path {
      yield* zswapStore(z, 1, HALF);
      yield* shrinkAtLimit(z);
    };
    const options = {
      maxPages: 0,
      acceptPages: 0,
      faults: { writeback: 1 },
      ...(maxReclaimRetries !== undefined && { maxReclaimRetries }),
    };
    simulate({
      seed: 1,
      program: define({
        name: "no memory for write-back",
        setup: () => (z = makeZswap(options)),
        tasks: () => ({ task: failing(z) }),
      }),
    });
    // What failed stays, as the newest.
    expect([
      z.counters.rejectReclaimFail,
      z.counters.writtenBack,
      z.counters.stored,
      z.everyPool[0]!.lru.now.size,
      current(z),
    ]).toEqual([failures, 0, 1, 1, 2]);
  });
});

describe("swap around zswap", () => {
  test("a page is compressed if zswap takes it, and else written; a fault reads either", () => {
    const seen: unknown[] = [];
    after({}, function* (z) {
      seen.push(
        yield* swapOut(z, 1, HALF, 10),
        yield* swapOut(z, 2, 5000, 20),
        yield* swapIn(z, 1),
        yield* swapIn(z, 2),
      );
    });
    expect(seen).toEqual(["compressed", "written", 10, 20]);
  });

  test("a fault reads from the device what was written back", () => {
    after({}, function* (z) {
      yield* swapOut(z, 1, HALF, 10);
      yield* zswapReclaimEntry(z, z.everyPool[0]!);
      expect([z.counters.stored, yield* swapIn(z, 1)]).toEqual([0, 10]);
    });
  });

  test("on a full device pages stay in memory, and zswap is not asked; write-back needs no new slot", () => {
    let z!: Zswap;
    const seen: unknown[] = [];
    const tasks = function* (): Path {
      yield* zswapStore(z, 1, HALF, 0, 10);
      seen.push(yield* swapOut(z, 2, HALF, 20), yield* zswapReclaimEntry(z, z.everyPool[0]!));
    };
    simulate({
      seed: 1,
      program: define({
        name: "full device",
        setup: () => (z = makeZswap({ faults: { deviceFull: 1 } })),
        tasks: () => ({ task: tasks() }),
      }),
    });
    expect([seen, z.counters.writtenBack, readBack(z, 2)]).toEqual([["kept", 0], 1, 0]);
  });
});

test.each([
  [{ variant: "leaky" }, "variant"],
  [{ mutant: "no-locks" }, "mutant"],
  [{ maxReclaimRetries: 0 }, "maxReclaimRetries"],
  [{ faults: { allocation: 2 } }, "faults.allocation"],
  [{ faults: { device: 1 } }, "device"],
  [{ exclusiveLoads: "yes" }, "exclusiveLoads"],
  [{ maxPage: 1 }, "maxPage"],
])("options %j are refused, naming %s", (options, name) => {
  expect(() => makeZswap(options as ZswapOptions)).toThrow(name);
});
