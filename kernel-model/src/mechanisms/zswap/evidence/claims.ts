/**
 * Topic zswap-refcount of the ledger: an experiment per claim. Each says what was seen, and judges it by the outcome that
 * the claim's "how" names.
 */
import { judge, type Experiments } from "../../../base/claims.js";
import { formatNumber, groupDigits } from "../../../base/numbers.js";
import type { Progress } from "../../../base/run.js";
import { exploring } from "../../../explore/explore.js";
import type { Program } from "../../../machine/program.js";
import type { Verdict } from "../../../machine/verdict.js";
import { boundedCount, leaksReachable, referenceOfWorker, storesAtLimit } from "../checks/programs-limit.js";
import { expectedLeakRate, hoursToSaturation, SATURATION, simulatingLeak, type LeakRun } from "../runs/leak.js";
import { simulatingLoad, type LoadRun } from "../runs/load.js";
import { kernelSubject, type Question, type Subject } from "./subject.js";

const STORES = [2, 3, 4];
const CHOSEN_LOAD =
  "100,000 stores/s at the limit and a worker 1 ms behind; and, with pages to write back, 20,000 stores/s into a pool of 64 MiB RAM on a device that takes 25 µs a page: chosen by us";

export const questions: Readonly<Record<string, Question>> = {
  *"zswap-refcount.leak-buggy"({ before }) {
    const verdicts = yield* exploreEach(STORES.map((stores) => leaksReachable(stores, before)));
    return judge(
      verdicts.every(({ kind, effort }, i) => kind === "exhausted" && effort.endStates.size === STORES[i]),
      `With ${STORES.join(", ")} stores at the limit and one work item, ${verdicts.map(({ effort }) => groupDigits(effort.schedules)).join(", ")} schedules: end states with every number of leaked references from 0 to n - 1 are reached, and no other.`,
    );
  },

  *"zswap-refcount.no-leak-fixed"({ after }) {
    const ends = yield* exploreEach(STORES.map((stores) => storesAtLimit(stores, after)));
    const held = yield* exploreEach([2, 3].map((stores) => referenceOfWorker(stores, undefined, after)));
    return judge(
      [...ends, ...held].every(({ kind }) => kind === "exhausted"),
      `With the fix no end state of ${STORES.join(", ")} stores has a reference above its base, proved in ${ends.map(({ effort }) => groupDigits(effort.schedules)).join(", ")} schedules; with 2 and 3 a queued worker always has one to put, in ${held.map(({ effort }) => groupDigits(effort.schedules)).join(" and ")}.`,
    );
  },

  *"zswap-refcount.leak-size"({ before }) {
    const [rate, delay] = [1000, 2];
    const seconds = (10_000 * (delay + 1000 / rate)) / 1000;
    const run = yield* simulatingLeak({ variant: before, storeRate: rate, shrinkDelayMs: delay, seconds });
    const expected = (rate * delay) / 1000;
    const off = Math.abs(run.leakedPerRun / expected - 1);
    const { leak } = yield* underLoad(before);
    return judge(
      run.leaked === run.requests - run.runs - run.owed && off <= 0.05,
      `${groupDigits(run.requests)} stores and ${groupDigits(run.runs)} runs that found nothing to write back leaked ${groupDigits(run.leaked)} references: stores - runs exactly${run.owed > 0 ? ` (but for ${run.owed} that a queued run still owes)` : ""}, ${formatNumber(run.leakedPerRun, 3)} a run where rate x delay is ${expected} (${formatNumber(100 * off, 1)} % off). ` +
        `With pages to write back a run takes long, and each store meanwhile but the one that queues it again leaks: ${groupDigits(leak.leaked)} of ${groupDigits(leak.requests)} in ${leak.runs} runs.`,
      `${rate} stores/s and a worker ${delay} ms behind; the load of saturation-warning: chosen by us`,
    );
  },

  *"zswap-refcount.saturation-warning"({ before, after }) {
    const idle = yield* simulatingLeak({ variant: before, seconds: 1 });
    const startReferences = SATURATION - 1 - 50_000;
    const last = yield* simulatingLeak({ variant: before, startReferences, seconds: 1, samples: 1000 });
    const [reached, expected] = [timeOfSaturation(last), 50_000 / expectedLeakRate(100_000, 1)];
    const busy = yield* underLoad(before);
    const [bound] = yield* exploreEach([boundedCount(2, after)]);
    return judge(
      last.saturated &&
        last.warnings[0] === "refcount_t: saturated; leaking memory." &&
        Math.abs(reached / expected - 1) < 0.02 &&
        bound!.kind === "exhausted",
      `Buggy: it saturates and warns "${last.warnings[0] ?? ""}"; the last 50,000 references took ${formatNumber(reached, 3)} s where the rate says ${formatNumber(expected, 3)} s. From 1 it takes ${hours(idle)} with a worker that has nothing to write back, and ${hours(busy)} with a pool that holds pages, which is the field's case. ` +
        `Fixed: the count is never above base, one if the worker is queued, one if it runs, and one for each store under way (2 stores, ${groupDigits(bound!.effort.schedules)} schedules).`,
      CHOSEN_LOAD,
    );
  },
};

export const claims: Experiments = Object.fromEntries(
  Object.entries(questions).map(([id, question]) => [id, () => question(kernelSubject)]),
);

/** The pool at its limit with pages to write back, of half a page each once compressed. */
function underLoad(variant: Subject["before"]): Generator<Progress, LoadRun> {
  return simulatingLoad({ variant, lengths: [2048], seconds: 2 });
}

const hours = ({ leakedPerSecond }: { readonly leakedPerSecond: number }): string =>
  `${formatNumber(hoursToSaturation(leakedPerSecond), 1)} hours (${groupDigits(Math.round(leakedPerSecond))} references/s)`;

/** The verdicts of programs, one after the other. */
function* exploreEach<S>(programs: readonly Program<S>[]): Generator<Progress, readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const program of programs) verdicts.push(yield* exploring(program));
  return verdicts;
}

/** Virtual time of the first sample that shows the count saturated, s. */
function timeOfSaturation({ time, references }: LeakRun): number {
  return time[references.findIndex((count) => count >= SATURATION)] ?? NaN;
}
