import { zswap } from "@mm-lab/kernel-model";
import { expect, test } from "vitest";
import { COMPRESSORS, loadCompressor } from "@mm-lab/helpers";

/** Mean length of 100 pages of a kind, in bytes. */
function meanLength(compressor: zswap.Compressor, kind: zswap.PageKind): number {
  let sum = 0;
  for (let seed = 0; seed < 100; seed++) sum += compressor.compress(zswap.makePage(kind, seed));
  return sum / 100;
}

test("a compressor's lengths are the same on every machine: figures of one seed", async () => {
  const lengths = await Promise.all(
    COMPRESSORS.map(async (name) => {
      const compressor = await loadCompressor(name);
      expect(compressor.name).toBe(name);
      return zswap.PAGE_KINDS.map((kind) => compressor.compress(zswap.makePage(kind, 1)));
    }),
  );
  expect(lengths).toEqual([
    [27, 27, 1917, 1500, 2943, 4114],
    [19, 19, 1248, 917, 2103, 4106],
  ]);
});

test("each kind compresses as pages of its sort do", async () => {
  const [lz4, zstd] = [await loadCompressor("lz4"), await loadCompressor("zstd")];
  const ratios = (kind: zswap.PageKind): number[] =>
    [lz4, zstd].map((compressor) => 4096 / meanLength(compressor, kind));
  const between = (kind: zswap.PageKind, ranges: [number, number][]): void => {
    for (const [i, ratio] of ratios(kind).entries()) {
      expect(ratio, `${kind} ${COMPRESSORS[i]!}`).toBeGreaterThan(ranges[i]![0]);
      expect(ratio, `${kind} ${COMPRESSORS[i]!}`).toBeLessThan(ranges[i]![1]);
    }
  };
  between("zero", [
    [100, 200],
    [150, 300],
  ]);
  between("text", [
    [1.8, 2.3],
    [2.6, 3.5],
  ]);
  between("heap", [
    [2.9, 3.5],
    [4.8, 6],
  ]);
  between("code", [
    [1.3, 1.8],
    [1.7, 2.5],
  ]);
  between("random", [
    [0.99, 1],
    [0.99, 1],
  ]); // does not shrink: above 4096 bytes
});

test("a compressor neither changes nor keeps the page, and gives the same length again", async () => {
  for (const name of COMPRESSORS) {
    const compressor = await loadCompressor(name);
    const page = zswap.makePage("heap", 7);
    const copy = page.slice();
    const first = compressor.compress(page);
    compressor.compress(zswap.makePage("text", 8));
    expect(compressor.compress(page)).toBe(first);
    expect(page).toEqual(copy);
  }
});

test("an unknown compressor is refused with what there is", async () => {
  await expect(loadCompressor("lzo" as "lz4")).rejects.toThrow(
    /the compressor is "lzo"; accepted: lz4 or zstd\. Next: .*take lz4/,
  );
});
