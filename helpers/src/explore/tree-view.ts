import {
  checkInteger,
  checkKeys,
  DISPLAY,
  InputError,
  type Displayable,
  type MimeBundle,
  type SearchTree,
} from "@mm-lab/kernel-model";
import { shorten, visible } from "../tables/text.js";
import { counted } from "../tables/view.js";
import { drawTreeHtml, drawTreeText, type TreeFrame } from "./tree-draw.js";
import { legendOf, outlineOf, type Outline } from "./tree-outline.js";

export interface SearchTreeViewOptions {
  /** Width of the text, in characters. Default: 100. Range: 60 to 1,000. */
  readonly width?: number;
  /** What was explored, for the first line. Default: the name of the program. */
  readonly name?: string;
  /**
   * Lines of the tree at most, but for the way to what goes wrong; the runs left out are counted. Default: 2,000. Range:
   * 10 to 100,000.
   */
  readonly limit?: number;
}

/** The tree of choices of a search, made by {@link searchTreeView}. */
export class SearchTreeView implements Displayable {
  readonly #tree: SearchTree;
  readonly #options: SearchTreeViewOptions;

  /** @internal */
  constructor(tree: SearchTree, options: SearchTreeViewOptions) {
    this.#tree = tree;
    this.#options = options;
  }

  /** Indented; a step a line, alternatives below each other. */
  toText(width = this.#options.width ?? 100): string {
    checkInteger("width", width, { min: 60, max: 1000, unit: "characters" });
    return drawTreeText(this.#outline(), this.#frame(), width);
  }

  /** The same in HTML that folds without scripts; all text in it is escaped. */
  toHTML(): string {
    return drawTreeHtml(this.#outline(), this.#frame(), this.#tree.totals.runs);
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

  #outline(): Outline {
    return outlineOf(this.#tree, this.#options.limit ?? 2_000);
  }

  #frame(): TreeFrame {
    const { program, totals, cut } = this.#tree;
    const { runs, estimated } = totals;
    const kinds = (["complete", "violated", "stuck", "redundant"] as const).filter((kind) => totals[kind] > 0);
    const ended = kinds.map((kind) => `${totals[kind]} ${kind}`).join(", ");
    const asked = `the other order of ${counted(totals.races, "race")} was asked for`;
    const why = cut === null ? "" : visible(shorten(`${cut[0]?.toUpperCase() ?? ""}${cut.slice(1)}`, 300));
    const about = estimated > runs ? ` There are about ${counted(estimated, "run")} in all.` : "";
    const order = "one for each class of runs that differ only in the order of independent steps";
    return {
      name: visible(shorten(this.#options.name ?? program, 80)),
      whole: cut === null,
      sentences: [
        `${counted(runs, "run")}${cut === null ? `, ${order}` : ""}: ${ended}.`,
        ...(cut === null ? [] : [`${why}.${about}`]),
        `${counted(totals.states, "state")}, at most ${counted(totals.longest, "step")} in a run; ${asked}` +
          `${totals.races === 0 ? "" : `, and in ${totals.covered} it was covered already`}.`,
      ],
      legend: legendOf(this.#tree),
    };
  }
}

/**
 * The tree of choices that a search with reduction made: each state from which several tasks were taken, why each of
 * them was (a race that an earlier run showed), which were not and why, and how each run ended, with the string that
 * replays it. Folds in notebooks and exported pages, without scripts; indented text elsewhere. O(states x tasks).
 *
 * @throws InputError for something that is no tree of {@link searchTree}, or an option out of range
 * @example searchTreeView(searchTree(program, { maxRuns: 20 })).toText()
 */
export function searchTreeView(tree: SearchTree, options: SearchTreeViewOptions = {}): SearchTreeView {
  checkKeys("searchTreeView", options, ["width", "name", "limit"]);
  checkInteger("width", options.width ?? 100, { min: 60, max: 1000, unit: "characters" });
  checkInteger("limit", options.limit ?? 2_000, { min: 10, max: 100_000, unit: "lines" });
  const given = tree as Partial<SearchTree> | null | undefined;
  if (!Array.isArray(given?.states) || typeof given.totals !== "object") {
    throw new InputError("the tree to show", tree, "what searchTree returns", "show searchTree(program)");
  }
  return new SearchTreeView(tree, options);
}
