/**
 * How a mechanism answers the claims of the sources: for each claim an experiment that a machine can run again.
 * The ledger itself (what is claimed, by whom, and which outcome counts) is data/claims; helpers join the two.
 */

/**
 * reproduced: seen as claimed. contradicted: something else was seen. changed-since: true then, a named release changed it.
 * needs-hardware: cannot be decided here. not-yet: no experiment so far. record: history or opinion, cited and not tested.
 */
export type ClaimVerdict = "reproduced" | "contradicted" | "changed-since" | "needs-hardware" | "not-yet" | "record";

export interface Finding {
  readonly verdict: ClaimVerdict;
  /** What was seen, in one or two sentences with the numbers. */
  readonly seen: string;
  /** Parameters that the source does not give and we chose; absent if there are none. */
  readonly chosen?: string;
}

/** What an experiment may look at besides the model: recordings of a running kernel, and the findings of other experiments. */
export class Evidence {
  readonly #read: (name: string) => string;
  readonly #found = new Map<string, Finding>();

  /** @param read gives the text of a recording by its file name */
  constructor(read: (name: string) => string) {
    this.#read = read;
  }

  /** Text of data/live/NAME. Errors: InputError if there is no such recording. */
  recording(name: string): string {
    return this.#read(name);
  }

  /** The finding of an experiment, which runs once. Errors: Error if `experiments` has no such claim. */
  finding(id: string, experiments: Experiments): Finding {
    const known = this.#found.get(id);
    if (known !== undefined) return known;
    const experiment = experiments[id];
    if (experiment === undefined)
      throw new Error(`there is no experiment for ${id}: add it to the mechanism's evidence/claims.ts`);
    const finding = experiment(this);
    this.#found.set(id, finding);
    return finding;
  }
}

export type Experiment = (evidence: Evidence) => Finding;

/** Claim id -> experiment. */
export type Experiments = Readonly<Record<string, Experiment>>;

/** The finding "reproduced" if the test held, else "contradicted"; the same sentence states what was seen. */
export function judge(held: boolean, seen: string, chosen?: string): Finding {
  return { verdict: held ? "reproduced" : "contradicted", seen, ...(chosen !== undefined && { chosen }) };
}
