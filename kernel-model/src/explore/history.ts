import type { SharedObject } from "../machine/object.js";
import type { Access, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";

/** Room for clocks: one number per task. */
export const STRIDE = 32;

/**
 * The happens-before order of the current run, as vector clocks: row i says, for each task, which of its events event i
 * comes after. Events are numbered from 1; event i is the step at depth i - 1.
 *
 * Per object it keeps the last event that changed it, the last that took it, and the reads since: what a new step can
 * conflict with directly. O(tasks) per step and conflict.
 */
export class History {
  #clocks = new Int32Array(STRIDE * 256);
  /** Task of each event. */
  #taskOf = new Int32Array(256);
  /** Last event of each task, 0 for none; for a started task, the event that started it. */
  readonly #last = new Int32Array(STRIDE);
  #changed = new Int32Array(64);
  #taken = new Int32Array(64);
  #released = new Uint8Array(64);
  /** Reads since the last change, by object and task. */
  #reads = new Int32Array(64 * STRIDE);
  #objects = 0;
  readonly #row = new Int32Array(STRIDE);
  readonly #candidates: number[] = [];
  readonly #orderOnly: number[] = [];

  /** Starts a new run; clocks of events that are performed again stay valid. */
  clear(): void {
    this.#last.fill(0);
    this.#changed.fill(0, 0, this.#objects);
    this.#taken.fill(0, 0, this.#objects);
    this.#released.fill(0, 0, this.#objects);
    this.#reads.fill(0, 0, this.#objects * STRIDE);
    this.#objects = 0;
  }

  /** Whether event `later` comes after event `earlier`. */
  ordered(earlier: number, later: number): boolean {
    return this.#clocks[later * STRIDE + this.#taskOf[earlier]!]! >= earlier;
  }

  taskOf(event: number): number {
    return this.#taskOf[event]!;
  }

  clockOf(event: number, task: number): number {
    return this.#clocks[event * STRIDE + task]!;
  }

  /** A task was started by the event that now takes effect (0: by the program). */
  started(task: number, by: number): void {
    this.#last[task] = by;
  }

  /**
   * Finds the earlier events that race with the next step of `task`: in conflict with it and not ordered before it by
   * anything else, latest first. Fills {@link row} with the clock that the step would have without them and after them.
   */
  races(task: Task, step: Step, visible: boolean, found: number[]): void {
    found.length = 0;
    this.#gather(task, step, visible);
    const row = this.#row;
    this.#startRow(task.id);
    const candidates = this.#candidates;
    if (candidates.length > 1) candidates.sort(descending);
    for (const event of candidates) {
      const other = this.#taskOf[event]!;
      if (event > row[other]!) {
        if (other !== task.id) found.push(event);
        this.#join(event);
      }
    }
    for (const event of this.#orderOnly) if (event > row[this.#taskOf[event]!]!) this.#join(event);
  }

  /** Records the step as event number `event`, after {@link races} was asked for it. */
  perform(event: number, task: Task, step: Step, visible: boolean): void {
    this.#grow(event);
    this.#row[task.id] = event;
    this.#clocks.set(this.#row, event * STRIDE);
    this.#taskOf[event] = task.id;
    this.again(event, task, step, visible);
  }

  /** Records a step that is performed again as the same event of the same prefix: its clock is known. */
  again(event: number, task: Task, step: Step, visible: boolean): void {
    this.#last[task.id] = event;
    const { object, others } = step;
    if (object !== null) {
      this.#record(this.#slot(object), step.operation.access, event, task.id);
      if (object.memory !== null) this.#record(this.#slot(object.memory), "read", event, task.id);
    }
    if (others !== null) {
      for (const other of others) {
        this.#record(this.#slot(other), "read", event, task.id);
        if (other.memory !== null) this.#record(this.#slot(other.memory), "read", event, task.id);
      }
    }
    if (task.cpuObject !== null) this.#record(this.#cpuSlot(task.cpu), "write", event, task.id);
    if (visible) this.#record(0, "write", event, task.id);
  }

  /**
   * Bits of the tasks that could go first in the part of the run after event `after` that does not depend on it,
   * followed by the next step of `task` (asked with {@link races} just before): the initials of source sets.
   */
  initials(after: number, lastEvent: number, task: number): number {
    const owner = this.#taskOf[after]!;
    let seen = 0;
    let initials = 0;
    const first = this.#first;
    for (let event = after + 1; event <= lastEvent; event++) {
      const base = event * STRIDE;
      if (this.#clocks[base + owner]! >= after) continue;
      const t = this.#taskOf[event]!;
      if ((seen & (1 << t)) !== 0) continue;
      if (this.#independent(seen, first, base)) initials |= 1 << t;
      seen |= 1 << t;
      first[t] = event;
    }
    if ((seen & (1 << task)) === 0 && this.#stepIndependent(task, after, owner, seen, first)) initials |= 1 << task;
    return initials;
  }

  readonly #first = new Int32Array(STRIDE);

  #independent(seen: number, first: Int32Array, base: number): boolean {
    for (let rest = seen; rest !== 0; rest &= rest - 1) {
      const u = 31 - Math.clz32(rest & -rest);
      if (this.#clocks[base + u]! >= first[u]!) return false;
    }
    return true;
  }

  /** As {@link independent}, for the step that was last asked about, leaving out what it has from event `after` on. */
  #stepIndependent(task: number, after: number, owner: number, seen: number, first: Int32Array): boolean {
    const last = this.#last[task]!;
    if (last > 0 && !this.#independent(seen, first, last * STRIDE)) return false;
    for (const list of [this.#candidates, this.#orderOnly]) {
      for (const event of list) {
        if (this.#clocks[event * STRIDE + owner]! >= after) continue;
        if (!this.#independent(seen, first, event * STRIDE)) return false;
      }
    }
    return true;
  }

  #gather(task: Task, step: Step, visible: boolean): void {
    this.#candidates.length = 0;
    this.#orderOnly.length = 0;
    const { object, others } = step;
    if (object !== null) {
      this.#against(this.#slot(object), step.operation.access);
      if (object.memory !== null) this.#against(this.#slot(object.memory), "read");
    }
    if (others !== null) {
      for (const other of others) {
        this.#against(this.#slot(other), "read");
        if (other.memory !== null) this.#against(this.#slot(other.memory), "read");
      }
    }
    if (task.cpuObject !== null) this.#against(this.#cpuSlot(task.cpu), "write");
    if (visible) this.#against(0, "write");
  }

  #against(slot: number, access: Access): void {
    if (access === "none") return;
    const changed = this.#changed[slot]!;
    if (access === "acquire" && this.#released[slot] !== 0) {
      // It cannot come before the release, but its task could have taken the lock before the one who released it.
      this.#orderOnly.push(changed);
      const taken = this.#taken[slot]!;
      if (taken > 0) this.#candidates.push(taken);
    } else if (changed > 0) {
      this.#candidates.push(changed);
    }
    if (access === "read") return;
    const base = slot * STRIDE;
    for (let t = 0; t < STRIDE; t++) {
      const read = this.#reads[base + t]!;
      if (read > changed) this.#candidates.push(read);
    }
  }

  #record(slot: number, access: Access, event: number, task: number): void {
    if (access === "none") return;
    if (access === "read") {
      this.#reads[slot * STRIDE + task] = event;
      return;
    }
    this.#changed[slot] = event;
    this.#released[slot] = access === "release" ? 1 : 0;
    if (access !== "release") this.#taken[slot] = event;
  }

  #startRow(task: number): void {
    const last = this.#last[task]!;
    if (last === 0) this.#row.fill(0);
    else this.#row.set(this.#clocks.subarray(last * STRIDE, last * STRIDE + STRIDE));
  }

  #join(event: number): void {
    const base = event * STRIDE;
    const row = this.#row;
    for (let t = 0; t < STRIDE; t++) {
      const other = this.#clocks[base + t]!;
      if (other > row[t]!) row[t] = other;
    }
  }

  /** Slot 0 stands for what properties see, slots 1 to 31 for CPUs, the rest for objects by number. */
  #slot(object: SharedObject): number {
    const slot = object.id + STRIDE;
    if (slot >= this.#objects) this.#room(slot + 1);
    return slot;
  }

  #cpuSlot(cpu: number): number {
    if (this.#objects < STRIDE) this.#room(STRIDE);
    return 1 + (cpu % (STRIDE - 1));
  }

  #room(objects: number): void {
    this.#objects = objects;
    if (objects <= this.#changed.length) return;
    this.#changed = grown(this.#changed, objects);
    this.#taken = grown(this.#taken, objects);
    this.#released = grown(this.#released, objects);
    this.#reads = grown(this.#reads, objects * STRIDE);
  }

  #grow(event: number): void {
    if (event < this.#taskOf.length) return;
    this.#taskOf = grown(this.#taskOf, event + 1);
    this.#clocks = grown(this.#clocks, (event + 1) * STRIDE);
  }
}

const descending = (a: number, b: number): number => b - a;

function grown<T extends Int32Array | Uint8Array>(array: T, length: number): T {
  const larger = new (array.constructor as new (length: number) => T)(Math.max(length, array.length * 2));
  larger.set(array);
  return larger;
}
