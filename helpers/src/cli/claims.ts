import { CodeVersion } from "../claims/code-version.js";
import { FindingCache } from "../claims/finding-cache.js";
import { ClaimsTable, countVerdicts, judgeClaims } from "../claims/index.js";
import type { Command } from "./command.js";

export const command: Command = {
  help: `
The ledger in data/claims holds the checkable statements of the source documents. Each is judged: reproduced,
contradicted, depends (with the map of where it holds), changed-since, needs-hardware, not-yet (no experiment so far) or
record (history, not tested).
A contradicted claim is a finding, so the exit status is 0 whenever all experiments ran.

An experiment is run again where the model's code or its data have changed since its last run; what was kept from that
run is marked so. --fresh runs them all.

  npx mm-lab claims --topic ksm-smart-scan`,
  options: {
    topic: { kind: "text", value: "TOPIC", help: "only the claims of this topic" },
    fresh: { kind: "flag", help: "run every experiment, also where nothing has changed since it ran" },
    json: { kind: "flag", help: "print claims, verdicts and counts as one JSON document" },
  },
  async run(input, host) {
    const topic = input.text("topic");
    const cache = new FindingCache(new CodeVersion(host.loadedFrom), { writeOnly: input.flag("fresh") });
    const judged = await judgeClaims({ ...(topic !== undefined && { topic }), cache });
    if (input.flag("json")) {
      process.stdout.write(`${JSON.stringify({ counts: countVerdicts(judged), claims: judged }, undefined, 1)}\n`);
      return 0;
    }
    const tried = judged.filter(({ verdict }) => verdict !== "not-yet" && verdict !== "record");
    for (const { id, verdict, claim, seen, chosen, cached } of tried) {
      process.stdout.write(
        `${verdict.padEnd(13)} ${id}${cached ? " (kept)" : ""}\n  claim: ${claim}\n  seen:  ${seen}\n${chosen === undefined ? "" : `  chosen by us: ${chosen}\n`}`,
      );
    }
    const { title } = new ClaimsTable(topic ?? "all topics", judged).dataset();
    process.stdout.write(`${title}\n${whence(tried)}\n`);
    return 0;
  },
};

function whence(tried: readonly { readonly cached: boolean }[]): string {
  const kept = tried.filter(({ cached }) => cached).length;
  const ran = `${tried.length - kept} of ${tried.length} experiments ran now`;
  return kept === 0
    ? `${ran}.`
    : `${ran}; ${kept} kept from an earlier run of the same code on the same data (--fresh runs all).`;
}
