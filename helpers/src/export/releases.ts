import type { Notebook } from "./notebook-file.js";

/**
 * Which kernel release each model of a notebook follows, e.g. `ksm of Linux 6.18`. Read from the `provenance` that every
 * mechanism exports; the names come from the notebook's own imports and count only where they name a mechanism.
 */
export async function modelReleases(notebook: Notebook): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const { kind, source } of notebook.cells) {
    if (kind !== "code") continue;
    for (const [, name] of source.matchAll(/["']@mm-lab\/kernel-model\/([a-z][a-z0-9-]*)["']/g)) names.add(name!);
  }
  const releases = await Promise.all([...names].sort().map(async (name) => {
    const release = await releaseOf(name);
    return release === undefined ? undefined : `${name} of Linux ${release}`;
  }));
  return releases.filter((release) => release !== undefined);
}

async function releaseOf(name: string): Promise<string | undefined> {
  try {
    const { provenance } = (await import(/* @vite-ignore */ `@mm-lab/kernel-model/${name}`)) as { readonly provenance?: { readonly kernel?: unknown } };
    return typeof provenance?.kernel === "string" ? provenance.kernel : undefined;
  } catch {
    return undefined; // not a mechanism of the model: the notebook's own run has said so already
  }
}
