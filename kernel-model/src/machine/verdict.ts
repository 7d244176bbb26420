import type { SavedSearch } from "./saved-search.js";
import type { Schedule } from "./schedule.js";
import type { TraceEntry } from "./trace.js";
import type { Violation } from "./violation.js";

/** What an exploration did. */
export interface Effort {
  /** Complete runs. */
  readonly schedules: number;
  /** Runs given up because they could only repeat what was seen. */
  readonly redundant: number;
  /** Steps performed, replayed ones included. */
  readonly steps: number;
  /** Steps of the longest run. */
  readonly longest: number;
  /**
   * "optimal": one run of each class of runs that differ only in the order of independent steps. "seen traces": what
   * follows a state of a class that was seen is left out (with a limit on preemptions). "states": each state is left once.
   */
  readonly reduction: "optimal" | "seen traces" | "states" | "none";
  /**
   * Complete and redundant runs in all: as counted where all are over, else about so many, by how far the search has
   * come (Knuth 1975). It can be off by orders of magnitude early on. Null where it cannot be told.
   */
  readonly estimated: number | null;
  /** Complete runs by the state they end in. */
  readonly endStates: ReadonlyMap<string, number>;
  /** For each `sometimes` property that was found: a schedule that shows it. */
  readonly examples: ReadonlyMap<string, Schedule>;
}

/** A task that waits for ever. */
export interface Waiting {
  readonly task: string;
  readonly function: string;
  /** The step that it cannot perform, e.g. `mutex_lock(B)`. */
  readonly step: string;
  readonly object: string | null;
  /** Names of tasks that hold the object, if it is a lock. */
  readonly heldBy: readonly string[];
}

interface Shown {
  readonly schedule: Schedule;
  /** The same as {@link printSchedule} prints it. */
  readonly replay: string;
  readonly trace: readonly TraceEntry[];
}

/**
 * The answer of an exploration. A bound never looks like a proof: only `exhausted` says that there is no other run.
 * - `exhausted`: every run of the program, within its own finite size, was covered, and all properties hold.
 * - `violated`: a rule, a property or an exception, with the run that shows it (none for a `sometimes` never found).
 * - `stuck`: a run in which unfinished tasks wait for each other for ever.
 * - `bounded`: nothing wrong found, but a bound cut the search: which one, and, with reduction, what is left to explore.
 */
export type Verdict =
  | { readonly kind: "exhausted"; readonly effort: Effort }
  | ({ readonly kind: "violated"; readonly violation: Violation; readonly effort: Effort } & (
      Shown | { readonly schedule: null; readonly replay: null; readonly trace: readonly [] }
    ))
  | ({ readonly kind: "stuck"; readonly waiting: readonly Waiting[]; readonly effort: Effort } & Shown)
  | { readonly kind: "bounded"; readonly bound: string; readonly effort: Effort; readonly rest: SavedSearch | null };
