/** Bytes of a page on x86-64. */
export const PAGE_BYTES = 4096;
