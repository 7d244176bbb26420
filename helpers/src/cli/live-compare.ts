import { InputError } from "@mm-lab/kernel-model";
import { readUserFile } from "../data/files.js";
import { compareRecording } from "../live/index.js";
import type { Command } from "./command.js";
import { statusLine } from "./status-line.js";

export const command: Command = {
  help: `
Prints one JSON line per file, {"file":...,"cases":N,"equal":M}, and above it the first difference of each unequal case.
The exit status is 0 only if every case of every file is equal. The format is described in data/live/README.md.

  npx mm-lab live compare data/live/ksm-6.18.json`,
  options: {},
  async run(input) {
    if (input.positionals.length === 0)
      throw new InputError("the recording", "", "one or more JSON files", "name one, e.g. data/live/ksm-6.18.json");
    let allEqual = true;
    for (const file of input.positionals) {
      const { cases, equal, differences } = await compareRecording(
        readUserFile(file, "the recording"),
        file,
        (done, total) => statusLine(`${done} of ${total} cases`),
      );
      statusLine();
      for (const difference of differences) process.stdout.write(`${difference}\n`);
      process.stdout.write(`${JSON.stringify({ file, cases, equal })}\n`);
      allEqual &&= equal === cases;
    }
    return allEqual ? 0 : 1;
  },
};
