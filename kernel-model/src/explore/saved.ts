import { InputError } from "../base/errors.js";
import type { Program } from "../machine/program.js";
import type {
  SavedBranch,
  SavedFootprint,
  SavedSearch,
  SavedSleeper,
  SavedState,
  SavedTally,
} from "../machine/saved-search.js";
import type { Observed, TaskKeys } from "./execution.js";
import { EVERYTHING, Footprint, type Locations } from "./footprint.js";
import { taskNames } from "./replay.js";
import type { State } from "./tables.js";
import type { Branch, Sleeper } from "./wakeup-tree.js";

export const NOTHING_YET: SavedTally = {
  schedules: 0,
  redundant: 0,
  steps: 0,
  longest: 0,
  endStates: [],
  examples: [],
};

/** Throws InputError unless it is a search of the program. */
export function checkSaved<S>(saved: SavedSearch, program: Program<S>): SavedSearch {
  const given = (saved ?? {}) as Partial<SavedSearch>;
  if (given.format !== "mm-lab search 1")
    throw new InputError(
      "the format of resume",
      given.format,
      '"mm-lab search 1"',
      "give the `rest` of a verdict `bounded` as it is",
    );
  const tasks = taskNames(program);
  if (given.program !== program.name || given.tasks?.join("\n") !== tasks.join("\n")) {
    throw new InputError(
      "the program of resume",
      `${given.program ?? ""}: ${given.tasks?.join(", ") ?? ""}`,
      `${program.name}: ${tasks.join(", ")}`,
      "resume a search with the program that it was begun with",
    );
  }
  const lists = [
    given.states,
    given.next,
    given.keys,
    given.locations,
    given.observed,
    given.tally?.endStates,
    given.tally?.examples,
  ];
  if (!lists.every(Array.isArray))
    throw new InputError(
      "resume",
      "a search with parts missing",
      "the whole `rest` of a verdict `bounded`",
      "save it whole, as JSON",
    );
  return saved;
}

const touchesOf = (footprint: Footprint): SavedFootprint =>
  footprint === EVERYTHING ? null : footprint.touches.slice(0, footprint.size);

function footprintOf(touches: SavedFootprint): Footprint {
  if (touches === null) return EVERYTHING;
  const footprint = new Footprint();
  footprint.touches.push(...touches);
  footprint.size = touches.length;
  return footprint;
}

export const saveSleepers = (sleepers: readonly Sleeper[]): SavedSleeper[] =>
  sleepers.map(({ key, choice, footprint }) => [key, choice, touchesOf(footprint)]);
export const saveTree = (tree: readonly Branch[]): SavedBranch[] =>
  tree.map(({ key, choice, footprint, next }) => [key, choice, touchesOf(footprint), saveTree(next)]);

/** `strict`: see {@link Sleeper.strict}. */
export const loadSleepers = (saved: readonly SavedSleeper[], strict: boolean): Sleeper[] =>
  saved.map(([key, choice, touches]) => ({ key, choice, footprint: footprintOf(touches), strict }));
export const loadTree = (saved: readonly SavedBranch[]): Branch[] =>
  saved.map(([key, choice, touches, next]) => ({ key, choice, footprint: footprintOf(touches), next: loadTree(next) }));

type SavedPart = Pick<State, "task" | "choice" | "held" | "sleep" | "done" | "tree">;

/** The first `count` states of a search. */
export function saveStates(states: readonly SavedPart[], count: number): SavedState[] {
  return states.slice(0, count).map(({ task, choice, held, sleep, done, tree }) => ({
    task,
    choice,
    held,
    sleep: saveSleepers(sleep),
    done: saveSleepers(done),
    tree: saveTree(tree),
  }));
}

/** `strict`: see {@link Sleeper.strict}. */
export function loadState(saved: SavedState, strict: boolean): SavedPart {
  const { sleep, done, tree } = saved;
  return { ...saved, sleep: loadSleepers(sleep, strict), done: loadSleepers(done, strict), tree: loadTree(tree) };
}

/** A search as plain data. */
export function savedSearch<S>(
  program: Program<S>,
  observed: Observed,
  keys: TaskKeys,
  locations: Locations,
  rest: Pick<SavedSearch, "root" | "states" | "next">,
): Omit<SavedSearch, "tally"> {
  return {
    format: "mm-lab search 1",
    program: program.name,
    tasks: taskNames(program),
    ...rest,
    keys: keys.save(),
    locations: locations.save(),
    observed: [...observed.names],
    observedEverything: observed.everything,
  };
}
