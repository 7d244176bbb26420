import { describe, expect, test } from "vitest";
import { finish } from "../../../src/base/run.js";
import { compressedLengths } from "../../../src/mechanisms/zswap/runs/compressed-lengths.js";
import { run as loadRun, simulateLoad, type LoadOptions } from "../../../src/mechanisms/zswap/runs/load.js";
import { run as leakRun } from "../../../src/mechanisms/zswap/runs/leak.js";

/** 16 MiB of RAM: 4,096 pages, so full above 819 of them, and accepting again below 737 (90 % of 4,096 is 3,686; 20 % of that). */
const load = (options: Partial<LoadOptions> = {}) =>
  simulateLoad({ lengths: [1400, 900, 2000, 0, 700], ramMib: 16, seconds: 0.6, ...options });

/** Every page shrinks to its half. */
const half = { name: "half", compress: () => 2048 };

test("the pool is a saw-tooth between the threshold and the limit", () => {
  const run = load();
  const { low, high } = run.band();
  // At most a zspage of a few pages over the limit, and the worker's last write-backs below the threshold.
  expect(high).toBeGreaterThan((100 * 810) / 4096);
  expect(high).toBeLessThan((100 * 830) / 4096);
  expect(low).toBeGreaterThan((100 * 700) / 4096);
  expect(low).toBeLessThanOrEqual((100 * 737) / 4096);
  const first = run.pages.findIndex((pages) => pages > 810);
  const after = run.pages.slice(first);
  const turns = after.filter((pages, i) => i > 0 && pages > 790 !== after[i - 1]! > 790).length;
  expect(turns).toBeGreaterThan(4);
  expect(run.rejectedFull).toBeGreaterThan(0);
  expect(run.rejectedStillFull).toBeGreaterThan(run.rejectedFull);
  expect(run.writtenBack).toBeGreaterThan(0);
});

test("a threshold of 100 % removes the saw-tooth: many more shrink runs, and fewer stores turned away between limit and threshold", () => {
  const [usual, tight] = [load(), load({ accept_threshold_percent: 100 })];
  expect(tight.band().low).toBeGreaterThan(usual.band().low + 1);
  expect(tight.shrinkRuns).toBeGreaterThan(4 * usual.shrinkRuns);
  expect(tight.rejectedStillFull).toBeLessThan(usual.rejectedStillFull);
});

test("a low threshold writes more back at once", () => {
  const [usual, low] = [load(), load({ accept_threshold_percent: 50 })];
  expect(low.band().low).toBeLessThan(usual.band().low - 5);
  expect(low.shrinkRuns).toBeLessThan(usual.shrinkRuns);
});

test("below the limit nothing is rejected or written back, and pages that do not shrink are not taken", () => {
  const calm = load({ storeRate: 500 });
  expect([calm.rejected, calm.writtenBack, calm.shrinkRuns]).toEqual([0, 0, 0]);
  expect(calm.band().low).toBeNaN();
  const poor = load({ storeRate: 500, lengths: [4097] });
  expect([poor.accepted, poor.entries]).toEqual([0, 0]);
  expect(poor.rejectedPoor).toBeGreaterThan(200);
});

test("lengths of generated pages: same-filled ones are 0, the rest what the compressor says", () => {
  const lengths = compressedLengths({ name: "half", compress: () => 2048 }, 200);
  expect(new Set(lengths)).toEqual(new Set([0, 2048]));
  expect(lengths).toEqual(compressedLengths({ name: "half", compress: () => 2048 }, 200));
});

describe("bad input names the value, the range and the remedy", () => {
  test.each<[Partial<LoadOptions>, RegExp]>([
    [
      { max_pool_percent: 101 },
      /max_pool_percent is 101; accepted: an integer from 0 to 100 %. Next: give the part of RAM in whole percent/,
    ],
    [{ accept_threshold_percent: -1 }, /accept_threshold_percent is -1; accepted: an integer from 0 to 100 %/],
    [{ loadRate: -3 }, /loadRate is -3; accepted: a number from 0 to 1000000000 pages\/s/],
    [
      { lengths: [] },
      /lengths is \[\]; accepted: at least one length of a compressed page, in bytes. Next: make them with compressedLengths/,
    ],
    [{ lengths: [-1] }, /a length of a compressed page is -1; accepted: an integer from 0 to 8192 bytes/],
    [{ writeRate: 5 } as never, /a parameter of zswap load is "writeRate"/],
  ])("%o", (options, message) => {
    expect(() => load(options)).toThrow(message);
  });

  test("a mix that does not sum to one", () => {
    expect(() => compressedLengths(half, 10, { heap: 0.7, text: 0.2 })).toThrow(
      /the sum of the content mix is 0.9; accepted: 1. Next: divide each share/,
    );
  });

  test("flat parameters: unknown names, the other run's, a compressor that was not loaded", () => {
    expect(() => loadRun.simulate({ storerate: 5 }, { compressor: half }).next()).toThrow(
      /a parameter of zswap load is "storerate"; .*did you mean "storeRate"/,
    );
    expect(() => leakRun.simulate({ ramMib: 5 }, {}).next()).toThrow(/a parameter of zswap leak is "ramMib"/);
    expect(() => loadRun.simulate({ compressor: "lzo" }, { compressor: half })).toThrow(
      /the compressor is "lzo"; accepted: the name of a compressor that was loaded/,
    );
  });
});

test("both runs from flat parameters", () => {
  const table = finish(
    loadRun.simulate({ compressor: "half", seconds: 0.01, samples: 5 }, { compressor: half }),
  ).dataset();
  expect(table.columns.map(({ name, unit }) => `${name} ${unit!}`)).toEqual(["time s", "pool pages", "share %"]);
  expect(table.columns[0]!.values).toHaveLength(5);
  expect(
    finish(leakRun.simulate({ seconds: 0.01 }, {}))
      .dataset()
      .columns.map(({ name }) => name),
  ).toEqual(["time", "references"]);
});
