import { expect, test } from "vitest";
import { checkMix, DEFAULT_MIX, isSameFilled, makePage, PageContents } from "../../../src/mm/page-contents.js";
import { PAGE_KINDS, type PageKind } from "../../../src/mm/page-kinds.js";
import { hashText } from "../../../src/base/hash.js";

test("the same seed gives the same bytes, on every machine", () => {
  const hashes = PAGE_KINDS.map((kind) => hashText(String.fromCharCode(...makePage(kind, 42))).toString(16));
  expect(hashes).toEqual(["ab8171de", "331553b1", "39bdb8f0", "60cd2b0a", "a49b4dca", "8f9a1cd6"]);
});

test("a page depends on its number, not on what was asked before", () => {
  const pages = new PageContents(7);
  const hundredth = { ...pages.page(100), bytes: pages.page(100).bytes.slice() };
  for (let i = 0; i < 50; i++) pages.page(i);
  expect(pages.page(100)).toEqual(hundredth);
  expect(new PageContents(8).page(100).bytes).not.toEqual(hundredth.bytes);
});

test("pages come with the shares of the mix", () => {
  const pages = new PageContents(1);
  const counts = new Map<PageKind, number>();
  for (let i = 0; i < 4000; i++) {
    const { kind } = pages.page(i);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  // Four standard deviations of a share p of n pages.
  for (const kind of PAGE_KINDS) {
    const share = DEFAULT_MIX[kind]!;
    expect(Math.abs((counts.get(kind) ?? 0) / 4000 - share), kind).toBeLessThan(
      4 * Math.sqrt((share * (1 - share)) / 4000),
    );
  }
});

test("a kind with no share never comes, and a single kind always does", () => {
  const pages = new PageContents(3, { heap: 1, text: 0 });
  for (let i = 0; i < 200; i++) expect(pages.page(i).kind).toBe("heap");
});

test("shares that are thirds or tenths sum to one well enough", () => {
  expect(() => checkMix({ zero: 1 / 3, text: 1 / 3, heap: 1 / 3 })).not.toThrow();
  expect(() => checkMix({ zero: 0.1, "same-filled": 0.2, text: 0.3, heap: 0.4 })).not.toThrow();
  expect(() => checkMix(DEFAULT_MIX)).not.toThrow();
});

test("zero and same-filled pages are same-filled as zswap sees it, others are not", () => {
  for (const kind of PAGE_KINDS)
    for (let seed = 0; seed < 20; seed++)
      expect(isSameFilled(makePage(kind, seed)), kind).toBe(kind === "zero" || kind === "same-filled");
  for (let seed = 0; seed < 50; seed++) expect(makePage("same-filled", seed).some((byte) => byte !== 0)).toBe(true);
  for (const at of [0, 7, 8, 2049, 4088, 4095]) {
    const page = new Uint8Array(4096);
    page[at] = 1;
    expect(isSameFilled(page), `byte ${at}`).toBe(false);
  }
  const inside = new Uint8Array(3 * 4096).fill(9, 4096, 8192);
  expect(isSameFilled(inside.subarray(4096, 8192))).toBe(true);
});

test("nonsense is refused with the range and what to do", () => {
  expect(() => new PageContents(1, { text: 0.5, heap: 0.4 })).toThrow(
    "the sum of the content mix is 0.9; accepted: 1. Next: divide each share by that sum, or add the kind that is missing.",
  );
  expect(() => new PageContents(1, {})).toThrow(
    "the sum of the content mix is 0; accepted: 1. Next: give at least one kind a share: zero, same-filled, text, heap, code, random.",
  );
  expect(() => new PageContents(1, { text: -0.5, heap: 1.5 })).toThrow(
    "the share of text pages is -0.5; accepted: a number from 0 to 1. Next: give shares that sum to 1.",
  );
  expect(() => new PageContents(1, { text: NaN })).toThrow(
    "the share of text pages is NaN; accepted: a number from 0 to 1.",
  );
  expect(() => new PageContents(1, { txt: 1 } as never)).toThrow(
    'a parameter of the content mix is "txt"; accepted: zero, same-filled, text, heap, code, random. Next: did you mean "text".',
  );
  expect(() => makePage("heaps" as PageKind, 1)).toThrow(
    'the kind of page is "heaps"; accepted: one of "zero", "same-filled", "text", "heap", "code", "random". Next: did you mean "heap".',
  );
  expect(() => new PageContents(-1)).toThrow("seed is -1; accepted: an integer from 0 to 4294967295.");
  expect(() => new PageContents(1).page(0.5)).toThrow(
    "the page number is 0.5; accepted: an integer from 0 to 4294967295.",
  );
});
