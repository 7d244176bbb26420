import { grown } from "../base/arrays.js";
import { ADD, Footprint, modesConflict, READ, WRITE } from "./footprint.js";

/**
 * The events of the current run and the happens-before order among them: program order, a start before all of the task
 * that it starts, and each pair of conflicting events in the order in which they occurred. Every other order of the
 * same events that keeps it is a run too, with the same results: they are one Mazurkiewicz trace.
 *
 * Events are numbered from 1. Row e of the clocks says, for each task, up to which of its events e comes after; so
 * a comes before b exactly if the row of b has at least a in the column of a's task. The prefix that the next run
 * repeats stays as it is: {@link truncate} takes the rest off again.
 *
 * O(tasks + conflicts) an event.
 */
export class Events {
  /** Events so far. */
  count = 0;
  /** By event: number of its task in this run, the task's key, the outcome chosen. */
  readonly task: number[] = [0];
  readonly key: number[] = [0];
  readonly choice: number[] = [0];
  readonly footprint: Footprint[] = [new Footprint()];
  /** By event: whether its footprint depends on the state in which its step is performed. */
  readonly varies: boolean[] = [false];
  /** By event: earlier events of other tasks that it conflicts with and that nothing else orders before it, latest first. */
  readonly races: number[][] = [[]];
  readonly raceCount: number[] = [0];
  /** By event: the location of the object that its step acts on, -1 for none, and the state of that before and after. */
  readonly actsOn: number[] = [-1];
  readonly before: unknown[] = [undefined];
  readonly after: unknown[] = [undefined];
  /** By event: whether that state is a sum of what the steps add to it. */
  readonly sums: boolean[] = [false];
  /** By event: the previous one of its task, or the one that started the task; 0 for none. */
  readonly previous: number[] = [0];
  /** By location: its events, oldest first, each times four plus how it touched it; so many of them count. */
  readonly #at: number[][] = [];
  readonly #atCount: number[] = [];
  /** Columns of the clocks: at least as many as there are tasks. */
  #stride = LEAST_STRIDE;
  #clocks = new Int32Array(LEAST_STRIDE * 64);
  /** By task: its last event, or the one that started it. */
  readonly #last: number[] = [];
  #tasks = 0;
  /** By event: tasks there were when it had been performed. */
  readonly #tasksAt: number[] = [];
  /** A row of the clocks for a step that is not performed. */
  #row = new Int32Array(LEAST_STRIDE);
  readonly #candidates: number[] = [];

