import { datasetOf, type ColumnOf, type Dataset, type HasDataset } from "../base/dataset.js";
import { checkOneOf, InputError } from "../base/errors.js";
import type { Schedule } from "../machine/schedule.js";
import type { TraceEntry } from "../machine/trace.js";
import type { Waiting } from "../machine/verdict.js";
import type { Warning } from "../machine/world.js";
import { CPU_MODES, type Cpu } from "./cpu.js";
import type { Latencies } from "./latencies.js";
import type { LockStats } from "./lock-stats.js";
import type { Machine } from "./machine.js";
import type { Objects } from "./objects.js";
import type { Observations } from "./observe.js";
import type { Runner } from "./runner.js";
import type { Timeline } from "./timeline.js";
import type { Workload } from "./workload.js";

/** What one group did after the warm-up. */
export interface GroupResult {
  readonly name: string;
  /** Paths that ended. */
  readonly completions: number;
  /** Paths that ended a second. */
  readonly throughput: number;
  /** From arrival, or the end of thinking, to the end of the path. */
  readonly latency: Latencies;
  /** Paths under way, mean over time. */
  readonly present: number;
}

/** What happened to the cache lines of one name after the warm-up. */
export interface LineResult {
  readonly name: string;
  readonly lines: number;
  readonly accesses: number;
  readonly transfers: number;
  /** Share of the time that a line of this name was on its way: 0 to 1 for each of its `lines`, all added. */
  readonly utilisation: number;
  /** Mean time that an access waited for earlier transfers, ns. */
  readonly queueing: number;
}

interface Parts<S, O extends object> {
  readonly machine: Machine;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly steps: number;
  readonly workloads: readonly Workload[];
  readonly objects: Objects;
  readonly cpus: readonly Cpu<Runner>[];
  readonly timeline: Timeline | null;
  readonly trace: readonly TraceEntry[] | null;
  readonly schedule: Schedule | null;
  readonly results: Readonly<Record<string, unknown>>;
  readonly state: S;
  readonly observations: Observations<O> | null;
  readonly warnings: readonly Warning[];
  readonly warningCount: number;
  readonly stuck: readonly Waiting[];
}

/** What a run measured, warm-up left out. Shown as a table of its groups; the other tables are methods. */
export class SimulationResult<S = unknown, O extends object = object> implements HasDataset {
  readonly machine: Machine;
  readonly seed: number;
  /** The measured stretch of virtual time, ns. */
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly steps: number;
  readonly groups: readonly GroupResult[];
  /** By name: every object that was a lock, or was waited for. */
  readonly locks: readonly LockStats[];
  readonly lines: readonly LineResult[];
  readonly timeline: Timeline | null;
  readonly trace: readonly TraceEntry[] | null;
  /** Of a program, if it was recorded. */
  readonly schedule: Schedule | null;
  /** What the program's tasks returned, by name. */
  readonly results: Readonly<Record<string, unknown>>;
  /** What `setup` made, as the run left it. */
  readonly state: S;
  /** WARNs of the kernel: the first thousand, and how many there were. */
  readonly warnings: readonly Warning[];
  readonly warningCount: number;
  /** Tasks that wait for ever, because nothing can happen any more: a deadlock, or a wake-up that was lost. */
  readonly stuck: readonly Waiting[];
  readonly #cpus: readonly Cpu<Runner>[];
  readonly #observations: Observations<O> | null;

  constructor(parts: Parts<S, O>) {
    const { from, to } = parts;
    const time = to - from;
    this.machine = parts.machine;
    this.seed = parts.seed;
    this.from = from;
    this.to = to;
    this.events = parts.events;
    this.steps = parts.steps;
    this.timeline = parts.timeline;
    this.trace = parts.trace;
    this.schedule = parts.schedule;
    this.results = parts.results;
    this.state = parts.state;
    this.#observations = parts.observations;
    this.warnings = parts.warnings;
    this.warningCount = parts.warningCount;
    this.stuck = parts.stuck;
    this.#cpus = parts.cpus;
    this.groups = parts.workloads.map((w) => ({
      name: w.name,
      completions: w.completions,
      throughput: time > 0 ? (w.completions / time) * 1e9 : 0,
      latency: w.latency,
      present: time > 0 ? w.area() / time : 0,
    }));
    this.locks = [...parts.objects.stats.values()].filter(
      ({ acquisitions, contended, hold }) => acquisitions + contended + hold.count > 0,
    );
    this.lines = [...parts.objects.lines.values()]
      .filter(({ accesses, transferTime }) => accesses + transferTime > 0)
      .map(({ name, lines, accesses, transfers, transferTime, queueTime }) => ({
        name,
        lines,
        accesses,
        transfers,
        utilisation: time > 0 ? Math.min(lines, transferTime / time) : 0,
        queueing: accesses > 0 ? queueTime / accesses : 0,
      }));
  }

