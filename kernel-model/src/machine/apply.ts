import { InputError } from "../base/errors.js";
import { madeBy } from "./identity.js";
import { observeWith, Placeholder, type SharedObject } from "./object.js";
import { crossed } from "./read-side.js";
import { checkIssue, checkReturn } from "./rules.js";
import { Step } from "./step.js";
import type { Task } from "./task.js";
import { valueText, type Change } from "./trace.js";
import { RuleBroken, type Violation } from "./violation.js";
import { goOn, type World } from "./world.js";

/** Runs a new task up to its first step. */
export function start(world: World, task: Task): void {
  const outer = madeBy(task);
  try {
    proceed(world, task, undefined);
  } finally {
    madeBy(outer);
  }
}

/** Whether the task's next step may happen now. */
export function enabled(world: World, task: Task): boolean {
  const step = task.pending;
  return step !== null && (step.guard === null || step.guard(task)) && (task.cpuObject === null || world.mayRun(task));
}

/**
 * Performs the pending step of a task, whose guard must be open, and runs the task up to its next one. The one place
 * where a step takes effect, for both hosts. Throws {@link RuleBroken}, what the path throws, or an InputError.
 */
export function apply(world: World, task: Task): void {
  const step = task.pending;
  if (step === null)
    throw new InputError("the task to run", task.name, "a task that has not finished", "ask `enabled` first");
  if (step.object !== null) checkAlive(task, step, step.object);
  if (step.others !== null) for (const object of step.others) checkAlive(task, step, object);
  world.acting = task;
  world.access = step.operation.access;
  world.touchedCount = 0;
  const { reads } = task;
  madeBy(task);
  if (world.trace === null) step.result = step.effect(task, world);
  else traced(world, task, step);
  task.steps++;
  proceed(world, task, step);
  if (task.reads !== reads) crossed(task, world);
}

/** Between two steps a path has nothing but its own: what it read there would depend on an order that no step shows. */
function watchedNext(task: Task, done: Step | undefined): IteratorResult<Step, unknown> {
  const outer = observeWith(readByPath);
  try {
    return task.next.call(task.path, done);
  } finally {
    observeWith(outer);
  }
}

function readByPath(object: SharedObject): void {
  // One task alone reads what it likes.
  if (object.world === null || object.world.tasks.length < 2) return;
  throw new InputError(
    "what a path reads between two steps",
    object.name,
    "its own variables, and what primitives returned",
    "read shared state by a step, such as `yield* READ_ONCE(cell)`",
  );
}

function checkAlive(task: Task, step: Step, object: SharedObject): void {
  const { memory } = object;
  if (memory !== null && memory.isFreed) {
    throw new RuleBroken(
      "use-after-free",
      task,
      `${step.operation.name} touches ${object.toString()} in ${memory.name}, which was freed`,
    );
  }
}

function proceed(world: World, task: Task, done: Step | undefined): void {
  task.pending = null;
  goOn(world);
  const next = world.host.allSchedules === true ? watchedNext(task, done) : task.next.call(task.path, done);
  if (next.done === true) {
    task.finished = true;
    task.result = next.value;
    checkReturn(task);
    return;
  }
  const step = next.value;
  if (!(step instanceof Step)) {
    throw new InputError(
      `what the path of task "${task.name}" yields`,
      step,
      "a step of a primitive",
      "write `yield* READ_ONCE(cell)`: every yield of a path has a star and a primitive behind it",
    );
  }
  task.pending = step;
  if (step.object !== null && step.object.world !== world) {
    if (step.object instanceof Placeholder) step.object = step.object.find(task, world);
    if (step.object.world !== world) register(world, step.object, task);
  }
  if (step.others !== null) for (const object of step.others) if (object.world !== world) register(world, object, task);
  checkIssue(task, step);
}

/** Numbers an object within its run. One that another run used keeps the state of that run: refused. */
function register(world: World, object: SharedObject, task: Task): void {
  if (object.world !== null) {
    throw new InputError(
      `the object that task "${task.name}" touches`,
      object.name,
      "objects made in this run",
      "make it inside `setup` (or in the path): kept across runs, it would start each run with the state of the last",
    );
  }
  world.number(object);
  const { memory } = object;
  if (memory !== null && memory.world !== world) register(world, memory, task);
}

function traced(world: World, task: Task, step: Step): void {
  const before = world.objects.map((object) => object.describe());
  const entry = {
    index: world.trace?.length ?? 0,
    task: task.name,
    taskId: task.id,
    function: step.site ?? task.name,
    operation: step.operation.name,
    object: step.object?.name ?? null,
    argument: valueText(step.detail),
    time: world.host.now(),
  };
  const finish = (result: string): void => {
    const changes: Change[] = [];
    before.forEach((text, id) => {
      const object = world.objects[id];
      const after = object?.describe() ?? "";
      if (object !== undefined && after !== text) changes.push({ object: object.name, before: text, after });
    });
    world.trace?.push({ ...entry, result, changes });
  };
  try {
    step.result = step.effect(task, world);
  } catch (error) {
    world.thrownAt = entry.index;
    finish("");
    throw error;
  }
  finish(valueText(step.result));
}

/** What a throw out of {@link start} or {@link apply} means for the run. Misuse of the library (InputError) is thrown on. */
export function violationOf(error: unknown, task: Task, world: World): Violation {
  if (error instanceof InputError) throw error;
  const step = task.pending;
  const where = {
    task: task.name,
    function: step === null ? task.name : (step.site ?? task.name),
    step: step === null ? "return" : `${step.operation.name}(${step.object?.name ?? ""})`,
    index: world.thrownAt ?? world.trace?.length ?? null,
  };
  if (error instanceof RuleBroken) {
    return {
      kind: "rule",
      what: error.rule,
      message: `${where.task}, in ${where.function}, at ${where.step}: ${error.explanation}`,
      ...where,
    };
  }
  const [name, text] = error instanceof Error ? [error.name, error.message] : ["a thrown value", String(error)];
  return {
    kind: "exception",
    what: name,
    message: `${where.task}, in ${where.function}, after ${task.steps} steps: ${name}: ${text}`,
    ...where,
  };
}
