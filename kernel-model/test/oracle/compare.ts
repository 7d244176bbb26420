import { explore } from "../../src/explore/explore.js";
import type { Program } from "../../src/machine/program.js";
import type { Verdict } from "../../src/machine/verdict.js";
import { bruteForce, type Truth } from "./brute-force.js";
import { inParts, inPieces } from "./cut.js";
import { saidOf, shownDiffers } from "./shown.js";

/** What the explorer says of a program, beside what is true of it. */
export interface Comparison {
  readonly truth: Truth;
  readonly verdict: Verdict | null;
  /** In words; none if the two agree. */
  readonly differences: readonly string[];
}

/**
 * Null if the program has more than `most` interleavings. `thorough`: compares the search without reduction too, that in
 * pieces and in parts, and the run that is shown for what is wrong, made short.
 */
export function compare<S>(program: Program<S>, most: number, thorough = false): Comparison | null {
  const truth = bruteForce(program, most);
  if (truth === null) return null;
  let verdict: Verdict | null = null;
  try {
    verdict = explore(program, { shrink: false, maxSchedules: truth.interleavings + 1 });
  } catch (error) {
    return { truth, verdict, differences: [`the explorer throws: ${String(error)}`] };
  }
  const differences = [
    ...verdictDiffers(truth, verdict),
    ...[...truth.untrue].slice(0, 3).map((text) => `untrue: ${text}`),
  ];
  if (verdict.kind === "exhausted" && truth.faults.size === 0)
    differences.push(...effortDiffers(truth, verdict, truth.classes));
  if (thorough) differences.push(...othersDiffer(program, truth), ...shortenedDiffers(program, truth));
  return { truth, verdict, differences };
}

function verdictDiffers(truth: Truth, verdict: Verdict): string[] {
  const said = saidOf(verdict);
  const [never] = truth.never;
  const right = truth.faults.size > 0 ? [...truth.faults] : [never === undefined ? "exhausted" : `sometimes ${never}`];
  if (right.includes(said)) return [];
  return [
    `verdict: ${said}${verdict.kind === "bounded" ? ` (${verdict.bound})` : ""}, where ${right.join(" or ")} is right`,
  ];
}

function shortenedDiffers<S>(program: Program<S>, truth: Truth): string[] {
  if (truth.faults.size === 0) return [];
  const verdict = explore(program, { maxSchedules: truth.interleavings + 1 });
  const shown = shownDiffers(program, verdict);
  return [...verdictDiffers(truth, verdict), ...(shown === null ? [] : [`shown: ${shown}`])];
}

/** Other ways through the same schedules. */
function othersDiffer<S>(program: Program<S>, truth: Truth): string[] {
  const unreduced = explore(program, { shrink: false, reduction: false, maxSchedules: truth.interleavings + 1 });
  return [
    ...differs("without reduction", truth, unreduced, truth.interleavings),
    ...differs("in pieces", truth, inPieces(program, 1 + (truth.classes >> 2)), truth.classes),
    ...limitedDiffers(program, truth, truth.interleavings % 3),
    // Parts may begin with runs that turn out redundant.
    ...differs("in parts", truth, inParts(program, 2 + (truth.interleavings % 9)), truth.classes).filter(
      (text) => !text.includes("redundant"),
    ),
  ];
}

/** With a limit on preemptions: the same with reduction as without, and nothing that is not true. */
function limitedDiffers<S>(program: Program<S>, truth: Truth, preemptions: number): string[] {
  const [few, all] = [true, false].map((reduction) => {
    return explore(program, { shrink: false, reduction, preemptions, maxSchedules: 2 * truth.interleavings });
  }) as [Verdict, Verdict];
  const found: string[] = [];
  if (few.kind === "exhausted") found.push("a proof");
  // That something holds in no run at all is said as a proof is: not with reduction.
  const broken = (verdict: Verdict): boolean => "schedule" in verdict && verdict.schedule !== null;
  for (const verdict of [few, all]) if (broken(verdict)) found.push(...verdictDiffers(truth, verdict));
  if (broken(few) !== broken(all)) found.push(`verdict: ${few.kind}, without reduction ${all.kind}`);
  const ends = ({ effort }: Verdict): string => [...effort.endStates.keys()].sort().join("\n");
  if (!broken(few) && ends(few) !== ends(all)) found.push("end states: others than without reduction");
  return found.map((text) => `at most ${preemptions} preemptions, ${text}`);
}

function differs(way: string, truth: Truth, verdict: Verdict, right: number): string[] {
  const exhausted = verdict.kind === "exhausted" && truth.faults.size === 0;
  const differences = [...verdictDiffers(truth, verdict), ...(exhausted ? effortDiffers(truth, verdict, right) : [])];
  return differences.map((text) => `${way}, ${text}`);
}

/** `right`: how many schedules there are to be. */
function effortDiffers(
  truth: Truth,
  { effort: { endStates, schedules, redundant } }: Verdict,
  right: number,
): string[] {
  const found: string[] = [];
  const missing = [...truth.ends].filter((end) => !endStates.has(end));
  const wrong = [...endStates.keys()].filter((end) => !truth.ends.has(end));
  if (missing.length > 0)
    found.push(`end states: ${missing.length} of ${truth.ends.size} missing, such as ${missing[0]!}`);
  if (wrong.length > 0) found.push(`end states: ${wrong.length} that cannot be, such as ${wrong[0]!}`);
  const count = [...endStates.values()].reduce((sum, each) => sum + each, 0);
  if (count !== schedules) found.push(`end states: ${count} runs counted of ${schedules}`);
  if (schedules > right) found.push(`schedules: ${schedules}, above the ${right} that there are`);
  if (schedules < right) found.push(`schedules: ${schedules}, below the ${right} that there are`);
  if (redundant > 0) found.push(`redundant: ${redundant} runs beside the ${schedules}`);
  return found;
}
