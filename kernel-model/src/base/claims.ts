/**
 * How a mechanism answers the claims of the sources: for each claim an experiment that a machine can run again.
 * The ledger itself (what is claimed, by whom, and which outcome counts) is data/claims; helpers join the two.
 */
import type { Progress } from "./run.js";

/**
 * reproduced: seen as claimed. contradicted: something else was seen. depends: seen under some conditions that the source
 * leaves open and not under others; the finding has the map. changed-since: true then, a named release changed it.
 * needs-hardware: cannot be decided here. not-yet: no experiment so far. record: history or opinion, cited and not tested.
 */
export type ClaimVerdict =
  "reproduced" | "contradicted" | "depends" | "changed-since" | "needs-hardware" | "not-yet" | "record";

/** One point of the map of a claim that depends: a condition, what was seen there, and whether that is as claimed. */
export interface MapPoint {
  readonly at: string;
  readonly seen: string;
  readonly holds: boolean;
}

export interface Finding {
  readonly verdict: ClaimVerdict;
  /** What was seen, in one or two sentences with the numbers. */
  readonly seen: string;
  /** Parameters that the source does not give and we chose; absent if there are none. */
  readonly chosen?: string;
  /** Where it holds and where not; only of a claim that was tried under several conditions. */
  readonly map?: readonly MapPoint[];
}

/** A finding, and the recordings of a running kernel that it rests on, sorted by name. */
interface Found {
  readonly finding: Finding;
  readonly recordings: readonly string[];
}

/** What an experiment may look at besides the model: recordings of a running kernel, and the findings of other experiments. */
export class Evidence {
  readonly #read: (name: string) => string;
  readonly #found = new Map<string, Found>();
  /** Of each experiment that is under way, the inner ones last: the recordings it has asked for. */
  readonly #asked: Set<string>[] = [];

  /** @param read gives the text of a recording by its file name */
  constructor(read: (name: string) => string) {
    this.#read = read;
  }

  /** Text of data/live/NAME. Errors: InputError if there is no such recording. */
  recording(name: string): string {
    for (const asked of this.#asked) asked.add(name);
    return this.#read(name);
  }

  /**
   * The finding of an experiment, which runs once; another experiment asks for it with `yield*`.
   * Errors: Error if `experiments` has no such claim.
   *
   * @example
   * const experiments = { "topic.claim": () => judge(1 + 1 === 2, "1 + 1 is 2.") };
   * finish(new Evidence(() => "").finding("topic.claim", experiments)).verdict; // => "reproduced"
   */
  *finding(id: string, experiments: Experiments): Generator<Progress | undefined, Finding> {
    const known = this.#found.get(id);
    if (known !== undefined) {
      for (const asked of this.#asked) for (const name of known.recordings) asked.add(name);
      return known.finding;
    }
    const experiment = experiments[id];
    if (experiment === undefined)
      throw new Error(`there is no experiment for ${id}: add it to the mechanism's evidence/claims.ts`);
    const asked = new Set<string>();
    this.#asked.push(asked);
    try {
      const begun = experiment(this);
      const finding = "next" in begun ? yield* begun : begun;
      this.#found.set(id, { finding, recordings: [...asked].sort() });
      return finding;
    } finally {
      this.#asked.pop();
    }
  }

  /** The recordings that a finding rests on, also through the findings it asked for. Errors: Error before the experiment ran. */
  recordingsOf(id: string): readonly string[] {
    const found = this.#found.get(id);
    if (found === undefined) throw new Error(`the experiment for ${id} did not run: ask for its finding first`);
    return found.recordings;
  }
}

/** Runs what the claim is about. One that takes longer than some tens of milliseconds is a generator and yields how far it is. */
export type Experiment = (evidence: Evidence) => Finding | Generator<Progress | undefined, Finding>;

/** Claim id -> experiment. */
export type Experiments = Readonly<Record<string, Experiment>>;

/** The finding "reproduced" if the test held, else "contradicted"; the same sentence states what was seen. */
export function judge(held: boolean, seen: string, chosen?: string): Finding {
  return { verdict: held ? "reproduced" : "contradicted", seen, ...(chosen !== undefined && { chosen }) };
}

/**
 * The finding of a claim tried under several conditions: "reproduced" if it held under all, "contradicted" if under none,
 * else "depends". What was seen at each is listed behind the sentence.
 */
export function judgeMap(map: readonly MapPoint[], seen: string, chosen?: string): Finding {
  const held = map.filter(({ holds }) => holds);
  const verdict = held.length === map.length ? "reproduced" : held.length === 0 ? "contradicted" : "depends";
  const list = (points: readonly MapPoint[]): string =>
    points.length === 0 ? "nowhere" : points.map((point) => `${point.at}: ${point.seen}`).join("; ");
  const where = `Holds at ${list(held)}. Not at ${list(map.filter(({ holds }) => !holds))}.`;
  return { verdict, seen: `${seen} ${where}`, map, ...(chosen !== undefined && { chosen }) };
}
