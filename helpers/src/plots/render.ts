import { createRequire } from "node:module";
import { mix32 } from "@mm-lab/kernel-model";
import type { TopLevelSpec } from "vega-lite";
import { escapeHtml } from "../tables/text.js";
import { chartTextWidth } from "./font-widths.js";

type VegaLite = typeof import("vega-lite");
type Vega = typeof import("vega");

const load = createRequire(import.meta.url);

/** The libraries are loaded with the first picture, not with the package: 0.1 to 0.5 s that most commands never need. */
export function loadVega(): { vega: Vega; vegaLite: VegaLite } {
  return { vega: load("vega") as Vega, vegaLite: load("vega-lite") as VegaLite };
}

export interface StaticPicture {
  readonly svg: string;
  /** Marks drawn: points, bars, cells, texts; a line counts as one. */
  readonly marks: number;
}

interface SceneItem {
  readonly marktype?: string;
  readonly role?: string;
  readonly items?: readonly SceneItem[];
}

/** What vega's types leave out: a text measure of one's own, and the renderers. */
interface VegaInternals {
  textMetrics: {
    width: (
      item: { fontSize?: number; fontWeight?: unknown },
      text: string | readonly string[] | null | undefined,
    ) => number;
  };
  resetSVGDefIds: () => void;
  SVGStringRenderer: new (loader: unknown) => {
    initialize: (el: null, width: number, height: number, origin: [number, number], scale: number) => unknown;
    background: (color: unknown) => unknown;
    render: (scene: unknown) => unknown;
    svg: () => string;
  };
}

interface ViewInternals {
  _viewWidth: number;
  _viewHeight: number;
  _origin: [number, number];
  _scenegraph: { root: SceneItem };
}

/**
 * Draws a spec as SVG, at once and without a browser. The same spec gives the same text on every machine.
 *
 * @param label becomes the picture's accessible name
 */
export function renderSvg(spec: object, label: string, aria: boolean): StaticPicture {
  const { vega, vegaLite } = loadVega();
  const internals = vega as unknown as VegaInternals;
  // A copy, because Vega marks the rows it is given with its own symbols.
  const own = JSON.parse(JSON.stringify(spec)) as SpecParts;
  for (const part of [own, own.spec])
    if (part?.layer !== undefined) part.layer = part.layer.filter((l) => l.mark?.opacity !== 0);
  const compiled = vegaLite.compile({ ...own, config: { ...own.config, aria } } as unknown as TopLevelSpec, {
    logger: SILENT,
  });
  const measure = internals.textMetrics.width;
  internals.textMetrics.width = (item, text) =>
    chartTextWidth(
      text === null || text === undefined ? "" : [text].flat().join(" "),
      item.fontSize ?? 11,
      Number(item.fontWeight) >= 600 || item.fontWeight === "bold",
    );
  try {
    internals.resetSVGDefIds();
    const view = new vega.View(vega.parse(compiled.spec), { renderer: "none", logLevel: vega.None });
    view.run();
    const inside = view as unknown as ViewInternals;
    const padding = view.padding() as { left: number; right: number; top: number; bottom: number };
    const renderer = new internals.SVGStringRenderer(view.loader());
    renderer.initialize(
      null,
      Math.max(0, inside._viewWidth + padding.left + padding.right),
      Math.max(0, inside._viewHeight + padding.top + padding.bottom),
      [padding.left + inside._origin[0], padding.top + inside._origin[1]],
      1,
    );
    renderer.background(view.background());
    renderer.render(inside._scenegraph.root);
    const marks = countMarks(inside._scenegraph.root);
    view.finalize();
    return { svg: named(renderer.svg(), label), marks };
  } finally {
    internals.textMetrics.width = measure;
  }
}

/** The parts of a spec that are changed for the picture: layers that only catch the pointer are left out. */
interface SpecParts {
  config?: object;
  layer?: { mark?: { opacity?: number } }[];
  spec?: { layer?: { mark?: { opacity?: number } }[] };
}

const SILENT = {
  level: () => SILENT,
  error: () => SILENT,
  warn: () => SILENT,
  info: () => SILENT,
  debug: () => SILENT,
} as unknown as import("vega").LoggerInterface;

/** Gives the picture's root its accessible name, and its clip paths names that no other picture on the page has. */
function named(svg: string, label: string): string {
  let hash = 0;
  for (let i = 0; i < svg.length; i++) hash = mix32(hash ^ svg.charCodeAt(i));
  const prefix = `mm${hash.toString(36)}-`;
  const text = escapeHtml(label);
  return svg
    .replace(/ id="(clip|gradient_)(\d+)"/g, ` id="${prefix}$1$2"`)
    .replace(/="url\(#(clip|gradient_)(\d+)\)"/g, `="url(#${prefix}$1$2)"`)
    .replace(
      /^<svg ([^>]*)>/,
      (_all, attributes: string) => `<svg ${attributes} role="img" aria-label="${text}"><title>${text}</title>`,
    );
}

function countMarks(item: SceneItem): number {
  if (item.role !== undefined && item.role !== "mark" && !item.role.startsWith("scope") && item.role !== "frame")
    return 0;
  if (item.marktype === "line" || item.marktype === "area") return (item.items?.length ?? 0) > 0 ? 1 : 0;
  if (item.marktype !== undefined && item.marktype !== "group") return item.items?.length ?? 0;
  return (item.items ?? []).reduce((n, child) => n + countMarks(child), 0);
}
