import type { Column, Dataset, HasDataset } from "../base/dataset.js";
import { checkOneOf } from "../base/errors.js";
import type { Schedule } from "../machine/schedule.js";
import type { TraceEntry } from "../machine/trace.js";
import type { Waiting } from "../machine/verdict.js";
import type { Warning } from "../machine/world.js";
import { CPU_MODES, type Cpu } from "./cpu.js";
import type { Latencies } from "./latencies.js";
import type { LockStats } from "./lock-stats.js";
import type { Machine } from "./machine.js";
import type { Objects } from "./objects.js";
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

interface Parts {
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
  readonly warnings: readonly Warning[];
  readonly warningCount: number;
  readonly stuck: readonly Waiting[];
}

/** What a run measured, warm-up left out. Shown as a table of its groups; the other tables are methods. */
export class SimulationResult implements HasDataset {
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
  /** WARNs of the kernel: the first thousand, and how many there were. */
  readonly warnings: readonly Warning[];
  readonly warningCount: number;
  /** Tasks that wait for ever, because nothing can happen any more: a deadlock, or a wake-up that was lost. */
  readonly stuck: readonly Waiting[];
  readonly #cpus: readonly Cpu<Runner>[];

  constructor(parts: Parts) {
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
    const { groups } = this;
    const column = (name: string, unit: string, meaning: string, of: (g: GroupResult) => number): Column => ({
      name,
      unit,
      meaning,
      values: groups.map(of),
    });
    return {
      title: `Groups on ${this.machine.topology.toString()}, ${this.#when()}`,
      columns: [
        { name: "group", meaning: "the group of tasks", values: groups.map(({ name }) => name) },
        column("completions", "paths", "paths that ended", (g) => g.completions),
        column("throughput", "paths/s", "paths that ended a second", (g) => g.throughput),
        column("present", "paths", "paths under way, mean over time", (g) => g.present),
        ...latencyColumns(
          "latency",
          "from arrival to the end of the path",
          groups.map(({ latency }) => latency),
        ),
      ],
    };
  }

  lockDataset(): Dataset {
    const { locks } = this;
    return {
      title: `Locks and other things waited for, ${this.#when()}`,
      columns: [
        { name: "lock", meaning: "name of the lock or other object", values: locks.map(({ name }) => name) },
        { name: "acquisitions", meaning: "times it was taken", values: locks.map(({ acquisitions }) => acquisitions) },
        {
          name: "contended",
          meaning: "times that a task had to wait",
          values: locks.map(({ contended }) => contended),
        },
        ...latencyColumns(
          "wait",
          "waiting, of those that had to",
          locks.map(({ wait }) => wait),
        ),
        ...latencyColumns(
          "hold",
          "from taking it to giving it back",
          locks.map(({ hold }) => hold),
        ),
      ],
    };
  }

  lineDataset(): Dataset {
    const { lines } = this;
    return {
      title: `Cache lines, ${this.#when()}`,
      columns: [
        { name: "line", meaning: "name of the line, or of its only object", values: lines.map(({ name }) => name) },
        { name: "lines", meaning: "lines of this name", values: lines.map((line) => line.lines) },
        { name: "accesses", meaning: "loads, stores and atomics", values: lines.map(({ accesses }) => accesses) },
        {
          name: "transfers",
          meaning: "accesses that had to get the line from elsewhere",
          values: lines.map(({ transfers }) => transfers),
        },
        {
          name: "utilisation",
          meaning: "share of the time that the line was on its way",
          values: lines.map(({ utilisation }) => utilisation),
        },
        {
          name: "queueing",
          unit: "ns",
          meaning: "mean wait of an access for earlier transfers",
          values: lines.map(({ queueing }) => queueing),
        },
      ],
    };
  }

  cpuDataset(): Dataset {
    const time = this.to - this.from;
    return {
      title: `What the CPUs did, ${this.#when()}`,
      columns: [
        { name: "cpu", meaning: "number of the CPU", values: this.#cpus.map(({ index }) => index) },
        ...CPU_MODES.map((mode, i): Column => ({
          name: mode,
          meaning: `share of the time ${MODE_MEANING[i]!}`,
          values: this.#cpus.map(({ spent }) => (time > 0 ? spent[i]! / time : 0)),
        })),
      ],
    };
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

function latencyColumns(name: string, meaning: string, all: readonly Latencies[]): Column[] {
  const column = (suffix: string, text: string, of: (l: Latencies) => number): Column => ({
    name: `${name}_${suffix}`,
    unit: "ns",
    meaning: `${meaning}: ${text}`,
    values: all.map(of),
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
