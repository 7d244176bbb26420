import { formatWithUnit, hasScales, checkKeys, InputError } from "@mm-lab/kernel-model";
import { shorten, visible } from "../tables/text.js";
import { seriesScale, type ChartJson } from "./axes.js";
import { Chart, type Layer } from "./chart.js";
import { FURNITURE, THEME_TEXT } from "./theme.js";

/** A value on an axis of numbers, or a category's name. */
export type AxisValue = number | string;

/** Something drawn over a chart: made by {@link referenceLine} and {@link annotation}. */
export interface Overlay {
  readonly kind: "reference line" | "annotation";
  readonly x?: AxisValue;
  readonly y?: AxisValue;
  readonly text: string;
}

/**
 * A dashed line across the chart at a value of x or of y, with its meaning written at it.
 *
 * @throws InputError unless exactly one of x and y is given, finite
 * @example layer(chart, referenceLine({ y: 4_000_000, label: "pages in the workload" }))
 */
export function referenceLine(options: {
  readonly x?: AxisValue;
  readonly y?: AxisValue;
  readonly label: string;
}): Overlay {
  checkKeys("referenceLine", options, ["x", "y", "label"]);
  const { x, y, label } = options;
  if ((x === undefined) === (y === undefined))
    throw new InputError(
      "referenceLine",
      options,
      "exactly one of x and y",
      'give { y: value, label: "..." } for a level line or { x: value, label: "..." } for an upright one',
    );
  checkValue("x", x);
  checkValue("y", y);
  return { kind: "reference line", ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }), text: label };
}

/**
 * A remark at a point of the chart.
 *
 * @example layer(chart, annotation({ x: 12, y: 3.2e6, text: "ages reach 5: pages are skipped" }))
 */
export function annotation(options: { readonly x: AxisValue; readonly y: AxisValue; readonly text: string }): Overlay {
  checkKeys("annotation", options, ["x", "y", "text"]);
  if (options.x === undefined || options.y === undefined)
    throw new InputError("annotation", options, "both x and y", "say where the remark stands: { x, y, text }");
  checkValue("x", options.x);
  checkValue("y", options.y);
  return { kind: "annotation", x: options.x, y: options.y, text: options.text };
}

function checkValue(name: string, value: AxisValue | undefined): void {
  if (value === undefined || typeof value === "string" || Number.isFinite(value)) return;
  throw new InputError(name, value, "a finite number or the name of a category", "give a value on the axis");
}

/**
 * Charts and overlays drawn over each other, on the axes of the first chart. Its title, size and controls stay; the
 * descriptions of all are joined.
 *
 * @throws InputError for small multiples (layer first, then divide) or charts with controls above the first
 * @example layer(lineChart(model, a), lineChart(measured, b), referenceLine({ x: 5, label: "smart scan on" }))
 */
export function layer(base: Chart, ...above: readonly (Chart | Overlay)[]): Chart {
  const { parts } = base;
  const faceted = [base, ...above].find((c) => c instanceof Chart && c.parts.facet !== undefined);
  if (faceted !== undefined)
    throw new InputError(
      "a chart to layer",
      (faceted as Chart).parts.title,
      "charts without panels",
      "layer the charts first, then divide them with smallMultiples",
    );
  const first = parts.layers[0]!.encoding;
  const layers: Layer[] = [...parts.layers];
  const said: string[] = [];
  const columns = [...parts.columns];
  const unitOf = (channel: "x" | "y"): string | undefined =>
    columns.find(({ field }) => field === (first[channel] as ChartJson | undefined)?.["field"])?.unit;
  for (const item of above) {
    if (item instanceof Chart) {
      if (item.parts.controls.length > 0)
        throw new InputError(
          "a chart to layer",
          item.parts.title,
          "controls on the first chart only",
          "make the chart with controls the first one",
        );
      layers.push(
        ...item.parts.layers.map((l) => ({
          ...l,
          data: l.data ?? item.parts.rows,
          encoding: onAxesOf(first, l.encoding),
        })),
      );
      columns.push(...item.parts.columns.filter((c) => !columns.some((own) => own.field === c.field)));
      said.push(`${item.parts.kind}: ${item.parts.description}`);
    } else {
      layers.push(...overlayLayers(item, first));
      const place = [
        item.x === undefined ? "" : `x = ${spoken(item.x, unitOf("x"))}`,
        item.y === undefined ? "" : `y = ${spoken(item.y, unitOf("y"))}`,
      ]
        .filter((t) => t !== "")
        .join(", ");
      said.push(`${item.kind === "annotation" ? "Remark" : "Line"} at ${visible(place)}: ${visible(item.text)}.`);
    }
  }
  return new Chart({
    ...parts,
    description: [parts.description, ...said].join(" "),
    layers: oneSeriesScale(layers),
    columns,
  });
}

