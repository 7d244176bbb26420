import type { Program } from "../machine/program.js";
import type { Decision } from "../machine/schedule.js";
import type { Events } from "./events.js";
import { Execution, TaskKeys, type Observed } from "./execution.js";
import { Footprint, Locations } from "./footprint.js";
import { Probe } from "./probe.js";
import { Questions } from "./questions.js";
import { Reversals } from "./reversals.js";
import { endless, endOf, hiddenNondeterminism, type RunEnd, type Strategy } from "./strategy.js";
import type { SavedSearch } from "../machine/saved-search.js";
import { loadState, loadTree, savedSearch, saveStates, saveTree } from "./saved.js";
import { awake, fallAsleep, leaveTables, progressOf, takeTables, type State } from "./tables.js";
import type { Watcher } from "./watcher.js";

/**
 * Depth-first search over the schedules of a program by re-execution, with optimal dynamic partial-order reduction
 * (Abdulla, Aronis, Jonsson and Sagonas: Source Sets: A Foundation for Optimal Dynamic Partial Order Reduction,
 * JACM 2017, algorithm 2): of each class of runs that differ only in the order of independent steps, one is run.
 *
 * - A run goes on until no step is left that could happen and is not asleep. At its end each step that it added is
 *   asked where it could have come earlier ({@link Reversals}), and the sequence that leads there is added to the
 *   wake-up tree of the state from which it starts, unless it is covered.
 * - A state whose tree is not empty takes its next branch, any other the task that ran last, or the first.
 * - What was explored from a state sleeps while other branches are, until an event that it depends on: what it would
 *   lead to is covered.
 * - What an event touches is what it turned out to touch: a cmpxchg that fails is a read. Linearisations of the same
 *   order have the same results, so that they have the same footprints.
 * - A step with several outcomes counts as several steps that exclude each other: the end of a run has the others
 *   explored as it has reversals.
 *
 * Time: runs x (steps + races x steps between the two). Memory: O(longest run x (tasks + wake-up trees)).
 */
export class OptimalSearch<S> implements Strategy<S> {
  steps = 0;
  longest = 0;
  /** Decisions kept from the last run; -1 when all is explored. */
  #prefix = 0;
  readonly #root: number;
  /** Events of the current run, from the first, that were asked at the end of an earlier one. */
  #askedUpTo = 0;
  readonly #events: Events;
  readonly #states: State[];
  readonly #keys = new TaskKeys();
  readonly #locations = new Locations();
  readonly #probe: Probe<S>;
  readonly #questions: Questions;

