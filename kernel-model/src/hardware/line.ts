import type { OperationCosts } from "./operation-costs.js";
import { transferCosts } from "./operation-costs.js";
import type { Topology } from "./topology.js";

/** What happened to the lines of one name in the measured stretch of time. */
export class LineCounts {
  /** Lines of this name that were used in the whole run. */
  lines = 0;
  accesses = 0;
  /** Accesses that had to get the line from another cache, or from memory. */
  transfers = 0;
  /** Time that the lines were on their way, ns; what lies outside of the measured stretch is never booked. */
  transferTime = 0;
  /** Time that accesses waited for earlier transfers of the line, ns. */
  queueTime = 0;

  constructor(readonly name: string) {}

  /** At the beginning of the measured stretch: forgets the accesses before. */
  reset(): void {
    this.accesses = this.transfers = this.queueTime = 0;
  }
}

/** A stretch of virtual time, ns. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

const ALL_TIME: Stretch = { from: 0, to: Infinity };

/** Where one cache line is: who owns it, who has a copy, and until when its last transfer takes. */
export class LineState {
  /** CPU whose cache wrote it last, or got it first; -1 before its first use. */
  owner = -1;
  /** CPUs that have a copy, the owner included: number, and bits by CPU (in `more` beyond 32 CPUs). */
  copies = 0;
  #bits = 0;
  readonly #more: Int32Array | null;
  /** Virtual time at which the last transfer ends, ns. */
  freeAt = 0;

  constructor(
    readonly counts: LineCounts,
    cpus: number,
  ) {
    this.#more = cpus <= 32 ? null : new Int32Array((cpus + 31) >> 5);
    counts.lines++;
  }

  has(cpu: number): boolean {
    return ((this.#more === null ? this.#bits : this.#more[cpu >> 5]!) & (1 << (cpu & 31))) !== 0;
  }

  add(cpu: number): void {
    if (this.#more === null) this.#bits |= 1 << cpu;
    else this.#more[cpu >> 5]! |= 1 << (cpu & 31);
    this.copies++;
  }

  /** Takes the line away from all others. */
  own(cpu: number): void {
    if (this.#more !== null && this.copies > 0) this.#more.fill(0);
    this.#bits = 0;
    this.copies = 0;
    this.add(cpu);
    this.owner = cpu;
  }

  /** Calls `visit` for each CPU that has a copy. */
  forEachCopy(visit: (cpu: number) => void): void {
    const words = this.#more?.length ?? 1;
    for (let word = 0; word < words; word++) {
      for (let bits = this.#more === null ? this.#bits : this.#more[word]!; bits !== 0; bits &= bits - 1)
        visit((word << 5) + 31 - Math.clz32(bits & -bits));
    }
  }
}

/**
 * What an access to a line costs, and what it does to the line: a simple directory protocol. A miss gets the line from
 * its owner, and transfers of one line queue behind each other. A load joins the sharers; a store or an atomic waits
 * until the farthest copy is gone, and owns the line alone.
 *
 * Cost of a call: about 10 ns; O(CPUs / 32) where copies have to be invalidated.
 */
export class Caches {
  readonly #transfer: Float64Array;
  readonly #topology: Topology;
  readonly #load: number;
  readonly #store: number;
  readonly #atomic: number;
  readonly #memory: number;
  /** Distances between all pairs of CPUs; null above 256 CPUs, where they are computed each time. */
  readonly #distances: Uint8Array | null;
  readonly #cpus: number;
  readonly #from: number;
  readonly #to: number;

  /** `measured`: when transfers count as time that a line was on its way. */
  constructor(topology: Topology, costs: OperationCosts, measured: Stretch = ALL_TIME) {
    this.#from = measured.from;
    this.#to = measured.to;
    this.#topology = topology;
    this.#cpus = topology.cpus;
    this.#transfer = transferCosts(costs);
    this.#load = costs.load;
    this.#store = costs.store;
    this.#atomic = costs.atomic;
    this.#memory = costs.memory;
    const n = topology.cpus;
    this.#distances =
      n > 256 ? null : Uint8Array.from({ length: n * n }, (_, i) => topology.distanceCode(Math.floor(i / n), i % n));
  }

  /** Virtual time in ns at which a load begun at `now` is over. */
  load(line: LineState, cpu: number, now: number): number {
    line.counts.accesses++;
    if (line.has(cpu)) return now + this.#load;
    const done = this.#fetch(
      line,
      now,
      line.owner < 0 ? this.#memory : this.#transfer[this.#between(line.owner, cpu)]!,
    );
    line.add(cpu);
    if (line.owner < 0) line.owner = cpu;
    return done;
  }

  /** The same for a store; with `atomic`, for an atomic read-modify-write. */
  store(line: LineState, cpu: number, now: number, atomic: boolean): number {
    line.counts.accesses++;
    const own = atomic ? this.#atomic : this.#store;
    if (line.owner === cpu && line.copies === 1) return Math.max(now, line.freeAt) + own;
    const cost =
      line.owner < 0
        ? this.#memory
        : line.copies === 1
          ? this.#transfer[this.#between(line.owner, cpu)]!
          : this.#transfer[this.#farthest(line, cpu)]!;
    const done = this.#fetch(line, now, cost);
    line.own(cpu);
    return done;
  }

  #fetch(line: LineState, now: number, cost: number): number {
    const begin = now > line.freeAt ? now : line.freeAt;
    line.freeAt = begin + cost;
    line.counts.transfers++;
    line.counts.transferTime += Math.max(0, Math.min(line.freeAt, this.#to) - Math.max(begin, this.#from));
    line.counts.queueTime += begin - now;
    return line.freeAt;
  }

  #between(a: number, b: number): number {
    return this.#distances === null ? this.#topology.distanceCode(a, b) : this.#distances[a * this.#cpus + b]!;
  }

  /** The greatest distance to another CPU that has a copy. */
  #farthest(line: LineState, cpu: number): number {
    let farthest = 0;
    line.forEachCopy((other) => (farthest = Math.max(farthest, this.#between(other, cpu))));
    return farthest;
  }
}
