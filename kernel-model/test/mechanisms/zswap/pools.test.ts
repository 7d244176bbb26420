import { describe, expect, test } from "vitest";
import { explore } from "../../../src/explore/explore.js";
import type { Path } from "../../../src/machine/path.js";
import { sometimesAtEnd } from "../../../src/machine/program.js";
import { READ_ONCE } from "../../../src/primitives/cell.js";
import { rcuDereference, rcuReadLock, rcuReadUnlock } from "../../../src/primitives/rcu.js";
import { flushWorkqueue } from "../../../src/primitives/workqueue.js";
import { zswapUpdateTotalSize } from "../../../src/mechanisms/zswap/model/paths-limit.js";
import { program, retirePool } from "../../../src/mechanisms/zswap/checks/program.js";
import {
  noUndeadPool,
  zswapCompressorSet,
  zswapInvalidate,
  zswapStore,
  type Zswap,
} from "../../../src/mechanisms/zswap/index.js";
import { after, current, HALF, look } from "./sequence.js";

describe("pools", () => {
  test("after a switch new pages go to the new pool, and the old one goes with its last entry, by RCU and its work item", () => {
    const seen: unknown[] = [];
    const z = after({}, function* (z) {
      const pools = (): unknown => [
        z.pools.value.map(({ name }) => name),
        z.everyPool.map((pool) => (pool.memory.freed ? "freed" : pool.kref.value)),
      ];
      yield* zswapStore(z, 1, HALF);
      expect(yield* zswapCompressorSet(z, "zstd")).toBe(true);
      yield* zswapStore(z, 2, HALF);
      seen.push(yield* look(pools));
      yield* zswapInvalidate(z, 1);
      seen.push(yield* look(pools));
      yield* flushWorkqueue(z.systemWq);
      seen.push(yield* look(pools));
    });
    expect(seen).toEqual([
      [
        ["pool zstd", "pool lzo"],
        [1, 2],
      ],
      [["pool zstd"], [0, 2]],
      [["pool zstd"], ["freed", 2]],
    ]);
    expect([z.counters.poolsFreed, z.totalSize.value]).toEqual([1, 4096]);
  });

  test("an old pool without entries goes with the switch", () => {
    const z = after({}, (z) => zswapCompressorSet(z, "zstd"));
    expect([z.counters.poolsFreed, z.pools.value.length, z.compressor.value]).toEqual([1, 1, "zstd"]);
  });

  test("setting the compressor that is set does nothing", () => {
    const z = after({}, (z) => zswapCompressorSet(z, "lzo"));
    expect([z.everyPool.length, current(z)]).toEqual([1, 1]);
  });

  test("a pool that is still there is used again", () => {
    const z = after({}, function* (z) {
      yield* zswapStore(z, 1, HALF);
      for (const compressor of ["zstd", "lzo"]) yield* zswapCompressorSet(z, compressor);
    });
    expect([z.pools.value.map(({ name }) => name), z.everyPool.length, current(z), z.counters.poolsFreed]).toEqual([
      ["pool lzo"],
      2,
      2,
      1,
    ]);
  });

  test("since 6.9 the count of a pool is kept by CPU, and the pool goes all the same", () => {
    const counts: number[] = [];
    const z = after({ variant: "percpu-ref", cpus: 2 }, function* (z) {
      yield* zswapStore(z, 1, HALF);
      counts.push(yield* look(() => current(z)));
      yield* zswapCompressorSet(z, "zstd");
      yield* zswapInvalidate(z, 1);
    });
    expect(counts).toEqual([2]);
    expect([z.counters.poolsFreed, current(z)]).toEqual([1, 1]);
  });

  test("a reader in its RCU section keeps the pool from being freed", () => {
    const reader = function* (z: Zswap): Path {
      yield* rcuReadLock();
      for (const pool of yield* rcuDereference(z.pools)) yield* READ_ONCE(pool.acompCtx);
      yield* rcuReadUnlock();
    };
    const verdict = explore(
      program("a reader", {}, (z) => ({ reader: reader(z), switch: zswapCompressorSet(z, "zstd") }), [noUndeadPool]),
    );
    expect([verdict.kind, verdict.effort.schedules > 1]).toEqual(["exhausted", true]);
  });

  test("no memory for the pool, or for its name: the old one stays, and nothing is left over", () => {
    const outcomes = new Set<string>();
    const switching = program(
      "a switch that may fail",
      { faults: { allocation: 0.5 } },
      (z) => ({ switch: zswapCompressorSet(z, "zstd") }),
      [
        noUndeadPool,
        sometimesAtEnd("set", (z, { results }) => results["switch"] === true && z.pools.value[0]!.name === "pool zstd"),
        sometimesAtEnd("no pool", (z, { results }) => results["switch"] === false && z.everyPool.length === 1),
        sometimesAtEnd(
          "no name",
          (z, { results }) =>
            results["switch"] === false &&
            z.counters.poolsFreed === 1 &&
            z.pools.value[0]!.name === "pool lzo" &&
            z.compressor.value === "lzo",
        ),
      ],
    );
    const verdict = explore(switching);
    for (const name of verdict.effort.examples.keys()) outcomes.add(name);
    expect([verdict.kind, [...outcomes].sort(), verdict.effort.schedules]).toEqual([
      "exhausted",
      ["no name", "no pool", "set"],
      3,
    ]);
  });

  test("while a switch moves an old pool to the front, the total size misses it", () => {
    const summing = program(
      "a sum during a switch",
      {},
      (z) => ({ switch: zswapCompressorSet(z, "lzo"), sum: zswapUpdateTotalSize(z) }),
      [
        sometimesAtEnd("all counted", (z) => z.totalSize.value === 4096),
        sometimesAtEnd("none counted", (z) => z.totalSize.value === 0),
      ],
      retirePool,
    );
    expect(explore(summing).kind).toBe("exhausted");
  });
});
