import { checkKeys, checkNumber, checkOneOf } from "../base/errors.js";
import { preset, PRESETS, costsOf, type PresetName } from "../hardware/presets.js";
import { checkOperationCosts, FREE, type OperationCosts } from "../hardware/operation-costs.js";
import { Topology, type TopologyOptions } from "../hardware/topology.js";

export interface MachineOptions extends TopologyOptions {
  /**
   * Whose costs to use: a published machine, or "free" where only `compute` and `sleep` take time.
   * Default "cascade-lake-8275cl". The topology is not taken from it: state sockets, cores and threads, or give the
   * machine by its name alone, `machine: "ice-lake-8375c"`.
   */
  readonly preset?: PresetName | "free";
  /** Costs that differ from those of the preset, ns. */
  readonly costs?: Partial<OperationCosts>;
  /** How long a SCHED_OTHER task keeps its CPU while others wait, ns; above 0. Default 3,000,000. Infinity: until it sleeps. */
  readonly slice?: number;
  /**
   * "full": a task gives its CPU up at any moment, unless preemption is off. "none": only when it sleeps, calls
   * cond_resched or ends. Default "full".
   */
  readonly preemption?: "full" | "none";
}

/** A machine to simulate, with everything filled in. */
export interface Machine {
  readonly topology: Topology;
  readonly costs: OperationCosts;
  /** Where the costs are from. */
  readonly preset: string;
  readonly slice: number;
  readonly preemption: "full" | "none";
}

/** Fills in the defaults; of a published machine, its topology. Errors: InputError for unknown names, keys and values out of range. */
export function checkMachine(given: MachineOptions | PresetName = {}): Machine {
  const options = typeof given === "string" ? published(given) : given;
  checkKeys("the machine", options, [
    "sockets",
    "cores",
    "threads",
    "coresPerCache",
    "preset",
    "costs",
    "slice",
    "preemption",
  ]);
  const { preset: name = "cascade-lake-8275cl", costs, slice = 3_000_000, preemption = "full", ...topology } = options;
  return {
    topology: new Topology(topology),
    costs: checkOperationCosts(costs ?? {}, name === "free" ? FREE : costsOf(preset(name))),
    preset: `${name}${costs === undefined ? "" : ", some costs changed"}`,
    slice: slice === Infinity ? slice : checkNumber("slice", slice, { min: 1, unit: "ns" }),
    preemption: checkOneOf("preemption", preemption, ["full", "none"]),
  };
}

/** A published machine as it is: its sockets, cores and threads, and its costs. */
function published(name: PresetName): MachineOptions {
  const known = PRESETS.map((one) => one.name as PresetName);
  return { ...preset(checkOneOf("the machine", name, known)).topology, preset: name };
}
