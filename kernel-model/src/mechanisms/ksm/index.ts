/** KSM for users: run it, change it, compare it, ask it. The scanner's own parts stay inside this folder. */
export { freshAdvisor, scanTimeAdvisor, type AdvisorContext, type AdvisorInput } from "./advisor.js";
export { claims } from "./claims.js";
export type { ContentNumber } from "./content.js";
export { writeKnob, type KnobResult } from "./control.js";
export { DEFAULT_COST, type KsmCost } from "./cost.js";
export * from "./experiments.js";
export { DEFAULT_KNOBS, KNOB_NAMES, type KnobName, type KsmKnobs } from "./knobs.js";
export { MEASURES, type MeasureName } from "./measures.js";
export { addProcess, madviseMergeable } from "./memory.js";
export { applyOp, type Op, type Step } from "./ops.js";
export { describeParameters, scanKsmFromParameters } from "./parameters.js";
export { properties, violations, type Property } from "./properties.js";
export { provenance } from "./provenance.js";
export {
  compareCase,
  parseOp,
  parseRecording,
  replayCase,
  type Difference,
  type RecordedCase,
  type RecordedColumn,
  type RecordedRow,
  type Recording,
} from "./recording.js";
export { doScan } from "./scanner.js";
export { runScenario, scenarios, type Scenario } from "./scenarios.js";
export { KsmRun, scanKsm, simulateKsm, type KsmOptions } from "./simulate.js";
export {
  compilePolicy,
  skipAge,
  type CompiledPolicy,
  type SkipFunction,
  type SkipPolicy,
  type SkipPolicyOptions,
} from "./skip-policy.js";
export { KsmState, MAX_PAGES, type KsmStateOptions, type MmSlot } from "./state.js";
export {
  csvWorkload,
  mixWorkload,
  stepsWorkload,
  type MixOptions,
  type StepsOptions,
  type Workload,
  type WorkloadDriver,
} from "./workload.js";
