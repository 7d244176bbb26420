import { isOfProgram } from "../machine/identity.js";
import type { SharedObject } from "../machine/object.js";
import type { Access, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";
import type { World } from "../machine/world.js";

/** How an event touched a location. Two touches of one location conflict unless both are READ or both are ADD. */
export const READ = 1;
export const ADD = 2;
export const WRITE = 3;

const MODE: Readonly<Record<Access, number>> = {
  none: 0,
  read: READ,
  add: ADD,
  write: WRITE,
  acquire: WRITE,
  release: WRITE,
};

/** What properties see: events that change it keep their order. */
const SEEN = 0;

/** Whether two ways to touch one location conflict. */
export const modesConflict = (a: number, b: number): boolean => a !== b || a === WRITE;

/**
 * What an event touched: locations, and how. Two events of different tasks are dependent if they conflict on one; if
 * not, their order makes no difference to any state, to what either returns, nor to which steps can happen.
 */
export class Footprint {
  /** A touch is one number: the location times four, and how. */
  readonly touches: number[] = [];
  /** Touches; the array may be longer. */
  size = 0;

  add(location: number, mode: number): void {
    const { touches } = this;
    for (let i = 0; i < this.size; i++) {
      if (touches[i]! >> 2 === location) {
        if ((touches[i]! & 3) !== mode) touches[i] = location * 4 + WRITE;
        return;
      }
    }
    touches[this.size++] = location * 4 + mode;
  }

  /** The same, but for how it touches one location, and whether properties see it. */
  with(location: number, access: Access, seen: boolean): Footprint {
    const other = new Footprint();
    for (let i = 0; i < this.size; i++)
      if (this.touches[i]! >> 2 !== location && this.touches[i]! >> 2 !== SEEN)
        other.touches[other.size++] = this.touches[i]!;
    const mode = MODE[access];
    if (mode !== 0) other.add(location, mode);
    if (seen) other.add(SEEN, WRITE);
    return other;
  }

  copy(): Footprint {
    if (this === EVERYTHING) return this;
    const copy = new Footprint();
    for (let i = 0; i < this.size; i++) copy.touches.push(this.touches[i]!);
    copy.size = this.size;
    return copy;
  }
}

/** The footprint of a step of which nothing is known: it conflicts with all. */
export const EVERYTHING = new Footprint();

/** Whether two events with these footprints are dependent. O(product of their sizes, which are 1 to 4). */
export function conflict(a: Footprint, b: Footprint): boolean {
  if (a === EVERYTHING || b === EVERYTHING) return true;
  for (let i = 0; i < a.size; i++) {
    const touch = a.touches[i]!;
    for (let j = 0; j < b.size; j++) {
      const other = b.touches[j]!;
      if (touch >> 2 === other >> 2 && modesConflict(touch & 3, other & 3)) return true;
    }
  }
  return false;
}

/** How it touched a location: the touch, or 0 if it did not. */
function touchOf({ touches, size }: Footprint, location: number): number {
  for (let i = 0; i < size; i++) if (touches[i]! >> 2 === location) return touches[i]!;
  return 0;
}

/** Whether it conflicts with this one touch; 0 is none. */
export function conflictAt(footprint: Footprint, touch: number): boolean {
  if (footprint === EVERYTHING) return touch !== 0;
  const other = touch === 0 ? 0 : touchOf(footprint, touch >> 2);
  return other !== 0 && modesConflict(other & 3, touch & 3);
}

/**
 * Whether a step touches more than it did, so that it conflicts with what commuted with it. But for a location where what
 * it did there conflicts with something that it is to come before: what is like it there comes after that.
 */
export function touchesMore(now: Footprint, was: Footprint, comesBefore: (touch: number) => boolean): boolean {
  if (now === EVERYTHING) return true;
  for (let i = 0; i < now.size; i++) {
    const before = touchOf(was, now.touches[i]! >> 2);
    if (before !== now.touches[i] && (before & 3) !== WRITE && !comesBefore(before)) return true;
  }
  return false;
}

/** Numbers for locations that are the same in every run of one search. Even: objects of `setup`; odd: all others. */
export class Locations {
  #others: Map<number, number> | null = null;

  of({ serial }: SharedObject): number {
    if (isOfProgram(serial)) return 2 * serial + 2;
    const others = (this.#others ??= new Map<number, number>());
    let number = others.get(serial);
    if (number === undefined) others.set(serial, (number = 2 * others.size + 1));
    return number;
  }

  save(): [number, number][] {
    return [...(this.#others ?? [])];
  }

  load(saved: readonly (readonly [number, number])[]): void {
    this.#others = new Map(saved);
  }

  /** What the step that was performed last touched. `held`: {@link Task.hold} before it. */
  performed(into: Footprint, world: World, task: Task, step: Step, held: number, visible: boolean): void {
    into.size = 0;
    this.#declared(into, step, world.access);
    for (let i = 0; i < world.touchedCount; i++) this.#touch(into, world.touched[i]!, world.touchedAs[i]!);
    if (task.cpuObject !== null) into.add(this.of(task.cpuObject), task.hold === held ? READ : WRITE);
    if (visible) into.add(SEEN, WRITE);
  }

  /** What a step that waits looks at: that of its guard, and at most what it says that it will touch. */
  pending(into: Footprint, task: Task, step: Step): void {
    into.size = 0;
    this.#declared(into, step, step.operation.access);
    if (task.cpuObject !== null) into.add(this.of(task.cpuObject), READ);
  }

  #declared(into: Footprint, { object, others }: Step, access: Access): void {
    if (object !== null) this.#touch(into, object, access);
    if (others !== null) for (const other of others) this.#touch(into, other, "read");
  }

  #touch(into: Footprint, object: SharedObject, access: Access): void {
    const mode = MODE[access];
    if (mode === 0) return;
    into.add(this.of(object), mode);
    if (object.memory !== null) into.add(this.of(object.memory), READ);
  }
}
