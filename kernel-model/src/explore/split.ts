import type { Program } from "../machine/program.js";
import type { SavedSearch, SavedState } from "../machine/saved-search.js";
import type { Decision } from "../machine/schedule.js";
import { Execution, TaskKeys, type Observed } from "./execution.js";
import { conflict, Footprint, Locations } from "./footprint.js";
import { NOTHING_YET, savedSearch, saveSleepers } from "./saved.js";
import type { Sleeper } from "./wakeup-tree.js";

/** A state near the beginning, by the decisions that lead there, and what sleeps in it. */
interface Top {
  readonly states: readonly SavedState[];
  readonly sleep: readonly Sleeper[];
  /** Whether nothing can be done there but what is asleep, or at all. */
  readonly over: boolean;
  readonly held: number;
}

/** Decisions that parts begin with at most. */
const DEEPEST = 14;

/**
 * Cuts a search into parts that know nothing of each other, for as many workers as there are: near the beginning every
 * step that can happen is taken, with sleep sets (Godefroid 1996); each part explores what follows, as one search would
 * that begins there. Each class of runs is complete in exactly one part, so that counts add up to those of one search;
 * runs that turn out redundant can be added. The parts are in the order of their first decisions.
 *
 * O(parts x depth of the parts).
 */
export function split<S>(program: Program<S>, observed: Observed, parts: number): SavedSearch[] {
  const splitter = new Splitter(program, observed);
  let tops: Top[] = [{ states: [], sleep: [], over: false, held: 0 }];
  for (;;) {
    const shallowest = tops.reduce(
      (best, { over, states }, i) => (!over && (best < 0 || states.length < tops[best]!.states.length) ? i : best),
      -1,
    );
    if (tops.length >= parts || shallowest < 0 || tops[shallowest]!.states.length >= DEEPEST) break;
    tops = [...tops.slice(0, shallowest), ...splitter.below(tops[shallowest]!), ...tops.slice(shallowest + 1)];
  }
  return tops.map(({ states }) => splitter.part(states));
}

class Splitter<S> {
  readonly #keys = new TaskKeys();
  readonly #locations = new Locations();

  constructor(
    readonly program: Program<S>,
    readonly observed: Observed,
  ) {}

  /** What can be done in a state, one after the other; the state itself where nothing can. */
  below(top: Top): Top[] {
    const tops: Top[] = [];
    const done: Sleeper[] = [];
    const decisions = top.states.map(({ task, choice }) => ({ task, choice }));
    const here = this.#at(decisions);
    const able =
      here.violation !== null ? [] : here.world.tasks.filter((task) => here.canRun(task)).map(({ id }) => id);
    for (const task of able) {
      const choices = Math.max(1, here.world.tasks[task]!.pending!.choices);
      for (let choice = 0; choice < choices; choice++) {
        const { key } = here.world.tasks[task]!;
        if (top.sleep.some((sleeper) => sleeper.key === key && sleeper.choice === choice)) continue;
        const next = this.#at(decisions);
        const footprint = this.#perform(next, task, choice);
        const sleep = [...top.sleep, ...done].filter(
          (sleeper) => sleeper.key !== key && !conflict(sleeper.footprint, footprint),
        );
        const state: SavedState = {
          task,
          choice,
          held: here.held,
          sleep: saveSleepers(top.sleep),
          done: saveSleepers(done),
          tree: [],
        };
        tops.push({ states: [...top.states, state], sleep, over: next.violation !== null, held: next.held });
        done.push({ key, choice, footprint, strict: true });
      }
    }
    return tops.length > 0 ? tops : [{ ...top, over: true }];
  }

  #at(decisions: readonly Decision[]): Execution<S> {
    const execution = new Execution(this.program, this.observed, false, this.#keys);
    for (const { task, choice } of decisions) execution.step(execution.world.tasks[task]!, choice);
    return execution;
  }

  #perform(execution: Execution<S>, id: number, choice: number): Footprint {
    const task = execution.world.tasks[id]!;
    const step = task.pending!;
    const { hold } = task;
    execution.step(task, choice);
    const footprint = new Footprint();
    this.#locations.performed(footprint, execution.world, task, step, hold, execution.visible);
    return footprint;
  }

  part(states: readonly SavedState[]): SavedSearch {
    const rest = { root: states.length, states, next: [] };
    return { ...savedSearch(this.program, this.observed, this.#keys, this.#locations, rest), tally: NOTHING_YET };
  }
}
