import type { Command } from "./command.js";
import { examine } from "../doctor/examine.js";
import { describeFindings } from "../doctor/finding.js";

export const command: Command = {
  help: `
Looks at everything mm-lab runs on and says what each finding means. It changes nothing. The exit status is 1 only where
something that is needed to run is missing or broken; live-kernel features are optional.`,
  options: { json: { kind: "flag", help: "print the findings as one JSON document" } },
  async run(input, host) {
    const findings = await examine(host);
    const ok = findings.every(({ state }) => state !== "broken");
    process.stdout.write(
      input.flag("json") ? `${JSON.stringify({ ok, findings }, undefined, 1)}\n` : `${describeFindings(findings)}\n`,
    );
    return ok ? 0 : 1;
  },
};
