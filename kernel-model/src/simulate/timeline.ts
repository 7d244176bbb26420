import { datasetOf, type Dataset, type HasDataset } from "../base/dataset.js";
import type { Runner } from "./runner.js";

export type TaskState = "running" | "ready" | "waiting" | "sleeping" | "interrupted";

/** What a task did for a stretch of virtual time. */
export interface TimelineInterval {
  /** Name of the task. */
  readonly task: string;
  /** Its number in the run; one number may be used again after its task is over. */
  readonly taskId: number;
  /** ns */
  readonly from: number;
  /** ns */
  readonly to: number;
  /** `waiting`: for a lock or another condition, on its CPU (`cpu` is set) or off it. `ready`: for a CPU. */
  readonly state: TaskState;
  /** Name of the object that it waits for; null if it waits for none. */
  readonly on: string | null;
  /** The CPU that it is on; null while off. */
  readonly cpu: number | null;
}

/** Records what the tasks do, up to a number of intervals. */
export class Timeline implements HasDataset {
  readonly intervals: TimelineInterval[] = [];
  /** Virtual time from which on intervals are missing because there were too many; null if none are. */
  cutAt: number | null = null;

  constructor(
    /** The most intervals to keep. */
    readonly cap: number,
  ) {}

  /** The runner now shows this. Stretches without a change are joined; those of no length dropped. */
  mark(runner: Runner, state: TaskState | "", on: string | null, now: number): void {
    const cpu = runner.cpu?.index ?? -1;
    if (runner.shown === state && runner.shownOn === on && runner.shownCpu === cpu) return;
    this.#close(runner, now);
    runner.shown = state;
    runner.shownOn = on;
    runner.shownCpu = cpu;
    runner.shownSince = now;
  }

  /** Ends what all runners show. */
  end(runners: readonly Runner[], now: number): void {
    for (const runner of runners) {
      this.#close(runner, now);
      runner.shown = "";
    }
    this.intervals.sort((a, b) => a.from - b.from);
  }

  #close(runner: Runner, now: number): void {
    if (runner.shown === "" || runner.shownSince >= now) return;
    if (this.intervals.length >= this.cap) {
      this.cutAt ??= runner.shownSince;
      return;
    }
    const last = this.intervals.at(-1);
    const cpu = runner.shownCpu < 0 ? null : runner.shownCpu;
    const fresh: TimelineInterval = {
      task: runner.task.name,
      taskId: runner.task.id,
      from: runner.shownSince,
      to: now,
      state: runner.shown as TaskState,
      on: runner.shownOn,
      cpu,
    };
    if (
      last !== undefined &&
      last.to === fresh.from &&
      last.taskId === fresh.taskId &&
      last.task === fresh.task &&
      last.state === fresh.state &&
      last.on === fresh.on &&
      last.cpu === cpu
    ) {
      this.intervals[this.intervals.length - 1] = { ...last, to: now };
    } else this.intervals.push(fresh);
  }

  dataset(): Dataset {
    const cut = this.cutAt === null ? "" : ` (cut after ${this.cap} stretches: incomplete from ${this.cutAt} ns on)`;
    return datasetOf<TimelineInterval>(`What the tasks did${cut}`, this.intervals, [
      { name: "task", meaning: "the task", of: ({ task }) => task },
      { name: "from", unit: "ns", meaning: "when it began", of: ({ from }) => from },
      { name: "to", unit: "ns", meaning: "when it ended", of: ({ to }) => to },
      { name: "state", meaning: "what the task did", of: ({ state }) => state },
      { name: "on", meaning: "what it waited for", of: ({ on }) => on },
      { name: "cpu", meaning: "the CPU it was on", of: ({ cpu }) => (cpu === null ? null : String(cpu)) },
    ]);
  }
}
