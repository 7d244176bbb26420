import type { Assets } from "./assets.js";
import { escapeHtml, fileSize } from "./html.js";
import { renderPage } from "./page.js";
import { codeDate, provenanceFooter, type PageProvenance } from "./provenance.js";

export interface IndexEntry {
  readonly file: string;
  readonly title: string;
  readonly question: string;
  readonly bytes: number;
  readonly charts: number;
  /** Static picture of the first chart (sanitised SVG or an img element), where there is one. */
  readonly thumbnail: string | undefined;
}

/** The page that lists the others; its links are relative, so that the folder can be moved or unpacked anywhere. */
export function renderIndex(entries: readonly IndexEntry[], provenance: PageProvenance, assets: Assets): string {
  return renderPage({
    title: "mm-lab notebooks",
    summary: "Experiments on models of Linux memory management",
    charts: 0,
    header: `<header class="mm-header"><span>mm-lab</span><span>${escapeHtml(codeDate(provenance))}</span></header>`,
    main: `<h1>Notebooks</h1>
<p>Experiments on models of Linux memory management. Each page is one file that works without a network.</p>
<ul class="mm-list">
${entries.map((entry) => card(entry)).join("\n")}
</ul>`,
    footer: provenanceFooter(provenance, [], {}),
  }, assets);
}

function card(entry: IndexEntry): string {
  const picture = entry.thumbnail === undefined ? "" : thumbnail(entry.thumbnail);
  const charts = entry.charts === 0 ? "no charts" : entry.charts === 1 ? "1 chart" : `${entry.charts} charts`;
  return `<li class="mm-card"><div class="mm-thumbnail" aria-hidden="true">${picture}</div><div>
<h2><a href="${escapeHtml(encodeURIComponent(entry.file))}">${escapeHtml(entry.title)}</a></h2>
${entry.question === "" ? "" : `<p>${escapeHtml(entry.question)}</p>\n`}<p class="mm-note">${charts}, ${fileSize(entry.bytes)}</p></div></li>`;
}

/** As a picture, so that nothing inside it can touch the index page. */
function thumbnail(picture: string): string {
  if (picture.startsWith("<img ")) return picture;
  return `<img src="data:image/svg+xml;base64,${Buffer.from(picture).toString("base64")}" alt="">`;
}
