import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A set-up step that failed for a reason the user can mend: the message says what happened and what to do. */
export class SetupError extends Error {
  /**
   * @param {string} what what happened, one sentence without a full stop
   * @param {string} remedy what the user does next, one sentence without a full stop
   * @param {string} [details] the tail of the failing program's own output
   */
  constructor(what, remedy, details) {
    super(`${what}.\n  Remedy: ${remedy}.${details ? `\n  Details:\n${indent(details)}` : ""}`);
    this.name = "SetupError";
    this.what = what;
    this.remedy = remedy;
  }
}

/** @param {string} text */
function indent(text) {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

/**
 * Runs a command's main function: set-up errors are printed without a stack, anything unforeseen with one.
 * @param {() => Promise<number | void>} main resolves to the exit status (default 0)
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (error instanceof SetupError) console.error(`mm-lab: ${error.message}`);
    else console.error(error);
    process.exitCode = 1;
  }
}

/**
 * Whether this module is the program itself and not imported by another (also through a link such as node_modules/.bin).
 * @param {string} url the module's import.meta.url
 */
export function isMain(url) {
  const program = process.argv[1];
  if (program === undefined) return false;
  try {
    return realpathSync(program) === realpathSync(fileURLToPath(url));
  } catch {
    return false;
  }
}
