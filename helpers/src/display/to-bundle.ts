import { DISPLAY, isDisplayable, type MimeBundle } from "@mm-lab/kernel-model";
import { isTable } from "../tables/columns.js";
import { hasDataset, isDataset } from "../tables/table.js";
import { view } from "../tables/view.js";

export interface Bundle {
  readonly data: MimeBundle;
  /** Per MIME type, e.g. embed options of a chart. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

export const VEGA_LITE = "application/vnd.vegalite.v5+json";

/** Sharp at any zoom; the menu offers PNG and SVG but no link to an editor on the network. */
const EMBED_OPTIONS = {
  renderer: "svg",
  actions: { source: false, editor: false, compiled: false, export: true },
} as const;

/**
 * What a notebook should show for a value, or undefined where plain printing is right (`42` still prints `42`).
 * The kernel calls it for the last value of a cell, `show` for any other.
 *
 * In this order: the value's own display method; an Arquero table, a dataset, or a result with `dataset()` as a table;
 * an object with `toSpec()` that gives a Vega-Lite v5 spec (a chart of another library) as a chart.
 * An error in the value's own display method is passed on: the reader has to know why nothing is shown.
 */
export function toBundle(value: unknown): Bundle | undefined {
  if (isDisplayable(value)) return bundle(value[DISPLAY]());
  if (isTable(value)) return bundle(view(value)[DISPLAY]());
  if (isDataset(value)) return bundle(view(value)[DISPLAY]());
  if (hasDataset(value)) {
    const dataset: unknown = value.dataset();
    return isDataset(dataset) ? bundle(view(dataset)[DISPLAY]()) : undefined;
  }
  const spec = foreignSpec(value);
  return spec === undefined
    ? undefined
    : bundle({
        [VEGA_LITE]: spec,
        "text/plain": typeof spec.description === "string" ? `Chart: ${spec.description}` : "Chart (Vega-Lite)",
      });
}

/**
 * The two rules of the hosts: `text/html` outranks Vega-Lite in JupyterLab, so a chart must not carry it; and
 * `application/json` outranks everything.
 */
function bundle(given: MimeBundle): Bundle {
  const chart = VEGA_LITE in given;
  const data = Object.fromEntries(
    Object.entries(given).filter(([type]) => type !== "application/json" && !(chart && type === "text/html")),
  );
  return { data, metadata: chart ? { [VEGA_LITE]: { embed_options: EMBED_OPTIONS } } : {} };
}

function foreignSpec(value: unknown): { readonly description?: unknown } | undefined {
  if (typeof value !== "object" || value === null || typeof (value as { toSpec?: unknown }).toSpec !== "function")
    return undefined;
  let spec: unknown;
  try {
    spec = (value as { toSpec: () => unknown }).toSpec();
  } catch {
    return undefined; // an object of some library whose toSpec is not meant for us
  }
  const schema = typeof spec === "object" && spec !== null ? (spec as { $schema?: unknown }).$schema : undefined;
  return typeof schema === "string" && /\/vega-lite\/v5(?:\.\d+)*\.json$/.test(schema)
    ? (spec as { description?: unknown })
    : undefined;
}
