import { mechanisms } from "@mm-lab/kernel-model";
import { countVerdicts, judgeClaims, VERDICTS } from "./verdicts.js";

/** Notebook of a mechanism's topic, in notebooks/. */
const NOTEBOOKS: Readonly<Record<string, string>> = { ksm: "ksm-scan-savings.ipynb" };

/**
 * The README's table of topics: mechanism, notebook, and how many of its claims have which verdict, each experiment run
 * now. A last row counts the claims of all other topics. Markdown.
 */
export function topicsTable(): string {
  const judged = judgeClaims();
  const topics = new Set(mechanisms.map(({ topic }) => topic));
  const rows = mechanisms.map(({ name, title, topic }) => {
    const notebook = NOTEBOOKS[name];
    return [
      `[${title}](kernel-model/src/mechanisms/${name})`,
      notebook === undefined ? "" : `[${notebook}](notebooks/${notebook})`,
      ...counts(judged.filter((claim) => claim.topic === topic)),
    ];
  });
  rows.push(["the other topics of the sources", "", ...counts(judged.filter((claim) => !topics.has(claim.topic)))]);
  const header = ["topic", "notebook", "claims", ...VERDICTS];
  return [header, header.map((_, i) => (i < 2 ? "---" : "--:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function counts(claims: Parameters<typeof countVerdicts>[0]): string[] {
  const by = countVerdicts(claims);
  return [String(claims.length), ...VERDICTS.map((verdict) => (by[verdict] === 0 ? "" : String(by[verdict])))];
}
