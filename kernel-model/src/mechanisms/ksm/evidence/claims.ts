/**
 * Topic ksm-smart-scan of the ledger: an experiment per claim. Each says what was seen, and judges it by the outcome
 * that the claim's "how" names; no tolerance is wider than that.
 */
import type { Experiments } from "../../../base/claims.js";
import { liveQuestions } from "./claims-live.js";
import { modelQuestions } from "./claims-model.js";
import { kernelSubject, type Question } from "./subject.js";

export const questions: Readonly<Record<string, Question>> = { ...modelQuestions, ...liveQuestions };

export const claims: Experiments = Object.fromEntries(
  Object.entries(questions).map(([id, question]) => [id, (evidence) => question(kernelSubject(evidence))]),
) satisfies Experiments;
