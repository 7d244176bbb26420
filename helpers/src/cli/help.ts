import type { CommandEntry } from "./commands.js";
import type { OptionSpecs } from "./arguments.js";

const WIDTH = 26;

export function generalHelp(commands: readonly CommandEntry[]): string {
  const names = commands.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`);
  return [
    "mm-lab: exploratory experiments on models of Linux memory management",
    "",
    "Usage: mm-lab COMMAND [arguments]",
    "",
    "Commands",
    ...names,
    "",
    "`mm-lab COMMAND --help` tells about one command. Exit status: 0 done, 1 failed, 2 wrong use.",
  ].join("\n");
}

export function commandHelp({ name, usage }: CommandEntry, help: string, options: OptionSpecs): string {
  const lines = Object.entries(options).map(([name, { short, kind, value, help }]) => {
    const left = `${short === undefined ? "" : `-${short}, `}--${name}${kind === "flag" ? "" : ` ${value ?? "VALUE"}`}`;
    return left.length < WIDTH ? `  ${left.padEnd(WIDTH)} ${help}` : `  ${left}\n  ${" ".repeat(WIDTH)} ${help}`;
  });
  return [`Usage: mm-lab ${name} ${usage}`.trimEnd(), "", help.trim(), "", "Options", ...lines].join("\n");
}
