import {
  checkInteger,
  checkKeys,
  DISPLAY,
  nearestPassing,
  type Displayable,
  type MimeBundle,
  type NearestPassing,
  type Program,
} from "@mm-lab/kernel-model";
import { counterexample } from "./counterexample.js";
import type { Found } from "./found.js";
import { drawSidesHtml, drawSidesText } from "./side-draw.js";
import { sidesOf, type Sides } from "./side-rows.js";
import { tag, words } from "./tags.js";

export interface SideBySideOptions {
  /** Width of the text, in characters. Default: 100. Range: 60 to 1,000. */
  readonly width?: number;
  /** What was explored, for the first line. Default: the name of the program. */
  readonly name?: string;
  /** Steps shown of longer runs, before and after the first difference. Default: 200. Range: 10 to 10,000. */
  readonly limit?: number;
  /** Runs tried at most on the way to one that passes. Default: 10,000. Range: 1 to 10,000,000. */
  readonly maxRuns?: number;
}

/** A run that goes wrong beside the nearest one that does not, made by {@link sideBySide}. */
export class SideBySideView implements Displayable {
  readonly #found: Found;
  readonly #options: SideBySideOptions;
  /** The two runs, as data; null where none that passes was found. */
  readonly nearest: NearestPassing | null;

  /** @internal */
  constructor(found: Found, nearest: NearestPassing | null, options: SideBySideOptions) {
    this.#found = found;
    this.nearest = nearest;
    this.#options = options;
  }

  /** Two columns, a step a line, the first difference marked by `>`. */
  toText(width = this.#options.width ?? 100): string {
    checkInteger("width", width, { min: 60, max: 1000, unit: "characters" });
    const sides = this.#sides();
    return sides === null ? `${NONE}\n\n${this.#alone().toText(width)}` : drawSidesText(sides, width);
  }

  /** The same as a table of HTML without scripts; all text in it is escaped. */
  toHTML(): string {
    const sides = this.#sides();
    return sides === null ? tag("div", {}, tag("p", {}, words(NONE)), this.#alone().toHTML()) : drawSidesHtml(sides);
  }

  toString(): string {
    return this.toText();
  }

  [DISPLAY](): MimeBundle {
    return { "text/html": this.toHTML(), "text/plain": this.toText() };
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toText();
  }

  #sides(): Sides | null {
    return this.nearest === null ? null : sidesOf(this.nearest, this.#options.name, this.#options.limit ?? 200);
  }

  #alone(): ReturnType<typeof counterexample> {
    const { name, limit } = this.#options;
    return counterexample(this.#found, { ...(name !== undefined && { name }), ...(limit !== undefined && { limit }) });
  }
}

const NONE = "No run that passes was found: there is none, or it takes more changes than were tried (maxRuns).";

/**
 * The run that goes wrong beside the nearest one that passes ({@link nearestPassing}, which see for the time it takes):
 * steps of equal number on one line, those that both begin with folded, the first difference marked, and how each ends.
 * Where no run that passes is found, the one that goes wrong is shown alone, and said so.
 *
 * @param found a verdict `violated` or `stuck` with a run, or a {@link replay} of such a run
 * @throws InputError for a verdict without such a run, or of another program, or an option out of range
 * @example sideBySide(program, explore(program)).toText()
 */
export function sideBySide<S>(program: Program<S>, found: Found, options: SideBySideOptions = {}): SideBySideView {
  checkKeys("sideBySide", options, ["width", "name", "limit", "maxRuns"]);
  checkInteger("width", options.width ?? 100, { min: 60, max: 1000, unit: "characters" });
  checkInteger("limit", options.limit ?? 200, { min: 10, max: 10_000, unit: "steps" });
  const { maxRuns } = options;
  return new SideBySideView(found, nearestPassing(program, found, maxRuns === undefined ? {} : { maxRuns }), options);
}
