import {
  checkInteger,
  DISPLAY,
  InputError,
  type Displayable,
  type MimeBundle,
  groupDigits,
} from "@mm-lab/kernel-model";
import { shorten, visible } from "../tables/text.js";
import type { ChartJson } from "./axes.js";
import type { BoundControl } from "./controls.js";
import { wrapText } from "./font-widths.js";
import { plainText, type Datum } from "./frame.js";
import { renderSvg, type StaticPicture } from "./render.js";
import { CONFIG } from "./theme.js";

export const SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json";
/** Specs above this many characters make notebooks that no one can open. */
const SPEC_LIMIT = 1_000_000;
/** Pictures of more marks or characters are left out of notebooks: the live chart and the text remain. */
const MARK_LIMIT = 1_000;
const SVG_LIMIT = 300_000;
/** From this many marks on, labelling each mark for screen readers makes the picture larger and helps nobody. */
const ARIA_MARKS = 100;

export type Row = Readonly<Record<string, Datum>>;

/** One mark with its encoding; its own data where they are not the chart's. */
export interface Layer {
  readonly mark: ChartJson;
  readonly encoding: ChartJson;
  readonly data?: readonly Row[];
  readonly transform?: readonly ChartJson[];
}

/** How a column of the chart's data is to be shown in a table. */
export interface DataColumn {
  readonly field: string;
  readonly name: string;
  readonly unit?: string;
}

/** What a chart is made of before it becomes a spec: charts are layered and divided at this level. */
export interface ChartParts {
  readonly kind: string;
  readonly title: string;
  readonly subtitle?: string;
  readonly notes: readonly string[];
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly rows: readonly Row[];
  readonly columns: readonly DataColumn[];
  readonly layers: readonly Layer[];
  readonly controls: readonly BoundControl[];
  readonly facet?: { readonly by: ChartJson; readonly columns: number; readonly independent: boolean };
}

/** A Vega-Lite v5 specification as plain JSON. */
export type VegaLiteSpec = Readonly<Record<string, unknown>>;

/**
 * A chart: shown live where Vega-Lite is drawn (JupyterLab, VS Code, exported pages), as a static picture elsewhere,
 * as a sentence in a terminal. Immutable. `spec` is plain JSON: take it, change it, pass it on.
 */
export class Chart implements Displayable {
  /** @internal */
  readonly parts: ChartParts;
  /** The Vega-Lite v5 spec, data included. */
  readonly spec: VegaLiteSpec;
  #picture: StaticPicture | undefined;

  /** @internal */
  constructor(parts: ChartParts) {
    checkInteger("width", parts.width, { min: 50, max: 2000, unit: "px" });
    checkInteger("height", parts.height, { min: 20, max: 2000, unit: "px" });
    this.parts = parts;
    this.spec = assemble(parts);
    const size = JSON.stringify(this.spec).length;
    if (size > SPEC_LIMIT) {
      throw new InputError(
        `the spec of chart ${JSON.stringify(shorten(parts.title, 60))}`,
        `${groupDigits(parts.rows.length)} rows, ${groupDigits(size)} characters`,
        `at most ${groupDigits(SPEC_LIMIT)} characters`,
        "aggregate the table first (groupby and rollup), filter it, or thin it with minMaxDownsample",
      );
    }
  }

  toSpec(): VegaLiteSpec {
    return this.spec;
  }

  /** The alt text. */
  get description(): string {
    return this.parts.description;
  }

  /** The chart as one sentence or two. */
  toText(): string {
    const { kind, title, description, notes } = this.parts;
    return [`${kind} "${title}": ${description}`, ...notes.map((note) => `Note: ${note}.`)].join(" ");
  }

  toString(): string {
    return this.toText();
  }

  /** A static picture, drawn at once and without a browser; controls are at their first setting. About 30 ms, more for many marks. */
  toSVG(): string {
    return this.#draw().svg;
  }

  [DISPLAY](): MimeBundle {
    const { svg, marks } = this.#draw();
    const small = marks <= MARK_LIMIT && svg.length <= SVG_LIMIT;
    return {
      "application/vnd.vegalite.v5+json": this.spec,
      ...(small ? { "image/svg+xml": svg } : {}),
      "text/plain": small
        ? this.toText()
        : `${this.toText()} (No static picture: ${groupDigits(marks)} marks are too many for one.)`,
    };
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toText();
  }

  #draw(): StaticPicture {
    if (this.#picture === undefined) {
      const label = `${this.parts.title}. ${this.parts.description}`;
      const plain = renderSvg(this.spec, label, false);
      this.#picture = plain.marks <= ARIA_MARKS ? renderSvg(this.spec, label, true) : plain;
    }
    return this.#picture;
  }
}

function assemble(parts: ChartParts): VegaLiteSpec {
  const { facet } = parts;
  const layers = parts.layers.map(({ mark, encoding, data, transform }) => ({
    ...(data === undefined ? {} : { data: { values: data } }),
    ...(transform === undefined || transform.length === 0 ? {} : { transform }),
    mark,
    encoding,
  }));
  const drawing = layers.length === 1 ? layers[0]! : { layer: layers };
  const size = { width: parts.width, height: parts.height };
  const filters = parts.controls.map((c) => c.filter);
  const wide = parts.width * (facet?.columns ?? 1) + 40;
  const subtitle = [...(parts.subtitle === undefined ? [] : [visible(parts.subtitle)]), ...parts.notes]
    .flatMap((line) => wrapText(line, wide, CONFIG.title.subtitleFontSize, 4))
    .map(plainText);
  return {
    $schema: SCHEMA,
    description: parts.description,
    title: {
      text: wrapText(visible(parts.title), wide, CONFIG.title.fontSize, 4, true).map(plainText),
      ...(subtitle.length === 0 ? {} : { subtitle }),
    },
    data: { values: parts.rows },
    ...(parts.controls.length === 0 ? {} : { params: parts.controls.map((c) => c.param), transform: filters }),
    ...(facet === undefined
      ? { ...size, ...drawing }
      : {
          facet: facet.by,
          columns: facet.columns,
          bounds: "flush",
          spacing: { row: 44, column: facet.independent ? 75 : 28 },
          spec: { ...size, ...drawing },
          // An x axis of its own for each panel: a shared one lands under the empty places of an incomplete last row.
          resolve: { axis: { x: "independent" }, ...(facet.independent ? { scale: { y: "independent" } } : {}) },
        }),
    config: CONFIG,
    usermeta: { columns: parts.columns },
  };
}
