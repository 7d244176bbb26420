import type { Program } from "../machine/program.js";
import type { Decision } from "../machine/schedule.js";
import type { Operation } from "../machine/step.js";
import { Execution, TaskKeys, type Observed } from "./execution.js";
import type { Seen } from "./seen.js";
import { endless, endOf, hiddenNondeterminism, type RunEnd, type Strategy } from "./strategy.js";

/** A state on the current run, and the decision taken there. */
interface State {
  /** Numbers of the tasks that can run, those of them that are left to try, and how often a running task was taken off. */
  readonly enabled: number[];
  left: number[];
  preempted: number;
  task: number;
  choice: number;
  choices: number;
  operation: Operation | null;
}

/**
 * Every schedule, or every one that takes a running task off its CPU at most so often, depth first: what the
 * counterexamples of others are made short with, and what they are tested against. With `seen`, what follows a state
 * that was seen before is left out.
 *
 * Time: runs x steps x tasks. Memory: O(longest run x tasks).
 */
export class NaiveSearch<S> implements Strategy<S> {
  steps = 0;
  longest = 0;
  readonly #keys = new TaskKeys();
  #depth = 0;
  #prefix = 0;
  #cut = false;
  readonly #states: State[] = [];

  constructor(
    readonly program: Program<S>,
    readonly observed: Observed,
    /** Infinity for no limit. */
    readonly preemptions: number,
    readonly maxSteps: number,
    readonly seen: Seen<S> | null = null,
  ) {}

  get bound(): string | null {
    if (this.#cut) return `at most ${this.preemptions} preemptions`;
    return this.seen?.bound ?? null;
  }

  decisions(): Decision[] {
    return Array.from({ length: this.#depth }, (_, i) => ({
      task: this.#states[i]!.task,
      choice: this.#states[i]!.choice,
    }));
  }

  run(): { readonly execution: Execution<S>; readonly end: RunEnd } {
    const execution = new Execution(this.program, this.observed, false, this.#keys);
    const { tasks } = execution.world;
    this.seen?.begin(Math.max(this.#prefix - 1, 0), execution);
    this.#depth = 0;
    while (execution.violation === null) {
      const depth = this.#depth;
      const state = (this.#states[depth] ??= {
        enabled: [],
        left: [],
        preempted: 0,
        task: -1,
        choice: 0,
        choices: 0,
        operation: null,
      });
      if (depth >= this.#prefix) {
        if (!this.#decide(execution, state, depth)) return this.#over(execution, endOf(execution));
        if (
          this.seen?.isNew(execution, depth > 0 ? tasks[this.#states[depth - 1]!.task]! : null, state.preempted) ===
          false
        )
          return this.#over(execution, "redundant");
      }
      const task = tasks[state.task];
      const step = task?.pending;
      if (
        task === undefined ||
        step == null ||
        !execution.canRun(task) ||
        (depth < this.#prefix && state.operation !== null && step.operation !== state.operation)
      ) {
        throw hiddenNondeterminism(
          this.program.name,
          depth,
          step == null ? "nothing" : step.operation.name,
          state.operation?.name ?? "another task",
        );
      }
      state.choices = step.choices;
      state.operation = step.operation;
      const { hold } = task;
      execution.step(task, state.choice);
      if (this.seen !== null && this.seen.count === depth && execution.violation === null)
        this.seen.add(execution, task, step, hold, state.choice);
      this.steps++;
      if (++this.#depth > this.maxSteps) throw endless(this.program.name, this.#depth, this.maxSteps, tasks);
    }
    return this.#over(execution, "violated");
  }

  #over(execution: Execution<S>, end: RunEnd): { readonly execution: Execution<S>; readonly end: RunEnd } {
    this.longest = Math.max(this.longest, this.#depth);
    return { execution, end };
  }

  /** In a new state the task that ran last goes on, if it can, or else the first. False if none can. */
  #decide(execution: Execution<S>, state: State, depth: number): boolean {
    state.enabled.length = 0;
    for (const task of execution.world.tasks) if (execution.canRun(task)) state.enabled.push(task.id);
    if (state.enabled.length === 0) return false;
    const before = this.#states[depth - 1];
    const last = before !== undefined && state.enabled.includes(before.task) ? before.task : -1;
    state.preempted = before === undefined ? 0 : before.preempted + (this.#preempts(depth - 1) ? 1 : 0);
    const task = last >= 0 ? last : state.enabled[0]!;
    state.left = state.enabled.filter((id) => id !== task);
    if (last >= 0 && state.preempted >= this.preemptions) {
      if (state.left.length > 0) this.#cut = true;
      state.left = [];
    }
    state.task = task;
    state.choice = 0;
    return true;
  }

  /** Whether the decision at `depth` took a task off that could have gone on. */
  #preempts(depth: number): boolean {
    const before = this.#states[depth - 1];
    const { task, enabled } = this.#states[depth]!;
    return before !== undefined && before.task !== task && enabled.includes(before.task);
  }

  advance(): boolean {
    if (this.seen?.isOver === true) return false;
    for (let depth = this.#depth - 1; depth >= 0; depth--) {
      const state = this.#states[depth]!;
      if (state.choice + 1 < state.choices) state.choice++;
      else {
        const next = state.left.shift();
        if (next === undefined) continue;
        state.task = next;
        state.choice = 0;
        state.operation = null;
      }
      this.#prefix = depth + 1;
      return true;
    }
    return false;
  }
}
