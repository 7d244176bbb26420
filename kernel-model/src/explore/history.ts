import type { SharedObject } from "../machine/object.js";
import type { Access, Step } from "../machine/step.js";
import type { Task } from "../machine/task.js";

/** Room for clocks: one number per task. Loops look at the tasks that there are. */
const STRIDE = 32;
/** Room at first: a small program is explored in microseconds. */
const EVENTS = 32;
const OBJECTS = 16;

/**
 * The happens-before order of the current run, as vector clocks: row i says, for each task, which of its events event i
 * comes after. Events are numbered from 1; event i is the step at depth i - 1.
 *
 * Per object it keeps the last event that changed it, the last that took it, and the reads since: what a new step can
 * conflict with directly. O(tasks) per step and conflict.
 */
export class History {
  /** Tasks of the current run, started ones included. */
  #tasks = 0;
  #clocks = new Int32Array(STRIDE * EVENTS);
  /** Task of each event. */
  #taskOf = new Int32Array(EVENTS);
  /** Last event of each task, 0 for none; for a started task, the event that started it. */
  readonly #last: number[] = [];
  #run = 0;
  /** By slot (an object): the run that the other columns are of; those of earlier runs count as empty. */
  readonly #runOf: number[] = [];
  readonly #changed: number[] = [];
  readonly #taken: number[] = [];
  readonly #released: boolean[] = [];
  /** Bits of the tasks that read it since the last change. */
  readonly #readers: number[] = [];
  /** Their last reads, by slot and task. */
  #reads = new Int32Array(OBJECTS * STRIDE);
  readonly #row: number[] = [];
  /** Events that the step asked about last depends on directly; the first so many are of that step. */
  readonly #candidates: number[] = [];
  #candidateCount = 0;
  /** Events that it comes after and cannot be swapped with. */
  readonly #orderOnly: number[] = [];
  #orderOnlyCount = 0;

  /** What {@link races} found; the first {@link raceCount} are of the last call. */
  readonly raced: number[] = [];
  raceCount = 0;

  /** Starts a new run; clocks of events that are performed again stay valid. */
  clear(tasks: number): void {
    this.#run++;
    this.#tasks = tasks;
    for (let t = 0; t < tasks; t++) this.#last[t] = 0;
  }

