import Ajv from "ajv";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { TopLevelSpec } from "vega-lite";
import { expect } from "vitest";
import type { Chart } from "../../src/plots/index.js";

const load = createRequire(import.meta.url);
const vega = load("vega") as typeof import("vega");
const vegaLite = load("vega-lite") as typeof import("vega-lite");

const schema = JSON.parse(
  readFileSync(join(dirname(load.resolve("vega-lite")), "vega-lite-schema.json"), "utf8"),
) as object;
const validator = new Ajv({ unknownFormats: "ignore", logger: false });
/** One check per shape of spec: the schema's own "any of these" would report the errors of the wrong shape. */
const validators = new Map(
  ["TopLevelUnitSpec", "TopLevelLayerSpec", "TopLevelFacetSpec"].map((shape) => [
    shape,
    validator.compile({ ...schema, $ref: `#/definitions/${shape}` }),
  ]),
);

export interface Mark {
  readonly type: string;
  readonly items: readonly Item[];
}

export interface Item {
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly fill?: string;
  readonly stroke?: string;
  readonly strokeDash?: readonly number[];
  readonly text?: unknown;
  readonly fontSize?: number;
  readonly opacity?: number;
}

interface SceneNode extends Item {
  readonly marktype?: string;
  readonly role?: string;
  readonly items?: readonly SceneNode[];
}

export interface Drawn {
  /** The data marks, in drawing order. */
  readonly marks: readonly Mark[];
  /** All texts of the picture: titles, labels, legends. */
  readonly texts: readonly string[];
  readonly smallestText: number;
  /** Signals and data can be looked at and changed, as a reader's click would. */
  readonly view: import("vega").View;
}

/** Checks a chart against Vega-Lite's schema, compiles and draws it as a browser would; fails on any warning, and on any coordinate that is not finite. */
export function draw(chart: Chart): Drawn {
  const warnings: string[] = [];
  const warn = (...texts: unknown[]): typeof logger => {
    warnings.push(texts.map(String).join(" "));
    return logger;
  };
  const logger = {
    level: () => logger,
    error: warn,
    warn,
    info: () => logger,
    debug: () => logger,
  } as unknown as import("vega").LoggerInterface;
  // Hosts get the spec as JSON text: what JSON loses must not matter.
  const spec = JSON.parse(JSON.stringify(chart.spec)) as TopLevelSpec;
  const validate = validators.get(
    "facet" in spec ? "TopLevelFacetSpec" : "layer" in spec ? "TopLevelLayerSpec" : "TopLevelUnitSpec",
  )!;
  void validate(spec);
  expect(validate.errors ?? []).toEqual([]);
  const view = new vega.View(vega.parse(vegaLite.compile(spec, { logger }).spec), { renderer: "none", logger });
  view.run();
  const drawn = scene(view);
  expect(warnings).toEqual([]);
  return drawn;
}

/** What is on the picture now. */
export function scene(view: import("vega").View): Drawn {
  const marks: Mark[] = [];
  const texts: string[] = [];
  let smallestText = Infinity;
  const walk = (node: SceneNode, isData: boolean): void => {
    for (const key of ["x", "y", "x2", "y2", "width", "height"] as const) {
      const value = (node as Readonly<Record<string, unknown>>)[key];
      if (typeof value === "number")
        expect(Number.isFinite(value), `${key} of a ${node.marktype ?? "mark item"} is ${value}`).toBe(true);
    }
    if (typeof node.fontSize === "number" && node.text !== undefined && node.text !== "")
      smallestText = Math.min(smallestText, node.fontSize);
    if (node.text !== undefined && node.text !== null) texts.push(...[node.text].flat().map(String));
    const own = isData || node.role === "mark";
    if (own && node.marktype !== undefined && node.marktype !== "group")
      marks.push({ type: node.marktype, items: node.items ?? [] });
    const inside =
      node.role === undefined || node.role === "mark" || node.role.startsWith("scope") || node.role === "frame";
    for (const child of node.items ?? [])
      walk(child, own && inside && node.marktype !== "group" && node.marktype !== undefined);
  };
  walk((view.scenegraph() as unknown as { root: SceneNode }).root, false);
  return { marks: marks.filter((m, i) => marks.indexOf(m) === i), texts, smallestText, view };
}
