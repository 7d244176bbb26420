#!/usr/bin/env node
import { dependencyProblem } from "./dependencies.mjs";
import { requireNode } from "./node-version.mjs";
import { ROOT } from "./paths.mjs";
import { pythonProblem } from "./python.mjs";
import { isMain, runMain, SetupError } from "./setup-error.mjs";
import { start } from "./start.mjs";
import { setUp } from "./steps.mjs";

/**
 * Runs a subcommand of `mm-lab`: builds what changed, then hands over to the compiled command line.
 * @param {string[]} args
 * @returns {Promise<number>}
 */
export async function mmLab(args) {
  requireNode();
  const errors = await setUp({ python: false });
  const loadedFrom = Date.now();
  const { main } = await import("../dist/cli/main.js").catch((error) => {
    if (errors.length === 0) throw error;
    throw new SetupError(
      `The command line cannot be loaded while the sources have errors (${error.message})`,
      "mend the errors the build names: `npm run build` shows them again",
    );
  });
  return main(args, {
    root: ROOT,
    loadedFrom,
    buildErrors: errors,
    async ensurePython() {
      await setUp();
    },
    start: (rest) => start([...rest]),
    async problems() {
      return problems();
    },
  });
}

/**
 * What the set-up would do or could not do, without doing it.
 * @returns {{ part: string, problem: string, remedy: string }[]}
 */
function problems() {
  const checks = /** @type {const} */ ([
    ["npm packages", dependencyProblem],
    [".venv", pythonProblem],
  ]);
  return checks.flatMap(([part, check]) => {
    const problem = check();
    return problem === undefined ? [] : [{ part, problem, remedy: "run `npm start`, which puts it right" }];
  });
}

// `mm-lab claims | head` closes the pipe early: that is no failure of ours.
process.stdout.on("error", (error) => {
  if (/** @type {NodeJS.ErrnoException} */ (error).code === "EPIPE") process.exit(0);
  throw error;
});

if (isMain(import.meta.url)) await runMain(() => mmLab(process.argv.slice(2)));
