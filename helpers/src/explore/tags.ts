import { escapeHtml } from "../tables/text.js";

/** An element. Values of attributes are escaped here; `content` is HTML, so text goes through {@link words}. */
export function tag(name: string, attributes: Readonly<Record<string, string>>, ...content: readonly string[]): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeHtml(value)}"`);
  return `<${name}${given.join("")}>${content.join("")}</${name}>`;
}

/** Text of the user's, kept from reordering the text around it. */
export function words(text: string): string {
  return `<bdi>${escapeHtml(text)}</bdi>`;
}

/** The first line of an output: what it is about, and a sentence. */
export function heading(name: string, ...content: readonly string[]): string {
  const about = name === "" ? "" : `${tag("strong", {}, words(name))}: `;
  return tag("p", { style: "margin:0 0 6px;max-width:60em" }, about, ...content);
}

/** What an output is shown in: it scrolls inside the page, also by keyboard. */
export function region(label: string, ...content: readonly string[]): string {
  const style = "max-width:100%;max-height:48em;overflow:auto";
  return tag("div", { role: "region", tabindex: "0", "aria-label": label, style }, ...content);
}

/** A part that folds, without a script. */
export function folding(open: boolean, style: string, summary: string, ...content: readonly string[]): string {
  const head = tag("summary", { style: "cursor:pointer;overflow-wrap:anywhere" }, summary);
  return `<details${open ? " open" : ""} style="${escapeHtml(style)}">${head}${content.join("")}</details>`;
}
