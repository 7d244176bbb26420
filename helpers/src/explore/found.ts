import {
  contextSwitches,
  type Effort,
  type Replay,
  type Verdict,
  type Waiting,
  groupDigits,
} from "@mm-lab/kernel-model";
import { counted } from "../tables/view.js";

/** What can be shown: the answer of an exploration, or one run of it. */
export type Found = Verdict | Replay;

/** How it came out: decides the first word of the sentence and its colour. */
export type Tone = "proved" | "bounded" | "wrong" | "run";

export interface Headline {
  /** One word or two: Violated, Stuck, Proved, Not a proof. */
  readonly word: string;
  readonly tone: Tone;
  /** The sentence after it. */
  readonly sentence: string;
  /** How large the run is, and what finding it took; "" where the sentence says it all. */
  readonly effort: string;
}

/** The answer in words. A bound is never worded like a proof. */
export function headline(found: Found): Headline {
  if (isReplay(found)) return headlineOfReplay(found);
  const { effort } = found;
  const schedules = counted(effort.schedules, "schedule");
  switch (found.kind) {
    case "exhausted": {
      const reduced = effort.reduction === "none" ? "" : ", up to the order of steps that commute,";
      return {
        word: "Proved",
        tone: "proved",
        sentence: `${effort.schedules === 1 ? "the only schedule" : `all ${schedules}`} of this program${reduced} ${effort.schedules === 1 ? "was" : "were"} run and nothing went wrong (${counted(effort.steps, "step")}, at most ${effort.longest} in a run${effort.redundant === 0 ? "" : `; ${repeats(effort.redundant)}`}): a proof for these tasks and sizes, under sequential consistency.`,
        effort: "",
      };
    }
    case "bounded":
      return {
        word: "Not a proof",
        tone: "bounded",
        sentence:
          `${schedules} ${effort.schedules === 1 ? "was" : "were"} run ` +
          `${effort.redundant === 0 ? "" : `(${repeats(effort.redundant)}) `}and nothing went wrong, but the search stopped ` +
          `at its bound (${found.bound})${share(effort)}: the schedules that were not run may still go wrong.`,
        effort: "",
      };
    case "stuck":
      return { ...stuck(found.waiting), effort: `${sizeOf(found)}; found in ${schedules}.` };
    case "violated":
      if (found.schedule === null)
        return {
          word: "Violated",
          tone: "wrong",
          sentence: `${violated(found.violation)} ${effort.schedules === 1 ? "The only schedule was" : `All ${schedules} were`} run, so there is no single run to show.`,
          effort: "",
        };
      return {
        word: "Violated",
        tone: "wrong",
        sentence: violated(found.violation),
        effort: `${sizeOf(found)}; found in ${schedules}.`,
      };
  }
}

/** How far a search that was cut had come. The estimate can be far off: it is given with one digit, never as a count. */
function share({ schedules, redundant, estimated }: Effort): string {
  const runs = schedules + redundant;
  if (estimated === null || estimated <= runs) return "";
  const part = (100 * runs) / estimated;
  const about = Number(estimated.toPrecision(1));
  const total = about < 1e9 ? groupDigits(about) : about.toExponential(0).replace("e+", "e");
  return `, after ${part < 1 ? "less than 1" : `about ${Math.floor(part)}`} % of an estimated ${total} runs`;
}

function repeats(redundant: number): string {
  return `${counted(redundant, "run")} given up as ${redundant === 1 ? "a repeat" : "repeats"}`;
}

function headlineOfReplay(replay: Replay): Headline {
  const effort = `${sizeOf(replay)}; replayed.`;
  const end = `The state then: ${replay.state === "" ? "nothing to show" : replay.state}.`;
  if (replay.end === "stuck") return { ...stuck(replay.waiting), effort };
  if (replay.violation !== null)
    return { word: "Violated", tone: "wrong", sentence: violated(replay.violation), effort };
  if (replay.end === "unfinished")
    return { word: "Unfinished", tone: "run", sentence: `the schedule stops before the program does. ${end}`, effort };
  return { word: "Complete", tone: "run", sentence: `nothing went wrong in this run. ${end}`, effort };
}

export function isReplay(found: Found): found is Replay {
  return "end" in found;
}

function sizeOf({
  schedule,
  trace,
}: {
  readonly schedule: Parameters<typeof contextSwitches>[0];
  readonly trace: readonly unknown[];
}): string {
  return `${counted(trace.length, "step")}, ${counted(contextSwitches(schedule), "context switch").replace(/switchs$/, "switches")}`;
}

function stuck(waiting: readonly Waiting[]): Pick<Headline, "word" | "tone" | "sentence"> {
  return {
    word: "Stuck",
    tone: "wrong",
    sentence: `${waiting.length === 1 ? "1 task waits" : `${waiting.length} tasks wait`} for ever: ${waiting.map(({ task }) => task).join(", ")}.`,
  };
}

function violated({
  kind,
  what,
  message,
}: {
  readonly kind: string;
  readonly what: string;
  readonly message: string;
}): string {
  return `${kind === "rule" ? `${ruleText(what)}: ` : ""}${message.replace(/\.+$/, "")}.`;
}

/** `use-after-free` -> `use after free`. */
export function ruleText(rule: string): string {
  return rule.replaceAll("-", " ");
}
