/**
 * A compressor as zswap's model needs it: how long a page becomes. The model has none of its own (it imports no package);
 * helpers provide real ones, and a test or a what-if may pass a function of its own.
 *
 * @example
 * const half: zswap.Compressor = { name: "half", compress: () => 2048 };
 */
export interface Compressor {
  /** As in the `compressor` parameter of zswap, e.g. "lz4" or "zstd". */
  readonly name: string;
  /**
   * Bytes of the page once compressed, 1 or more; above 4096 if it does not shrink. Must depend on the page alone.
   *
   * @param page 4096 bytes; not to be changed or kept
   */
  compress(page: Uint8Array): number;
}
