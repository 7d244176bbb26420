import {
  checkInteger,
  checkKeys,
  DISPLAY,
  InputError,
  printSchedule,
  type Displayable,
  type MimeBundle,
} from "@mm-lab/kernel-model";
import type { Chart } from "../plots/index.js";
import { drawChart } from "./draw-chart.js";
import { drawHtml } from "./draw-html.js";
import { drawText } from "./draw-text.js";
import { isReplay, type Found } from "./found.js";
import { tell } from "./story.js";

export interface CounterexampleOptions {
  /** Width of the text, in characters. Default: 100. Range: 60 to 1,000. */
  readonly width?: number;
  /** What was explored, for the first line. Default: the name of the program. */
  readonly name?: string;
  /** Mechanism and scenario on the command line, for the line that tells how to replay there, e.g. "zswap pool-switch". */
  readonly scenario?: string;
  /** Steps shown of a longer run: the first fifth of them and the last ones. Default: 200. Range: 5 to 10,000. */
  readonly limit?: number;
}

/** How an exploration came out, with the run that shows it, made by {@link counterexample}. */
export class CounterexampleView implements Displayable {
  readonly #found: Found;
  readonly #options: CounterexampleOptions;
  /** The schedule as one string; null where there is no run to show. */
  readonly replay: string | null;

  /** @internal */
  constructor(found: Found, options: CounterexampleOptions) {
    this.#found = found;
    this.#options = options;
    this.replay = isReplay(found)
      ? printSchedule(found.schedule)
      : found.kind === "violated" || found.kind === "stuck"
        ? found.replay
        : null;
  }

  /** One column per task, time downwards, as kernel patches draw races. */
  toText(width = this.#options.width ?? 100): string {
    return drawText(
      this.#story(),
      checkInteger("width", width, { min: 60, max: 1000, unit: "characters" }),
      this.#howToReplay(),
    );
  }

  /** The same as a table of HTML without scripts; all text in it is escaped. */
  toHTML(): string {
    return drawHtml(this.#story(), this.#howToReplay());
  }

  /**
   * The run as a chart: tasks by step number, coloured by function, with steps and changes in the tool tips.
   *
   * @throws InputError where there is no run: exhausted, bounded, a `sometimes` that holds in no run
   */
  chart(options: { readonly width?: number } = {}): Chart {
    checkKeys("chart", options, ["width"]);
    return drawChart(this.#story(), options.width);
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

  #story(): ReturnType<typeof tell> {
    return tell(this.#found, this.#options.name, this.#options.limit ?? 200, this.replay);
  }

  #howToReplay(): string[] {
    if (this.replay === null) return [];
    const quoted = JSON.stringify(this.replay);
    const { scenario } = this.#options;
    return [
      `replay(program, ${quoted})`,
      ...(scenario === undefined ? [] : [`npx mm-lab explore ${scenario} --replay ${quoted}`]),
    ];
  }
}

/**
 * The answer of an exploration as kernel patches show races: a sentence, then one column per task with time downwards,
 * kernel functions at their first step, the shared state that changed, the offending step marked, and the string that
 * replays it. For `stuck`: who waits for whom. For `exhausted` and `bounded`: what was covered. A {@link replay} is
 * shown the same way. HTML in notebooks, text in terminals, a chart by `chart()`.
 *
 * @throws InputError for something that is neither a verdict nor a replay, or an option out of range
 * @example counterexample(explore(program)).toText()
 */
export function counterexample(found: Found, options: CounterexampleOptions = {}): CounterexampleView {
  checkKeys("counterexample", options, ["width", "name", "scenario", "limit"]);
  checkInteger("width", options.width ?? 100, { min: 60, max: 1000, unit: "characters" });
  checkInteger("limit", options.limit ?? 200, { min: 5, max: 10_000, unit: "steps" });
  const given = found as { readonly kind?: unknown; readonly end?: unknown } | null | undefined;
  const known =
    typeof given === "object" &&
    given !== null &&
    (typeof given.kind === "string" ? "effort" in given : typeof given.end === "string" && "trace" in given);
  if (!known)
    throw new InputError(
      "what to show",
      found,
      "a verdict of `explore` or a run of `replay`",
      "write counterexample(explore(program))",
    );
  return new CounterexampleView(found, options);
}
