import { groupDigits } from "../base/numbers.js";
import type { Progress } from "../base/run.js";
import { load } from "../machine/program.js";
import { printSchedule, type Schedule } from "../machine/schedule.js";
import { withSites } from "../machine/site.js";
import type { Task } from "../machine/task.js";
import type { Waiting } from "../machine/verdict.js";
import { FIRST, type Special } from "./clock.js";
import { Engine } from "./engine.js";
import { checkOptions, type Checked, type SimulateOptions } from "./options.js";
import { SimulationError } from "./failure.js";
import { Observations, Observer } from "./observe.js";
import { SimulationResult } from "./result.js";
import type { Runner } from "./runner.js";
import { Timeline } from "./timeline.js";
import { ClosedWorkload, OpenWorkload, type Workload } from "./workload.js";

/** Events between two looks at the outside: some milliseconds. */
const SLICE = 20_000;

/** Warnings that are kept; the rest is counted. */
const MOST_WARNINGS = 1000;

/** What tells the simulator to stop; an AbortSignal is one. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

export interface RunOptions {
  /** Asked some hundred times a second; the run then throws its reason. */
  readonly signal?: Signal;
  /** Told as often how far the run is, in ns of virtual time; it may abort the signal. */
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Runs paths in virtual time on a machine, and measures them.
 *
 * Cost: 100 to 500 ns an event; memory as large as the tasks that are there at one time.
 * Errors: InputError for unknown or impossible parameters and for loops that never end and take no time;
 * SimulationError for a path that breaks a rule of the kernel or throws; the signal's reason if it was aborted.
 *
 * @example
 * function* critical(lock) {
 *   yield* spinLock(lock);
 *   yield* compute(200);
 *   yield* spinUnlock(lock);
 * }
 * const result = simulate({
 *   setup: () => ({ lock: new SpinLock("lock") }),
 *   groups: [{ name: "worker", count: 4, path: (s) => critical(s.lock) }],
 *   duration: 1e6,
 * });
 * result.group("worker").throughput; // paths a second
 * @example
 * function* counting(x) {
 *   yield* atomicInc(x);
 *   yield* compute(500);
 * }
 * const result = simulate({
 *   setup: () => ({ x: new Atomic("x") }),
 *   groups: [{ name: "CPU", count: 2, path: (s) => counting(s.x) }],
 *   machine: "ice-lake-8375c",
 *   duration: ms(1),
 *   observe: { every: us(100), read: (s) => ({ count: s.x.value }), units: { count: "increments" } },
 * });
 * result.observations.rows.length; // => 10
 * result.observations.rows[0]; // => { time: 0, count: 0 }
 * result.state.x.value > 1000; // => true
 */
export function simulate<S, O extends object = object>(
  options: SimulateOptions<S, O>,
  run: RunOptions = {},
): SimulationResult<S, O> {
  return steer(simulating(options), run);
}

/** Runs a generator to its end, telling how far it is and heeding a signal. */
export function steer<T>(steps: Generator<Progress, T>, { signal, onProgress }: RunOptions): T {
  for (;;) {
    if (signal?.aborted === true)
      throw signal.reason instanceof Error
        ? signal.reason
        : new Error("the simulation was aborted", { cause: signal.reason });
    const step = steps.next();
    if (step.done === true) return step.value;
    onProgress?.(step.value);
  }
}

/** The same, stopping every few milliseconds to say how far it is: for `experiment`, which shows it and can interrupt it. */
export function* simulating<S, O extends object = object>(
  options: SimulateOptions<S, O>,
): Generator<Progress, SimulationResult<S, O>> {
  const checked = checkOptions(options);
  const { duration, program } = checked;
  const run = new SimulationRun(checked);
  const slice = <T>(go: () => T): T => {
    try {
      return checked.trace ? withSites(go) : go();
    } catch (error) {
      throw run.located(error);
    }
  };
  slice(() => run.start());
  const { clock } = run.engine;
  while (slice(() => run.engine.run(duration, SLICE))) {
    run.trim();
    yield duration === Infinity
      ? {
          done: run.tasksOver,
          total: Math.max(run.tasks, 1),
          note: `${program?.name ?? "simulation"}, ${groupDigits(run.engine.events)} events`,
        }
      : { done: clock.now, total: duration, note: "ns of virtual time" };
  }
  return run.result();
}

class SimulationRun<S, O extends object> {
  readonly engine: Engine;
  readonly workloads: Workload[] = [];
  tasksOver = 0;
  /** The program's own tasks, daemons not counted. */
  tasks = 0;
  readonly #results: Record<string, unknown> = {};
  #own: readonly Task[] = [];
  #state: S | undefined;
  #observer: Observer<S, O> | null = null;
  #from = 0;
  #events = 0;
  #steps = 0;
  #warnings = 0;

