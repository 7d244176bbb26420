import { compare } from "./compare.js";
import { estimate } from "./estimate.js";
import { printed, programOf, type Text } from "./programs.js";
import type { ProfileName } from "./profiles.js";
import { randomText } from "./random-text.js";
import { shrinkText } from "./shrink-text.js";

/** One random program, compared. */
export interface Compared {
  readonly text: Text;
  readonly differences: readonly string[];
  readonly kind: string;
  readonly interleavings: number;
  readonly classes: number;
  /** Whether no property was asked at every step, so that the counts can be compared exactly. */
  readonly watched: boolean;
}

/** Compares the random program of this name; null if it has more than `most` interleavings. */
export function compareOne(profile: ProfileName, seed: number, most: number): Compared | null {
  const text = randomText(profile, seed);
  const program = programOf(text);
  if (estimate(program, 24) > most / 2) return null;
  const compared = compare(program, most, seed % 8 === 0);
  if (compared === null) return null;
  const { truth, verdict, differences } = compared;
  return {
    text,
    differences,
    kind: verdict?.kind ?? "none",
    interleavings: truth.interleavings,
    classes: truth.classes,
    watched: truth.watched,
  };
}

/** What a difference is about, without its numbers: the part of its text before the first colon. */
export const sortOf = (difference: string): string => difference.slice(0, difference.indexOf(":"));

/** A difference with the smallest program that shows one of its sort, for people. */
export function report(profile: ProfileName, seed: number, { text, differences }: Compared, most: number): string {
  const sort = sortOf(differences[0]!);
  const shows = (smaller: Text): boolean =>
    compare(programOf(smaller), most, true)?.differences.some((found) => sortOf(found) === sort) ?? false;
  const small = shrinkText(text, shows);
  const now = compare(programOf(small), most, true)?.differences ?? [];
  return [
    `${profile} ${seed}: ${differences.join("\n    ")}`,
    "  shrunk to",
    ...printed(small)
      .split("\n")
      .map((line) => `    ${line}`),
    ...now.map((line) => `  -> ${line}`),
    `  compare(programOf(${JSON.stringify(small)}), ${most})`,
  ].join("\n");
}
