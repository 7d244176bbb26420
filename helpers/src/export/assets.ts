import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A script that stands inline in a page, with the hash by which the page's security policy admits it and no other. */
export interface InlineScript {
  readonly text: string;
  readonly hash: string;
}

export interface Assets {
  readonly style: string;
  /** vega, vega-lite, vega-embed: wanted only by pages with charts. */
  readonly libraries: InlineScript;
  /** The page's own script. */
  readonly script: InlineScript;
  readonly versions: Readonly<Record<"vega" | "vega-lite" | "vega-embed", string>>;
}

const LIBRARIES = ["vega", "vega-lite", "vega-embed"] as const;
const resolvePackage = createRequire(import.meta.url);

/** The folder of the helpers package: two levels above this file in src as well as in dist. */
export const HELPERS = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

export function readAssets(): Assets {
  const client = (name: string): string => readFileSync(join(HELPERS, "jupyter", "nbconvert", name), "utf8");
  const builds = LIBRARIES.map((name) => ({ name, ...readLibrary(name) }));
  const licence = readFileSync(join(packageFolder("vega-embed"), "LICENSE"), "utf8").trim();
  const banner = `/*!\n${builds.map(({ name, version }) => `${name} ${version}`).join(", ")}\nhttps://vega.github.io, BSD-3-Clause:\n\n${licence}\n*/\n`;
  return {
    style: client("page.css"),
    libraries: inline(banner + builds.map(({ text }) => text).join("\n")),
    script: inline(client("page.js")),
    versions: Object.fromEntries(builds.map(({ name, version }) => [name, version])) as Assets["versions"],
  };
}

function inline(text: string): InlineScript {
  // Ends the element early wherever it stands, even inside a string or a comment of the script.
  if (/<\/script|<!--/i.test(text)) throw new Error("a script to be put into a page contains </script or <!--");
  return { text, hash: `sha256-${createHash("sha256").update(text).digest("base64")}` };
}

function readLibrary(name: string): { text: string; version: string } {
  const folder = packageFolder(name);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
  const text = readFileSync(join(folder, "build", `${name}.min.js`), "utf8");
  // A source map is a file the page does not have.
  return { text: text.replace(/^\/\/# sourceMappingURL=.*$/gm, "").trim(), version };
}

/** Not `require.resolve(name + "/package.json")`: an exports map may hide it. */
export function packageFolder(name: string): string {
  for (const root of resolvePackage.resolve.paths(name) ?? []) {
    if (existsSync(join(root, name, "package.json"))) return join(root, name);
  }
  throw new Error(`the package ${name} is not installed; run npm start, or npm ci`);
}
