/**
 * What the experiments put their questions to: the model's smart scan, and the recordings of a running kernel. Every
 * experiment could have said no: claim-mutants.ts has, for each, a subject for which it does.
 */
import type { Evidence, Finding } from "../../../base/claims.js";
import type { Progress } from "../../../base/run.js";
import type { SkipPolicy } from "../model/skip-policy.js";

export interface Subject {
  /** What stands for the kernel's smart scan in the model. */
  readonly policy: SkipPolicy;
  /** Whether the 8-bit age starts again at 0 after 255. */
  readonly wrapsAge: boolean;
  /** Text of data/live/NAME. */
  readonly recording: (name: string) => string;
}

/** An experiment on a subject; a long one yields how far it is. */
export type Question = (subject: Subject) => Finding | Generator<Progress | undefined, Finding>;

/** The kernel, as modelled and as recorded. */
export function kernelSubject(evidence: Evidence): Subject {
  return { policy: "kernel", wrapsAge: false, recording: (name) => evidence.recording(name) };
}
