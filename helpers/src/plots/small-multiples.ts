import { checkInteger } from "@mm-lab/kernel-model";
import type { Source } from "../tables/table.js";
import { categories, columnTitle, type ChartJson } from "./axes.js";
import { counted, listed, plainTitle } from "./build.js";
import { Chart } from "./chart.js";
import { asCategories, fieldOptions, frameOf } from "./frame.js";
import type { ChartOptions, Field } from "./options.js";

export interface FacetOptions {
  /** Column whose values get a panel each. */
  readonly by: Field;
  /** Panels side by side. Default: as many as fit 720 px. Range: 1 to 20. */
  readonly columns?: number;
  /** Give each panel its own y axis: shapes can be compared, heights cannot. Default: false. */
  readonly independent?: boolean;
}

/**
 * The same chart once for each value of a column, on the same scales, side by side.
 * `width` and `height` are those of one panel; default 220 × 150.
 *
 * @param chart any chart function of this package
 * @throws InputError as the chart does
 * @example smallMultiples(lineChart, results, { by: "workload", title: "Sharing by workload", x: "scan", y: "pages_sharing" })
 */
export function smallMultiples<O extends ChartOptions>(
  chart: (source: Source, options: O) => Chart,
  source: Source,
  options: O & FacetOptions,
): Chart {
  const { by, columns, independent, ...rest } = options;
  const width = options.width ?? 220;
  const count = checkInteger("columns", columns ?? Math.max(1, Math.floor(720 / (width + 40))), {
    min: 1,
    max: 20,
    unit: "panels",
  });
  const field = fieldOptions("by", by);
  const { parts } = chart(source, {
    ...rest,
    width,
    height: options.height ?? 150,
    keep: [...(options.keep ?? []), field.field],
  } as unknown as O);
  const frame = frameOf(source, { by: field });
  const column = asCategories(frame.columns[0]!);
  const panels = categories(column, frame.rows);
  const key = parts.columns.find((c) => c.name === column.name)?.field ?? column.key;
  const facet: ChartJson = {
    field: key,
    type: column.type === "number" ? "ordinal" : "nominal",
    title: null,
    ...(column.type === "text" ? { sort: panels } : {}),
  };
  return new Chart({
    ...parts,
    notes: [...parts.notes, `Panels: ${columnTitle(column)}`],
    kind: `${counted(panels.length, "panel")}, each a ${parts.kind.toLowerCase()}`,
    description:
      options.description === undefined
        ? `One panel for each ${plainTitle(column)} (${listed(panels)}). ${parts.description}`
        : parts.description,
    layers: parts.layers.map((layer) => ({
      ...layer,
      encoding: independent === true ? ownScale(upright(layer.encoding)) : upright(layer.encoding),
    })),
    facet: { by: facet, columns: Math.min(count, Math.max(1, panels.length)), independent: independent === true },
  });
}

/** Panels have no room above them for the title of the y axis: it goes back to the side. */
function upright(encoding: ChartJson): ChartJson {
  const y = encoding["y"] as { axis?: ChartJson } | undefined;
  if (y?.axis === undefined) return encoding;
  const kept = Object.fromEntries(Object.entries(y.axis).filter(([name]) => !name.startsWith("title")));
  return { ...encoding, y: { ...y, axis: kept } };
}

/** The y axis without the domain and ticks of all panels' data, so that each panel finds its own. */
function ownScale(encoding: ChartJson): ChartJson {
  const y = encoding["y"] as
    { axis?: ChartJson; scale?: { type?: string; domain?: readonly [number, number] } } | undefined;
  if (y?.scale?.domain === undefined || y.axis === undefined) return encoding;
  const { type, domain } = y.scale;
  const axis = Object.fromEntries(Object.entries(y.axis).filter(([name]) => name !== "values"));
  return {
    ...encoding,
    y: {
      ...y,
      axis,
      scale: type === undefined ? { nice: true, zero: domain[0] <= 0 && domain[1] >= 0 } : { type, nice: true },
    },
  };
}
