import type { Assets, InlineScript } from "./assets.js";
import { escapeHtml } from "./html.js";

export interface Page {
  readonly title: string;
  /** One sentence for search results and link previews; may be empty. */
  readonly summary: string;
  /** Safe HTML of the main part. */
  readonly main: string;
  /** Safe HTML above and below it. */
  readonly header: string;
  readonly footer: string;
  readonly charts: number;
  /** Base of the names of files the reader may save; the index has none. */
  readonly name?: string;
}

/**
 * A whole page that needs nothing but itself.
 *
 * The security policy admits the page's own scripts by their hashes: whatever else a notebook brings along cannot
 * run, and nothing at all can be loaded. (`ast: true` in page.js spares the charts `eval`.)
 */
export function renderPage(page: Page, assets: Assets): string {
  const scripts: readonly InlineScript[] = page.charts > 0 ? [assets.libraries, assets.script] : [assets.script];
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(scripts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="mm-lab">
${page.summary === "" ? "" : `<meta name="description" content="${escapeHtml(page.summary)}">\n`}<title>${escapeHtml(page.title)}</title>
<link rel="icon" href="data:,">
<style>
${assets.style}</style>
</head>
<body${page.name === undefined ? "" : ` data-mm-page="${escapeHtml(page.name)}"`}>
${page.header}
<main class="mm-main">
${page.main}
</main>
${page.footer}
${scripts.map(({ text }) => `<script>${text}</script>`).join("\n")}
</body>
</html>
`;
}

function policy(scripts: readonly InlineScript[]): string {
  const hashes = scripts.map(({ hash }) => `'${hash}'`).join(" ");
  return `default-src 'none'; script-src ${hashes}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'`;
}
