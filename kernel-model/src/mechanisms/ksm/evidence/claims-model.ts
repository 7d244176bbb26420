/** The claims that the model decides: the schedule of skips, and what it saves. */
import { judge, judgeMap, type MapPoint } from "../../../base/claims.js";
import { percent } from "../../../base/numbers.js";
import type { Progress } from "../../../base/run.js";
import {
  fixedRate,
  longRunReduction,
  mergedShortLived,
  smallestSufficientRate,
  visitsOfUniquePage,
} from "../runs/experiments.js";
import { longestRun, range, skipLengths, startsWith } from "./numbers-seen.js";
import { compareCase, parseRecording } from "./recording.js";
import type { Question } from "./subject.js";

const KERNEL_SCANS = [0, 1, 2, 3, 5, 8, 13, 22, 31, 40];
const FAILED_SCANS = [0, 1, 2, 3, 5, 8, 11, 16, 21, 26, 35];

export const modelQuestions: Readonly<Record<string, Question>> = {
  "ksm-smart-scan.two-fields": function* ({ policy, recording }) {
    const { kernel, columns, cases } = parseRecording(recording("ksm-6.18.json"), "ksm-6.18.json");
    const smart = cases.filter(({ smartScan }) => smartScan === 1);
    const differences = yield* each(smart, (recorded) => compareCase(recorded, columns, policy));
    const equal = differences.filter((difference) => difference === undefined);
    return judge(
      equal.length === smart.length,
      `The model keeps two 8-bit fields per page, age and remaining_skips. Of ${smart.length} workloads recorded on Linux ${kernel} with smart scan, all counters of all scans are equal in ${equal.length}.`,
    );
  },

  "ksm-smart-scan.max-skip": ({ policy }) => {
    const longest = Math.max(...skipLengths(visitsOfUniquePage(1000, { policy })));
    return judge(longest === 8, `The longest run of skips of a never-merging page in 1,000 scans is ${longest}.`);
  },

  "ksm-smart-scan.skip-grows-with-failures": ({ policy }) => {
    const scans = visitsOfUniquePage(200, { policy });
    const lengths = skipLengths(scans);
    const grows = lengths.every((length, i) => i === 0 || length >= lengths[i - 1]!);
    return judge(
      grows && startsWith(scans, KERNEL_SCANS),
      `A never-merging page is processed at scans ${scans.slice(0, 10).join(", ")}, ...; the skips between are ${lengths.slice(3, 9).join(", ")}, ...`,
    );
  },

  "ksm-smart-scan.steady-state-share": ({ policy }) => {
    const rounds = 100_000;
    const skippedShare = 1 - visitsOfUniquePage(rounds, { policy }).length / rounds;
    return judge(
      Math.abs(skippedShare - 8 / 9) <= 0.001,
      `Over 100,000 rounds ${percent(skippedShare, 3)} are skipped; 8/9 is ${percent(8 / 9, 3)}.`,
    );
  },

  "ksm-smart-scan.age-cap": ({ policy, wrapsAge }) => {
    const capped = visitsOfUniquePage(1000, { policy, wrapAge: wrapsAge });
    const wrapping = visitsOfUniquePage(1000, { policy, wrapAge: true });
    const consecutive = longestRun(wrapping.filter((scan) => scan > 250));
    const lengths = skipLengths(capped.filter((scan) => scan > 250));
    return judge(
      capped.age === 255 && lengths.every((length) => length === 8) && consecutive >= 3,
      `After 1,000 visits the age is ${capped.age} and the skips are ${range(lengths)} scans long; a page whose age wraps is processed in ${consecutive} consecutive rounds again.`,
    );
  },

  "ksm-smart-scan.age-increment-rule": ({ policy }) => {
    const visits = visitsOfUniquePage(400, { policy });
    const failed = visitsOfUniquePage(400, { policy: "failed-scans" });
    const settled = [visits, failed].every((scans) =>
      skipLengths(scans.filter((scan) => scan > 60)).every((length) => length === 8),
    );
    return judge(
      startsWith(visits, KERNEL_SCANS) && startsWith(failed, FAILED_SCANS) && settled,
      `Ageing on each visit: scans ${visits.slice(0, 9).join(", ")}; on failed scans only: ${failed.slice(0, 11).join(", ")}; both settle at one scan in nine.`,
    );
  },

  "ksm-smart-scan.scan-reduction-20-25": function* ({ policy }) {
    const points = yield* each([0.1, 0.225, 0.281, 0.4], (share): MapPoint => {
      const saved = longRunReduction(share, "pages_scanned", { policy });
      const holds = saved >= 0.19 && saved <= 0.26;
      return { at: `${percent(share)} that never merge`, seen: `${percent(saved)} fewer`, holds };
    });
    return judgeMap(
      points,
      "In the long run smart scan processes as many pages fewer as the share of candidates that never merge allows: 8/9 of it.",
      "all other candidates are long-lived duplicates in groups of 4",
    );
  },

  "ksm-smart-scan.short-lived-pages-gain": function* ({ policy }) {
    const seeds = Array.from({ length: 100 }, (_, seed) => seed);
    const outcomes = yield* each(seeds, (seed) => mergedShortLived(seed, "processes", policy));
    const held = outcomes.filter(({ smart, plain }) => smart >= plain).length;
    const gain = outcomes.reduce((sum, { smart, plain }) => sum + smart / plain, 0) / outcomes.length - 1;
    const inPlace = yield* each(seeds.slice(0, 20), (seed) => mergedShortLived(seed, "same-addresses", policy));
    const heldInPlace = inPlace.filter(({ smart, plain }) => smart >= plain).length;
    return judge(
      held >= 95,
      `At the same scan rate smart scan merged at least as many short-lived pages with ${held} of 100 seeds (${percent(gain)} more on average). ` +
        `That needs pages of new processes: where short-lived contents follow each other at the same addresses, the old page's age keeps the new content waiting, and it held with ${heldInPlace} of 20 seeds.`,
      fixedRate.chosen,
    );
  },

  "ksm-smart-scan.cpu-25-percent": function* ({ policy }) {
    const share = 0.28;
    const onlyVisits = { checksumNs: 0, comparisonNs: 0, mergeNs: 0, wakeUpNs: 0 };
    const costs: readonly (readonly [string, () => number])[] = [
      ["one cost per page processed", () => longRunReduction(share, "pages_scanned", { policy })],
      [
        "one cost per page met, skipped or not",
        () => longRunReduction(share, "cpu_time", { policy, cost: onlyVisits }),
      ],
      ["the cost model", () => longRunReduction(share, "cpu_time", { policy })],
    ];
    const points = yield* each(costs, ([at, measure]): MapPoint => {
      const saved = measure();
      return { at, seen: `${percent(saved)} less`, holds: Math.abs(saved - 0.25) <= 0.02 };
    });
    return judgeMap(
      points,
      `CPU time of ksmd where ${percent(share)} of the candidates never merge. What is saved depends on what a page costs that fails: a checksum and two tree searches, where a merged one costs almost nothing.`,
      "the non-merging share, and the costs of the cost model",
    );
  },

  "ksm-smart-scan.pages-to-scan-40-50": function* ({ policy }) {
    const shares = [0.225, 0.281, 0.36, 0.45];
    const conditions = [
      ...shares.flatMap((share) => [40, 60].map((lifetimeSeconds) => ({ share, lifetimeSeconds, tolerance: 0.05 }))),
      { share: 0.281, lifetimeSeconds: 40, tolerance: 0.06 },
      { share: 0.281, lifetimeSeconds: 40, tolerance: 0.05, seed: 1 },
    ];
    const points = yield* each(conditions, ({ share, ...options }): MapPoint => {
      const rate = smallestSufficientRate(share, { ...options, policy });
      const { lifetimeSeconds, tolerance, seed } = { seed: undefined, ...options };
      const at = `${percent(share)} never merging, ${lifetimeSeconds} s, ${percent(tolerance)}${seed === undefined ? "" : `, seed ${seed}`}`;
      return { at, seen: percent(rate, 2), holds: rate >= 0.5 && rate <= 0.6 };
    });
    return judgeMap(
      points,
      "Smallest pages_to_scan, relative to scanning without history, that keeps merged pages within a tolerance, by the share of never-merging pages, the life of a duplicate and the tolerance; 50 to 60 % is as claimed.",
      `${smallestSufficientRate.chosen}; where stated, other lives, tolerances and seeds`,
    );
  },
};

/** One run after the other, with word of how far it is in between. */
function* each<A, B>(inputs: readonly A[], run: (input: A) => B): Generator<Progress, readonly B[]> {
  const outputs: B[] = [];
  for (const input of inputs) {
    yield { done: outputs.length, total: inputs.length };
    outputs.push(run(input));
  }
  return outputs;
}
