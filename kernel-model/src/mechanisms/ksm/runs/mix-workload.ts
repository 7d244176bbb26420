/** Workloads generated from shares of the kinds of page. */
import { checkInteger, checkKeys, checkNumber, checkOneOf, InputError, quote } from "../../../base/errors.js";
import { percent } from "../../../base/numbers.js";
import { Random } from "../../../base/random.js";
import { addProcess, madviseMergeable, replaceProcess, writePage } from "../model/memory.js";
import { checkPages } from "../model/state.js";
import type { Workload } from "./workload.js";

export interface MixOptions {
  /** Candidate pages in all. */
  readonly pages: number;
  /**
   * Shares of the kinds of page; they sum to 1. unique: own content for ever. duplicate: constant, `copies` pages alike.
   * zero: all-zero pages. shortLived: like duplicate, but freed and replaced by new content after `lifetimeSeconds`.
   * volatile: rewritten with new content every `rewriteSeconds`.
   */
  readonly shares: {
    readonly unique?: number;
    readonly duplicate?: number;
    readonly zero?: number;
    readonly shortLived?: number;
    readonly volatile?: number;
  };
  /** Most pages with the same content, of duplicate and short-lived pages: they are dealt out evenly to as few groups as that takes. Default 4. */
  readonly copies?: number;
  /** Life of a short-lived group in virtual seconds. Default 60 s. */
  readonly lifetimeSeconds?: number;
  /** Time between two rewrites of a volatile page in virtual seconds. Default 10 s. */
  readonly rewriteSeconds?: number;
  /**
   * What short-lived pages are: "processes" come with memory ksmd has not seen (fresh rmap items), "same-addresses" are
   * rewritten in place by a process that lives on, and keep the age their predecessors earned. Default "processes".
   */
  readonly turnover?: "processes" | "same-addresses";
  /** With a seed the kinds, groups and the order of turnover are shuffled; without one they are spread evenly. */
  readonly seed?: number;
  readonly name?: string;
}

type Kind = keyof MixOptions["shares"];
export const KINDS: readonly Kind[] = ["unique", "duplicate", "zero", "shortLived", "volatile"];

/** The options with their defaults, shares as numbers of pages, times in ms. */
function checked(options: MixOptions) {
  checkKeys("mixWorkload", options, [
    "pages",
    "shares",
    "copies",
    "lifetimeSeconds",
    "rewriteSeconds",
    "turnover",
    "seed",
    "name",
  ]);
  const pages = checkPages("pages", options.pages);
  const counts = pageCounts(pages, options.shares);
  const copies = checkInteger("copies", options.copies ?? 4, { min: 2, unit: "pages" });
  const lifetimeMs = 1000 * checkNumber("lifetimeSeconds", options.lifetimeSeconds ?? 60, { min: 1e-3, unit: "s" });
  const rewriteMs = 1000 * checkNumber("rewriteSeconds", options.rewriteSeconds ?? 10, { min: 1e-3, unit: "s" });
  const turnover = checkOneOf("turnover", options.turnover ?? "processes", ["processes", "same-addresses"]);
  const { seed } = options;
  if (seed !== undefined) checkInteger("seed", seed, { min: 0, max: 0xffffffff });
  return { pages, counts, copies, lifetimeMs, rewriteMs, turnover, seed };
}

/**
 * A generated mix of pages, one mergeable process. The kinds are interleaved evenly over the address space and the
 * copies of one content lie far apart, as in processes started from the same image. The same options give the same run.
 *
 * Errors: shares that are unknown, negative or do not sum to 1; sizes and times out of range.
 *
 * @example
 * mixWorkload({ pages: 10_000, shares: { unique: 0.5, duplicate: 0.5 } });
 */
