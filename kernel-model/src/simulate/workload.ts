import { InputError } from "../base/errors.js";
import type { Path } from "../machine/path.js";
import type { TaskOptions } from "../machine/task.js";
import { ARRIVAL, type Special } from "./clock.js";
import type { Distribution } from "./distributions.js";
import type { Engine } from "./engine.js";
import { Latencies } from "./latencies.js";
import { THINKING, type Employer, type Runner } from "./runner.js";
import { type Draws, purposeOf, streamSeed } from "./streams.js";
import { Random } from "../base/random.js";

/** Makes the next path of a group: `index` is the number of the member (closed) or of the arrival (open). */
export type PathMaker<S> = (state: S, index: number, draws: Draws) => Path<unknown>;

interface Common<S> extends Pick<TaskOptions, "cpu" | "policy" | "priority"> {
  /** Names the group, and its tasks: "reader 0", "reader 1"... */
  readonly name: string;
  readonly path: PathMaker<S>;
}

/** A closed loop: so many tasks, each going through one path after the other until the end. */
export interface ClosedGroup<S> extends Common<S> {
  /** 1 to 1,000,000 */
  readonly count: number;
  /** Time off the CPU before each path. Default: none. */
  readonly think?: Distribution;
  /** The CPU of each member. Default: `cpu` for all, or any. */
  readonly cpuOf?: (member: number) => number;
}

/** Open arrivals: a new task every so often, whatever the others do. */
export interface OpenGroup<S> extends Common<S> {
  /** Time between two arrivals. */
  readonly interarrival: Distribution;
}

export type Group<S> = ClosedGroup<S> | OpenGroup<S>;

/** Bounds what an overloaded open group can use up. */
const MOST_PRESENT = 10_000_000;

/** A group while it runs, and what is measured of it since the warm-up. */
export abstract class Workload implements Employer {
  completions = 0;
  /** From the arrival, or the end of thinking, to the end of the path. */
  readonly latency = new Latencies();
  /** Paths under way. */
  present = 0;
  #area = 0;
  #since = 0;
  readonly purpose: number;

  constructor(
    readonly engine: Engine,
    readonly name: string,
  ) {
    this.purpose = purposeOf(name, "paths");
  }

  abstract begin(r: Runner): void;
  abstract finished(r: Runner): void;

  reset(): void {
    this.completions = 0;
    this.latency.reset();
    this.count(0);
    this.#area = 0;
  }

  /** Integral of the paths under way over time, ns. */
  area(): number {
    this.count(0);
    return this.#area;
  }

  protected count(change: number): void {
    const { now } = this.engine.clock;
    this.#area += this.present * (now - this.#since);
    this.#since = now;
    this.present += change;
  }

  protected completed(r: Runner): void {
    this.count(-1);
    this.completions++;
    this.latency.record(this.engine.clock.now - r.begun);
  }

  protected seed(member: number): number {
    return streamSeed(this.engine.seed, this.purpose, member);
  }
}

export class ClosedWorkload<S> extends Workload {
  readonly #group: ClosedGroup<S>;
  readonly #state: S;
  readonly #thinking: Random[] = [];

  constructor(engine: Engine, group: ClosedGroup<S>, state: S) {
    super(engine, group.name);
    this.#group = group;
    this.#state = state;
    const purpose = purposeOf(group.name, "think");
    for (let member = 0; member < group.count; member++) {
      const r = engine.hire(
        `${group.name} ${member}`,
        { ...taskOptions(group), ...(group.cpuOf !== undefined && { cpu: group.cpuOf(member) }) },
        this,
      );
      r.member = member;
      r.draws.reset(this.seed(member));
      if (group.think !== undefined) {
        this.#thinking.push(new Random(streamSeed(engine.seed, purpose, member)));
        this.#think(r);
      } else this.begin(r);
    }
  }

  begin(r: Runner): void {
    this.#next(r);
    this.engine.launch(r);
  }

  finished(r: Runner): void {
    this.completed(r);
    if (this.#group.think !== undefined) {
      this.engine.scheduler.leave(r);
      this.#think(r);
    } else {
      this.#next(r);
      this.engine.again(r);
    }
  }

  #next(r: Runner): void {
    r.begun = this.engine.clock.now;
    this.count(1);
    r.task.restart(this.#group.path(this.#state, r.member, r.draws));
  }

  #think(r: Runner): void {
    const { clock } = this.engine;
    r.phase = THINKING;
    clock.timeline?.mark(r, "sleeping", null, clock.now);
    clock.at(r, clock.now + this.#group.think!.draw(this.#thinking[r.member]!));
  }
}

export class OpenWorkload<S> extends Workload implements Special {
  event = -1;
  readonly #group: OpenGroup<S>;
  readonly #state: S;
  readonly #arrivals: Random;
  readonly #index: number;
  readonly #spare: Runner[] = [];
  #arrived = 0;
  #made = 0;

  constructor(engine: Engine, group: OpenGroup<S>, state: S) {
    super(engine, group.name);
    this.#group = group;
    this.#state = state;
    this.#arrivals = new Random(streamSeed(engine.seed, purposeOf(group.name, "arrivals"), 0));
    this.#index = engine.clock.add(this);
    this.#schedule();
  }

  readonly fire = (): void => {
    let r = this.#spare.pop();
    if (r === undefined) {
      if (this.#made >= MOST_PRESENT)
        throw new InputError(
          `the tasks of group "${this.name}" at ${this.engine.clock.now} ns`,
          this.#made,
          `at most ${MOST_PRESENT} at a time`,
          "more arrive than the machine can serve: let fewer arrive, or simulate a shorter time",
        );
      r = this.engine.hire(`${this.name} ${this.#made++}`, taskOptions(this.#group), this);
    }
    r.member = this.#arrived++;
    r.choices = null;
    r.draws.reset(this.seed(r.member));
    this.begin(r);
    this.#schedule();
  };

  begin(r: Runner): void {
    r.begun = this.engine.clock.now;
    this.count(1);
    r.task.restart(this.#group.path(this.#state, r.member, r.draws));
    this.engine.launch(r);
  }

  finished(r: Runner): void {
    this.completed(r);
    this.engine.scheduler.leave(r);
    this.engine.clock.timeline?.mark(r, "", null, this.engine.clock.now);
    this.#spare.push(r);
  }

  #schedule(): void {
    const { clock } = this.engine;
    clock.atSpecial(this.#index, clock.now + this.#group.interarrival.draw(this.#arrivals), ARRIVAL);
  }
}

function taskOptions<S>({ cpu, policy, priority }: Common<S>): TaskOptions {
  return {
    ...(cpu !== undefined && { cpu }),
    ...(policy !== undefined && { policy }),
    ...(priority !== undefined && { priority }),
  };
}
