import { ClaimsTable, countVerdicts, judgeClaims } from "../claims/index.js";
import type { Command } from "./command.js";
import { statusLine } from "./status-line.js";

export const claimsCommand: Command = {
  name: "claims",
  usage: "[--topic TOPIC] [--json]",
  summary: "run the experiment of every claim of the sources and print the verdicts",
  help: `
The ledger in data/claims holds the checkable statements of the source documents. Each is judged anew: reproduced,
contradicted, changed-since, needs-hardware, not-yet (no experiment so far) or record (history, not tested).
A contradicted claim is a finding, so the exit status is 0 whenever all experiments ran.

  npx mm-lab claims --topic ksm-smart-scan`,
  options: {
    topic: { kind: "text", value: "TOPIC", help: "only the claims of this topic" },
    json: { kind: "flag", help: "print claims, verdicts and counts as one JSON document" },
  },
  run(input) {
    const topic = input.text("topic");
    const judged = judgeClaims({ ...(topic !== undefined && { topic }), onClaim: (id) => statusLine(`${id} ...`) });
    statusLine();
    if (input.flag("json")) {
      process.stdout.write(`${JSON.stringify({ counts: countVerdicts(judged), claims: judged }, undefined, 1)}\n`);
      return Promise.resolve(0);
    }
    for (const { id, verdict, claim, seen, chosen } of judged) {
      if (verdict === "not-yet" || verdict === "record") continue;
      process.stdout.write(
        `${verdict.padEnd(13)} ${id}\n  claim: ${claim}\n  seen:  ${seen}\n${chosen === undefined ? "" : `  chosen by us: ${chosen}\n`}`,
      );
    }
    const { title } = new ClaimsTable(topic ?? "all topics", judged).dataset();
    process.stdout.write(`${title}\n`);
    return Promise.resolve(0);
  },
};