  /** Starts a search: no event yet, and so many tasks. */
  begin(tasks: number): void {
    this.truncate(0);
    this.#tasks = 0;
    this.#stride = strideFor(tasks, LEAST_STRIDE);
    if (this.#row.length < this.#stride) this.#row = new Int32Array(this.#stride);
    this.#clocks.fill(0, 0, this.#stride);
    this.started(tasks, 0);
  }

  /** Tasks there are once the event (0: the program itself) has started some. */
  started(count: number, by: number): void {
    if (count > this.#stride) this.#widen(count);
    while (this.#tasks < count) this.#last[this.#tasks++] = by;
    this.#tasksAt[by] = count;
  }

  /** The last event of a task, or the one that started it. */
  last(task: number): number {
    return this.#last[task]!;
  }

  /** Whether event `a` comes before event `b` in every equivalent run, or is `b`. */
  ordered(a: number, b: number): boolean {
    return this.#clocks[b * this.#stride + this.task[a]!]! >= a;
  }

  /** The last event of a task that comes before event `event`, or is it; 0 for none. */
  latest(event: number, task: number): number {
    return task < this.#stride ? this.#clocks[event * this.#stride + task]! : 0;
  }

  /** Adds an event with the footprint in `footprint[count + 1]`, and finds what it races with. */
  perform(task: number, key: number, choice: number, varies: boolean): void {
    const event = ++this.count;
    const footprint = this.footprint[event]!;
    const races = (this.races[event] ??= []);
    const previous = this.#last[task]!;
    const stride = this.#stride;
    const base = event * stride;
    if (base + stride > this.#clocks.length)
      this.#clocks = grown(this.#clocks, Math.max(base + stride, 2 * this.#clocks.length));
    const found = this.#frontier(footprint, previous, event, null, races, this.#clocks, base);
    let kept = 0;
    for (let i = 0; i < found; i++) if (this.task[races[i]!] !== task) races[kept++] = races[i]!;
    this.raceCount[event] = kept;
    this.task[event] = task;
    this.key[event] = key;
    this.choice[event] = choice;
    this.varies[event] = varies;
    this.previous[event] = previous;
    this.#clocks[base + task] = event;
    this.#last[task] = event;
    for (let i = 0; i < footprint.size; i++) this.#record(event, footprint.touches[i]!);
  }

  #record(event: number, touch: number): void {
    const location = touch >> 2;
    while (this.#at.length <= location) {
      this.#at.push([]);
      this.#atCount.push(0);
    }
    this.#at[location]![this.#atCount[location]!++] = event * 4 + (touch & 3);
  }

  /** Takes off all events but the first `count`. */
  truncate(count: number): void {
    while (this.count > count) {
      const event = this.count--;
      this.#last[this.task[event]!] = this.previous[event]!;
      const { touches, size } = this.footprint[event]!;
      for (let i = 0; i < size; i++) this.#atCount[touches[i]! >> 2]!--;
    }
    this.#tasks = this.#tasksAt[count] ?? 0;
  }

  /** Takes off all, and what was kept of the program. */
  clear(): void {
    this.truncate(0);
    this.before.fill(undefined);
    this.after.fill(undefined);
  }

  /**
   * Events before number `before` that conflict with a step of this footprint, whose task's previous event is
   * `previous`, and that nothing but the step itself orders before it: latest first, into `found`; gives how many. Events
   * in `without` (closed upwards) count as not there.
   */
  frontier(
    footprint: Footprint,
    previous: number,
    before: number,
    without: readonly number[] | null,
    found: number[],
  ): number {
    return this.#frontier(footprint, previous, before, without, found, this.#row, 0);
  }

  /** As {@link frontier}; leaves in `row`, from `at` on, the clock of the step. */
  #frontier(
    footprint: Footprint,
    previous: number,
    before: number,
    without: readonly number[] | null,
    found: number[],
    row: Int32Array,
    to: number,
  ): number {
    const stride = this.#stride;
    const clocks = this.#clocks;
    for (let t = 0, base = previous * stride; t < stride; t++) row[to + t] = clocks[base + t]!;
    const candidates = this.#candidates;
    let count = 0;
    for (let i = 0; i < footprint.size; i++) {
      const touch = footprint.touches[i]!;
      const location = touch >> 2;
      if (location >= this.#at.length) continue;
      const at = this.#at[location]!;
      for (let k = this.#atCount[location]! - 1; k >= 0; k--) {
        const event = at[k]! >> 2;
        const mode = at[k]! & 3;
        if (event >= before || (without !== null && without.includes(event))) continue;
        if (modesConflict(mode, touch & 3)) candidates[count++] = event;
        // Whatever touched the location before a write comes before that write.
        if (mode === WRITE) break;
      }
    }
    if (count > 1) sortDescending(candidates, count);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const event = candidates[i]!;
      if (event <= row[to + this.task[event]!]!) continue;
      found[kept++] = event;
      for (let t = 0, base = event * stride; t < stride; t++) {
        const other = clocks[base + t]!;
        if (other > row[to + t]!) row[to + t] = other;
      }
    }
    return kept;
  }

  /**
   * The state of the object at a location after the events before number `before`, without those that are `off`: as the
   * last of them left it, or what they have added. `unknown` where events that commute have changed it in another way, or
   * others than steps on it.
   */
  stateAt(location: number, before: number, off: (event: number) => boolean, unknown: unknown): unknown {
    const at = this.#at[location] ?? [];
    let state = unknown;
    for (let k = (this.#atCount[location] ?? 0) - 1; k >= 0; k--) {
      const event = at[k]! >> 2;
      const mode = at[k]! & 3;
      const own = this.actsOn[event] === location;
      if (own && this.sums[event]) return this.#sumAt(location, before, off, unknown);
      if (mode === ADD || (mode === WRITE && !own)) return unknown;
      if (!own) continue;
      if (event < before && !off(event)) return this.after[event];
      state = this.before[event];
    }
    return state;
  }

  #sumAt(location: number, before: number, off: (event: number) => boolean, unknown: unknown): unknown {
    const at = this.#at[location]!;
    let sum: number | null = null;
    for (let k = 0; k < this.#atCount[location]!; k++) {
      const event = at[k]! >> 2;
      if (this.actsOn[event] !== location) {
        if ((at[k]! & 3) === READ) continue;
        return unknown;
      }
      const was = this.before[event] as number;
      sum ??= was;
      if (event < before && !off(event)) sum += (this.after[event] as number) - was;
    }
    return sum;
  }

  #widen(tasks: number): void {
    const stride = strideFor(tasks, this.#stride);
    const clocks = new Int32Array((this.count + 64) * stride);
    for (let e = 0; e <= this.count; e++) {
      for (let t = 0; t < this.#stride; t++) clocks[e * stride + t] = this.#clocks[e * this.#stride + t]!;
    }
    this.#stride = stride;
    this.#clocks = clocks;
    this.#row = new Int32Array(stride);
  }
}

const LEAST_STRIDE = 4;

function strideFor(tasks: number, least: number): number {
  let stride = least;
  while (stride < tasks) stride *= 2;
  return stride;
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
