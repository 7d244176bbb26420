import type { Bundle } from "../display/to-bundle.js";
import type { ProgramSource } from "../explore/workers/protocol.js";

/** What the kernel offers to library code in cells; found through the global object, so that it works across module copies. */
export interface KernelBridge {
  /** Shows a bundle in the running cell; with `id`, a later call with `update` replaces it in place. */
  display(bundle: Bundle, options?: { readonly id?: string; readonly update?: boolean }): void;
  /** Calls `listener` on each interrupt until the returned function is called; the cell is then expected to end by itself. */
  onInterrupt(listener: () => void): () => void;
  /** How another thread can make again a value that cells have made; undefined if it is bound to no name of a cell. */
  sourceOf(value: object): ProgramSource | undefined;
}

const KEY = Symbol.for("mm-lab.kernel");

export function setKernelBridge(bridge: KernelBridge): void {
  Object.defineProperty(globalThis, KEY, { value: bridge, configurable: true });
}

/** The kernel this code runs in, or undefined outside of it (plain tslab, scripts, tests). */
export function kernelBridge(): KernelBridge | undefined {
  return (globalThis as { [KEY]?: KernelBridge })[KEY];
}
