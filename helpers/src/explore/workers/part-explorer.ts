import { exploringPart, type MayGoOn, type Program, type SavedSearch } from "@mm-lab/kernel-model";
import { toPlain } from "./plain-error.js";
import { FIRST_HIT, SCHEDULES, STEPS, STOP, type Common, type FromThread } from "./protocol.js";

/** Complete runs are counted in lots of so many, one by one near the bound. */
const LOT = 32;
const NEAR = 64 * LOT;

/** Explores parts of a search, one after the other, in whatever thread it is. */
export class PartExplorer {
  readonly #flags: Int32Array;
  readonly #counts: BigInt64Array;
  /** Complete runs that are not in the common count yet. */
  #pending = 0;
  #lot = 1;

  constructor(
    private readonly program: Program,
    private readonly common: Common,
  ) {
    this.#flags = new Int32Array(common.flags);
    this.#counts = new BigInt64Array(common.counts);
  }

  /** Explores a part, cooperatively: yields how far it is, and returns what came of it. */
  *exploring(index: number, part: SavedSearch): Generator<FromThread, FromThread> {
    try {
      const search = exploringPart(this.program, part, this.common.options, this.#bounds(index));
      for (let step = search.next(); ; step = search.next()) {
        if (step.done === true) return { kind: "result", index, result: step.value };
        yield { kind: "progress", index, runs: step.value.done, estimated: step.value.total };
      }
    } catch (error) {
      return { kind: "error", index, error: toPlain(error) };
    }
  }

  /** Stops where all do, where an earlier part has something to say, and at the bounds of all workers together. */
  #bounds(index: number): MayGoOn {
    const { maxSchedules, maxTotalSteps } = this.common;
    const flags = this.#flags;
    let counted = 0;
    return (complete, steps) => {
      if (complete && ++this.#pending >= this.#lot) {
        const total = this.#added(SCHEDULES, this.#pending);
        this.#pending = 0;
        this.#lot = total + NEAR < maxSchedules ? LOT : 1;
        if (total > maxSchedules) Atomics.store(flags, STOP, 1);
      }
      if (maxTotalSteps !== Infinity) {
        if (this.#added(STEPS, steps - counted) >= maxTotalSteps) Atomics.store(flags, STOP, 1);
        counted = steps;
      }
      return Atomics.load(flags, STOP) === 0 && Atomics.load(flags, FIRST_HIT) >= index;
    };
  }

  #added(count: typeof SCHEDULES | typeof STEPS, more: number): number {
    return Number(Atomics.add(this.#counts, count, BigInt(more))) + more;
  }
}
