import type { Finding } from "../../../base/claims.js";
import type { Progress } from "../../../base/run.js";
import type { Variant } from "../model/options.js";

/** What the experiments put their questions to. claim-mutants.ts has, for each, a subject for which it says no. */
export interface Subject {
  /** What stands for the kernel before commit 969d63e1af3b, and with it. */
  readonly before: Variant;
  readonly after: Variant;
}

/** An experiment on a subject, which yields how far it is. */
export type Question = (subject: Subject) => Generator<Progress, Finding>;

export const kernelSubject: Subject = { before: "buggy", after: "fixed" };
