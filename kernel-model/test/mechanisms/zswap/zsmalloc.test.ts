import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sizeClasses, sizeClassTable } from "../../../src/mm/size-classes.js";
import { EINVAL, Zsmalloc } from "../../../src/mm/zsmalloc.js";

const PAGE = 4096;
const row = (chain: number, size: number) => sizeClasses(chain).find(({ sizeBytes }) => sizeBytes === size);

describe("size classes", () => {
  // Documentation/mm/zsmalloc.rst: classes that are left, and the largest size that shares a zspage. Last: classes by the
  // rule that the code has since 6.3, counted by a program of a few lines in another language.
  test.each([
    [4, 69, 3264, 69],
    [5, 86, 3408, 86],
    [6, 93, 3504, 94],
    [7, 112, 3584, 110],
    [8, 123, 3632, 119],
    [9, 140, 3680, 136],
    [10, 143, 3712, 141],
    [11, 159, 3744, 153],
    [12, 164, 3776, 159],
    [13, 180, 3792, 173],
    [14, 183, 3808, 179],
    [15, 188, 3840, 186],
    [16, 191, 3840, 192],
  ])(
    "chains of up to %i pages leave %i classes, huge above %i bytes; %i by the rule of 6.6",
    (chain, documented, watermark, since) => {
      for (const [rule, count] of [
        ["most-used-percent", documented],
        ["least-waste", since],
      ] as const) {
        const classes = sizeClasses(chain, rule);
        expect(classes).toHaveLength(count);
        expect(classes.filter(({ huge }) => !huge).at(-1)?.sizeBytes).toBe(watermark);
        expect(classes.at(-1)).toEqual({
          index: 254,
          sizeBytes: 4096,
          pagesPerZspage: 1,
          objectsPerZspage: 1,
          huge: true,
        });
      }
    },
  );

  test("the top of the documented table for a chain size of 8: number, size, pages", () => {
    expect(
      sizeClasses()
        .slice(-6)
        .map(({ index, sizeBytes, pagesPerZspage }) => [index, sizeBytes, pagesPerZspage]),
    ).toEqual([
      [202, 3264, 4],
      [211, 3408, 5],
      [217, 3504, 6],
      [222, 3584, 7],
      [225, 3632, 8],
      [254, 4096, 1],
    ]);
  });

  test("with chains of 4 pages sizes 1552 to 1632 share class 100; with 8, class 96 has five pages of its own", () => {
    expect(
      sizeClassTable(4)
        .slice(95, 101)
        .map(({ index }) => index),
    ).toEqual([100, 100, 100, 100, 100, 100]);
    expect(row(4, 1632)).toMatchObject({ pagesPerZspage: 2, objectsPerZspage: 5 });
    expect(row(8, 1568)).toMatchObject({ index: 96, pagesPerZspage: 5, objectsPerZspage: 13 });
    expect(
      [30, 31, 32].map((index) => sizeClassTable(8)[index]).map((c) => [c?.index, c?.sizeBytes, c?.pagesPerZspage]),
    ).toEqual([
      [30, 512, 1],
      [31, 528, 4],
      [32, 544, 2],
    ]);
  });

  test("a chain size that the kernel cannot be built with is refused", () => {
    expect(() => sizeClasses(3)).toThrow(
      "chain size is 3; accepted: an integer from 4 to 16 pages. Next: give a value that CONFIG_ZSMALLOC_CHAIN_SIZE can have",
    );
    expect(() => sizeClasses(8, "least" as never)).toThrow(
      'the chain rule is "least"; accepted: one of "least-waste", "most-used-percent".',
    );
  });
});

