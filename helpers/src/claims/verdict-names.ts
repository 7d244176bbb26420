import type { ClaimVerdict } from "@mm-lab/kernel-model";

export const VERDICTS: readonly ClaimVerdict[] = [
  "reproduced",
  "contradicted",
  "depends",
  "changed-since",
  "needs-hardware",
  "not-yet",
  "record",
];

/** How many claims have which verdict. */
export function countVerdicts(judged: readonly { readonly verdict: ClaimVerdict }[]): Record<ClaimVerdict, number> {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<ClaimVerdict, number>;
  for (const { verdict } of judged) counts[verdict]++;
  return counts;
}
