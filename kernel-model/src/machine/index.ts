export { sameLine, SharedObject, Memory, Line } from "./object.js";
export { kernelPath, type Path } from "./path.js";
export {
  always,
  alwaysAtEnd,
  define,
  eventually,
  sometimes,
  sometimesAtEnd,
  type Program,
  type ProgramText,
  type Property,
  type Run,
  type TaskSpec,
} from "./program.js";
export { readSectionsNow, type ReadSection } from "./read-side.js";
export type { SavedSearch } from "./saved-search.js";
export { contextSwitches, parseSchedule, printSchedule, type Decision, type Schedule } from "./schedule.js";
export type { RcuProvider, Services } from "./services.js";
export { operation, Step, type Access, type CostClass, type Operation, type Order } from "./step.js";
export { Task, type Context, type TaskOptions } from "./task.js";
export { stepText, type Change, type TraceEntry } from "./trace.js";
export type { Effort, Verdict, Waiting } from "./verdict.js";
export { RuleBroken, type Rule, type Violation } from "./violation.js";
export type { Warning, World } from "./world.js";
