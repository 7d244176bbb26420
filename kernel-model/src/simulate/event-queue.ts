import { grown } from "../base/arrays.js";

/** Sequence numbers fit below a priority: 2^48 of them. */
const SEQUENCES = 2 ** 48;

/** How many events were pushed before the one with this key. */
export const sequenceOf = (key: number): number => key % SEQUENCES;

/** Room kept free behind the last event, at time Infinity: a parent always has four children to compare. */
const MARGIN = 4;

/**
 * What happens when: a 4-ary heap over typed arrays, ordered by (time, priority, sequence), so that equal times have a
 * stated order. `take` leaves a hole at the top that the next `push` fills, which saves one of the two passes over the
 * heap in the usual pattern of an event that causes the next. The least of four children is found without branches,
 * which would be mispredicted every other time.
 *
 * Cost of a take and a push: 35 ns with 10 events, 60 ns with 1,000, 90 ns with 10,000; 20 bytes an event.
 */
export class EventQueue {
  /** Of the event last taken. */
  time = 0;
  key = 0;
  payload = 0;
  #times: Float64Array;
  #keys: Float64Array;
  #payloads: Int32Array;
  #size = 0;
  #hole = false;
  #sequence = 0;

  constructor(capacity = 64) {
    this.#times = new Float64Array(capacity + MARGIN).fill(Infinity);
    this.#keys = new Float64Array(capacity + MARGIN);
    this.#payloads = new Int32Array(capacity + MARGIN);
  }

  /** Events in the queue. */
  get size(): number {
    return this.#hole ? this.#size - 1 : this.#size;
  }

  /** Events pushed so far. */
  get pushed(): number {
    return this.#sequence;
  }

  /** Adds an event; returns its key, by which it is told from others of the same payload. `priority`: 0 (first) to 31. */
  push(time: number, priority: number, payload: number): number {
    const key = priority * SEQUENCES + this.#sequence++;
    if (this.#hole) {
      this.#hole = false;
      this.#down(time, key, payload);
    } else {
      if (this.#size + MARGIN === this.#times.length) this.#grow();
      this.#up(this.#size++, time, key, payload);
    }
    return key;
  }

  /** Takes the first event out if it is before `end`, into {@link time}, {@link key} and {@link payload}; false if there is none. */
  take(end = Infinity): boolean {
    if (this.#hole) this.#close();
    const time = this.#times[0]!;
    if (time >= end) return false;
    this.time = time;
    this.key = this.#keys[0]!;
    this.payload = this.#payloads[0]!;
    this.#hole = true;
    return true;
  }

  /** Drops the events for which `live` is false. O(size). */
  retain(live: (payload: number, key: number) => boolean): void {
    if (this.#hole) this.#close();
    const size = this.#size;
    this.#size = 0;
    for (let i = 0; i < size; i++) {
      const [time, key, payload] = [this.#times[i]!, this.#keys[i]!, this.#payloads[i]!];
      this.#times[i] = Infinity;
      if (live(payload, key)) this.#up(this.#size++, time, key, payload);
    }
  }

  #close(): void {
    this.#hole = false;
    const last = --this.#size;
    const time = this.#times[last]!;
    this.#times[last] = Infinity;
    if (last > 0) this.#down(time, this.#keys[last]!, this.#payloads[last]!);
  }

  #up(at: number, time: number, key: number, payload: number): void {
    const times = this.#times;
    const keys = this.#keys;
    const payloads = this.#payloads;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const t = times[parent]!;
      if (t < time || (t === time && keys[parent]! < key)) break;
      times[at] = t;
      keys[at] = keys[parent]!;
      payloads[at] = payloads[parent]!;
      at = parent;
    }
    times[at] = time;
    keys[at] = key;
    payloads[at] = payload;
  }

  /** Sinks an event from the top. */
  #down(time: number, key: number, payload: number): void {
    const times = this.#times;
    const keys = this.#keys;
    const payloads = this.#payloads;
    const size = this.#size;
    let at = 0;
    for (let child = 1; child < size; child = 4 * at + 1) {
      const t0 = times[child]!;
      const t1 = times[child + 1]!;
      const t2 = times[child + 2]!;
      const t3 = times[child + 3]!;
      let a = child + Number(t1 < t0);
      let b = child + 2 + Number(t3 < t2);
      if (t0 === t1 && keys[child + 1]! < keys[child]!) a = child + 1;
      if (t2 === t3 && keys[child + 3]! < keys[child + 2]!) b = child + 3;
      const ta = times[a]!;
      const tb = times[b]!;
      let least = a + (b - a) * Number(tb < ta);
      if (ta === tb && keys[b]! < keys[a]!) least = b;
      const t = times[least]!;
      if (time < t || (time === t && key < keys[least]!)) break;
      times[at] = t;
      keys[at] = keys[least]!;
      payloads[at] = payloads[least]!;
      at = least;
    }
    times[at] = time;
    keys[at] = key;
    payloads[at] = payload;
  }

  #grow(): void {
    const capacity = 2 * this.#times.length;
    this.#times = grown(this.#times, capacity, Infinity);
    this.#keys = grown(this.#keys, capacity);
    this.#payloads = grown(this.#payloads, capacity);
  }
}
