import type { Notebook } from "./notebook-file.js";

/**
 * Which kernel release each model of a notebook follows, e.g. `ksm: Linux 6.18`. Read from the `provenance` that every
 * mechanism exports; the names come from the notebook's own imports and are taken only where they name a mechanism.
 */
export async function modelReleases(notebook: Notebook): Promise<readonly string[]> {
  const names = new Set<string>();
  for (const { kind, source } of notebook.cells) {
    if (kind !== "code") continue;
    for (const [, name] of source.matchAll(/["']@mm-lab\/kernel-model\/([a-z][a-z0-9-]*)["']/g)) names.add(name!);
  }
  const releases = await Promise.all([...names].sort().map(async (name) => {
    const release = await releaseOf(name);
    return release === undefined ? undefined : `${name}: ${release}`;
  }));
  return releases.filter((release) => release !== undefined);
}

async function releaseOf(name: string): Promise<string | undefined> {
  try {
    const module = (await import(/* @vite-ignore */ `@mm-lab/kernel-model/${name}`)) as Readonly<Record<string, unknown>>;
    for (const value of Object.values(module)) {
      if (typeof value !== "object" || value === null || !("release" in value)) continue;
      if (typeof value.release === "string") return value.release;
    }
  } catch {
    // not a mechanism of the model: the notebook's own run has said so already
  }
  return undefined;
}