  /** A task was started by the event that now takes effect (0: by the program). */
  started(task: number, by: number): void {
    if (task < this.#tasks) return;
    // Rows have as many numbers as there were tasks; behind them may stand what an earlier run left.
    for (let event = 1; event <= by; event++) this.#clocks[event * STRIDE + task] = 0;
    this.#tasks = task + 1;
    this.#last[task] = by;
  }

  /**
   * Finds the earlier events that race with the next step of `task`: in conflict with it and not ordered before it by
   * anything else, latest first. Leaves them in {@link raced}, and in `#row` the clock that the step would have.
   */
  races(task: Task, step: Step, visible: boolean): void {
    const row = this.#row;
    const candidates = this.#candidates;
    this.#gather(task, step, visible);
    this.#startRow(task.id);
    if (this.#candidateCount > 1) sortDescending(candidates, this.#candidateCount);
    let found = 0;
    for (let i = 0; i < this.#candidateCount; i++) {
      const event = candidates[i]!;
      const other = this.#taskOf[event]!;
      if (event <= row[other]!) continue;
      if (other !== task.id) this.raced[found++] = event;
      this.#join(event);
    }
    this.raceCount = found;
    for (let i = 0; i < this.#orderOnlyCount; i++) {
      const event = this.#orderOnly[i]!;
      if (event > row[this.#taskOf[event]!]!) this.#join(event);
    }
  }

  /** Records the step as event number `event`, after {@link races} was asked for it. */
  perform(event: number, task: Task, step: Step, visible: boolean): void {
    this.#grow(event);
    this.#row[task.id] = event;
    const base = event * STRIDE;
    for (let t = 0; t < this.#tasks; t++) this.#clocks[base + t] = this.#row[t]!;
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
    if (task.cpuObject !== null) this.#record(this.#slot(task.cpuObject), "write", event, task.id);
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

  readonly #first: number[] = [];

  #independent(seen: number, first: readonly number[], base: number): boolean {
    for (let rest = seen; rest !== 0; rest &= rest - 1) {
      const u = lowest(rest);
      if (this.#clocks[base + u]! >= first[u]!) return false;
    }
    return true;
  }

  /** As {@link independent}, for the step that was last asked about, leaving out what it has from event `after` on. */
  #stepIndependent(task: number, after: number, owner: number, seen: number, first: readonly number[]): boolean {
    const last = this.#last[task]!;
    if (last > 0 && !this.#independent(seen, first, last * STRIDE)) return false;
    return this.#eachIndependent(this.#candidates, this.#candidateCount, after, owner, seen, first) && this.#eachIndependent(this.#orderOnly, this.#orderOnlyCount, after, owner, seen, first);
  }

  #eachIndependent(events: readonly number[], count: number, after: number, owner: number, seen: number, first: readonly number[]): boolean {
    for (let i = 0; i < count; i++) {
      const base = events[i]! * STRIDE;
      if (this.#clocks[base + owner]! < after && !this.#independent(seen, first, base)) return false;
    }
    return true;
  }

  #gather(task: Task, step: Step, visible: boolean): void {
    this.#candidateCount = 0;
    this.#orderOnlyCount = 0;
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
    if (task.cpuObject !== null) this.#against(this.#slot(task.cpuObject), "write");
    if (visible) this.#against(0, "write");
  }

  #against(slot: number, access: Access): void {
    if (access === "none" || this.#runOf[slot] !== this.#run) return;
    const changed = this.#changed[slot]!;
    if (access === "acquire" && this.#released[slot]!) {
      // It cannot come before the release, but its task could have taken the lock before the one who released it.
      this.#orderOnly[this.#orderOnlyCount++] = changed;
      const taken = this.#taken[slot]!;
      if (taken > 0) this.#candidates[this.#candidateCount++] = taken;
    } else if (changed > 0) {
      this.#candidates[this.#candidateCount++] = changed;
    }
    if (access === "read") return;
    const base = slot * STRIDE;
    for (let rest = this.#readers[slot]!; rest !== 0; rest &= rest - 1) {
      this.#candidates[this.#candidateCount++] = this.#reads[base + lowest(rest)]!;
    }
  }

  #record(slot: number, access: Access, event: number, task: number): void {
    if (access === "none") return;
    if (this.#runOf[slot] !== this.#run) {
      this.#runOf[slot] = this.#run;
      this.#changed[slot] = this.#taken[slot] = this.#readers[slot] = 0;
      this.#released[slot] = false;
    }
    if (access === "read") {
      this.#readers[slot]! |= 1 << task;
      this.#reads[slot * STRIDE + task] = event;
      return;
    }
    this.#changed[slot] = event;
    this.#readers[slot] = 0;
    this.#released[slot] = access === "release";
    if (access !== "release") this.#taken[slot] = event;
  }

  #startRow(task: number): void {
    const base = this.#last[task]! * STRIDE;
    // Row 0 is no event: all zero.
    for (let t = 0; t < this.#tasks; t++) this.#row[t] = this.#clocks[base + t]!;
  }

  #join(event: number): void {
    const base = event * STRIDE;
    const row = this.#row;
    for (let t = 0; t < this.#tasks; t++) {
      const other = this.#clocks[base + t]!;
      if (other > row[t]!) row[t] = other;
    }
  }

  /** Slot 0 stands for what properties see, the rest for objects by number. */
  #slot(object: SharedObject): number {
    const slot = object.id + 1;
    if (slot >= this.#changed.length) this.#room(slot + 1);
    return slot;
  }

  #room(objects: number): void {
    while (this.#changed.length < objects) {
      this.#runOf.push(0);
      this.#changed.push(0);
      this.#taken.push(0);
      this.#released.push(false);
      this.#readers.push(0);
    }
    if (objects * STRIDE > this.#reads.length) this.#reads = grown(this.#reads, objects * STRIDE);
  }

  #grow(event: number): void {
    if (event < this.#taskOf.length) return;
    this.#taskOf = grown(this.#taskOf, event + 1);
    this.#clocks = grown(this.#clocks, (event + 1) * STRIDE);
  }
}

/** The number of the lowest bit that is set. */
export function lowest(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

/** The first `count` numbers, by insertion: there are few. */
function sortDescending(numbers: number[], count: number): void {
  for (let i = 1; i < count; i++) {
    const number = numbers[i]!;
    let at = i;
    for (; at > 0 && numbers[at - 1]! < number; at--) numbers[at] = numbers[at - 1]!;
    numbers[at] = number;
  }
}

function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(length, array.length * 2));
  larger.set(array);
  return larger;
}
