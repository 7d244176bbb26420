import { Evidence, InputError, mechanisms, type Experiments, type Finding, type Progress } from "@mm-lab/kernel-model";
import { readDataFile } from "../data/files.js";
import { experiment } from "../notebook/experiment.js";
import type { FindingCache } from "./finding-cache.js";
import { readLedger, type Claim } from "./ledger.js";

/** A claim with what its experiment found. */
export interface JudgedClaim extends Claim, Finding {
  /** Whether the finding is one of an earlier run of the same code on the same data; false where nothing was to be run. */
  readonly cached: boolean;
}

export interface JudgeOptions {
  /** Only the claims of this topic. Default: all. */
  readonly topic?: string;
  /** Findings of earlier runs, given where neither code nor data have changed since; new ones are added. Default: every experiment runs. */
  readonly cache?: FindingCache;
}

/**
 * Runs the experiment of every claim, or of one topic's, and returns claims and findings in ledger order.
 *
 * A claim without an experiment is `record` where the ledger says it is history or opinion, else `not-yet`.
 * Cost: the experiments', seconds per topic; a bar shows how far they are, and an interrupt stops them.
 * Errors: {@link InputError} for an unknown topic.
 *
 * @example
 * (await judgeClaims({ topic: "rcu" })).filter(({ verdict }) => verdict === "contradicted");
 */
export async function judgeClaims({ topic, cache }: JudgeOptions = {}): Promise<JudgedClaim[]> {
  const ledger = readLedger();
  const topics = [...new Set(ledger.map((claim) => claim.topic))];
  if (topic !== undefined && !topics.includes(topic))
    throw new InputError("the topic", topic, topics.join(", "), "use one of these topics");
  const answers = await answersOn(topic);
  for (const { id } of answers.filter(({ id }) => !ledger.some((claim) => claim.id === id)))
    throw new InputError(
      "an experiment",
      id,
      "a claim id of data/claims",
      "correct the id in the mechanism's evidence/claims.ts",
    );
  const asked = ledger.filter((claim) => topic === undefined || claim.topic === topic);
  return experiment(judging(asked, answers, cache), { title: "claims" });
}

/** Which mechanism's experiments answer a claim. */
interface Answer {
  readonly id: string;
  readonly mechanism: string;
  readonly experiments: Experiments;
}

/** The experiments of the mechanisms that answer the topic; of all, where none is named. */
async function answersOn(topic: string | undefined): Promise<readonly Answer[]> {
  const asked = mechanisms.filter(({ topics }) => topic === undefined || topics.includes(topic));
  const loaded = await Promise.all(asked.map(async ({ name, claims }) => ({ name, ...(await claims()) })));
  return loaded.flatMap(({ name, claims }) =>
    Object.keys(claims).map((id) => ({ id, mechanism: name, experiments: claims })),
  );
}

function* judging(
  claims: readonly Claim[],
  answers: readonly Answer[],
  cache: FindingCache | undefined,
): Generator<Progress | undefined, JudgedClaim[]> {
  // As each was read first, so that what is kept of a finding is what the finding was made from.
  const texts = new Map<string, string>();
  const evidence = new Evidence((name) => {
    if (!texts.has(name)) texts.set(name, readDataFile("live", name));
    return texts.get(name)!;
  });
  const answerOf = new Map(answers.map((answer) => [answer.id, answer]));
  const judged: JudgedClaim[] = [];
  const total = claims.filter(({ id }) => answerOf.has(id)).length;
  let done = 0;
  for (const claim of claims) {
    const { id } = claim;
    const answer = answerOf.get(id);
    const known = answer && cache?.get(claim, answer.mechanism);
    if (known !== undefined) done++;
    if (answer === undefined || known !== undefined) {
      judged.push({ ...claim, ...(known ?? withoutExperiment(claim)), cached: known !== undefined });
      continue;
    }
    const finding = yield* noted(evidence.finding(id, answer.experiments), { done: done++, total, note: id });
    cache?.put(claim, answer.mechanism, finding, new Map(evidence.recordingsOf(id).map((n) => [n, texts.get(n)!])));
    judged.push({ ...claim, ...finding, cached: false });
  }
  return judged;
}

/** The progress of one experiment, told as that of all. */
function* noted<T>(steps: Generator<Progress | undefined, T>, at: Progress): Generator<Progress, T> {
  try {
    for (;;) {
      yield at;
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  } finally {
    steps.return(undefined as never); // where all are stopped, this one ends as well
  }
}

function withoutExperiment(claim: Claim): Finding {
  return claim.check === "record"
    ? { verdict: "record", seen: "History or opinion: cited, not tested." }
    : { verdict: "not-yet", seen: "No experiment yet." };
}
