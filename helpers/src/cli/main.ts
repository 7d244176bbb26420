import { checkOneOf, InputError } from "@mm-lab/kernel-model";
import { RunError } from "../run/failure.js";
import { parseCommandLine, type OptionSpecs } from "./arguments.js";
import type { Command, Host } from "./command.js";
import { claimsCommand } from "./claims.js";
import { doctorCommand } from "./doctor.js";
import { exploreCommand } from "./explore.js";
import { exportCommand } from "./export.js";
import { commandHelp, generalHelp } from "./help.js";
import { liveCompareCommand } from "./live-compare.js";
import { runCommand } from "./run.js";
import { simulateCommand } from "./simulate.js";
import { startCommand } from "./start.js";

/** Every subcommand, in the order of the help. A new one needs its import and its line here, nothing else. */
const COMMANDS: readonly Command[] = [
  startCommand,
  doctorCommand,
  runCommand,
  exportCommand,
  simulateCommand,
  exploreCommand,
  claimsCommand,
  liveCompareCommand,
];

const COMMON: OptionSpecs = { help: { kind: "flag", short: "h", help: "print this help" } };

/**
 * Runs `mm-lab` with these arguments.
 * @param args without node and script name
 * @returns the exit status: 0 if what was asked for succeeded, 1 if it failed, 2 for wrong use or bad input
 */
export async function main(args: readonly string[], host: Host): Promise<number> {
  try {
    return await dispatch(args, host);
  } catch (error) {
    // A message is enough for what a user can mend; anything else is a fault of ours and shows its stack.
    const expected =
      error instanceof InputError ||
      error instanceof RunError ||
      (error instanceof Error && (error.name === "SetupError" || error.name === "Interrupted"));
    process.stderr.write(
      `mm-lab: ${expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return error instanceof InputError ? 2 : 1;
  }
}

async function dispatch(args: readonly string[], host: Host): Promise<number> {
  const [first, second] = args;
  if (first === undefined || first === "--help" || first === "-h" || first === "help") {
    const named = first === "help" && second !== undefined ? findCommand(args.slice(1)).command : undefined;
    process.stdout.write(`${named ? commandHelp(named, { ...named.options, ...COMMON }) : generalHelp(COMMANDS)}\n`);
    return first === undefined ? 2 : 0;
  }
  if (COMMANDS.some(({ name }) => name.startsWith(`${first} `)) && wantsHelp(args.slice(1, 2))) {
    process.stdout.write(`${generalHelp(COMMANDS.filter(({ name }) => name.startsWith(`${first} `)))}\n`);
    return 0;
  }
  const { command, rest } = findCommand(args);
  const options = { ...command.options, ...COMMON };
  if (wantsHelp(rest)) {
    process.stdout.write(`${commandHelp(command, options)}\n`);
    return 0;
  }
  const input = parseCommandLine(command.name, rest, options);
  if (command.needsPython === true) await host.ensurePython();
  return command.run(input, host);
}

/** Help is given whatever else is wrong with the arguments. */
function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).some((arg) => arg === "--help" || arg === "-h");
}

function findCommand(args: readonly string[]): { readonly command: Command; readonly rest: readonly string[] } {
  const [first = "", second] = args;
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length > 0) {
    const name = checkOneOf(
      `the command after mm-lab ${first}`,
      second ?? "",
      group.map((command) => command.name.slice(first.length + 1)),
    );
    return { command: group.find((command) => command.name === `${first} ${name}`)!, rest: args.slice(2) };
  }
  const name = checkOneOf(
    "the command",
    first,
    COMMANDS.map((command) => command.name),
  );
  return { command: COMMANDS.find((command) => command.name === name)!, rest: args.slice(1) };
}
