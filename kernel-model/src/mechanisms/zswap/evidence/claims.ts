/**
 * Topic zswap-refcount of the ledger: an experiment per claim. Each says what was seen, and judges it by the outcome that
 * the claim's "how" names.
 */
import { formatNumber, groupDigits } from "../../../base/numbers.js";
import { judge, type Experiments } from "../../../base/claims.js";
import type { Progress } from "../../../base/run.js";
import { explore, exploring } from "../../../explore/explore.js";
import type { Program } from "../../../machine/program.js";
import type { Verdict } from "../../../machine/verdict.js";
import { expectedLeakRate, hoursToSaturation, SATURATION, simulatingLeak, type LeakRun } from "../runs/leak.js";
import { leaksReachable, storesAtLimit } from "../checks/programs-limit.js";
import { scenarios } from "../checks/scenarios.js";

const STORES = [2, 3, 4];
const CHOSEN_LOAD = "100,000 stores/s at the limit and a worker 1 ms behind: chosen by us";

export const claims: Experiments = {
  "zswap-refcount.leak-buggy": function* () {
    const verdicts = yield* exploreEach(STORES.map((stores) => leaksReachable(stores)));
    return judge(
      verdicts.every(({ kind, effort }, i) => kind === "exhausted" && effort.endStates.size === STORES[i]),
      `With ${STORES.join(", ")} stores at the limit and one work item, ${verdicts.map(({ effort }) => groupDigits(effort.schedules)).join(", ")} schedules: end states with every number of leaked references from 0 to n - 1 are reached, and no other.`,
    );
  },

  // Four stores with the fix take longer than the rest of the topic: they are the scenario four-stores-fixed, and its test.
  "zswap-refcount.no-leak-fixed": function* () {
    const names = ["two-stores-fixed", "three-stores-fixed", "two-stores-reference", "three-stores-reference"];
    const proofs = yield* exploreEach(names.map((name) => scenarios.find((known) => known.name === name)!.program));
    return judge(
      proofs.every(({ kind }) => kind === "exhausted"),
      `With the fix no end state of 2 and 3 stores has a reference above its base, and a queued worker always has one to give back: proved in ${groupDigits(proofs.reduce((sum, { effort }) => sum + effort.schedules, 0))} schedules.`,
    );
  },

  "zswap-refcount.leak-size": function* () {
    const [rate, delay] = [1000, 2];
    const seconds = (10_000 * (delay + 1000 / rate)) / 1000;
    const run = yield* simulatingLeak({ storeRate: rate, shrinkDelayMs: delay, seconds });
    const expected = (rate * delay) / 1000;
    const off = Math.abs(run.leakedPerRun / expected - 1);
    return judge(
      run.leaked === run.requests - run.runs - run.owed && off <= 0.05,
      `${groupDigits(run.requests)} stores and ${groupDigits(run.runs)} runs leaked ${groupDigits(run.leaked)} references: stores - runs exactly${run.owed > 0 ? ` (but for ${run.owed} that a queued run still owes)` : ""}, ${formatNumber(run.leakedPerRun, 3)} a run where rate x delay is ${expected} (${formatNumber(100 * off, 1)} % off).`,
      `${rate} stores/s and a worker ${delay} ms behind: chosen by us`,
    );
  },

  "zswap-refcount.saturation-warning": function* () {
    const growth = yield* simulatingLeak({ seconds: 1 });
    const last = yield* simulatingLeak({ startReferences: SATURATION - 1 - 50_000, seconds: 1, samples: 1000 });
    const [reached, expected] = [timeOfSaturation(last), 50_000 / expectedLeakRate(100_000, 1)];
    const above = highestWithFix();
    const saturates =
      last.saturated &&
      last.warnings[0] === "refcount_t: saturated; leaking memory." &&
      Math.abs(reached / expected - 1) < 0.02;
    const perRun = growth.leakedPerRun;
    return judge(
      saturates && above <= 1,
      `Buggy: it saturates and warns "${last.warnings[0] ?? ""}"; the last 50,000 references took ${formatNumber(reached, 3)} s where the rate says ${formatNumber(expected, 3)} s, so from 1 it takes ${formatNumber(SATURATION / perRun / 1e6, 1)} million runs, ${formatNumber(hoursToSaturation(growth.leakedPerSecond), 2)} hours. ` +
        `Fixed: it never saturates, but it does get above base + 1: base + ${above} with the worker queued again while it runs and two stores, since a store holds a reference until it has queued. In every end state it is at base.`,
      CHOSEN_LOAD,
    );
  },
};

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

/** The most references above base that two stores and the worker reach with the fix, over all schedules. */
function highestWithFix(): number {
  for (let above = 1; ; above++) {
    const base = storesAtLimit(2, "fixed", []);
    const beyond = explore(
      {
        ...base,
        properties: [
          {
            name: "not above",
            kind: "always",
            at: "every step",
            holds: (z) => z.references(z.everyPool[0]!) <= z.base(z.everyPool[0]!) + above,
          },
        ],
      },
      { shrink: false },
    );
    if (beyond.kind === "exhausted") return above;
  }
}
