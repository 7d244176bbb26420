import {
  checkOneOf,
  explorables,
  InputError,
  replay,
  searchTree,
  unexpected,
  type Explorable,
  type Replay,
  type Scenario,
  type Verdict,
} from "@mm-lab/kernel-model";
import { counterexample } from "../explore/counterexample.js";
import { sideBySide } from "../explore/side-by-side.js";
import { toJson } from "../explore/to-json.js";
import { searchTreeView } from "../explore/tree-view.js";
import type { ParsedArguments } from "./arguments.js";
import { exploreScenario, saveRest, SEARCH_OPTIONS } from "./explore-search.js";
import type { Command } from "./command.js";

/** The command over a list of mechanisms: those of the registry, or those of a test. */
export function makeExploreCommand(known: readonly Explorable[]): Command {
  return {
    help: `
Without SCENARIO it lists those of the mechanism, without MECHANISM all. The exit status is 0 only if the verdict is the
one that the scenario expects: a mutant that is caught succeeds, and a search that a bound has cut is no proof.
With --replay, one run is shown instead: the status is 0 only if it ends as the scenario expects, or, where the scenario
expects nothing to go wrong, if nothing does.

A long search: on all cores, or in pieces, one after the other, with the same counts in the end.

  npx mm-lab explore zswap four-stores-fixed --workers all
  npx mm-lab explore zswap four-stores-fixed --seconds 60 --save search.json
  npx mm-lab explore zswap four-stores-fixed --seconds 60 --resume search.json --save search.json

${known.map(({ name, title }) => `${name}: ${title}`).join("\n")}`,
    options: {
      replay: { kind: "text", value: "STRING", help: "show the run with this schedule, as a counterexample prints it" },
      ...SEARCH_OPTIONS,
      tree: { kind: "flag", help: "show the tree of the search too: what was explored, what was cut, and why" },
      beside: { kind: "flag", help: "show the run that goes wrong beside the nearest one that passes" },
      json: { kind: "flag", help: "print one JSON document and nothing else" },
    },
    run: (input) => runExplore(input, known),
  };
}

export const command: Command = makeExploreCommand(explorables);

async function runExplore(input: ParsedArguments, known: readonly Explorable[]): Promise<number> {
  const [first, second, third] = input.positionals;
  const schedule = input.text("replay");
  if (third !== undefined)
    throw new InputError("an argument of mm-lab explore", third, "MECHANISM SCENARIO and options", "leave it out");
  if (second === undefined) return list(first, input, known);
  const mechanism = await loaded(find(first!, known));
  const scenario = findScenario(second, mechanism);
  const searching = searchOption(input);
  if (schedule !== undefined && searching !== undefined)
    throw new InputError(
      `--${searching}`,
      input.text(searching),
      "to be used without --replay, which shows one run",
      "leave one of the two out",
    );
  const found = schedule === undefined ? await exploreScenario(scenario, input) : replay(scenario.program, schedule);
  const problem = "end" in found ? otherEnd(scenario, found) : unexpected(scenario, found);
  const outcome: Outcome = { mechanism, scenario, found, problem };
  if (input.flag("json")) print(toJson(asDocument(outcome)));
  else printText(outcome, input);
  if (!("end" in found)) await saveRest(found, input.text("save"));
  return problem === null ? 0 : 1;
}

/** A mechanism whose scenarios are there. */
interface Loaded extends Explorable {
  readonly scenarios: readonly Scenario[];
}

async function loaded(mechanism: Explorable): Promise<Loaded> {
  return { ...mechanism, ...(await mechanism.load()) };
}

/** Without a scenario: what there is to explore. Options for a search are a mistake then, not to be passed over. */
async function list(name: string | undefined, input: ParsedArguments, known: readonly Explorable[]): Promise<number> {
  const given = input.text("replay") === undefined ? searchOption(input) : "replay";
  if (given !== undefined)
    throw new InputError(
      `--${given}`,
      input.text(given),
      "to be used with MECHANISM SCENARIO",
      given === "replay" ? "name the scenario that it was printed for" : "name the scenario to explore",
    );
  const chosen = await Promise.all((name === undefined ? known : [find(name, known)]).map(loaded));
  print(input.flag("json") ? toJson(chosen.map(describe)) : listing(chosen));
  return 0;
}

