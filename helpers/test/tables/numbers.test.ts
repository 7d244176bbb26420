import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exactNumber, formatNumber, formatWithUnit, groupDigits, readableUnit } from "../../src/tables/numbers.js";
import { escapeHtml, shorten, textWidth, visible } from "../../src/tables/text.js";

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

describe("text", () => {
  test("escaped text holds no character that HTML reads as markup, and gives itself back", () => {
    const entities: Readonly<Record<string, string>> = {
      "&#38;": "&",
      "&#60;": "<",
      "&#62;": ">",
      "&#34;": '"',
      "&#39;": "'",
    };
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const escaped = escapeHtml(text);
        expect(escaped).not.toMatch(/[<>"']/);
        expect(escaped.replace(/&#(?:38|60|62|34|39);/g, (entity) => entities[entity]!)).toBe(text);
      }),
    );
  });

  test("visible text has no control character, no direction override, no half surrogate", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(visible(text)).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u,
        );
      }),
    );
    expect(visible("a\u001b[31m\tb\r\nc\u202ed\ud800")).toBe("a␛[31m⇥b⏎c⟨U+202E⟩d\ufffd");
  });

  test("text is cut between characters", () => {
    expect(shorten("abcdef", 4)).toBe("abc…");
    expect(shorten("ab🎉🎉", 4)).toBe("ab…");
    expect(shorten("abcd", 4)).toBe("abcd");
  });

  test("East Asian characters and emoji take two columns, accents none", () => {
    expect([textWidth("abc"), textWidth("日本"), textWidth("🎉"), textWidth("e\u0301")]).toEqual([3, 4, 2, 1]);
  });
});
