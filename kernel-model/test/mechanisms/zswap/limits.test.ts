import { expect, test } from "vitest";
import {
  acceptThresholdPages,
  canAccept,
  checkLimits,
  isFull,
  maxPages,
  poolPages,
} from "../../../src/mechanisms/zswap/model/limits.js";

const pages = (count: number): number => 4096 * count;

test("1 GiB with the defaults: 20 % is 52428 pages, the threshold is 47185", () => {
  const limits = checkLimits({ ram_pages: 262144 });
  expect(limits).toEqual({ ram_pages: 262144, max_pool_percent: 20, accept_threshold_percent: 90 });
  expect(maxPages(limits)).toBe(52428); // 52428.8
  expect(acceptThresholdPages(limits)).toBe(47185); // 90 % of RAM is 235929 (.6), 20 % of that 47185.8
  expect(isFull(limits, pages(52428))).toBe(false);
  expect(isFull(limits, pages(52428) + 1)).toBe(true);
  expect(canAccept(limits, pages(47184))).toBe(true);
  expect(canAccept(limits, pages(47184) + 1)).toBe(false);
});

test("each division cuts off: the threshold is not 90 % of the maximum", () => {
  const limits = checkLimits({ ram_pages: 109, max_pool_percent: 50, accept_threshold_percent: 99 });
  expect(maxPages(limits)).toBe(54);
  expect(acceptThresholdPages(limits)).toBe(53); // 107 (.91) halved is 53 (.5)
  const small = checkLimits({ ram_pages: 11 });
  expect([maxPages(small), acceptThresholdPages(small)]).toEqual([2, 1]); // 9 (.9), 1 (.8)
});

test("between the two marks a pool is neither full nor ready to take pages", () => {
  const limits = checkLimits({ ram_pages: 10000 });
  expect(
    [1799, 1800, 2000, 2001].map((count) => [isFull(limits, pages(count)), canAccept(limits, pages(count))]),
  ).toEqual([
    [false, true],
    [false, false],
    [false, false],
    [true, false],
  ]);
});

test("edges: no pool at all is never ready again; a threshold of 100 % leaves no band but one page", () => {
  const none = checkLimits({ ram_pages: 10000, max_pool_percent: 0 });
  expect([isFull(none, 0), canAccept(none, 0), isFull(none, 1)]).toEqual([false, false, true]);
  const all = checkLimits({ ram_pages: 10000, accept_threshold_percent: 100 });
  expect([canAccept(all, pages(1999)), canAccept(all, pages(2000)), isFull(all, pages(2000))]).toEqual([
    true,
    false,
    false,
  ]);
});

test("bytes round up to pages", () => {
  expect([0, 1, 4096, 4097].map(poolPages)).toEqual([0, 1, 1, 2]);
});

test("the largest machine stays exact", () => {
  const limits = checkLimits({ ram_pages: 2 ** 40, max_pool_percent: 33, accept_threshold_percent: 77 });
  expect(BigInt(maxPages(limits))).toBe((2n ** 40n * 33n) / 100n);
  expect(BigInt(acceptThresholdPages(limits))).toBe((((2n ** 40n * 77n) / 100n) * 33n) / 100n);
});

test("nonsense is refused with the range and what to do", () => {
  expect(() => checkLimits({ ram_pages: 1000, max_pool_percent: 120 })).toThrow(
    "max_pool_percent is 120; accepted: an integer from 0 to 100 %. Next: give the part of RAM in whole percent, e.g. 20.",
  );
  expect(() => checkLimits({ ram_pages: 1000, accept_threshold_percent: 101 })).toThrow(
    "accept_threshold_percent is 101; accepted: an integer from 0 to 100 %. Next: give the part of the largest pool in whole percent, e.g. 90.",
  );
  expect(() => checkLimits({ ram_pages: 1000, max_pool_percent: 0.2 })).toThrow(
    "max_pool_percent is 0.2; accepted: an integer",
  );
  expect(() => checkLimits({})).toThrow(
    "ram_pages is undefined; accepted: an integer from 1 to 1099511627776 pages. Next: give RAM in pages of 4 KiB: 1 GiB is 262144.",
  );
  expect(() => checkLimits({ ram_pages: 1000, max_percent: 20 } as never)).toThrow(
    'a parameter of zswap limits is "max_percent"; accepted: ram_pages, max_pool_percent, accept_threshold_percent.',
  );
});
