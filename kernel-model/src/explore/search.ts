import { InputError } from "../base/errors.js";
import type { Program } from "../machine/program.js";
import type { Decision } from "../machine/schedule.js";
import type { Operation } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import { conflicts } from "./conflict.js";
import { Execution, type Observed } from "./execution.js";
import { History, lowest } from "./history.js";

/** How a run of a search ended. */
export type RunEnd = "complete" | "redundant" | "violated" | "stuck";

export interface SearchOptions {
  /** Leave out runs that differ only in the order of steps that commute. */
  readonly reduction: boolean;
  /** Take a running task off at most so often; Infinity for no limit. Not together with reduction. */
  readonly preemptions: number;
  /** A run longer than this is taken for an endless loop. */
  readonly maxSteps: number;
}

/**
 * Depth-first search over the schedules of a program by re-execution: a path cannot be set back, so each run starts
 * anew, repeats the decisions of the last one up to a point where another is left to try, and goes on from there.
 *
 * With reduction it is source-set dynamic partial-order reduction with sleep sets (Abdulla, Aronis, Jonsson and
 * Sagonas, JACM 2017), extended to guarded steps: a step that closes the guard of a waiting step races with it, and
 * so does the last step before which a step that finds its guard closed could have come (Flanagan and Godefroid 2005
 * look at blocked processes in the same way). Each class of equivalent runs is completed exactly once.
 *
 * Time: runs x steps x (tasks + conflicts). Memory: O(longest run x tasks).
 */
export class Search<S> {
  steps = 0;
  longest = 0;
  /** Length of the current run's decisions. */
  depth = 0;
  /** Decisions kept from the last run; -1 when all is explored. */
  prefix = 0;
  /** Whether some decision was left out because of the preemption limit. */
  cut = false;

  readonly #history = new History();
  readonly #task: number[] = [];
  readonly #choice: number[] = [];
  readonly #choices: number[] = [];
  readonly #enabled: number[] = [];
  readonly #backtrack: number[] = [];
  readonly #done: number[] = [];
  readonly #sleep: number[] = [];
  readonly #preempted: number[] = [];
  readonly #operation: Operation[] = [];

  constructor(
    readonly program: Program<S>,
    readonly observed: Observed,
    readonly options: SearchOptions,
  ) {
    this.#sleep[0] = 0;
    this.#preempted[0] = 0;
  }

