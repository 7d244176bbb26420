/** Workloads: what the processes do while ksmd scans, given as steps, as CSV or recording, or generated from shares. */
import { checkInteger, checkKeys, checkNumber, checkOneOf, InputError, quote } from "../../base/errors.js";
import { percent } from "../../base/percent.js";
import { Random } from "../../base/random.js";
import { addProcess, madviseMergeable, replaceProcess, writePage } from "./memory.js";
import { applyOp, type Op, type Step } from "./ops.js";
import { applyRecorded, parseOp } from "./recording.js";
import { checkPages, type KsmState } from "./state.js";

export interface Workload {
  readonly name: string;
  readonly pages: number;
  /** Contents that will exist at a time, to size the tables; a hint. */
  readonly contents: number;
  /** Sets up the memory of an empty model and returns what happens later. */
  start(ksm: KsmState): WorkloadDriver;
}

export interface WorkloadDriver {
  /** Does all that is due; called before each wake-up of ksmd. */
  advance(scan: number, nowMs: number): void;
}

export interface StepsOptions {
  readonly pages: number;
  readonly steps: readonly Step[];
  readonly name?: string;
  /** What a write does that a knob's file refuses: stop the run, or change nothing, as it did when it was recorded. Default "error". */
  readonly refusedWrites?: "error" | "ignore";
}

/**
 * A workload given step by step, one process, all of it mergeable from the start. Steps of scans that are not run do nothing.
 * Errors: {@link InputError} for a malformed step; while running, for an operation that cannot be done, naming its step.
 */
export function stepsWorkload(options: StepsOptions): Workload {
  checkKeys("stepsWorkload", options, ["pages", "steps", "name", "refusedWrites"]);
  const { steps, name = "steps" } = options;
  const pages = checkPages("pages", options.pages);
  const apply =
    checkOneOf("refusedWrites", options.refusedWrites ?? "error", ["error", "ignore"]) === "ignore"
      ? applyRecorded
      : applyOp;
  if (!isList(steps)) throw new InputError("steps", steps, "an array of { scan, ops }", "see stepsWorkload");
  for (const [i, step] of steps.entries()) {
    checkKeys(`steps[${i}]`, step, ["scan", "ops", "where"]);
    checkInteger(`steps[${i}].scan`, step.scan, { min: 0, unit: "(a full scan)" });
    if (!isList(step.ops))
      throw new InputError(`steps[${i}].ops`, step.ops, "an array of operations", "see stepsWorkload");
  }
  return {
    name,
    pages,
    contents: Math.min(pages, 1 << 20),
    start(ksm) {
      addProcess(ksm, pages, name);
      let done = -1;
      return {
        advance(scan) {
          while (done < scan) {
            done++;
            for (const step of steps) if (step.scan === done) applyStep(ksm, step, apply, name);
            if (done === 0) madviseMergeable(ksm, 0, pages);
          }
        },
      };
    },
  };
}

/** Array.isArray without its narrowing of read-only arrays to any. */
function isList(value: unknown): boolean {
  return Array.isArray(value);
}

function applyStep(ksm: KsmState, step: Step, apply: (ksm: KsmState, op: Op) => void, name: string): void {
  for (const op of step.ops) {
    try {
      apply(ksm, op);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(
        `${step.where ?? `${name}, before scan ${step.scan}`}: ${error.what}`,
        error.value,
        error.accepted,
        error.next,
      );
    }
  }
}

/**
 * A workload from CSV: a line per operation, `scan,op,...` with the operation's fields in the order of the recordings.
 * Errors: {@link InputError} naming the line.
 *
 * @example
 * csvWorkload("scan,op,args\n0,fill,0,1000,1,7,0\n5,unmap,0,500", 1000);
 */
export function csvWorkload(text: string, pages: number, name = "CSV"): Workload {
  if (typeof text !== "string") throw new InputError("the CSV text", text, "a text", "read the file first");
  checkPages("pages", pages);
  const steps: Step[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const where = `${name}, line ${i + 1}`;
    const [scan, ...op] = line.split(",").map((field) => field.trim());
    if (line.trim() === "" || (i === 0 && scan === "scan")) continue;
    if (!/^\d+$/.test(scan ?? "")) {
      throw new InputError(where, line, "scan,op,... with a scan number first", "see csvWorkload for an example");
    }
    const fields = op.map((field) => (/^-?\d{1,15}$/.test(field) ? Number(field) : field));
    steps.push({ scan: Number(scan), where, ops: [parseOp(fields, where, pages)] });
  }
  if (steps.length === 0)
    throw new InputError(name, text, "at least one operation", "write a line such as 0,fill,0,1000,1,7,0");
  return stepsWorkload({ pages, steps, name });
}

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
