import { checkOneOf, InputError } from "@mm-lab/kernel-model/base";
import { parseCommandLine, type OptionSpecs } from "./arguments.js";
import type { CommandHost } from "./command.js";
import { COMMANDS, type CommandEntry } from "./commands.js";
import { commandHelp, generalHelp } from "./help.js";

/** By name: where these errors are thrown is loaded only with the command that throws them. */
const EXPECTED: readonly string[] = ["InputError", "RunError", "SetupError", "Interrupted"];

const COMMON: OptionSpecs = { help: { kind: "flag", short: "h", help: "print this help" } };

/**
 * Runs `mm-lab` with these arguments.
 * @param args without node and script name
 * @returns the exit status: 0 if what was asked for succeeded, 1 if it failed, 2 for wrong use or bad input
 */
export async function main(args: readonly string[], host: CommandHost): Promise<number> {
  try {
    return await dispatch(args, host);
  } catch (error) {
    // A message is enough for what a user can mend; anything else is a fault of ours and shows its stack.
    const expected = error instanceof Error && EXPECTED.includes(error.name);
    process.stderr.write(
      `mm-lab: ${expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return error instanceof InputError ? 2 : 1;
  }
}

async function dispatch(args: readonly string[], host: CommandHost): Promise<number> {
  const [first, second] = args;
  if (first === undefined || first === "--help" || first === "-h" || (first === "help" && second === undefined)) {
    print(generalHelp(COMMANDS));
    return first === undefined ? 2 : 0;
  }
  if (first === "help") return showHelp(args.slice(1));
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length > 0 && wantsHelp(args.slice(1, 2))) {
    print(generalHelp(group));
    return 0;
  }
  const { entry, rest } = findCommand(args);
  if (wantsHelp(rest)) return showHelp(args);
  const { command } = await entry.load();
  const input = parseCommandLine(entry.name, rest, { ...command.options, ...COMMON });
  if (command.needsPython === true) await host.ensurePython();
  return command.run(input, host);
}

/** Help on one command, whatever else is wrong with its arguments. */
async function showHelp(args: readonly string[]): Promise<number> {
  const { entry, rest } = findCommand(args);
  const { help, options } = (await entry.load()).command;
  const text = typeof help === "string" ? help : await help(rest.filter((arg) => !arg.startsWith("-")));
  print(commandHelp(entry, text, { ...options, ...COMMON }));
  return 0;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).some((arg) => arg === "--help" || arg === "-h");
}

function findCommand(args: readonly string[]): { readonly entry: CommandEntry; readonly rest: readonly string[] } {
  const [first = "", second] = args;
  const group = COMMANDS.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length > 0) {
    const name = checkOneOf(
      `the command after mm-lab ${first}`,
      second ?? "",
      group.map((entry) => entry.name.slice(first.length + 1)),
    );
    return { entry: group.find((entry) => entry.name === `${first} ${name}`)!, rest: args.slice(2) };
  }
  const name = checkOneOf(
    "the command",
    first,
    COMMANDS.map((entry) => entry.name),
  );
  return { entry: COMMANDS.find((entry) => entry.name === name)!, rest: args.slice(1) };
}
