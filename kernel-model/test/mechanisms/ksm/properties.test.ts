import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addProcess, applyOp, doScan, KsmState, madviseMergeable, properties, violations, type Op } from "../../../src/mechanisms/ksm/index.js";
import { anyOp, PAGES } from "./random-workloads.js";

function fresh(walks: "kernel" | "lazy", maxPageSharing = 3): KsmState {
  const ksm = new KsmState(PAGES, { walks, knobs: { max_page_sharing: maxPageSharing } });
  addProcess(ksm, PAGES);
  madviseMergeable(ksm, 0, PAGES);
  return ksm;
}

/** Stores to unmapped pages are refused, as a process would fault. */
const apply = (ksm: KsmState, op: Op): void => applyOp(ksm, op);

describe.each(["kernel", "lazy"] as const)("%s walks", (walks) => {
  test("every property holds after each step of random workloads, full and partial scans alike", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 2, arbitrary: anyOp }, { weight: 3, arbitrary: fc.integer({ min: 1, max: 40 }) }), { maxLength: 60 }), (steps) => {
        const ksm = fresh(walks);
        for (const step of steps) {
          if (typeof step === "number") {
            doScan(ksm, step);
            ksm.nowMs += 500;
          } else apply(ksm, step);
          expect(violations(ksm)).toEqual([]);
        }
      }),
      { seed: 7, numRuns: 400 },
    );
  });
});

test("lazy and kernel walks agree on every page counter after each full scan", () => {
  fc.assert(
    fc.property(fc.array(fc.array(anyOp, { maxLength: 4 }), { maxLength: 14 }), (rounds) => {
      const [exact, lazy] = [fresh("kernel"), fresh("lazy")];
      for (const ops of rounds) {
        for (const ksm of [exact, lazy]) {
          for (const op of ops) apply(ksm, op);
          doScan(ksm, Infinity);
        }
        expect([lazy.pagesScanned, lazy.pagesSkipped, lazy.rmapItems, lazy.zeroPages]).toEqual([exact.pagesScanned, exact.pagesSkipped, exact.rmapItems, exact.zeroPages]);
        expect(lazy.pagesShared + lazy.pagesSharing + lazy.pagesUnshared).toBe(exact.pagesShared + exact.pagesSharing + exact.pagesUnshared);
      }
    }),
    { seed: 7, numRuns: 300 },
  );
});

describe("each property catches its broken twin", () => {
  /** Six equal pages, merged under max_page_sharing 3, and what a bug would do to the state. */
  const twins: Record<string, (ksm: KsmState) => void> = {
    "counters-are-sums": (ksm) => ksm.pagesSharing++,
    "lists-have-their-length": (ksm) => { ksm.nodes.length[ksm.head[0]!]!++; },
    "merged-pages-have-the-content-of-their-node": (ksm) => { ksm.content[0] = 0; },
    "max-page-sharing-holds": (ksm) => { ksm.knobs = { ...ksm.knobs, max_page_sharing: 2 }; },
    "map-counts-are-right": (ksm) => { ksm.nodes.mapCount[ksm.head[0]!]!--; },
    "a-skipped-or-merged-page-is-not-in-the-unstable-tree": (ksm) => { ksm.flags[0] = ksm.flags[0]! | 0x40; },
    "contents-are-counted": (ksm) => ksm.contents.take(99),
  };

  test("there is a twin for every property", () => {
    expect(Object.keys(twins).sort()).toEqual(properties.map(({ name }) => name).sort());
  });

  test.each(properties.map(({ name }) => name))("%s", (name) => {
    const ksm = fresh("kernel");
    applyOp(ksm, { op: "fill", start: 0, stop: 6, step: 1, content: 1, increment: 0 });
    for (let scan = 0; scan < 3; scan++) doScan(ksm, Infinity);
    expect(violations(ksm)).toEqual([]);
    twins[name]!(ksm);
    expect(violations(ksm).map((wrong) => wrong.split(":")[0])).toContain(name);
  });
});
