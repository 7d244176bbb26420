/** Workloads generated from shares of the kinds of page. */
import { checkKeys, InputError, quote } from "../../../base/errors.js";
import { percent } from "../../../base/numbers.js";
import { parameter, Schema, type OptionsOf } from "../../../base/parameters.js";
import { Random } from "../../../base/random.js";
import { addProcess, madviseMergeable, replaceProcess, writePage } from "../model/memory.js";
import { MAX_PAGES } from "../model/state.js";
import type { Workload } from "./workload.js";

/** Shares of the kinds of page, which sum to 1. */
export const shareParameters = {
  unique: parameter.number({ default: 0, min: 0, max: 1, meaning: "share of pages that never find a partner" }),
  duplicate: parameter.number({
    default: 0,
    min: 0,
    max: 1,
    meaning: "share of constant pages with partners, `copies` pages alike",
  }),
  zero: parameter.number({ default: 0, min: 0, max: 1, meaning: "share of all-zero pages" }),
  shortLived: parameter.number({
    default: 0,
    min: 0,
    max: 1,
    meaning: "share of duplicates that are replaced by new ones after lifetimeSeconds",
  }),
  volatile: parameter.number({
    default: 0,
    min: 0,
    max: 1,
    meaning: "share of pages rewritten with new content every rewriteSeconds",
  }),
};

/** What else {@link mixWorkload} can be told. */
export const mixParameters = new Schema("mixWorkload", {
  pages: parameter.integer({
    min: 1,
    max: MAX_PAGES,
    unit: "pages",
    absent: "has to be given",
    next: "give a number of pages, each of which takes 24 to 56 bytes of memory",
    meaning: "candidate pages of the workload",
  }),
  copies: parameter.integer({
    default: 4,
    min: 2,
    unit: "pages",
    meaning: "most pages with the same content: they are dealt out evenly to as few groups as that takes",
  }),
  lifetimeSeconds: parameter.number({ default: 60, min: 1e-3, unit: "s", meaning: "life of a short-lived group" }),
  rewriteSeconds: parameter.number({
    default: 10,
    min: 1e-3,
    unit: "s",
    meaning: "time between two rewrites of a volatile page",
  }),
  turnover: parameter.choice(["processes", "same-addresses"], {
    default: "processes",
    meaning:
      "short-lived pages come with processes ksmd has not seen, or are rewritten in place and keep their predecessors' age",
  }),
  seed: parameter.integer({
    min: 0,
    max: 0xffffffff,
    absent: "spread evenly",
    meaning: "shuffles the kinds, groups and the order of turnover",
  }),
});

export interface MixOptions extends Omit<OptionsOf<typeof mixParameters>, "pages"> {
  /** Candidate pages in all. */
  readonly pages: number;
  /** Shares of the kinds of page, which sum to 1; those left out are 0. See {@link shareParameters}. */
  readonly shares: { readonly [K in keyof typeof shareParameters]?: number };
  readonly name?: string;
}

type Kind = keyof typeof shareParameters;
export const KINDS = Object.keys(shareParameters) as readonly Kind[];

/** The options with their defaults, shares as numbers of pages, times in ms. */
function checked({ shares, ...given }: Omit<MixOptions, "name">) {
  const values = mixParameters.check(given);
  const pages = mixParameters.parameters.pages.check("pages", given.pages);
  return {
    ...values,
    pages,
    counts: pageCounts(pages, shares),
    lifetimeMs: 1000 * values.lifetimeSeconds,
    rewriteMs: 1000 * values.rewriteSeconds,
  };
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
  checkKeys("mixWorkload", options, [...mixParameters.names, "shares", "name"]);
  const { name, ...given } = options;
  const { pages, counts, copies, lifetimeMs, rewriteMs, turnover, seed } = checked(given);
  return {
    name:
      name ??
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
  for (const kind of KINDS) sum += shareParameters[kind].check(`shares.${kind}`, shares[kind] ?? 0);
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
