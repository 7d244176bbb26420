import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeHtml, shorten, textWidth, visible } from "../../src/tables/text.js";

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
