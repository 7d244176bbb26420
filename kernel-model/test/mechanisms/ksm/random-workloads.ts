import fc from "fast-check";
import type { Op } from "../../../src/mechanisms/ksm/index.js";

export const PAGES = 24;

const range = fc
  .tuple(fc.nat(PAGES - 1), fc.integer({ min: 1, max: PAGES }))
  .map(([start, length]) => ({ start, stop: Math.min(PAGES, start + length) }));
const content = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(2 ** 60).map(BigInt));

/** One operation on a model of {@link PAGES} pages with few contents, so that merging, chains and breaking happen all the time. */
export const anyOp: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(range, fc.integer({ min: 1, max: 3 }), content, fc.integer({ min: 0, max: 1 }))
      .map(([r, step, c, increment]): Op => ({ op: "fill", ...r, step, content: c, increment })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(range, fc.constantFrom("dontneed" as const, "read" as const, "mergeable" as const, "unmergeable" as const))
      .map(([r, op]): Op => ({ op, ...r })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Op>(
      { op: "knob", name: "smart_scan", value: 0 },
      { op: "knob", name: "smart_scan", value: 1 },
      { op: "knob", name: "use_zero_pages", value: 0 },
      { op: "knob", name: "use_zero_pages", value: 1 },
      { op: "knob", name: "stable_node_chains_prune_millisecs", value: 0 },
      { op: "knob", name: "run", value: 2 },
    ),
  },
);
