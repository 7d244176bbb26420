import { readFileSync } from "node:fs";
import { join } from "node:path";
import { askGit } from "../data/git.js";
import { HELPERS, packageFolder, type Assets } from "./assets.js";
import { escapeHtml } from "./html.js";

/** What a page came from. Nothing of it changes between two exports of the same commit on the same installation. */
export interface PageProvenance {
  readonly lab: string;
  /** Short name, full name and date of the code; undefined outside a git checkout. */
  readonly commit: { readonly hash: string; readonly date: string; readonly modified: boolean } | undefined;
  readonly versions: Readonly<Record<string, string>>;
}

export function readProvenance(assets: Assets, nbconvert: string): PageProvenance {
  const version = (folder: string): string => (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }).version;
  return {
    lab: version(HELPERS),
    commit: readCommit(),
    versions: { "Node.js": process.versions.node, tslab: version(packageFolder("tslab")), arquero: version(packageFolder("arquero")), ...assets.versions, nbconvert },
  };
}

function readCommit(): PageProvenance["commit"] {
  // A checkout that merely contains the installed package says nothing about this code.
  if (askGit("rev-parse", "--show-prefix") !== "") return undefined;
  const [hash = "", date = ""] = askGit("log", "-1", "--format=%H %cI")?.split(" ") ?? [];
  return hash === "" ? undefined : { hash, date: date.slice(0, 10), modified: askGit("status", "--porcelain", "--untracked-files=normal") !== "" };
}

/** One line for the head of a page and of the index. */
export function codeDate({ commit }: PageProvenance): string {
  return commit === undefined ? "Code: not from a git checkout" : `Code of ${commit.date} (${commit.hash.slice(0, 12)}${commit.modified ? ", modified since" : ""})`;
}

export function provenanceFooter(provenance: PageProvenance, releases: readonly string[], parameters: Readonly<Record<string, unknown>>): string {
  const { commit } = provenance;
  const rows: [string, string][] = [["mm-lab", provenance.lab]];
  if (releases.length > 0) rows.push(["Model", releases.join("; ")]);
  rows.push(["Commit", commit === undefined ? "not from a git checkout" : commit.hash]);
  if (commit !== undefined) rows.push(["Date of the code", commit.date], ["Uncommitted changes", commit.modified ? "yes: the commit alone may not give this page again" : "none"]);
  const given = Object.entries(parameters);
  rows.push(["Parameters given", given.length === 0 ? "none: the notebook's defaults" : given.map(([name, value]) => `${name} = ${typeof value === "string" ? value : JSON.stringify(value)}`).join(", ")]);
  rows.push(["Made with", Object.entries(provenance.versions).map(([name, version]) => `${name} ${version}`).join(", ")]);
  return `<footer class="mm-footer"><h2>Where this page comes from</h2>
<dl>${rows.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`).join("\n")}</dl>
<p>This page is one file and loads nothing: it works from a mail attachment and without a network.</p></footer>`;
}
