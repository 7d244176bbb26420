import { hashText, mix32 } from "../base/hash.js";
import { Random } from "../base/random.js";
import type { Distribution } from "./distributions.js";

/** The seed of a stream: of a purpose ("think", "service"...), a group and one of its members. */
export function streamSeed(seed: number, purpose: number, member: number): number {
  return mix32(mix32(seed ^ purpose) + Math.imul(member + 1, 0x9e3779b9));
}

export function purposeOf(...names: readonly string[]): number {
  return hashText(names.join("/"));
}

/**
 * The random numbers of one path: a stream of its own for each member of a closed group and each arrival of an open
 * one, so that two policies under the same seed are given the same work (common random numbers).
 */
export class Draws {
  #random: Random | null = null;
  #seed = 0;

  /** Starts a stream anew. */
  reset(seed: number): void {
    this.#seed = seed;
    this.#random = null;
  }

  /** The stream, for what no distribution gives. Made at first use. */
  get random(): Random {
    return (this.#random ??= new Random(this.#seed));
  }

  /** A time in ns. */
  draw(distribution: Distribution): number {
    return distribution.draw(this.random);
  }
}

/** An outcome 0 to n - 1 by relative weights; equal if null. */
export function weighted(random: Random, n: number, weights: readonly number[] | null): number {
  if (weights === null) return random.below(n);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += weights[i]!;
  let left = random.next() * sum;
  for (let i = 0; i < n - 1; i++) {
    left -= weights[i]!;
    if (left < 0) return i;
  }
  return n - 1;
}