  constructor(readonly options: Checked<S, O>) {
    const { program, machine, seed, warmup, duration } = options;
    this.engine = new Engine(machine, seed, new Set(program?.ignore ?? []), { from: warmup, to: duration });
  }

  start(): void {
    const { program, groups, setup, services, timeline, warmup, trace, schedule } = this.options;
    const { engine } = this;
    const { clock, world } = engine;
    world.keepsObjects = trace;
    if (trace) world.trace = [];
    if (schedule) engine.execution.decisions = [];
    if (timeline > 0) clock.timeline = new Timeline(timeline);
    if (warmup > 0) {
      const reset: Special = { event: -1, fire: () => this.#reset() };
      clock.atSpecial(clock.add(reset), warmup, FIRST);
    }
    if (program !== null) {
      engine.ended = (r) => this.#ended(r);
      engine.untilDone = true;
      this.#observe(load(program, world));
      this.#own = [...world.tasks];
      this.tasks = this.#own.filter(({ daemon }) => !daemon).length;
      return;
    }
    const state = setup();
    if (services !== null) world.services = services(state);
    this.#observe(state);
    for (const group of groups)
      this.workloads.push(
        "interarrival" in group ? new OpenWorkload(engine, group, state) : new ClosedWorkload(engine, group, state),
      );
  }

  /** The state is there, and nothing has happened. */
  #observe(state: S): void {
    const { observe, warmup } = this.options;
    const { clock } = this.engine;
    this.#state = state;
    if (observe === null) return;
    clock.watcher = this.#observer = new Observer(observe, state, warmup);
    this.#observer.passed(clock.now);
  }

  /** An error of the run with the schedule that led to it, if that was recorded. */
  located(error: unknown): unknown {
    const schedule = this.#schedule();
    return error instanceof SimulationError && schedule !== null ? error.with(printSchedule(schedule)) : error;
  }

  #schedule(): Schedule | null {
    const { decisions } = this.engine.execution;
    return decisions === null
      ? null
      : { program: this.options.program!.name, tasks: this.#own.map(({ name }) => name), decisions };
  }

  /** Keeps what the kernel warned of from growing with the run. */
  trim(): void {
    const { warnings } = this.engine.world;
    if (warnings.length <= MOST_WARNINGS) return;
    this.#warnings += warnings.length - MOST_WARNINGS;
    warnings.length = MOST_WARNINGS;
  }

  result(): SimulationResult<S, O> {
    const { engine, options } = this;
    const { clock, world } = engine;
    if (options.duration !== Infinity && (options.program === null || clock.queue.size > 0)) {
      this.#observer?.end(options.duration);
      clock.now = options.duration;
    }
    for (const cpu of engine.scheduler.cpus) cpu.settle(clock.now);
    clock.timeline?.end(clock.runners, clock.now);
    this.trim();
    return new SimulationResult({
      machine: options.machine,
      seed: options.seed,
      from: this.#from,
      to: clock.now,
      events: engine.events - this.#events,
      steps: engine.execution.steps - this.#steps,
      workloads: this.workloads,
      objects: engine.objects,
      cpus: engine.scheduler.cpus,
      timeline: clock.timeline,
      trace: world.trace,
      schedule: this.#schedule(),
      results: this.#results,
      state: this.#state as S,
      observations: this.#observer === null ? null : new Observations(this.#observer.rows, this.#observer.observe),
      warnings: world.warnings,
      warningCount: world.warnings.length + this.#warnings,
      stuck: clock.queue.size > 0 ? [] : stuckTasks(clock.runners),
    });
  }

  #ended(r: Runner): void {
    if (!this.#own.includes(r.task)) return;
    this.#results[r.task.name] = r.task.result;
    if (!r.task.daemon) this.tasksOver++;
  }

  #reset(): void {
    const { engine } = this;
    const { now } = engine.clock;
    this.#from = now;
    this.#events = engine.events;
    this.#steps = engine.execution.steps;
    for (const workload of this.workloads) workload.reset();
    for (const cpu of engine.scheduler.cpus) {
      cpu.settle(now);
      cpu.spent.fill(0);
    }
    engine.objects.reset();
  }
}

/** Tasks that wait although nothing will happen any more. */
function stuckTasks(runners: readonly Runner[]): Waiting[] {
  return runners
    .filter((r) => r.waits > 0 && !r.task.daemon)
    .map(({ task }) => {
      const step = task.pending!;
      const heldBy = runners
        .filter((other) => other.locks.some((lock) => lock === step.object))
        .map((other) => other.task.name);
      return {
        task: task.name,
        function: step.site ?? task.name,
        step: `${step.operation.name}(${step.object?.name ?? ""})`,
        object: step.object?.name ?? null,
        heldBy,
      };
    });
}
