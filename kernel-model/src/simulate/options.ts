import { checkInteger, checkKeys, checkNumber, checkOneOf, InputError } from "../base/errors.js";
import type { Program } from "../machine/program.js";
import type { Services } from "../machine/services.js";
import { checkDistribution } from "./distributions.js";
import type { PresetName } from "../hardware/presets.js";
import { checkMachine, type Machine, type MachineOptions } from "./machine.js";
import { checkObserve, type Observe } from "./observe.js";
import type { Group } from "./workload.js";

export interface SimulateOptions<S, O extends object = object> {
  /** What to run once, to its end: its tasks, or... */
  readonly program?: Program<S>;
  /** ...what the paths of `groups` share; made once. */
  readonly setup?: () => S;
  /** Parts of the kernel that these paths bring along, such as another RCU; a program has its own. Default: small ones. */
  readonly services?: (state: S) => Services;
  /** Load, until `duration`. */
  readonly groups?: readonly Group<S>[];
  /**
   * A published machine by its name, with its topology and costs (`PRESETS` lists them), or one put together.
   * Default: one socket of four cores with the costs of "cascade-lake-8275cl".
   */
  readonly machine?: MachineOptions | PresetName;
  /** Virtual time to simulate, ns, above 0 (1e9 is a second). Required with groups; default for a program: to its end. */
  readonly duration?: number;
  /** Virtual time whose measures are left out, ns, 0 up to the duration. Default 0. */
  readonly warmup?: number;
  /** 0 to 2^32 - 1. Default 1. */
  readonly seed?: number;
  /**
   * Look at the state every so often, from the end of the warm-up to the end of the run, which is no longer looked at
   * (`result.state` is the state then); each look comes before what happens at its time. See `result.observations`.
   * Default: no.
   */
  readonly observe?: Observe<S, O>;
  /** Record what each task does: up to so many stretches (true: 100,000). Default: no. */
  readonly timeline?: boolean | number;
  /** Record the schedule of a program, which the explorer can replay. Grows with the run. Default false. */
  readonly schedule?: boolean;
  /** Record each step with what it changed. Grows with the run, and slows it down a hundred times. Default false. */
  readonly trace?: boolean;
}

export interface Checked<S, O extends object> {
  readonly program: Program<S> | null;
  readonly setup: () => S;
  readonly services: ((state: S) => Services) | null;
  readonly groups: readonly Group<S>[];
  readonly machine: Machine;
  readonly duration: number;
  readonly warmup: number;
  readonly seed: number;
  readonly observe: Observe<S, O> | null;
  /** Intervals; 0 for none. */
  readonly timeline: number;
  readonly schedule: boolean;
  readonly trace: boolean;
}

/** Fills in the defaults. Errors: InputError naming the parameter, the value, what is accepted and what to do. */
export function checkOptions<S, O extends object>(options: SimulateOptions<S, O>): Checked<S, O> {
  checkKeys("simulate", options, [
    "program",
    "setup",
    "services",
    "groups",
    "machine",
    "duration",
    "warmup",
    "seed",
    "observe",
    "timeline",
    "schedule",
    "trace",
  ]);
  const { program = null, groups = [], timeline = false } = options;
  checkSubject(options);
  const machine = checkMachine(options.machine);
  groups.forEach((group, i) => checkGroup(group, groups.findIndex(({ name }) => name === group.name) !== i, machine));
  const duration =
    options.duration === undefined ? Infinity : checkNumber("duration", options.duration, { min: 1, unit: "ns" });
  const warmup = checkNumber("warmup", options.warmup ?? 0, { min: 0, unit: "ns" });
  if (warmup >= duration)
    throw new InputError("warmup", warmup, `less than the duration of ${duration} ns`, "simulate longer, or cut less");
  if (options.schedule === true && program === null)
    throw new InputError("schedule", true, "false with groups", "a schedule is of a program: put the paths into one");
  return {
    program,
    groups,
    machine,
    duration,
    warmup,
    setup: options.setup ?? ((): S => undefined as S),
    services: options.services ?? null,
    observe: options.observe === undefined ? null : checkObserve(options.observe),
    seed: checkInteger("seed", options.seed ?? 1, { min: 0, max: 0xffffffff }),
    timeline:
      typeof timeline === "boolean"
        ? timeline
          ? 100_000
          : 0
        : checkInteger("timeline", timeline, { min: 1, max: 10_000_000, unit: "stretches" }),
    schedule: options.schedule ?? false,
    trace: options.trace ?? false,
  };
}

/** What is to run: one program, or groups up to a time. */
function checkSubject<S, O extends object>(options: SimulateOptions<S, O>): void {
  const { program = null, groups = [] } = options;
  const beside = options.groups ?? options.setup ?? options.services;
  if (program !== null && beside !== undefined)
    throw new InputError(
      "groups",
      beside,
      "nothing beside `program`",
      "simulate the program once, or its paths as groups with `setup`",
    );
  if (program === null && groups.length === 0)
    throw new InputError(
      "groups",
      options.groups,
      "at least one group, or a program",
      'write `groups: [{ name: "worker", count: 4, path: (s) => work(s) }]` or `program`',
    );
  if (program === null && options.duration === undefined)
    throw new InputError(
      "duration",
      undefined,
      "a virtual time in ns",
      "groups run until then: give, for example, 1e9 for a second",
    );
}

function checkGroup<S>(group: Group<S>, twice: boolean, machine: Machine): void {
  checkKeys("a group", group, ["name", "path", "count", "think", "cpuOf", "interarrival", "cpu", "policy", "priority"]);
  const { name } = group;
  if (typeof name !== "string" || name === "" || twice)
    throw new InputError(
      "the name of a group",
      name,
      "a name that no other group has",
      'name what its tasks do, such as "reader"',
    );
  if (typeof group.path !== "function")
    throw new InputError(
      `the path of group "${name}"`,
      group.path,
      "a function from the state to a path",
      "write `path: (s, index, draws) => work(s)`",
    );
  if ("interarrival" in group) {
    checkDistribution(`the time between arrivals of group "${name}"`, group.interarrival);
    if (group.interarrival.mean === 0)
      throw new InputError(
        `the time between arrivals of group "${name}"`,
        group.interarrival.name,
        "a mean above 0 ns",
        "all would arrive at once: give the mean time between two",
      );
    if ("count" in group || "think" in group)
      throw new InputError(
        `group "${name}"`,
        Object.keys(group),
        "either `count` (a closed loop) or `interarrival` (open arrivals)",
        "leave one of them out",
      );
  } else {
    checkInteger(`the count of group "${name}"`, group.count, { min: 1, max: 1_000_000, unit: "tasks" });
    if (group.think !== undefined) checkDistribution(`the think time of group "${name}"`, group.think);
  }
  if (group.cpu !== undefined)
    checkInteger(`the cpu of group "${name}"`, group.cpu, {
      min: 0,
      max: machine.topology.cpus - 1,
      next: `the machine has ${machine.topology.toString()}`,
    });
  if (group.policy !== undefined) checkOneOf(`the policy of group "${name}"`, group.policy, ["other", "fifo"]);
  if (group.priority !== undefined)
    checkInteger(`the priority of group "${name}"`, group.priority, { min: 1, max: 99 });
}