  constructor(
    readonly program: Program<S>,
    readonly observed: Observed,
    readonly maxSteps: number,
    /** Where to go on; null: from the start. */
    from: SavedSearch | null = null,
    readonly watcher: Watcher | null = null,
  ) {
    this.#root = from?.root ?? 0;
    ({ events: this.#events, states: this.#states } = takeTables());
    this.#probe = new Probe(program, observed, this.#keys, this.#locations);
    this.#questions = new Questions(
      this.#events,
      this.#locations,
      observed,
      this.#states,
      new Reversals(this.#events, this.#states, this.#probe, this.#root),
      watcher,
    );
    if (from !== null) this.#load(from);
  }

  /** Runs that only looked whether a step can happen somewhere. */
  get probes(): number {
    return this.#probe.count;
  }

  get bound(): string | null {
    return this.#questions.reversals.incomplete;
  }

  decisions(): Decision[] {
    return Array.from({ length: this.#events.count }, (_, i) => ({
      task: this.#states[i]!.task,
      choice: this.#states[i]!.choice,
    }));
  }

  run(): { readonly execution: Execution<S>; readonly end: RunEnd } {
    const execution = new Execution(this.program, this.observed, false, this.#keys);
    const end = this.#run(execution);
    this.watcher?.ended(this.decisions(), end, execution.world);
    return { execution, end };
  }

  #run(execution: Execution<S>): RunEnd {
    const { tasks } = execution.world;
    const prefix = this.#prefix;
    if (this.#events.count === 0) this.#events.begin(tasks.length);
    else this.#events.truncate(Math.max(prefix - 1, 0));
    this.#questions.reversals.truncate(this.#events.count);
    this.#askedUpTo = Math.min(this.#askedUpTo, this.#events.count);
    if (execution.violation !== null) return "violated";
    const known = this.#events.count;
    for (let depth = 0; depth + 1 < prefix; depth++) {
      if (depth < known) this.#again(execution, depth);
      else this.#perform(execution, depth, true);
    }
    if (prefix > 0) {
      execution.held |= this.#states[prefix - 1]!.held;
      this.#perform(execution, prefix - 1);
    }
    let asleep = false;
    while (
      execution.violation === null &&
      !(asleep = this.#decide(execution, this.#events.count)) &&
      this.#states[this.#events.count]!.task >= 0
    ) {
      this.#perform(execution, this.#events.count);
      if (this.#events.count > this.maxSteps)
        throw endless(this.program.name, this.#events.count, this.maxSteps, tasks);
    }
    this.longest = Math.max(this.longest, this.#events.count);
    if (execution.violation !== null) return "violated";
    if (asleep) {
      // In a part of a search this can be the one run that shows a race: others that do sleep for parts above.
      if (this.#root > 0) this.#ask(execution);
      return "redundant";
    }
    const end = endOf(execution);
    if (end === "complete") this.#ask(execution);
    return end;
  }

  #ask(execution: Execution<S>): void {
    this.#questions.ask(execution, this.#askedUpTo + 1);
    this.#askedUpTo = this.#events.count;
  }

  /** Repeats a step of the last run. */
  #again(execution: Execution<S>, depth: number): void {
    const { task: number, choice, operation } = this.#states[depth]!;
    const task = execution.world.tasks[number];
    if (task?.pending?.operation !== operation)
      throw hiddenNondeterminism(
        this.program.name,
        depth,
        task?.pending?.operation.name ?? "nothing",
        operation?.name ?? "another task",
      );
    execution.again(task, choice);
    this.steps++;
  }

  /** Decides what to do in a new state: a task, or -1 where no step is left. True if all that could happen is asleep. */
  #decide(execution: Execution<S>, depth: number): boolean {
    const state = this.#state(depth);
    const { tasks } = execution.world;
    state.held = execution.held;
    this.watcher?.arrived(
      depth,
      execution.world,
      state.sleep.map(({ key }) => key),
    );
    const [planned] = state.tree;
    if (planned !== undefined) {
      const task = tasks.find(({ key }) => key === planned.key);
      if (task === undefined || !execution.canRun(task))
        throw hiddenNondeterminism(
          this.program.name,
          depth,
          task?.pending?.operation.name ?? "nothing",
          "the step that was seen to be possible here",
        );
      if (state.sleep.some(({ key, choice }) => key === planned.key && choice === planned.choice)) return true;
      this.#take(state, depth);
      state.task = task.id;
      return false;
    }
    state.task = -1;
    state.choice = 0;
    const last = depth > 0 ? this.#states[depth - 1]!.task : -1;
    let asleep = false;
    for (let i = last >= 0 ? -1 : 0; i < tasks.length; i++) {
      const task = tasks[i < 0 ? last : i]!;
      if (i === last || task.pending === null || !execution.canRun(task)) continue;
      const choice = state.sleep.length === 0 ? 0 : awake(state.sleep, task.key, task.pending.choices);
      if (choice < 0) {
        asleep = true;
        continue;
      }
      state.task = task.id;
      state.choice = choice;
      const next = this.#state(depth + 1);
      if (next.tree.length > 0) next.tree = [];
      return false;
    }
    return asleep;
  }

  /** Takes a branch of the tree, the first: its task is found by its key when the state is reached again. */
  #take(state: State, depth: number): void {
    const branch = state.tree.shift()!;
    state.choice = branch.choice;
    state.task = -1 - branch.key;
    this.#state(depth + 1).tree = branch.next;
  }

  /** Performs the decision of a state, and adds the event. `known`: what sleeps behind it was loaded. */
  #perform(execution: Execution<S>, depth: number, known = false): void {
    const { world } = execution;
    const { tasks } = world;
    const events = this.#events;
    const state = this.#states[depth]!;
    if (state.task < 0) state.task = tasks.find(({ key }) => key === -1 - state.task)!.id;
    const task = tasks[state.task]!;
    const step = task.pending!;
    const event = depth + 1;
    const { hold } = task;
    this.#questions.arrive(event, task, step);
    state.choices = step.choices;
    state.operation = step.operation;
    const before = step.object?.state();
    execution.step(task, state.choice);
    this.steps++;
    const footprint = (events.footprint[event] ??= new Footprint());
    this.#locations.performed(footprint, world, task, step, hold, execution.visible);
    events.actsOn[event] = before === undefined ? -1 : this.#locations.of(step.object!);
    events.before[event] = before;
    events.after[event] = before === undefined ? undefined : step.object!.state();
    events.sums[event] = before !== undefined && step.object!.sums;
    events.perform(task.id, task.key, state.choice, step.operation.varies || task.varies);
    events.started(tasks.length, event);
    if (!known) fallAsleep(state, this.#state(event), task.key, footprint);
  }

  #state(depth: number): State {
    return (this.#states[depth] ??= {
      sleep: [],
      done: [],
      tree: [],
      task: -1,
      choice: 0,
      choices: 0,
      operation: null,
      held: 0,
    });
  }

  /**
   * How much of the search is over, 0 to 1, to be asked after {@link advance}: each branch of a state is taken for as
   * large as its others (Knuth 1975). Branches that are found later make it smaller.
   */
  get progress(): number {
    return this.#prefix < 0 ? 1 : progressOf(this.#states, this.#root, this.#prefix);
  }

  /** What is left, to be called after {@link advance}. The counts are the caller's. */
  save(): Omit<SavedSearch, "tally"> {
    const states = saveStates(this.#states, this.#prefix);
    const next = saveTree(this.#states[this.#prefix]?.tree ?? []);
    return savedSearch(this.program, this.observed, this.#keys, this.#locations, { root: this.#root, states, next });
  }

  #load({ states, next, keys, locations }: SavedSearch): void {
    this.#keys.load(keys);
    this.#locations.load(locations);
    states.forEach((saved, depth) => {
      const strict = depth < this.#root;
      Object.assign(this.#state(depth), loadState(saved, strict));
    });
    this.#prefix = states.length;
    this.#state(states.length).tree = loadTree(next);
  }

  advance(): boolean {
    for (let depth = this.#events.count - 1; depth >= this.#root; depth--) {
      const state = this.#states[depth]!;
      const event = depth + 1;
      if (state.tree.length > 0) {
        state.done.push({
          key: this.#events.key[event]!,
          choice: state.choice,
          footprint: this.#events.footprint[event]!.copy(),
          strict: false,
        });
        this.#take(state, depth);
        this.#prefix = depth + 1;
        return true;
      }
    }
    this.#prefix = -1;
    leaveTables(this.#events, this.#states);
    return false;
  }
}
