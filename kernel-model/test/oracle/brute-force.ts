import type { Program } from "../../src/machine/program.js";
import { Classes, type Event } from "./classes.js";
import { surprises, untrue } from "./commute.js";
import { endText } from "./end-text.js";
import { Names, Run, type Decision } from "./run.js";

/** What is true of a program, by trying everything. */
export interface Truth {
  /** Runs, those that end in a violation among them. */
  readonly interleavings: number;
  /** Complete runs, of which those that differ only in the order of independent steps count once. */
  readonly classes: number;
  /** States in which complete runs end. */
  readonly ends: ReadonlySet<string>;
  /** What is violated in some run, such as `rule double-free`, or `stuck`. Nothing: the program is without fault. */
  readonly faults: ReadonlySet<string>;
  /** Names of `sometimes` properties that hold in no run. */
  readonly never: readonly string[];
  /** Whether a property is asked at every step. */
  readonly watched: boolean;
  /** Steps that do not commute although what they touch says so. */
  readonly untrue: ReadonlySet<string>;
}

interface Frame {
  /** Keys of the tasks that can go on. */
  enabled: readonly number[];
  left: Decision[];
  decision: Decision;
  held: number;
}

/** Swapped runs for each program. */
const SWAPS = 24;

/**
 * Every interleaving of a program, depth first, by running it again from its start each time: every task that can go
 * on, every outcome of each step, no reduction. Null if there are more than `most` runs.
 */
export function bruteForce<S>(program: Program<S>, most: number): Truth | null {
  const names = new Names(program);
  const watched = (program.properties ?? []).some(({ at }) => at === "every step");
  for (;;) {
    const { size } = names;
    const truth = new Search(program, names, watched).all(most);
    // What properties look at is known only now: which steps they can see, and so keep their order, may be more.
    if (truth === null || names.size === size) return truth;
  }
}

class Search<S> {
  readonly #frames: Frame[] = [];
  readonly #events: Event[] = [];
  readonly #classes = new Classes();
  readonly #ends = new Set<string>();
  readonly #faults = new Set<string>();
  readonly #untrue = new Set<string>();
  #held = 0;
  #swaps = 0;
  #complete = 0;

  constructor(
    readonly program: Program<S>,
    readonly names: Names,
    readonly watched: boolean,
  ) {}

  all(most: number): Truth | null {
    let interleavings = 0;
    do {
      if (++interleavings > most) return null;
      this.#run();
    } while (this.#next());
    return {
      interleavings,
      classes: this.#classes.count,
      ends: this.#ends,
      faults: this.#faults,
      watched: this.watched,
      untrue: this.#untrue,
      never: (this.program.properties ?? [])
        .filter(({ kind }, i) => kind === "sometimes" && (this.#held & (1 << i)) === 0)
        .map(({ name }) => name),
    };
  }

  /** Repeats the decisions that are kept, then takes the first that is possible, to the end. */
  #run(): void {
    const frames = this.#frames;
    const run = new Run(this.program, this.names);
    const repeated = this.#events.length;
    for (let depth = 0; depth < repeated; depth++) run.repeat(frames[depth]!.decision);
    if (repeated > 0) run.held = frames[repeated]?.held ?? run.held;
    for (;;) {
      const depth = this.#events.length;
      if (depth === frames.length && !this.#open(run)) break;
      this.#step(run, frames[depth]!);
      if (run.broken !== null) break;
    }
    this.#held |= run.held;
    if (run.broken === null) this.#end(run);
    if (run.broken !== null) this.#faults.add(run.broken);
  }

  /** A new state. False if no step is left, or the program breaks before its first. */
  #open(run: Run<S>): boolean {
    if (run.broken !== null) return false;
    const tasks = run.enabled;
    if (tasks.length === 0) return false;
    const left: Decision[] = [];
    for (const { key, pending } of tasks)
      for (let choice = Math.max(1, pending!.choices) - 1; choice >= 0; choice--) left.push({ key, choice });
    this.#frames.push({ enabled: tasks.map(({ key }) => key), left, decision: left.pop()!, held: run.held });
    return true;
  }

  #step(run: Run<S>, { decision, enabled }: Frame): void {
    const { tasks } = run.world;
    const [count, nth] = [tasks.length, run.task(decision.key).steps];
    const touches = this.#classes.number(run.perform(decision));
    const started = tasks.length === count ? NONE : tasks.slice(count).map(({ key }) => key);
    const event = this.#classes.event(this.#events, decision.key, nth, decision.choice, touches, started);
    this.#events.push(event);
    if (run.broken !== null) return;
    run.ask();
    if (run.broken !== null) return;
    for (const text of surprises(run, enabled, event, this.#classes)) this.#untrue.add(text);
  }

  #end(run: Run<S>): void {
    if (run.isStuck && this.program.stuckIsAnEnd !== true) {
      run.broken = "stuck";
      return;
    }
    if (!run.isStuck) run.askAtEnd();
    this.#held |= run.held;
    if (run.broken !== null) return;
    const end = endText(run.state, run.world);
    this.#ends.add(end);
    this.#classes.add(this.#events);
    // A few pairs of every now and then a run: at first of each, later of ever fewer.
    if (this.#swaps >= SWAPS || (this.#complete++ & (this.#swaps >> 1)) !== 0) return;
    const decisions = this.#frames.map(({ decision }) => decision);
    const pairs = [...decisions.keys()].filter(
      (i) => i > 0 && !this.#classes.dependent(this.#events[i - 1]!, this.#events[i]!),
    );
    if (pairs.length === 0) return;
    const at = pairs[this.#swaps++ % pairs.length]! - 1;
    const text = untrue(this.program, this.names, this.#classes, { decisions, events: this.#events, end }, at);
    if (text !== null) this.#untrue.add(text);
  }

  /** Goes back to the last state with something left to try. False if there is none. */
  #next(): boolean {
    const frames = this.#frames;
    while (frames.length > 0) {
      const frame = frames.at(-1)!;
      this.#events.length = frames.length - 1;
      const decision = frame.left.pop();
      if (decision !== undefined) {
        frame.decision = decision;
        return true;
      }
      frames.pop();
    }
    return false;
  }
}

const NONE: readonly number[] = [];
