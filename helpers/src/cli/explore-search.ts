import {
  exploring,
  InputError,
  type ExploreOptions,
  type SavedSearch,
  type Scenario,
  type Verdict,
  type Workers,
} from "@mm-lab/kernel-model";
import { readUserFile } from "../data/files.js";
import { exploreInParallel } from "../explore/parallel.js";
import { writeWhole } from "../run/write.js";
import type { OptionSpecs, ParsedArguments } from "./arguments.js";
import { statusLine } from "./status-line.js";

/** How a scenario is searched. */
export const SEARCH_OPTIONS: OptionSpecs = {
  workers: {
    kind: "text",
    value: "N|all",
    help: "explore on so many cores, 1 to 64, or on all; the answer is the same",
  },
  seconds: { kind: "text", value: "N", help: "stop after so long, s" },
  "max-schedules": { kind: "text", value: "N", help: "stop after so many runs; default 1,000,000" },
  save: {
    kind: "text",
    value: "FILE",
    help: "where a bound stops the search, write there what is left of it (on one core)",
  },
  resume: { kind: "text", value: "FILE", help: "go on with what --save wrote, of the same scenario" },
};

/** Explores a scenario as the command line says, showing how far it is. */
export async function exploreScenario({ program, options }: Scenario, input: ParsedArguments): Promise<Verdict> {
  const workers = workersOf(input.text("workers"));
  const save = input.text("save");
  if (save !== undefined && workers !== undefined && workers !== 1) {
    throw new InputError(
      "--save",
      save,
      "a search on one core",
      "leave --workers out: what is left of a search on several cores cannot be saved",
    );
  }
  const seconds = input.number("seconds");
  const maxSchedules = input.number("max-schedules");
  const resume = input.text("resume");
  const chosen: ExploreOptions = {
    ...options,
    ...(seconds !== undefined && { seconds }),
    ...(maxSchedules !== undefined && { maxSchedules }),
    ...(resume !== undefined && { resume: readSearch(resume) }),
  };
  return workers === undefined ? exploreHere(program, chosen) : exploreInParallel(program, { ...chosen, workers });
}

function exploreHere(program: Scenario["program"], options: ExploreOptions): Verdict {
  const steps = exploring(program, options);
  try {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      statusLine(step.value.note ?? `${step.value.done} schedules`);
    }
  } finally {
    statusLine();
  }
}

function workersOf(text: string | undefined): Workers | undefined {
  if (text === undefined || text === "all") return text;
  const workers = Number(text);
  if (text.trim() !== "" && Number.isFinite(workers)) return workers;
  throw new InputError("--workers", text, '"all", or an integer from 1 to 64', "write --workers all");
}

/** What --save wrote. Whether it is a search of this program is asked where it is used. */
function readSearch(file: string): SavedSearch {
  const text = readUserFile(file, "--resume");
  try {
    return JSON.parse(text) as SavedSearch;
  } catch {
    throw new InputError(
      "--resume",
      file,
      "a file that --save wrote (this one is no JSON)",
      "give the file that was named with --save",
    );
  }
}

/** Writes what a bound has left of a search, and says so; where nothing is left no file is written. */
export async function saveRest(verdict: Verdict, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  if (verdict.kind === "bounded" && verdict.rest !== null) {
    await writeWhole(file, `${JSON.stringify(verdict.rest)}\n`);
    process.stderr.write(`mm-lab: what is left of the search is in ${file}. Next: go on with --resume ${file}\n`);
    return;
  }
  const why =
    verdict.kind === "bounded"
      ? `a search without reduction cannot be gone on with (${verdict.bound})`
      : "the search is over";
  process.stderr.write(`mm-lab: ${file} was not written: ${why}\n`);
}
