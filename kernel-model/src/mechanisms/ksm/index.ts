/** KSM for users: run it, change it, compare it, ask it. The scanner's own parts stay inside this folder. */
export { freshAdvisor, scanTimeAdvisor, type AdvisorContext, type AdvisorInput } from "./model/advisor.js";
export { claims } from "./evidence/claims.js";
export type { ContentNumber } from "./model/content.js";
export { writeKnob, type KnobResult } from "./model/control.js";
export { DEFAULT_COST, type KsmCost } from "./model/cost.js";
export * from "./runs/experiments.js";
export { DEFAULT_KNOBS, KNOB_NAMES, type KnobName, type KsmKnobs } from "./model/knobs.js";
export { MEASURES, type MeasureName } from "./runs/measures.js";
export { addProcess, madviseMergeable } from "./model/memory.js";
export { parseOp } from "./model/op-format.js";
export { applyOp, type Op, type OpsAt } from "./model/ops.js";
export { scanParameters } from "./runs/scan.js";
export { properties, violations, type StateCheck } from "./checks/properties.js";
export { provenance } from "./evidence/provenance.js";
export {
  compareCase,
  parseRecording,
  replayCase,
  type Difference,
  type RecordedCase,
  type RecordedColumn,
  type RecordedRow,
  type Recording,
} from "./evidence/recording.js";
export { recordedRuns } from "./evidence/recorded-runs.js";
export { doScan } from "./model/scanner.js";
export { runScenario, scenarios, type WorkedExample } from "./checks/scenarios.js";
export { KsmRun } from "./runs/ksm-run.js";
export { simulateKsm, simulatingKsm, type KsmOptions } from "./runs/simulate.js";
export {
  compilePolicy,
  skipAge,
  type CompiledPolicy,
  type SkipFunction,
  type SkipPolicy,
  type SkipPolicyOptions,
} from "./model/skip-policy.js";
export { exitProcess, forkProcess } from "./model/process.js";
export { KsmState, MAX_PAGES, RELEASES, type KsmStateOptions, type MmSlot, type Release } from "./model/state.js";
export { csvWorkload, stepsWorkload, type StepsOptions } from "./runs/steps-workload.js";
export { mixWorkload, type MixOptions } from "./runs/mix-workload.js";
export type { Workload, WorkloadDriver } from "./runs/workload.js";
