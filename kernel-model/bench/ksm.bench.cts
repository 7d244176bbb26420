/**
 * Page visits a second of the KSM model, beside a bare sweep over arrays of the same size (the limit of the machine).
 *
 *   npm run bench ksm                 20 thousand to 20 million pages, 30 full scans each
 *   npm run bench ksm -- --pages 2e6  one size
 *   npm run bench ksm -- --check      fails below 20 million visits a second or above 3 GiB at the largest size
 *
 * A visit is a candidate met in a full scan, processed or skipped. Set-up (first writes to every page) is not counted.
 */
import { parseArgs } from "node:util";
import { ksm } from "@mm-lab/kernel-model";

/** At least 30 full scans, and more of a small model, so that there is something to measure. */
const scansOf = (pages: number): number => Math.max(30, Math.ceil(2e7 / pages));
const MIXES = {
  "unique pages only": { unique: 1 },
  "the 25 % mix: 28.1 % unique, 71.9 % duplicates": { unique: 0.281, duplicate: 0.719 },
  "everything: unique, duplicate, zero, short-lived, volatile": {
    unique: 0.25,
    duplicate: 0.6,
    zero: 0.05,
    shortLived: 0.05,
    volatile: 0.05,
  },
};

const { values } = parseArgs({ options: { pages: { type: "string" }, check: { type: "boolean" } } });
const LEAST_RATE = 20e6;
const MOST_GIB = 3;
const sizes = values.pages === undefined ? [2e4, 2e5, 2e6, 2e7] : [pageCount(values.pages)];
console.log(`Node ${process.version}, at least 30 full scans, pages_to_scan 10000, one core`);
console.log("visits/s in millions; in parentheses the share of the bare sweep's rate");
let slowest = Infinity;
for (const pages of sizes) {
  slowest = Infinity;
  const sweep = bareSweep(pages);
  console.log(`\n${pages.toLocaleString("en")} pages: bare sweep ${millions(sweep)} M/s`);
  for (const [name, shares] of Object.entries(MIXES)) {
    const cells = ([0, 1] as const).map((smart_scan) => {
      const { rate, sharing, reduction } = timed(pages, shares, smart_scan);
      slowest = Math.min(slowest, rate);
      return (
        `smart_scan=${smart_scan} ${millions(rate).padStart(6)} (${Math.round((100 * rate) / sweep)} %)` +
        (smart_scan === 1
          ? `, ${Math.round(100 * reduction)} % skipped, ${sharing.toLocaleString("en")} pages saved`
          : "")
      );
    });
    console.log(`  ${name}\n    ${cells.join("   ")}`);
  }
  console.log(`  peak memory so far ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB`);
}

if (values.check === true) {
  const gib = process.resourceUsage().maxRSS / 2 ** 20;
  const held = slowest >= LEAST_RATE && gib <= MOST_GIB;
  console.log(
    `\n${held ? "holds" : "DOES NOT HOLD"}: ${millions(slowest)} M visits/s in the slowest mix (at least ${millions(LEAST_RATE)}), ${gib.toFixed(2)} GiB (at most ${MOST_GIB})`,
  );
  if (!held) process.exitCode = 1;
}

function timed(
  pages: number,
  shares: ksm.MixOptions["shares"],
  smart_scan: 0 | 1,
): { rate: number; sharing: number; reduction: number } {
  globalThis.gc?.();
  const workload = ksm.mixWorkload({ pages, shares, lifetimeSeconds: 3600, rewriteSeconds: 600 });
  const steps = ksm.simulatingKsm({ workload, scans: scansOf(pages), knobs: { smart_scan, pages_to_scan: 10_000 } });
  let step = steps.next(); // sets the memory up
  const start = performance.now();
  while (step.done !== true) step = steps.next();
  const seconds = (performance.now() - start) / 1000;
  const run = step.value;
  return {
    rate: run.visits / seconds,
    sharing: run.last("pages_sharing"),
    reduction: run.total("pages_skipped") / run.visits,
  };
}

/** Reads per page what a visit must read (state, content, checksum of the content, last checksum) and writes an age. */
function bareSweep(pages: number): number {
  const flags = new Uint8Array(pages).fill(2);
  const age = new Uint8Array(pages);
  const content = Int32Array.from({ length: pages }, (_, i) => i);
  const last = new Int32Array(pages);
  const words = new Int32Array(pages * 4);
  const rounds = Math.max(5, Math.ceil(2e8 / pages));
  let changed = 0;
  const start = performance.now();
  for (let round = 0; round < rounds; round++) {
    for (let page = 0; page < pages; page++) {
      if (flags[page] !== 2) continue;
      if (words[content[page]! * 4] !== last[page]) changed++;
      age[page] = (age[page]! + 1) & 0xff;
    }
  }
  const seconds = (performance.now() - start) / 1000;
  if (changed > 0) throw new Error("the sweep is wrong");
  return (rounds * pages) / seconds;
}

function millions(rate: number): string {
  return (rate / 1e6).toFixed(1);
}

function pageCount(text: string): number {
  const pages = Number(text);
  if (!Number.isInteger(pages) || pages < 1)
    throw new Error(`--pages is "${text}"; accepted: a positive number of pages. Next: e.g. --pages 2e6.`);
  return pages;
}