  /** What `observe` saw: a row for each look, with its time. Errors: InputError if nothing was observed. */
  get observations(): Observations<O> {
    if (this.#observations !== null) return this.#observations;
    const next = "simulate with e.g. `observe: { every: ms(2), read: (state) => ({ pages: state.pages }) }`";
    throw new InputError("the observations", null, "a run that was observed", next);
  }

  /** Measures of a group. Errors: InputError, here and below, for an unknown name. */
  group(name: string): GroupResult {
    return find("the group", name, this.groups);
  }

  /** Measures of the locks, or other objects waited for, of this name. */
  lock(name: string): LockStats {
    return find("the lock", name, this.locks);
  }

  line(name: string): LineResult {
    return find("the cache line", name, this.lines);
  }

  /** Share of the measured time that the CPUs were not idle, 0 to 1: of one, or the mean of all. */
  utilisation(cpu?: number): number {
    const cpus =
      cpu === undefined
        ? this.#cpus
        : [
            this.#cpus[
              checkOneOf(
                "the cpu",
                cpu,
                this.#cpus.map(({ index }) => index),
              )
            ]!,
          ];
    const time = (this.to - this.from) * cpus.length;
    return time > 0 ? 1 - cpus.reduce((sum, { spent }) => sum + spent[0]!, 0) / time : 0;
  }

  dataset(): Dataset {
    const title = `Groups on ${this.machine.topology.toString()}, ${this.#when()}`;
    return datasetOf<GroupResult>(title, this.groups, [
      { name: "group", meaning: "the group of tasks", of: (g) => g.name },
      { name: "completions", unit: "paths", meaning: "paths that ended", of: (g) => g.completions },
      { name: "throughput", unit: "paths/s", meaning: "paths that ended a second", of: (g) => g.throughput },
      { name: "present", unit: "paths", meaning: "paths under way, mean over time", of: (g) => g.present },
      ...latencyColumns<GroupResult>("latency", "from arrival to the end of the path", (g) => g.latency),
    ]);
  }

  lockDataset(): Dataset {
    return datasetOf<LockStats>(`Locks and other things waited for, ${this.#when()}`, this.locks, [
      { name: "lock", meaning: "name of the lock or other object", of: (lock) => lock.name },
      { name: "acquisitions", meaning: "times it was taken", of: (lock) => lock.acquisitions },
      { name: "contended", meaning: "times that a task had to wait", of: (lock) => lock.contended },
      ...latencyColumns<LockStats>("wait", "waiting, of those that had to", (lock) => lock.wait),
      ...latencyColumns<LockStats>("hold", "from taking it to giving it back", (lock) => lock.hold),
    ]);
  }

  lineDataset(): Dataset {
    return datasetOf<LineResult>(`Cache lines, ${this.#when()}`, this.lines, [
      { name: "line", meaning: "name of the line, or of its only object", of: (line) => line.name },
      { name: "lines", meaning: "lines of this name", of: (line) => line.lines },
      { name: "accesses", meaning: "loads, stores and atomics", of: (line) => line.accesses },
      { name: "transfers", meaning: "accesses that had to get the line from elsewhere", of: (line) => line.transfers },
      {
        name: "utilisation",
        meaning: "share of the time that the line was on its way",
        of: (line) => line.utilisation,
      },
      {
        name: "queueing",
        unit: "ns",
        meaning: "mean wait of an access for earlier transfers",
        of: (line) => line.queueing,
      },
    ]);
  }

  cpuDataset(): Dataset {
    const time = this.to - this.from;
    return datasetOf<Cpu<Runner>>(`What the CPUs did, ${this.#when()}`, this.#cpus, [
      { name: "cpu", meaning: "number of the CPU", of: ({ index }) => index },
      ...CPU_MODES.map((name, i) => ({
        name,
        meaning: `share of the time ${MODE_MEANING[i]!}`,
        of: ({ spent }: Cpu<Runner>) => (time > 0 ? spent[i]! / time : 0),
      })),
    ]);
  }

  #when(): string {
    return `${this.from} to ${this.to} ns`;
  }
}

const MODE_MEANING = [
  "without a task",
  "running a task",
  "spinning on a lock",
  "switching tasks",
  "in interrupt handlers",
];

function latencyColumns<T>(name: string, meaning: string, latencies: (row: T) => Latencies): ColumnOf<T>[] {
  const column = (suffix: string, text: string, of: (l: Latencies) => number): ColumnOf<T> => ({
    name: `${name}_${suffix}`,
    unit: "ns",
    meaning: `${meaning}: ${text}`,
    of: (row) => of(latencies(row)),
  });
  return [
    column("mean", "mean", (l) => l.mean),
    column("p50", "median", (l) => l.percentile(50)),
    column("p99", "99th percentile", (l) => l.percentile(99)),
    column("max", "longest", (l) => (l.count === 0 ? NaN : l.max)),
  ];
}

function find<T extends { readonly name: string }>(what: string, name: string, all: readonly T[]): T {
  checkOneOf(
    what,
    name,
    all.map((one) => one.name),
  );
  return all.find((one) => one.name === name)!;
}
