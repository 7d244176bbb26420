import { InputError } from "@mm-lab/kernel-model";
import type { Command } from "./command.js";

export const command: Command = {
  help: `
Sets up what is missing, then runs JupyterLab on notebooks/ until Ctrl-C. What follows a lone -- goes to \`jupyter lab\`:

  npx mm-lab start -- --no-browser --port 8890`,
  options: {},
  async run(input, host) {
    if (input.positionals.length > 0) {
      throw new InputError(
        "an argument of mm-lab start",
        input.positionals[0],
        "JupyterLab's arguments after a lone --",
        `write mm-lab start -- ${input.positionals.join(" ")}`,
      );
    }
    return host.start(input.rest);
  },
};
