import { createRequire } from "node:module";

/** What is sent to a notebook on a plain tslab kernel. */
export interface TslabDisplayData {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly transient: { readonly display_id?: string };
}

export interface TslabJupyter {
  /** Replaced by tslab with each cell: read it when it is needed. */
  readonly lastWriteDisplayData: ((data: TslabDisplayData, update: boolean) => void) | null;
  readonly JupyterHandlerImpl: { readonly prototype: object };
  readonly ZmqServer: { readonly prototype: object };
}

/** The `jupyter` module of the plain tslab that runs this code (not any other copy installed), or undefined outside of one. */
export function runningTslab(): TslabJupyter | undefined {
  const { cache } = createRequire(import.meta.url);
  for (const [path, module] of Object.entries(cache)) {
    if (!/[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(path)) continue;
    const found = module?.exports as TslabJupyter | undefined;
    if (found?.lastWriteDisplayData != null) return found;
  }
  return undefined;
}
