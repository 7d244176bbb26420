import { toBundle, type Bundle } from "../display/to-bundle.js";
import { kernelBridge } from "./bridge.js";
import { runningTslab } from "./running-tslab.js";

/**
 * Displays a value now, anywhere in a cell: tables, charts, datasets and everything else that knows how it looks.
 * Other values, and all values outside a notebook, are printed.
 *
 * (The last value of a cell is displayed by itself.)
 *
 * @example
 * for (const policy of ["none", "kernel"] as const) show(simulateKsm({ workload: mixWorkload({ pages: 900, shares: { unique: 1 } }), policy }));
 */
export function show(value: unknown): void {
  const bundle = toBundle(value);
  if (bundle === undefined) console.log(value);
  else if (!sendToNotebook(bundle)) console.log(textOf(bundle) ?? value);
}

/** A place in a cell's output whose content can be replaced. */
export interface LiveDisplay {
  /** Shows this instead of what the place showed before. */
  update(value: unknown): void;
}

let displays = 0;

/**
 * Displays a value and returns the way to replace it. Only the last content is stored in the notebook.
 * Outside a notebook each content is printed.
 *
 * @example
 * const live = showLive("half done");
 * live.update("done");
 */
export function showLive(value: unknown): LiveDisplay {
  const id = `mm-lab-${process.pid}-${++displays}`;
  const put = (content: unknown, update: boolean): void => {
    const bundle = toBundle(content) ?? { data: { "text/plain": String(content) }, metadata: {} };
    if (!sendToNotebook(bundle, { id, update })) console.log(textOf(bundle) ?? content);
  };
  put(value, false);
  return { update: (content) => put(content, true) };
}

/** Sends a bundle to the notebook this code runs in; false if it runs in none. */
export function sendToNotebook(
  bundle: Bundle,
  options: { readonly id?: string; readonly update?: boolean } = {},
): boolean {
  const kernel = kernelBridge();
  if (kernel !== undefined) {
    kernel.display(bundle, options);
    return true;
  }
  const write = runningTslab()?.lastWriteDisplayData;
  if (write == null) return false;
  write({ ...bundle, transient: options.id === undefined ? {} : { display_id: options.id } }, options.update === true);
  return true;
}

function textOf({ data }: Bundle): string | undefined {
  const text = data["text/plain"];
  return typeof text === "string" ? text : undefined;
}
