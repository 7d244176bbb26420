import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  exactNumber,
  formatNumber,
  formatWithUnit,
  groupDigits,
  percent,
  readableUnit,
} from "../../src/base/numbers.js";

describe("formatNumber", () => {
  test.each([
    [0, "0"],
    [-0, "0"],
    [1234567, "1,234,567"],
    [-999, "-999"],
    [1000, "1,000"],
    [10n ** 20n, "100,000,000,000,000,000,000"],
    [-1234n, "-1,234"],
    [0.1 + 0.2, "0.3"],
    [1.5, "1.5"],
    [1.37037, "1.370"],
    [12.34567, "12.35"],
    [1234.5678, "1,235"],
    [1234567.8, "1,234,568"],
    [-0.5, "-0.5"],
    [999.96, "1,000"],
    [0.00012345678, "0.0001235"],
    [1e-7, "1e-7"],
    [1.23456e20, "1.235e20"],
    [1e15, "1e15"],
    [NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "-∞"],
  ])("%s is written %s", (value, text) => expect(formatNumber(value)).toBe(text));

  test("is within half a unit of the fourth digit of the value, and integers are exact", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), (value) => {
        const text = formatNumber(value);
        const back = Number(text.replaceAll(",", ""));
        expect(Math.abs(back - value)).toBeLessThanOrEqual(5.001e-4 * Math.abs(value));
        expect(text).toMatch(/^-?\d{1,3}(,\d{3})*(\.\d+)?(e-?\d+)?$/);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        expect(BigInt(groupDigits(value).replaceAll(",", ""))).toBe(value);
      }),
    );
  });

  test("the exact text gives the number back", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(Object.is(Number(exactNumber(value).replaceAll(",", "")), value)).toBe(true);
      }),
    );
  });
});

describe("so many decimals", () => {
  test.each([
    [1234.5678, 2, "1,234.57"],
    [1234.5678, 0, "1,235"],
    [5, 3, "5.000"],
    [-0.004, 2, "0.00"],
    [-0.006, 2, "-0.01"],
    [-1234567, 1, "-1,234,567.0"],
    [0.1234, 4, "0.1234"],
    [NaN, 2, "NaN"],
    [-Infinity, 2, "-∞"],
  ])("%d with %d decimals is written %s", (value, decimals, text) => expect(formatNumber(value, decimals)).toBe(text));

  test("a number of decimals that is none is refused", () => {
    expect(() => formatNumber(1, -1)).toThrow("decimals is -1; accepted: an integer from 0 to 20");
  });
});

test.each([
  [0.28125, undefined, "28.1 %"],
  [0.5, undefined, "50 %"],
  [1.2345, undefined, "123 %"],
  [0.00012345, 2, "0.012 %"],
  [-0.25, undefined, "-25 %"],
])("the share %d with %s digits is %s", (share, digits, text) => expect(percent(share, digits)).toBe(text));

describe("units", () => {
  test.each([
    [1536, "B", "1.5 KiB"],
    [3 * 2 ** 30, "B", "3 GiB"],
    [0, "B", "0 B"],
    [1023, "B", "1,023 B"],
    [2500, "KiB", "2.441 MiB"],
    [1500, "ns", "1.5 µs"],
    [2e6, "ns", "2 ms"],
    [7200e9, "ns", "7,200 s"],
    [3, "us", "3 µs"],
    [0.5, "%", "0.5%"],
    [20000000, "pages", "20,000,000 pages"],
    [12, undefined, "12"],
  ])("%s %s is written %s", (value, unit, text) => expect(formatWithUnit(value, unit)).toBe(text));

  test("the unit chosen is the largest the value fills", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), fc.constantFrom("B", "ns"), (value, unit) => {
        const { size, unit: chosen } = readableUnit(unit, value);
        expect(value / size).toBeGreaterThanOrEqual(1);
        if (chosen !== "s" && chosen !== "PiB") expect(value / size).toBeLessThan(unit === "B" ? 1024 : 1000);
      }),
    );
  });
});
