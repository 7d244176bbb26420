import type { Notebook } from "./notebook-file.js";

/**
 * Which kernel release each model of a notebook follows, e.g. `ksm of Linux 6.18`. Read from the `provenance` that every
 * mechanism exports; the names come from the notebook's own imports and count only where they name a mechanism.
 */
export async function modelReleases(notebook: Notebook): Promise<readonly string[]> {
  const names = new Set(notebook.cells.filter(({ kind }) => kind === "code").flatMap(({ source }) => importedNames(source)));
  const model = (await import("@mm-lab/kernel-model")) as Readonly<Record<string, unknown>>;
  return [...names].sort().flatMap((name) => {
    const release = Object.hasOwn(model, name) ? releaseOf(model[name]) : undefined;
    return release === undefined ? [] : [`${name} of Linux ${release}`];
  });
}

/** `import { ksm } from "@mm-lab/kernel-model"`, and `import ... from "@mm-lab/kernel-model/ksm"`. */
function importedNames(source: string): readonly string[] {
  const listed = [...source.matchAll(/import\s*\{([^}]*)\}\s*from\s*["']@mm-lab\/kernel-model["']/g)].flatMap(([, names]) => names!.split(",").map((name) => name.trim().split(/\s+/)[0]!));
  const folders = [...source.matchAll(/["']@mm-lab\/kernel-model\/([a-z][a-z0-9-]*)["']/g)].map(([, name]) => name!.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()));
  return [...listed, ...folders];
}

function releaseOf(mechanism: unknown): string | undefined {
  const provenance: unknown = typeof mechanism === "object" && mechanism !== null && "provenance" in mechanism ? mechanism.provenance : undefined;
  const release: unknown = typeof provenance === "object" && provenance !== null && "kernel" in provenance ? provenance.kernel : undefined;
  return typeof release === "string" ? release : undefined;
}
