import { checkInteger, checkKeys, InputError } from "../base/errors.js";

export interface TopologyOptions {
  /** 1 to 64. Default 1. */
  readonly sockets?: number;
  /** Cores per socket, 1 to 1,024. Default 4. */
  readonly cores?: number;
  /** Hardware threads per core, 1 to 8. Default 1. */
  readonly threads?: number;
  /** Cores that share a last-level cache (a CCX of an AMD part); must divide `cores`. Default: all of a socket. */
  readonly coresPerCache?: number;
}

/** How far two CPUs are from each other, by what they share. */
export type Distance = "self" | "sibling" | "cache" | "socket" | "remote";

/** In order: the same CPU, a thread of the same core, the same last-level cache, the same socket, another one. */
export const DISTANCES: readonly Distance[] = ["self", "sibling", "cache", "socket", "remote"];

/**
 * Which CPUs there are and what they share. CPUs are numbered as Linux does on x86: first one thread of every core,
 * socket by socket, then the siblings; so filling CPUs in order uses whole cores first.
 *
 * @example
 * const topology = new Topology({ sockets: 2, cores: 4, threads: 2 });
 * topology.cpus; // => 16
 * topology.distance(0, 8); // => "sibling"
 */
export class Topology {
  readonly sockets: number;
  readonly cores: number;
  readonly threads: number;
  readonly coresPerCache: number;
  /** Number of CPUs. */
  readonly cpus: number;

  /** Errors: InputError for unknown keys, for numbers out of range and for a cache that does not divide the socket. */
  constructor(options: TopologyOptions = {}) {
    checkKeys("the topology", options, ["sockets", "cores", "threads", "coresPerCache"]);
    this.sockets = checkInteger("sockets", options.sockets ?? 1, { min: 1, max: 64, unit: "sockets" });
    this.cores = checkInteger("cores", options.cores ?? 4, { min: 1, max: 1024, unit: "cores per socket" });
    this.threads = checkInteger("threads", options.threads ?? 1, { min: 1, max: 8, unit: "threads per core" });
    this.coresPerCache = checkInteger("coresPerCache", options.coresPerCache ?? this.cores, {
      min: 1,
      max: this.cores,
      unit: "cores",
    });
    if (this.cores % this.coresPerCache !== 0)
      throw new InputError(
        "coresPerCache",
        this.coresPerCache,
        `a divisor of the ${this.cores} cores of a socket`,
        "make all caches equally large",
      );
    this.cpus = this.sockets * this.cores * this.threads;
  }

  /** Core of a CPU, counted over all sockets. */
  coreOf(cpu: number): number {
    return cpu % (this.sockets * this.cores);
  }

  socketOf(cpu: number): number {
    return Math.floor(this.coreOf(cpu) / this.cores);
  }

  distance(a: number, b: number): Distance {
    return DISTANCES[this.distanceCode(a, b)]!;
  }

  /** Index of the distance in {@link DISTANCES}. */
  distanceCode(a: number, b: number): number {
    if (a === b) return 0;
    const [coreA, coreB] = [this.coreOf(a), this.coreOf(b)];
    if (coreA === coreB) return 1;
    if (Math.floor(coreA / this.coresPerCache) === Math.floor(coreB / this.coresPerCache)) return 2;
    return this.socketOf(a) === this.socketOf(b) ? 3 : 4;
  }

  /** E.g. "2 sockets x 24 cores x 2 threads". */
  toString(): string {
    return `${this.sockets} ${this.sockets === 1 ? "socket" : "sockets"} x ${this.cores} ${this.cores === 1 ? "core" : "cores"} x ${this.threads} ${this.threads === 1 ? "thread" : "threads"}`;
  }
}
