import { mechanisms } from "@mm-lab/kernel-model";
import { countVerdicts, VERDICTS } from "./verdict-names.js";
import type { JudgedClaim } from "./verdicts.js";

/**
 * The README's table of topics: mechanism, notebook, and how many of its claims have which verdict. A last row counts
 * the claims of all other topics. Markdown.
 *
 * @param judged all claims of the ledger, as {@link judgeClaims} gives them
 */
export function topicsTable(judged: readonly JudgedClaim[]): string {
  const topics = new Set(mechanisms.flatMap(({ topics }) => topics));
  const rows = mechanisms.map(({ name, title, notebooks, topics: own }) => {
    return [
      `[${title}](kernel-model/src/mechanisms/${name})`,
      notebooks.map((notebook) => `[${notebook}](notebooks/${notebook})`).join(", "),
      ...counts(judged.filter((claim) => own.includes(claim.topic))),
    ];
  });
  rows.push(["the other topics of the sources", "", ...counts(judged.filter((claim) => !topics.has(claim.topic)))]);
  const header = ["topic", "notebook", "claims", ...VERDICTS];
  return [header, header.map((_, i) => (i < 2 ? "---" : "--:")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function counts(claims: readonly JudgedClaim[]): string[] {
  const by = countVerdicts(claims);
  return [String(claims.length), ...VERDICTS.map((verdict) => (by[verdict] === 0 ? "" : String(by[verdict])))];
}
