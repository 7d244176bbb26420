import type { Subject } from "./subject.js";

/**
 * For each claim of the topic a subject that is not the kernel, and for which its experiment must find something else: an
 * experiment that says the same of every subject tests nothing. Tried by test/mechanisms/zswap/claims.test.ts.
 */
export const claimMutants: Readonly<Record<string, Subject>> = {
  "zswap-refcount.leak-buggy": { before: "fixed", after: "fixed" },
  "zswap-refcount.no-leak-fixed": { before: "buggy", after: "buggy" },
  "zswap-refcount.leak-size": { before: "fixed", after: "fixed" },
  "zswap-refcount.saturation-warning": { before: "buggy", after: "buggy" },
};