/** The first of the given options that say how to search. */
function searchOption(input: ParsedArguments): string | undefined {
  return Object.keys(SEARCH_OPTIONS).find((name) => input.text(name) !== undefined);
}

/** What came of a scenario. */
interface Outcome {
  readonly mechanism: Loaded;
  readonly scenario: Scenario;
  readonly found: Verdict | Replay;
  /** Why it is not what the scenario expects; null if it is. */
  readonly problem: string | null;
}

function asDocument({ mechanism, scenario, found, problem }: Outcome): object {
  return {
    mechanism: mechanism.name,
    scenario: scenario.name,
    title: scenario.title,
    expect: scenario.expect,
    ...(scenario.what !== undefined && { what: scenario.what }),
    asExpected: problem === null,
    problem,
    ["end" in found ? "replay" : "verdict"]: found,
  };
}

function printText({ mechanism, scenario, found, problem }: Outcome, input: ParsedArguments): void {
  const name = `${mechanism.name} ${scenario.name}`;
  const width = terminalWidth();
  const conclusion = problem === null ? `As expected: ${expected(scenario)}.` : `NOT as expected: ${problem}.`;
  const story = counterexample(found, { name, scenario: name, width }).toText();
  print(`${titleOf(scenario, mechanism)}\n\n${story}\n\n${conclusion}`);
  if (input.flag("tree")) print(`\n${searchTreeView(searchTree(scenario.program), { name, width }).toText()}`);
  const wrong = !("end" in found) && (found.kind === "violated" || found.kind === "stuck") && found.schedule !== null;
  if (input.flag("beside") && wrong) print(`\n${sideBySide(scenario.program, found, { name, width }).toText()}`);
}

/** Why a replayed run does not show what the scenario is there to show; null if it does. */
function otherEnd(scenario: Scenario, { end, violation }: Replay): string | null {
  const wanted = scenario.expect === "violated" || scenario.expect === "stuck" ? scenario.expect : "complete";
  const asWanted = end === wanted || (wanted === "complete" && end === "unfinished");
  if (asWanted && (wanted !== "violated" || scenario.what === undefined || violation?.what === scenario.what))
    return null;
  return `${scenario.name}: the run ends ${end}${violation === null ? "" : ` (${violation.what})`}, expected ${expected(scenario)}`;
}

/** The title of a mutant goes on from that of the scenario it breaks. */
function titleOf({ title, mutantOf }: Scenario, { scenarios }: Loaded): string {
  const broken = scenarios.find(({ name }) => name === mutantOf);
  return title.startsWith("...") && broken !== undefined ? `${broken.title}\n${title}` : title;
}

function expected({ expect, what }: Scenario): string {
  return what === undefined ? expect : `${expect} (${what})`;
}

function find(name: string, known: readonly Explorable[]): Explorable {
  checkOneOf(
    "the mechanism",
    name,
    known.map((mechanism) => mechanism.name),
  );
  return known.find((mechanism) => mechanism.name === name)!;
}

function findScenario(name: string, { name: mechanism, scenarios }: Loaded): Scenario {
  checkOneOf(
    `the scenario of ${mechanism}`,
    name,
    scenarios.map((s) => s.name),
  );
  return scenarios.find((s) => s.name === name)!;
}

function describe({ name, title, scenarios }: Loaded): object {
  return {
    mechanism: name,
    title,
    scenarios: scenarios.map((s) => ({
      name: s.name,
      title: s.title,
      expect: s.expect,
      ...(s.what !== undefined && { what: s.what }),
      ...(s.mutantOf !== undefined && { mutantOf: s.mutantOf }),
    })),
  };
}

function listing(known: readonly Loaded[]): string {
  const width = Math.max(0, ...known.flatMap(({ scenarios }) => scenarios.map(({ name }) => name.length)));
  return known
    .map(({ name, title, scenarios }) =>
      [
        `${name}: ${title}`,
        ...scenarios.map((s) => `  ${s.name.padEnd(width)}  ${s.expect.padEnd(9)}  ${s.title}`),
      ].join("\n"),
    )
    .join("\n\n");
}

function terminalWidth(): number {
  return Math.min(200, Math.max(60, process.stdout.isTTY ? process.stdout.columns : 100));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
