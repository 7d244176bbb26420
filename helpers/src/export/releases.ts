import { mechanisms } from "@mm-lab/kernel-model";
import type { Notebook } from "./notebook-file.js";

/**
 * Which kernel release each model of a notebook follows, e.g. `ksm of Linux 6.18`. Read from the mechanisms' provenance;
 * the names come from the notebook's own imports and count only where they name a mechanism.
 */
export async function modelReleases(notebook: Notebook): Promise<readonly string[]> {
  const sources = notebook.cells.filter(({ kind }) => kind === "code").map(({ source }) => source);
  const names = new Set(sources.flatMap(importedNames));
  const used = mechanisms.filter(({ name }) => names.has(name) || names.has(camelCase(name)));
  return Promise.all(
    used.map(async ({ name, provenance }) => `${name} of Linux ${(await provenance()).provenance.kernel}`),
  );
}

/** `import { ksm } from "@mm-lab/kernel-model"`, and `import ... from "@mm-lab/kernel-model/ksm"`. */
function importedNames(source: string): readonly string[] {
  const listed = [...source.matchAll(/import\s*\{([^}]*)\}\s*from\s*["']@mm-lab\/kernel-model["']/g)];
  const folders = [...source.matchAll(/["']@mm-lab\/kernel-model\/([a-z][a-z0-9-]*)["']/g)];
  return [
    ...listed.flatMap(([, names]) => names!.split(",").map((name) => name.trim().split(/\s+/)[0]!)),
    ...folders.map(([, name]) => name!),
  ];
}

/** The name of the namespace of a folder. */
function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