export function mixWorkload(options: MixOptions): Workload {
  const { pages, counts, copies, lifetimeMs, rewriteMs, turnover, seed } = checked(options);
  return {
    name:
      options.name ??
      KINDS.filter((kind) => counts[kind] > 0)
        .map((kind) => `${percent(counts[kind] / pages)} ${kind}`)
        .join(", "),
    pages,
    contents: counts.unique + counts.volatile + Math.ceil((counts.duplicate + counts.shortLived) / copies) + 2,
    start(ksm) {
      addProcess(ksm, pages);
      const members = interleave(pages, counts, seed === undefined ? undefined : new Random(seed));
      let fresh = 1; // 0 is the zero page
      const writeGroups = (kind: Kind): void => {
        const groups = Math.ceil(counts[kind] / copies);
        for (const [i, page] of members[kind].entries()) writePage(ksm, page, fresh + (i % groups));
        fresh += groups;
      };
      for (const page of members.unique) writePage(ksm, page, fresh++);
      for (const page of members.volatile) writePage(ksm, page, fresh++);
      for (const page of members.zero) writePage(ksm, page, 0);
      if (counts.duplicate > 0) writeGroups("duplicate");
      if (counts.shortLived > 0) writeGroups("shortLived");
      madviseMergeable(ksm, 0, pages);

      const groups = Math.ceil(counts.shortLived / copies);
      const deaths =
        counts.shortLived === 0
          ? undefined
          : everyEvenly(groups, lifetimeMs, (group) => {
              for (let i = group; i < counts.shortLived; i += groups) {
                const page = members.shortLived[i]!;
                if (turnover === "processes") replaceProcess(ksm, page, page + 1);
                writePage(ksm, page, fresh);
              }
              fresh++;
            });
      const rewrites =
        counts.volatile === 0
          ? undefined
          : everyEvenly(counts.volatile, rewriteMs, (i) => writePage(ksm, members.volatile[i]!, fresh++));
      return {
        advance(_scan, nowMs) {
          deaths?.(nowMs);
          rewrites?.(nowMs);
        },
      };
    },
  };
}

/** Calls `act` for members 0..count-1 in turn so that each comes up once every `periodMs`, spread evenly. */
function everyEvenly(count: number, periodMs: number, act: (member: number) => void): (nowMs: number) => void {
  let done = 0;
  return (nowMs) => {
    const due = Math.floor((nowMs / periodMs) * count);
    // Whoever was missed more than once has the same end state as if missed once.
    if (due - done > count) done = due - count;
    for (; done < due; done++) act(done % count);
  };
}

function pageCounts(pages: number, shares: MixOptions["shares"]): Record<Kind, number> {
  checkKeys("shares", shares, KINDS);
  let sum = 0;
  for (const kind of KINDS) sum += checkNumber(`shares.${kind}`, shares[kind] ?? 0, { min: 0, max: 1 });
  if (Math.abs(sum - 1) > 1e-9) {
    throw new InputError(
      "the sum of the shares",
      Number(sum.toPrecision(12)),
      "1",
      `change ${quote(shares)} so that the shares sum to 1`,
    );
  }
  const counts = { unique: 0, duplicate: 0, zero: 0, shortLived: 0, volatile: 0 };
  let before = 0;
  let cumulated = 0;
  for (const kind of KINDS) {
    cumulated += shares[kind] ?? 0;
    const end = kind === "volatile" ? pages : Math.round(cumulated * pages);
    counts[kind] = end - before;
    before = end;
  }
  return counts;
}

/** Deals the pages out to the kinds so that any stretch of pages has them in proportion (largest deficit first). */
function interleave(pages: number, counts: Record<Kind, number>, random: Random | undefined): Record<Kind, Int32Array> {
  const members = Object.fromEntries(KINDS.map((kind) => [kind, new Int32Array(counts[kind])])) as Record<
    Kind,
    Int32Array
  >;
  const order = random === undefined ? undefined : shuffled(pages, random);
  const present = KINDS.filter((kind) => counts[kind] > 0);
  const dealt = { unique: 0, duplicate: 0, zero: 0, shortLived: 0, volatile: 0 };
  for (let i = 0; i < pages; i++) {
    let neediest = present[0]!;
    let greatest = -Infinity;
    for (const kind of present) {
      const deficit = ((i + 1) / pages) * counts[kind] - dealt[kind];
      if (deficit > greatest && dealt[kind] < counts[kind]) {
        greatest = deficit;
        neediest = kind;
      }
    }
    members[neediest][dealt[neediest]++] = order === undefined ? i : order[i]!;
  }
  return members;
}

/** 0..n-1 in random order (Fisher and Yates). */
function shuffled(n: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