  /** The decisions of the current run. */
  decisions(): Decision[] {
    return Array.from({ length: this.depth }, (_, i) => ({ task: this.#task[i]!, choice: this.#choice[i]! }));
  }

  /** Performs the next run. Afterwards call {@link advance}. */
  run(): { readonly execution: Execution<S>; readonly end: RunEnd } {
    const execution = new Execution(this.program, this.observed);
    this.#history.clear(execution.world.tasks.length);
    const end = execution.violation !== null ? "violated" : this.#perform(execution);
    if (this.depth > this.longest) this.longest = this.depth;
    return { execution, end };
  }

  #perform(execution: Execution<S>): RunEnd {
    const { tasks } = execution.world;
    const { reduction, maxSteps } = this.options;
    let mask = execution.enabledMask();
    let depth = 0;
    this.depth = 0;
    for (;;) {
      if (depth < this.prefix) {
        this.#checkRepeats(depth, mask, tasks);
      } else {
        if (mask === 0) return this.#ended(execution);
        if (!this.#choose(depth, mask)) return "redundant";
      }
      const task = tasks[this.#task[depth]!]!;
      const step = task.pending!;
      const visible = execution.isVisible(task);
      const fresh = depth >= this.prefix - 1;
      const event = depth + 1;
      if (reduction) {
        if (fresh) {
          this.#history.races(task, step, visible);
          this.#addAlternatives(task.id, depth);
          this.#history.perform(event, task, step, visible);
          this.#sleep[event] = this.#stillAsleep(depth, task, execution, tasks);
        } else {
          this.#history.again(event, task, step, visible);
        }
      }
      if (depth >= this.prefix) {
        this.#choices[depth] = step.choices;
        this.#operation[depth] = step.operation;
      }
      const before = tasks.length;
      execution.step(task, this.#choice[depth]!);
      this.steps++;
      depth++;
      this.depth = depth;
      if (execution.violation !== null) return "violated";
      const after = execution.enabledMask();
      if (reduction) {
        for (let id = before; id < tasks.length; id++) this.#history.started(id, event);
        if (fresh) this.#waiters(execution, task, before, depth, mask, after);
      }
      mask = after;
      if (depth > maxSteps) this.#endless(execution, tasks);
    }
  }

  /** Decides at a new state. False if all that can run is asleep. */
  #choose(depth: number, mask: number): boolean {
    const last = depth > 0 ? this.#task[depth - 1]! : -1;
    const preempted = this.#preempted[depth] ?? 0;
    const awake = mask & ~(this.options.reduction ? this.#sleep[depth]! : 0);
    if (awake === 0) return false;
    const chosen = last >= 0 && (awake & (1 << last)) !== 0 ? last : lowest(awake);
    let alternatives = 1 << chosen;
    if (!this.options.reduction) {
      alternatives = mask;
      if (last >= 0 && (mask & (1 << last)) !== 0 && preempted >= this.options.preemptions) {
        if (mask !== 1 << last) this.cut = true;
        alternatives = 1 << last;
      }
    }
    this.#enabled[depth] = mask;
    this.#backtrack[depth] = alternatives;
    this.#done[depth] = 0;
    this.#choice[depth] = 0;
    this.#take(depth, chosen);
    return true;
  }

  #take(depth: number, task: number): void {
    this.#task[depth] = task;
    const last = depth > 0 ? this.#task[depth - 1]! : -1;
    const preempts = last >= 0 && last !== task && (this.#enabled[depth]! & (1 << last)) !== 0;
    this.#preempted[depth + 1] = (this.#preempted[depth] ?? 0) + (preempts ? 1 : 0);
  }

  /** For each race of the step at `depth` (or of a waiting step) with an earlier event: see that the other order is tried. */
  #addAlternatives(task: number, depth: number): void {
    const history = this.#history;
    for (let i = 0; i < history.raceCount; i++) {
      const event = history.raced[i]!;
      const at = event - 1;
      const initials = history.initials(event, depth, task) & this.#enabled[at]!;
      if (initials === 0 || (initials & (this.#backtrack[at]! | this.#sleep[at]!)) !== 0) continue;
      this.#backtrack[at]! |= (initials & (1 << task)) !== 0 ? 1 << task : initials & -initials;
    }
  }

  /** Steps that wait: those whose guard this event closed, and those that arrived to find it closed. */
  #waiters(execution: Execution<S>, task: Task, before: number, depth: number, mask: number, after: number): void {
    const at = depth - 1;
    const { tasks } = execution.world;
    const closed = mask & ~after & ~(1 << task.id);
    this.#backtrack[at]! |= closed & ~this.#sleep[at]!;
    const arrive = (arrived: Task): void => {
      if (arrived.pending === null || (after & (1 << arrived.id)) !== 0) return;
      this.#history.races(arrived, arrived.pending, execution.isVisible(arrived));
      this.#addAlternatives(arrived.id, depth);
    };
    arrive(task);
    for (let id = before; id < tasks.length; id++) arrive(tasks[id]!);
  }

  /** Tasks whose next step was explored from here already and commutes with the step now taken: no need to wake them. */
  #stillAsleep(depth: number, task: Task, execution: Execution<S>, tasks: readonly Task[]): number {
    let asleep = 0;
    const visible = execution.isVisible(task);
    for (let rest = (this.#sleep[depth]! | this.#done[depth]!) & ~(1 << task.id); rest !== 0; rest &= rest - 1) {
      const other = tasks[lowest(rest)]!;
      if (!conflicts(task, other, visible, execution.isVisible(other))) asleep |= 1 << other.id;
    }
    return asleep;
  }

  #ended(execution: Execution<S>): RunEnd {
    if (execution.unfinished().length > 0) return this.program.stuckIsAnEnd === true ? "complete" : "stuck";
    execution.checkEnd();
    return execution.violation !== null ? "violated" : "complete";
  }

  /** Goes to the next decision that is left to try. False when there is none. */
  advance(): boolean {
    for (let depth = this.depth - 1; depth >= 0; depth--) {
      if (this.#choice[depth]! + 1 < this.#choices[depth]!) {
        this.#choice[depth]!++;
        this.prefix = depth + 1;
        return true;
      }
      const done = (this.#done[depth]! |= 1 << this.#task[depth]!);
      const left = this.#backtrack[depth]! & ~done & ~(this.options.reduction ? this.#sleep[depth]! : 0);
      if (left !== 0) {
        this.#take(depth, lowest(left));
        this.#choice[depth] = 0;
        this.prefix = depth + 1;
        // The step of another task: its outcomes are known once it is pending.
        this.#choices[depth] = -1;
        return true;
      }
    }
    this.prefix = -1;
    return false;
  }

  /** The same decisions must lead to the same state. */
  #checkRepeats(depth: number, mask: number, tasks: readonly Task[]): void {
    const task = tasks[this.#task[depth]!];
    const step = task?.pending;
    const changed = this.#choices[depth] === -1;
    if (mask === this.#enabled[depth] && step != null && (changed || step.operation === this.#operation[depth])) {
      if (changed) {
        this.#choices[depth] = step.choices;
        this.#operation[depth] = step.operation;
      }
      return;
    }
    throw hiddenNondeterminism(this.program.name, depth, step == null ? "nothing" : step.operation.name, this.#operation[depth]?.name ?? "another task");
  }

  #endless(execution: Execution<S>, tasks: readonly Task[]): never {
    const busiest = [...tasks].sort((a, b) => b.steps - a.steps)[0]!;
    const step = busiest.pending?.operation.name ?? "";
    throw new InputError(
      `the length of a run of program ${JSON.stringify(execution.program.name)}`,
      this.depth,
      `at most maxSteps = ${this.options.maxSteps} steps`,
      `task "${busiest.name}" has made ${busiest.steps} of them and is at ${step}(${busiest.pending?.object?.name ?? ""}): if it spins, wait with smpCondLoadAcquire(cell, condition) in place of the loop; if it is long, raise maxSteps`,
    );
  }
}

/** The error for a program that does something else when it is run again under the same decisions. */
export function hiddenNondeterminism(program: string, step: number, now: string, then: string): InputError {
  return new InputError(
    `step ${step} of program ${JSON.stringify(program)}, run again under the same decisions,`,
    now,
    `the same as before: ${then}`,
    "look for what a run keeps from the last one or draws by itself: state made outside `setup`, Math.random, Date, a counter in a closure; let choose(n) decide instead",
  );
}
