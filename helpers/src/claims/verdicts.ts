import {
  Evidence,
  InputError,
  mechanisms,
  type Experiments,
  type Finding,
  type ClaimVerdict,
} from "@mm-lab/kernel-model";
import { readDataFile } from "../data/files.js";
import { readLedger, type Claim } from "./ledger.js";

export const VERDICTS: readonly ClaimVerdict[] = [
  "reproduced",
  "contradicted",
  "changed-since",
  "needs-hardware",
  "not-yet",
  "record",
];

/** A claim with what its experiment found just now. */
export interface JudgedClaim extends Claim, Finding {}

/**
 * Runs the experiment of every claim, or of one topic's, and returns claims and findings in ledger order.
 *
 * A claim without an experiment is `record` where the ledger says it is history or opinion, else `not-yet`.
 * Cost: the experiments', seconds per topic; `onClaim` is told of each before it starts.
 * Errors: {@link InputError} for an unknown topic.
 *
 * @example
 * (await judgeClaims({ topic: "rcu" })).filter(({ verdict }) => verdict === "contradicted");
 */
export async function judgeClaims(
  options: { readonly topic?: string; readonly onClaim?: (id: string) => void } = {},
): Promise<JudgedClaim[]> {
  const ledger = readLedger();
  const topics = [...new Set(ledger.map(({ topic }) => topic))];
  const { topic, onClaim } = options;
  if (topic !== undefined && !topics.includes(topic))
    throw new InputError("the topic", topic, topics.join(", "), "use one of these topics");
  const experiments = await experimentsOn(topic);
  const evidence = new Evidence((name) => readDataFile("live", name));
  for (const id of Object.keys(experiments)) {
    if (!ledger.some((claim) => claim.id === id))
      throw new InputError(
        "an experiment",
        id,
        "a claim id of data/claims",
        "correct the id in the mechanism's evidence/claims.ts",
      );
  }
  return ledger
    .filter((claim) => topic === undefined || claim.topic === topic)
    .map((claim) => {
      if (experiments[claim.id] === undefined) return { ...claim, ...withoutExperiment(claim) };
      onClaim?.(claim.id);
      return { ...claim, ...evidence.finding(claim.id, experiments) };
    });
}

/** The experiments of the mechanisms that answer the topic; of all, where none is named. */
async function experimentsOn(topic: string | undefined): Promise<Experiments> {
  const asked = mechanisms.filter(({ topics }) => topic === undefined || topics.includes(topic));
  const loaded = await Promise.all(asked.map(({ claims }) => claims()));
  return Object.assign({}, ...loaded.map(({ claims }) => claims)) as Experiments;
}

/** How many claims have which verdict. */
export function countVerdicts(judged: readonly { readonly verdict: ClaimVerdict }[]): Record<ClaimVerdict, number> {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<ClaimVerdict, number>;
  for (const { verdict } of judged) counts[verdict]++;
  return counts;
}

function withoutExperiment(claim: Claim): Finding {
  return claim.check === "record"
    ? { verdict: "record", seen: "History or opinion: cited, not tested." }
    : { verdict: "not-yet", seen: "No experiment yet." };
}