describe("the pool", () => {
  test("13 objects with handle of 1568 bytes: 5 pages with chains of 8, 6 with chains of 4", () => {
    for (const [chainSize, pages] of [
      [8, 5],
      [4, 6],
    ] as const) {
      const pool = new Zsmalloc({ chainSize });
      for (let i = 0; i < 13; i++) pool.malloc(1568 - 8);
      expect(pool.pages).toBe(pages);
      expect(pool.totalSizeBytes).toBe(pages * PAGE);
    }
  });

  test("lengths at the edges of a class: the 8 bytes of the handle count", () => {
    const pool = new Zsmalloc();
    expect(pool.classFor(1).sizeBytes).toBe(32);
    expect(pool.classFor(24).sizeBytes).toBe(32);
    expect(pool.classFor(25).sizeBytes).toBe(48);
    expect(pool.classFor(3624)).toMatchObject({ sizeBytes: 3632, huge: false });
    expect(pool.classFor(3625)).toMatchObject({ sizeBytes: 4096, huge: true });
    expect(pool.classFor(4096)).toMatchObject({ sizeBytes: 4096, huge: true });
  });

  test("no memory for nothing or for more than a page", () => {
    const pool = new Zsmalloc();
    expect(pool.malloc(0)).toBe(EINVAL);
    expect(pool.malloc(4097)).toBe(EINVAL);
    expect(pool.pages).toBe(0);
    expect(() => pool.malloc(1.5)).toThrow("object length is 1.5; accepted: an integer of at least 0 bytes");
  });

  test("a zspage goes with its last object, not before: frees can leave memory that nothing uses", () => {
    const pool = new Zsmalloc();
    // Class 4096/2 = 2048: one page, two objects.
    const handles = Array.from({ length: 8 }, () => pool.malloc(2040));
    expect(pool.pages).toBe(4);
    for (const i of [0, 2, 4, 6]) pool.free(handles[i]!);
    expect(pool.pages).toBe(4);
    expect(pool.usage()).toMatchObject({ objects: 4, freeChunkBytes: 4 * 2048 });
    pool.free(handles[1]!);
    expect(pool.pages).toBe(3);
    // The next object goes to a zspage with room.
    pool.malloc(2040);
    expect(pool.pages).toBe(3);
  });

  test("the fullest zspage is filled first", () => {
    const pool = new Zsmalloc();
    // Class 512: one page, eight objects. Leave the first zspage with 2 objects and the second with 5.
    const handles = Array.from({ length: 16 }, () => pool.malloc(504));
    for (let i = 2; i < 8; i++) pool.free(handles[i]!);
    for (let i = 13; i < 16; i++) pool.free(handles[i]!);
    for (let i = 0; i < 3; i++) pool.malloc(504);
    pool.free(handles[0]!);
    pool.free(handles[1]!);
    expect(pool.pages).toBe(1);
  });

  test("a handle is freed once", () => {
    const pool = new Zsmalloc();
    const handle = pool.malloc(100);
    pool.free(handle);
    expect(() => pool.free(handle)).toThrow(
      /^handle is 1; accepted: a handle that malloc returned and that was not freed/,
    );
    expect(() => pool.free(0)).toThrow("handle is 0");
  });

  test("random use: every byte is accounted for, and an emptied pool holds no page", () => {
    const operations = fc.array(fc.oneof(fc.integer({ min: 1, max: PAGE }), fc.constant(0)), {
      minLength: 1,
      maxLength: 600,
    });
    fc.assert(
      fc.property(operations, fc.integer({ min: 4, max: 16 }), (lengths, chainSize) => {
        const pool = new Zsmalloc({ chainSize });
        const live: { handle: number; length: number }[] = [];
        for (const [i, length] of lengths.entries()) {
          if (length > 0) live.push({ handle: pool.malloc(length), length });
          else if (live.length > 0) pool.free(live.splice((7 * i) % live.length, 1)[0]!.handle);
        }
        expect(new Set(live.map(({ handle }) => handle)).size).toBe(live.length);
        const usage = pool.usage();
        expect(usage.objects).toBe(live.length);
        expect(usage.storedBytes).toBe(live.reduce((sum, { length }) => sum + length, 0));
        expect(
          usage.storedBytes + usage.handleBytes + usage.roundingBytes + usage.freeChunkBytes + usage.tailBytes,
        ).toBe(pool.totalSizeBytes);
        expect(Math.min(usage.roundingBytes, usage.freeChunkBytes, usage.tailBytes)).toBeGreaterThanOrEqual(0);
        for (const { handle } of live) pool.free(handle);
        expect(pool.pages).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
