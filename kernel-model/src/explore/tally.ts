import type { Program } from "../machine/program.js";
import { printSchedule, type Decision, type Schedule } from "../machine/schedule.js";
import type { Effort, Verdict } from "../machine/verdict.js";
import type { Violation } from "../machine/violation.js";
import type { Execution } from "./execution.js";
import type { Checked } from "./options.js";
import { EndStates } from "./end-states.js";
import { replay, scheduleOf } from "./replay.js";
import type { SavedSearch, SavedTally } from "../machine/saved-search.js";
import { NOTHING_YET } from "./saved.js";
import { nameOf, shrink } from "./shrink.js";
import type { RunEnd, Strategy } from "./strategy.js";

/** Examples of `sometimes` properties that are kept. */
const MOST_EXAMPLES = 32;

/** Counts runs and makes the verdict. */
export class Tally<S> {
  #schedules: number;
  #redundant: number;
  #steps: number;
  #longest: number;
  readonly #endStates: EndStates;
  readonly #examples: Map<string, Schedule>;
  readonly #wanted: number;

  constructor(
    readonly program: Program<S>,
    readonly options: Checked,
    readonly before: SavedTally = NOTHING_YET,
  ) {
    this.#schedules = before.schedules;
    this.#redundant = before.redundant;
    this.#steps = before.steps;
    this.#longest = before.longest;
    this.#endStates = new EndStates(before.endStates);
    this.#examples = new Map(before.examples);
    this.#wanted = (program.properties ?? []).reduce(
      (bits, { kind }, i) => (kind === "sometimes" ? bits | (1 << i) : bits),
      0,
    );
  }

  get runs(): number {
    return this.#schedules + this.#redundant;
  }

  add(execution: Execution<S>, end: RunEnd, strategy: Strategy<S>): void {
    if (end === "redundant") this.#redundant++;
    else this.#schedules++;
    this.#steps = this.before.steps + strategy.steps;
    this.#longest = Math.max(this.#longest, strategy.longest);
    if (end !== "redundant" && this.options.endStates) this.#endStates.add(execution.state, execution.world);
    const shown = execution.held & this.#wanted;
    if (shown === 0 || this.#examples.size >= MOST_EXAMPLES) return;
    (this.program.properties ?? []).forEach(({ name }, i) => {
      if ((shown & (1 << i)) !== 0 && !this.#examples.has(name))
        this.#examples.set(name, scheduleOf(execution, strategy.decisions()));
    });
  }

  found(execution: Execution<S>, end: "violated" | "stuck", decisions: readonly Decision[]): Verdict {
    const { options } = this;
    const finding = { end, what: nameOf(execution) };
    const small = options.shrink ? shrink(this.program, decisions, finding, options.maxSteps) : decisions;
    const run = replay(this.program, scheduleOf(execution, small));
    const shown = {
      schedule: run.schedule,
      replay: printSchedule(run.schedule),
      trace: run.trace,
      effort: this.effort(this.runs),
    };
    if (end === "stuck") return { kind: "stuck", waiting: run.waiting, ...shown };
    return { kind: "violated", violation: run.violation ?? (execution.violation as Violation), ...shown };
  }

  /** All runs are over. */
  covered(): Verdict {
    const effort = this.effort(this.runs);
    const missing = (this.program.properties ?? []).find(
      ({ kind, name }) => kind === "sometimes" && !this.#examples.has(name),
    );
    if (missing === undefined) return { kind: "exhausted", effort };
    const violation: Violation = {
      kind: "sometimes",
      what: missing.name,
      message: `"${missing.name}" holds in no run`,
      task: null,
      function: null,
      step: null,
      index: null,
    };
    return { kind: "violated", violation, schedule: null, replay: null, trace: [], effort };
  }

  /** A bound has cut the search. `rest`: what is left, where it can be gone on with. */
  cut(bound: string, estimated: number | null, rest: Omit<SavedSearch, "tally"> | null): Verdict {
    return {
      kind: "bounded",
      bound,
      effort: this.effort(estimated),
      rest: rest === null ? null : { ...rest, tally: this.save() },
    };
  }

  save(): SavedTally {
    return {
      schedules: this.#schedules,
      redundant: this.#redundant,
      steps: this.#steps,
      longest: this.#longest,
      endStates: [...this.#endStates.counts()],
      examples: [...this.#examples],
    };
  }

  /** `estimated`: runs in all, as far as can be told. */
  effort(estimated: number | null): Effort {
    return {
      schedules: this.#schedules,
      redundant: this.#redundant,
      steps: this.#steps,
      longest: this.#longest,
      reduction:
        this.options.strategy === "states"
          ? "states"
          : !this.options.reduction
            ? "none"
            : this.options.preemptions === Infinity
              ? "optimal"
              : "seen traces",
      estimated,
      endStates: this.#endStates.counts(),
      examples: this.#examples,
    };
  }
}
