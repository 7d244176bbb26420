import type { Dataset, HasDataset } from "../base/dataset.js";
import { checkKeys, checkNumber, InputError } from "../base/errors.js";
import { rowsToColumns, type ColumnNotes } from "../base/rows.js";

/** What to look at while a simulation runs, and how often. */
export interface Observe<S, O extends object = object> extends ColumnNotes {
  /** Virtual time between two looks, ns, above 0: `ms(2)`. */
  readonly every: number;
  /**
   * What is seen: a record of numbers, texts and flags, the same columns each time. It looks at the state and changes
   * nothing: no task of the model does it, so it takes no time and no CPU, and the run is the same as without it.
   */
  readonly read: (state: S) => O;
}

/** Looks that are kept; more are taken for a mistake. */
const MOST_LOOKS = 10_000_000;

/** What was seen at each look, `time` in ns first. Shown as a table. */
export class Observations<O extends object = object> implements HasDataset {
  constructor(
    readonly rows: readonly ({ readonly time: number } & O)[],
    readonly notes: ColumnNotes,
  ) {}

  dataset(): Dataset {
    return {
      title: "What was observed",
      columns: rowsToColumns("the observations", this.rows, {
        units: { time: "ns", ...this.notes.units },
        meanings: { time: "virtual time", ...this.notes.meanings },
      }),
    };
  }
}

/** Errors: InputError for unknown keys, a time that is none, and a `read` that cannot be called. */
export function checkObserve<S, O extends object>(observe: Observe<S, O>): Observe<S, O> {
  checkKeys("observe", observe, ["every", "read", "units", "meanings"]);
  checkNumber("observe.every", observe.every, { min: 1, max: 1e18, unit: "ns", next: "write e.g. `every: ms(2)`" });
  if (typeof observe.read !== "function")
    throw new InputError(
      "observe.read",
      observe.read,
      "a function from the state to a record",
      "write e.g. `read: (state) => ({ pages: state.pages })`",
    );
  return observe;
}

/** Looks at the state whenever virtual time passes a multiple of the interval: before what happens at that very time. */
export class Observer<S, O extends object> {
  readonly rows: ({ readonly time: number } & O)[] = [];
  /** Virtual time of the next look. */
  next: number;

  constructor(
    readonly observe: Observe<S, O>,
    readonly state: S,
    /** Virtual time of the first look. */
    readonly from: number,
  ) {
    this.next = from;
  }

  /** Virtual time goes on to `time`: nothing has happened since the last event. */
  passed(time: number): void {
    while (this.next <= time) this.#look();
  }

  /** The run ends at `time`, which is no longer looked at. */
  end(time: number): void {
    while (this.next < time) this.#look();
  }

  #look(): void {
    const { every, read } = this.observe;
    if (this.rows.length >= MOST_LOOKS)
      throw new InputError("observe.every", every, `at most ${MOST_LOOKS} looks in a run`, "look less often");
    const seen = read(this.state);
    if (this.rows.length === 0) checkSeen(seen, this.observe);
    this.rows.push({ time: this.next, ...seen });
    this.next = this.from + this.rows.length * every;
  }
}

/** Told at the first look, not at the end of a long run. */
function checkSeen(seen: object, notes: ColumnNotes): void {
  rowsToColumns("what observe.read returned", [seen], notes);
  if ("time" in seen)
    throw new InputError("what observe.read returned", seen, "no column `time`, which is there", "leave it out");
}
