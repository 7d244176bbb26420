export {
  constant,
  empirical,
  erlang,
  exponential,
  hyperexponential,
  uniform,
  type Distribution,
} from "./distributions.js";
export type { Estimate } from "./estimate.js";
export { SimulationError } from "./failure.js";
export { Latencies } from "./latencies.js";
export type { LockStats } from "./lock-stats.js";
export type { Machine, MachineOptions } from "./machine.js";
export { Observations, type Observe } from "./observe.js";
export type { SimulateOptions } from "./options.js";
export {
  compare,
  comparing,
  Comparison,
  replicate,
  replicating,
  Replications,
  type ReplicateOptions,
} from "./replicate.js";
export { SimulationResult, type GroupResult, type LineResult } from "./result.js";
export { simulate, simulating, type RunOptions, type Signal } from "./simulate.js";
export { studentTQuantile } from "./student-t.js";
export type { Draws } from "./streams.js";
export type { TaskState, Timeline, TimelineInterval } from "./timeline.js";
export { toTraceEvents, type TraceEvent, type TraceEvents } from "./trace-events.js";
export type { ClosedGroup, Group, OpenGroup, PathMaker } from "./workload.js";
