import { InputError } from "../base/errors.js";
import { hashText } from "../base/hash.js";

/** One decision of a host: which task performs its next step, and the outcome if that step has several. */
export interface Decision {
  readonly task: number;
  readonly choice: number;
}

/** All decisions of a run: with the program they determine it. */
export interface Schedule {
  /** Name of the program. */
  readonly program: string;
  /** Names of its tasks, in order; tasks that are started on the way follow by number. */
  readonly tasks: readonly string[];
  readonly decisions: readonly Decision[];
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * One short string: a fingerprint of the program, then the tasks by letter in the order they step, with counts, and
 * `?k` behind a step that took outcome k. Tasks beyond Z are numbered in parentheses.
 *
 * @example
 * const decisions = [0, 1, 1, 0].map((task) => ({ task, choice: 0 }));
 * printSchedule({ program: "two increments", tasks: ["A", "B"], decisions }); // => "mm1-cedb-AB2A"
 */
export function printSchedule({ program, tasks, decisions }: Schedule): string {
  let text = "";
  for (let i = 0; i < decisions.length;) {
    const { task, choice } = decisions[i] as Decision;
    let count = 1;
    if (choice === 0) while (decisions[i + count]?.task === task && decisions[i + count]?.choice === 0) count++;
    text += (LETTERS[task] ?? `(${task})`) + (choice > 0 ? `?${choice}` : count > 1 ? String(count) : "");
    i += count;
  }
  return `mm1-${fingerprint(program, tasks)}-${text}`;
}

/** Reads what {@link printSchedule} wrote, for the program with these tasks. Throws InputError on another program's. */
export function parseSchedule(text: string, program: string, tasks: readonly string[]): Schedule {
  const given = typeof text === "string" ? text.trim() : text;
  const parts =
    typeof given === "string"
      ? /^mm1-([0-9a-f]{4})-((?:(?:[A-Z]|\(\d{1,4}\))(?:\?\d{1,6}|\d{1,7})?)*)$/.exec(given)
      : null;
  if (parts === null)
    throw new InputError(
      "the schedule",
      text,
      'a string as a counterexample prints it, such as "mm1-5c1e-A2B3A"',
      "copy the whole string",
    );
  const [, print, body = ""] = parts;
  if (print !== fingerprint(program, tasks)) {
    throw new InputError(
      "the schedule",
      text,
      `one of program ${JSON.stringify(program)} with tasks ${tasks.join(", ")} (mm1-${fingerprint(program, tasks)}-...)`,
      "replay it on the program that it was printed for",
    );
  }
  const decisions: Decision[] = [];
  for (const [, letter, number, choice, count] of body.matchAll(/(?:([A-Z])|\((\d+)\))(?:\?(\d+)|(\d+))?/g)) {
    const task = letter === undefined ? Number(number) : LETTERS.indexOf(letter);
    for (let i = 0; i < Number(count ?? 1); i++) decisions.push({ task, choice: Number(choice ?? 0) });
  }
  return { program, tasks, decisions };
}

/** How often the running task changes. */
export function contextSwitches({ decisions }: Pick<Schedule, "decisions">): number {
  let switches = 0;
  for (let i = 1; i < decisions.length; i++) if (decisions[i]?.task !== decisions[i - 1]?.task) switches++;
  return switches;
}

function fingerprint(program: string, tasks: readonly string[]): string {
  return (hashText([program, ...tasks].join("\n")) >>> 16).toString(16).padStart(4, "0");
}
