import type { ExploreOptions, PartResult, SavedSearch } from "@mm-lab/kernel-model";
import type { PlainError } from "./plain-error.js";

/** A cell of a notebook as it was compiled. */
export interface CellCode {
  readonly fileName: string;
  /** How messages call it, e.g. "Cell [3]". */
  readonly label: string;
  readonly code: string;
  readonly isAsync: boolean;
  /** Whether it is the one that explores now: what stands behind its call has not run. */
  readonly isRunning: boolean;
}

/** How a worker gets a program: functions do not travel between threads, so that it makes its own. Plain data. */
export type ProgramSource =
  | { readonly kind: "scenario"; readonly mechanism: string; readonly scenario: string }
  | { readonly kind: "module"; readonly url: string }
  | {
      readonly kind: "cells";
      readonly cells: readonly CellCode[];
      /** From the names that cells declare to the program: `["programs", "fixed"]` for `programs.fixed`. */
      readonly path: readonly string[];
      /** Where imports of cells start. */
      readonly folder: string;
      /** Modules beside the notebook, compiled: path and code. */
      readonly modules: readonly (readonly [string, string])[];
    };

/** What all who explore parts of one search share. */
export interface Common {
  readonly options: ExploreOptions;
  /** Int32: see {@link STOP}, {@link FIRST_HIT}. */
  readonly flags: SharedArrayBuffer;
  /** BigInt64: see {@link SCHEDULES}, {@link STEPS}. */
  readonly counts: SharedArrayBuffer;
  /** Complete runs and steps of all workers together after which all stop. */
  readonly maxSchedules: number;
  readonly maxTotalSteps: number;
}

/** What a worker is started with. */
export interface ThreadData extends Common {
  readonly source: ProgramSource;
  /** Of the program, as {@link "./fingerprint"} makes it: the worker's must be the same. */
  readonly fingerprint: Fingerprint;
}

export interface Fingerprint {
  readonly program: string;
  readonly tasks: readonly string[];
  /** What came of some runs drawn at random, the same in every thread. */
  readonly runs: string;
}

/** Flags that all threads look at after each run: not 0 where all are to stop. */
export const STOP = 0;
/** The first part that has something to say: those behind it stop. */
export const FIRST_HIT = 1;
export const FLAGS = 2;

/** Complete runs so far, and steps. */
export const SCHEDULES = 0;
export const STEPS = 1;
export const COUNTS = 2;

export type ToThread = { readonly index: number; readonly part: SavedSearch };

export type FromThread =
  | { readonly kind: "ready" }
  /** The program could not be had. */
  | { readonly kind: "not ready"; readonly error: PlainError }
  | { readonly kind: "progress"; readonly index: number; readonly runs: number; readonly estimated: number }
  | { readonly kind: "result"; readonly index: number; readonly result: PartResult }
  /** The program threw what is no violation: an InputError of the explorer, mostly. */
  | { readonly kind: "error"; readonly index: number; readonly error: PlainError };
