import { InputError } from "../base/errors.js";
import { SharedObject } from "../machine/object.js";
import type { Path } from "../machine/path.js";
import { operation, Step } from "../machine/step.js";
import { RuleBroken } from "../machine/violation.js";
import { checkCpu, interrupt, localIrqRestore, localIrqSave, preemptEnable } from "./irq.js";

/** The acknowledgements that one call waits for: the call_single_data of its CPUs. */
class Acknowledgements extends SharedObject {
  constructor(
    name: string,
    readonly missing: Set<number>,
  ) {
    super(name);
  }

  describe(): string {
    return this.missing.size === 0
      ? "acknowledged"
      : `waits for CPU ${[...this.missing].sort((a, b) => a - b).join(", ")}`;
  }
}

const enter = operation("smp_call_function", "none");
const send = operation("send IPI", "write", { cost: "interrupt" });
// CPUs acknowledge in any order, and each tells only that it has.
const unlock = operation("csd_unlock", "add", { order: "release", cost: "store" });
const wait = operation("csd_lock_wait", "read", { order: "acquire" });

/** What runs on each CPU that is called, in hard interrupt context, with interrupts off. */
export type CpuFunction = (cpu: number) => Path<unknown>;

/**
 * Runs `func` on the CPU, in an interrupt handler (here, with interrupts off, if the CPU is the task's own). With
 * `wait`, spins until it is over. The task must be bound to a CPU: `{ path, cpu }`. With interrupts off, or in an
 * interrupt handler, it breaks the rule "misuse": two CPUs that call each other so would wait for ever.
 *
 * Kernel: kernel/smp.c. @param cpu 0 to 1023
 */
export function smpCallFunctionSingle(cpu: number, func: CpuFunction, wait: boolean): Path {
  return callOn("smp_call_function_single", [cpu], func, wait, true);
}

/** Runs `func` on the CPUs of the mask but the task's own; as {@link smpCallFunctionSingle} otherwise. */
export function smpCallFunctionMany(mask: readonly number[], func: CpuFunction, wait: boolean): Path {
  return callOn("smp_call_function_many", mask, func, wait, false);
}

/** Runs `func` on all CPUs of the mask, the task's own included; as {@link smpCallFunctionSingle} otherwise. */
export function onEachCpuMask(mask: readonly number[], func: CpuFunction, wait: boolean): Path {
  return callOn("on_each_cpu_mask", mask, func, wait, true);
}

function* callOn(what: string, cpus: readonly number[], func: CpuFunction, waits: boolean, runHere: boolean): Path {
  if (!Array.isArray(cpus))
    throw new InputError(`the CPUs of ${what}`, cpus, "an array of CPU numbers", "write [0, 1]");
  cpus.forEach((cpu: number) => checkCpu(cpu));
  if (new Set(cpus).size < cpus.length)
    throw new InputError(`the CPUs of ${what}`, cpus, "each CPU once", "write [...new Set(cpus)]");
  if (typeof func !== "function")
    throw new InputError(
      `the function of ${what}`,
      func,
      "a function from the CPU to a path",
      "write `(cpu) => flush(s, cpu)`",
    );
  const caller = yield* new Step(enter, null, (task) => {
    if (task.cpu < 0)
      throw new InputError(
        `the CPU of task "${task.name}", which calls ${what}`,
        "not stated",
        "a task that is bound to a CPU",
        "start it as `{ path: () => ..., cpu: 0 }`",
      );
    if (task.irqsOff > 0)
      throw new RuleBroken(
        "misuse",
        task,
        `calls ${what}() with interrupts off: a CPU that calls back would never be answered`,
      );
    if (task.context !== "task") throw new RuleBroken("misuse", task, `calls ${what}() in a ${task.context} handler`);
    task.preemptCount++;
    return { name: task.name, cpu: task.cpu };
  }).with(cpus.join(", "));
  const others = cpus.filter((cpu) => cpu !== caller.cpu);
  if (others.length > 0)
    yield* sendAndWait(caller.name, others, func, waits, runHere && others.length < cpus.length ? caller.cpu : null);
  else if (runHere && cpus.length > 0) yield* runLocally(func, caller.cpu);
  yield* preemptEnable();
}

/** The others are told first, so that they work while this CPU does its own part. */
function* sendAndWait(
  caller: string,
  cpus: readonly number[],
  func: CpuFunction,
  waits: boolean,
  own: number | null,
): Path {
  const pending = new Acknowledgements(`IPI from ${caller}`, new Set(cpus));
  yield* new Step<void>(send, pending, (_task, world) => {
    for (const cpu of cpus)
      interrupt(world, `IPI from ${caller} on CPU ${cpu}`, () => answer(func, cpu, pending), "hardirq", cpu);
  }).with(cpus.join(", "));
  if (own !== null) yield* runLocally(func, own);
  if (waits)
    yield* new Step<void>(
      wait,
      pending,
      () => undefined,
      () => pending.missing.size === 0,
    );
}

function* answer(func: CpuFunction, cpu: number, pending: Acknowledgements): Path {
  yield* func(cpu);
  yield* new Step<void>(unlock, pending, () => {
    pending.missing.delete(cpu);
  }).with(cpu);
}

function* runLocally(func: CpuFunction, cpu: number): Path {
  const flags = yield* localIrqSave();
  yield* func(cpu);
  yield* localIrqRestore(flags);
}