/** A value as alt text says it: no more digits than one can listen to, times and sizes in the unit that fits them. */
function spoken(value: AxisValue, unit: string | undefined): AxisValue {
  if (typeof value !== "number") return value;
  return unit !== undefined && hasScales(unit) ? formatWithUnit(value, unit) : Number(value.toPrecision(6));
}

/** Charts with different series share one colour scale: all names, in order of appearance, each with its own colour and dash. */
function oneSeriesScale(layers: readonly Layer[]): Layer[] {
  const channels = ["color", "fill", "strokeDash"] as const;
  const domains = layers.flatMap((l) =>
    channels.flatMap((c) => {
      const domain = l.encoding[c] as { type?: string; scale?: { domain?: readonly unknown[] } } | undefined;
      return domain?.type === "nominal" && domain.scale?.domain !== undefined ? [domain.scale.domain] : [];
    }),
  );
  const names = [...new Set(domains.flat())];
  if (domains.every((d) => d.length === names.length)) return [...layers];
  return layers.map((l) => ({
    ...l,
    encoding: Object.fromEntries(
      Object.entries(l.encoding).map(([channel, value]) => {
        const own = value as { type?: string; scale?: { domain?: unknown } };
        if (
          !(channels as readonly string[]).includes(channel) ||
          own.type !== "nominal" ||
          own.scale?.domain === undefined
        )
          return [channel, value];
        return [channel, { ...own, scale: seriesScale(names, channel === "strokeDash") }];
      }),
    ),
  }));
}

function onAxesOf(first: ChartJson, encoding: ChartJson): ChartJson {
  const shared = (channel: "x" | "y"): ChartJson => {
    const base = first[channel] as ChartJson | undefined;
    const own = encoding[channel] as ChartJson | undefined;
    if (own === undefined || base === undefined) return {};
    const { axis, scale, title } = base;
    return {
      [channel]: { ...own, ...(axis === undefined ? {} : { axis }), ...(scale === undefined ? {} : { scale }), title },
    };
  };
  return { ...encoding, ...shared("x"), ...shared("y") };
}

function overlayLayers(overlay: Overlay, first: ChartJson): Layer[] {
  const at = (channel: "x" | "y", value: AxisValue): ChartJson => {
    const base = first[channel] as { type?: string; axis?: unknown; scale?: unknown; title?: unknown; sort?: unknown };
    return {
      datum: typeof value === "string" ? visible(value) : value,
      type: base.type ?? "quantitative",
      title: base.title,
      ...(base.axis === undefined ? {} : { axis: base.axis }),
      ...(base.scale === undefined ? {} : { scale: base.scale }),
    };
  };
  const text = shorten(visible(overlay.text), 120);
  const data = [{ label: text }];
  const label = { text: { field: "label", type: "nominal" } };
  const style = { type: "text", ...THEME_TEXT };
  if (overlay.kind === "annotation") {
    const point = { x: at("x", overlay.x!), y: at("y", overlay.y!) };
    return [
      { data, mark: { type: "point", shape: "circle", size: 60, color: FURNITURE, strokeWidth: 2 }, encoding: point },
      { data, mark: { ...style, align: "left", baseline: "bottom", dx: 7, dy: -4 }, encoding: { ...point, ...label } },
    ];
  }
  const rule = { type: "rule", color: FURNITURE, strokeDash: [5, 3], strokeWidth: 1.5 };
  if (overlay.y !== undefined) {
    const place = at("y", overlay.y);
    return [
      { data, mark: rule, encoding: { y: place } },
      {
        data,
        mark: { ...style, align: "left", baseline: "bottom", dx: 4, dy: -3, x: 0 },
        encoding: { y: place, ...label },
      },
    ];
  }
  const place = at("x", overlay.x!);
  return [
    { data, mark: rule, encoding: { x: place } },
    { data, mark: { ...style, align: "left", baseline: "top", dx: 4, y: 0 }, encoding: { x: place, ...label } },
  ];
}
