import type { Dataset, HasDataset } from "@mm-lab/kernel-model";
import { countVerdicts, VERDICTS } from "./verdict-names.js";
import { judgeClaims, type JudgedClaim } from "./verdicts.js";

/** Claims with verdicts, shown as a table. */
export class ClaimsTable implements HasDataset {
  constructor(
    readonly topic: string,
    readonly claims: readonly JudgedClaim[],
  ) {}

  dataset(): Dataset {
    const counts = countVerdicts(this.claims);
    const summary = VERDICTS.filter((verdict) => counts[verdict] > 0)
      .map((verdict) => `${counts[verdict]} ${verdict}`)
      .join(", ");
    const column = (name: string, meaning: string, pick: (claim: JudgedClaim) => string) => ({
      name,
      meaning,
      values: this.claims.map(pick),
    });
    return {
      title: `${this.topic}: ${this.claims.length} claims: ${summary}`,
      columns: [
        column("claim", "what the source says", ({ claim }) => claim),
        column("verdict", "what the experiment says", ({ verdict }) => verdict),
        column("seen", "what was seen", ({ seen }) => seen),
        column("chosen", "parameters chosen by us", ({ chosen }) => chosen ?? ""),
      ],
    };
  }
}

/**
 * The claims of a topic, each experiment run now, with a bar: the claims table of a notebook.
 *
 * @example
 * await claimsTable("zswap-refcount");
 */
export async function claimsTable(topic: string): Promise<ClaimsTable> {
  return new ClaimsTable(topic, await judgeClaims({ topic }));
}
