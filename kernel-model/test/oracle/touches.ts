import type { SharedObject } from "../../src/machine/object.js";
import type { Access, Step } from "../../src/machine/step.js";
import type { Task } from "../../src/machine/task.js";
import type { World } from "../../src/machine/world.js";

/** How a step touched an object, as bits: two touches of one object conflict unless all are reads, or all additions. */
const READ = 1;
const ADD = 2;
const WRITE = 4;
const BITS: Readonly<Record<Access, number>> = {
  none: 0,
  read: READ,
  add: ADD,
  write: WRITE,
  acquire: WRITE,
  release: WRITE,
};

/** Stands for what the properties see: no object has this serial number. */
const SEEN = Number.NaN;

/** What one step touched: bits by the serial number of the object. */
export type Touches = ReadonlyMap<number, number>;

export function conflict(a: Touches, b: Touches): boolean {
  for (const [object, bits] of a) {
    const all = bits | (b.get(object) ?? 0);
    if (b.has(object) && all !== READ && all !== ADD) return true;
  }
  return false;
}

function touch(into: Map<number, number>, object: SharedObject, access: Access): void {
  const bits = BITS[access];
  if (bits === 0) return;
  into.set(object.serial, (into.get(object.serial) ?? 0) | bits);
  if (object.memory !== null) into.set(object.memory.serial, (into.get(object.memory.serial) ?? 0) | READ);
}

function named(into: Map<number, number>, { object, others }: Step, access: Access): void {
  if (object !== null) touch(into, object, access);
  for (const other of others ?? []) touch(into, other, "read");
}

/**
 * What the step that was performed last has touched. `hold`: {@link Task.hold} before it; `visible`: whether a property
 * could see it.
 */
export function performed(world: World, task: Task, step: Step, hold: number, visible: boolean): Touches {
  const touches = new Map<number, number>();
  named(touches, step, world.access);
  for (let i = 0; i < world.touchedCount; i++) touch(touches, world.touched[i]!, world.touchedAs[i]!);
  if (task.cpuObject !== null) touch(touches, task.cpuObject, task.hold === hold ? "read" : "write");
  if (visible) touches.set(SEEN, WRITE);
  return touches;
}

/** What decides whether a step that has not been performed can happen: what it names, and the CPU of its task. */
export function waiting(task: Task, step: Step): Touches {
  const touches = new Map<number, number>();
  named(touches, step, step.operation.access);
  if (task.cpuObject !== null) touch(touches, task.cpuObject, "read");
  return touches;
}

/** As text, the same for the same touches. */
export function textOf(touches: Touches): string {
  if (touches.size === 1) for (const [object, bits] of touches) return `${object}:${bits}`;
  return [...touches]
    .map(([object, bits]) => `${object}:${bits}`)
    .sort()
    .join(" ");
}
