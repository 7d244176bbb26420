import { ClaimsTable, countVerdicts, judgeClaims } from "../claims/index.js";
import type { Command } from "./command.js";
import { statusLine } from "./status-line.js";

export const command: Command = {
  help: `
The ledger in data/claims holds the checkable statements of the source documents. Each is judged anew: reproduced,
contradicted, changed-since, needs-hardware, not-yet (no experiment so far) or record (history, not tested).
A contradicted claim is a finding, so the exit status is 0 whenever all experiments ran.

  npx mm-lab claims --topic ksm-smart-scan`,
  options: {
    topic: { kind: "text", value: "TOPIC", help: "only the claims of this topic" },
    json: { kind: "flag", help: "print claims, verdicts and counts as one JSON document" },
  },
  async run(input) {
    const topic = input.text("topic");
    const judged = await judgeClaims({
      ...(topic !== undefined && { topic }),
      onClaim: (id) => statusLine(`${id} ...`),
    });
    statusLine();
    if (input.flag("json")) {
      process.stdout.write(`${JSON.stringify({ counts: countVerdicts(judged), claims: judged }, undefined, 1)}\n`);
      return 0;
    }
    for (const { id, verdict, claim, seen, chosen } of judged) {
      if (verdict === "not-yet" || verdict === "record") continue;
      process.stdout.write(
        `${verdict.padEnd(13)} ${id}\n  claim: ${claim}\n  seen:  ${seen}\n${chosen === undefined ? "" : `  chosen by us: ${chosen}\n`}`,
      );
    }
    const { title } = new ClaimsTable(topic ?? "all topics", judged).dataset();
    process.stdout.write(`${title}\n`);
    return 0;
  },
};
