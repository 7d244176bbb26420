import { explore, taskNames, type Program, type Verdict } from "@mm-lab/kernel-model";
import type { Fingerprint } from "./protocol.js";

/** Random runs that are compared: enough to touch what a small program can touch, and done within a millisecond. */
const RUNS = 32;

/**
 * What tells whether two threads have the same program: names, and what comes of some random runs. Not a proof, but what
 * usually differs, the data that a program was made from, shows in the first runs.
 */
export function fingerprintOf<S>(program: Program<S>, maxSteps: number | undefined): Fingerprint {
  const sample = {
    strategy: "random",
    maxSchedules: RUNS,
    seed: 1,
    shrink: false,
    ...(maxSteps !== undefined && { maxSteps }),
  } as const;
  return { program: program.name, tasks: taskNames(program), runs: runsOf(() => explore(program, sample)) };
}

function runsOf(sample: () => Verdict): string {
  try {
    const verdict = sample();
    const { steps, longest, endStates } = verdict.effort;
    return JSON.stringify([verdict.kind, steps, longest, [...endStates]]);
  } catch (error) {
    return String(error); // an endless loop, say: the exploration will tell
  }
}

export function sameProgram(a: Fingerprint, b: Fingerprint): boolean {
  return a.program === b.program && a.runs === b.runs && a.tasks.join("\n") === b.tasks.join("\n");
}
