import { escapeHtml } from "./html.js";

/**
 * Makes the HTML and SVG of outputs and Markdown cells safe and self-contained: what a page shows may come from a log,
 * a table or a stranger's notebook.
 *
 * Nothing is passed through: the text is cut into tokens and written anew. Known elements and attributes are kept;
 * an unknown tag is shown as the text it is. Every element is closed, so one piece can never swallow the next.
 * Scripts, event handlers, style sheets, frames, forms and addresses that a browser would load by itself never survive.
 */
export interface SanitizeOptions {
  /** Gives the data: URL for the source of a picture, or undefined where there is none (the alt text is shown instead). */
  readonly picture?: (source: string) => string | undefined;
  /** Rewrites the target of a link the reader may click, e.g. `other.ipynb` to `other.html`. */
  readonly link?: (target: string) => string;
  /** Put before every id and every reference to one, so that two pictures of a page do not share a clip path. */
  readonly idPrefix?: string;
}

const HTML_ELEMENTS = words(`a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em
  figcaption figure h1 h2 h3 h4 h5 h6 hr i img input ins kbd label li mark meter ol p pre progress q rp rt ruby s samp section small span
  strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr`);
const SVG_ELEMENTS = words(`svg g path line polyline polygon rect circle ellipse text tspan title desc defs clipPath mask
  linearGradient radialGradient stop marker pattern symbol use`);
const VOID_ELEMENTS = words("br col hr img input wbr");
const HTML_ATTRIBUTES = words(`abbr align alt cite class colspan datetime dir disabled headers height high id lang low max min open
  optimum reversed role rowspan scope span start style tabindex title type valign value width checked href src`);
const SVG_ATTRIBUTES = words(`clip-path clip-rule clipPathUnits cx cy d dx dy dominant-baseline fill fill-opacity fill-rule font-family
  font-size font-style font-variant font-weight fx fy gradientTransform gradientUnits letter-spacing marker-end marker-mid marker-start
  markerHeight markerUnits markerWidth mask offset opacity orient paint-order patternUnits pointer-events points preserveAspectRatio r refX refY
  rotate rx ry shape-rendering spreadMethod stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap
  stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor text-decoration textLength transform version viewBox
  vector-effect visibility x x1 x2 y y1 y2 xmlns xlink:href xmlns:xlink`);
const BY_LOWER_CASE = new Map([...HTML_ELEMENTS, ...SVG_ELEMENTS].map((name) => [name.toLowerCase(), name]));
const ATTRIBUTE_BY_LOWER_CASE = new Map([...HTML_ATTRIBUTES, ...SVG_ATTRIBUTES].map((name) => [name.toLowerCase(), name]));

// No part of the pattern can match the same text in two ways, so that hostile input costs no more than its length.
const TOKEN = /<!--[\s\S]*?(?:-->|$)|<(\/?)([a-zA-Z][\w:-]*)((?:"[^"]*"|'[^']*'|[^"'<>])*)>|<|>|[^<>]+/g;
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?/g;

export function sanitizeHtml(html: string, options: SanitizeOptions = {}): string {
  const open: string[] = [];
  let out = "";
  for (const [token, closing, rawName, attributes = ""] of html.matchAll(TOKEN)) {
    if (token.startsWith("<!--")) continue;
    if (rawName === undefined) {
      out += token === "<" ? "&lt;" : token === ">" ? "&gt;" : keepEntities(token);
      continue;
    }
    const name = BY_LOWER_CASE.get(rawName.toLowerCase());
    if (name === undefined) {
      out += escapeHtml(token);
    } else if (closing === "/") {
      const depth = open.lastIndexOf(name);
      if (depth >= 0) out += open.splice(depth).reverse().map((left) => `</${left}>`).join("");
    } else if (name === "img") {
      out += image(readAttributes(attributes), options);
    } else if (name === "input" && !/type\s*=\s*["']?checkbox/i.test(attributes)) {
      out += escapeHtml(token);
    } else {
      out += `<${name}${writeAttributes(name, readAttributes(attributes), options)}>`;
      if (VOID_ELEMENTS.has(name)) continue;
      if (attributes.endsWith("/") && SVG_ELEMENTS.has(name)) out += `</${name}>`;
      else open.push(name);
    }
  }
  return out + open.reverse().map((left) => `</${left}>`).join("");
}

function readAttributes(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, rawName, double, single, bare] of text.matchAll(ATTRIBUTE)) {
    const name = rawName!.toLowerCase();
    if (!found.has(name)) found.set(name, decodeEntities(double ?? single ?? bare ?? ""));
  }
  return found;
}

function writeAttributes(element: string, attributes: ReadonlyMap<string, string>, options: SanitizeOptions): string {
  let out = "";
  for (const [lower, value] of attributes) {
    const name = ATTRIBUTE_BY_LOWER_CASE.get(lower) ?? (/^(aria|data)-[a-z-]+$/.test(lower) ? lower : undefined);
    const kept = name === undefined ? undefined : attributeValue(element, name, value, options);
    if (kept !== undefined) out += ` ${name!}="${escapeHtml(kept)}"`;
  }
  return element === "a" && attributes.has("href") ? `${out} rel="noopener noreferrer"` : out;
}

function attributeValue(element: string, name: string, value: string, options: SanitizeOptions): string | undefined {
  // Names of the page's own elements are kept for the page.
  if (name === "class") return value.split(/\s+/).filter((c) => c !== "" && !c.startsWith("mm-")).join(" ");
  const prefix = options.idPrefix ?? "";
  if (name === "id") return prefix !== "" ? prefix + value : value.startsWith("mm-") ? undefined : value;
  if (name === "xmlns" || name === "xmlns:xlink") return /^http:\/\/www\.w3\.org\/(2000\/svg|1999\/xlink)$/.test(value) ? value : undefined;
  if (name === "href" || name === "xlink:href") {
    if (element === "a") return isLink(value) ? (options.link ?? String)(value) : undefined;
    return value.startsWith("#") ? `#${prefix}${value.slice(1)}` : undefined;
  }
  if (name === "src") return undefined;
  // url(#id) names a gradient or clip path of the same picture; any other url would be fetched. Positioned boxes could cover the page.
  if (name === "style" || SVG_ATTRIBUTES.has(name)) {
    const css = name === "style" ? value.split(";").filter((rule) => !/[\\@]|\/\*|position\s*:\s*(fixed|absolute)|expression\(|image-set\(/i.test(rule)).join(";") : value;
    return /url\((?!["']?#)/i.test(css) ? undefined : css.replace(/url\((["']?)#/gi, `url($1#${prefix}`);
  }
  return value;
}

function isLink(target: string): boolean {
  const scheme = /^[\s\u0000-\u001f]*([a-z][a-z0-9+.\s\u0000-\u001f-]*):/i.exec(target)?.[1];
  return scheme === undefined ? !/^\s*[\\/]{2}/.test(target) : /^(https?|mailto)$/i.test(scheme);
}

function image(attributes: Map<string, string>, options: SanitizeOptions): string {
  const source = attributes.get("src") ?? "";
  const alt = attributes.get("alt") ?? "";
  const data = /^data:image\/(png|jpeg|gif|webp|svg\+xml);base64,[\w+/=\s]*$/.test(source) ? source : options.picture?.(source);
  attributes.delete("src");
  attributes.delete("alt");
  if (data === undefined) return `<span class="mm-missing" role="img" aria-label="${escapeHtml(alt)}">[picture${alt === "" ? "" : `: ${escapeHtml(alt)}`}]</span>`;
  return `<img src="${escapeHtml(data)}" alt="${escapeHtml(alt)}"${writeAttributes("img", attributes, options)}>`;
}

function keepEntities(text: string): string {
  return text.replace(/&(?!(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z0-9]{1,31});)/gi, "&amp;");
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos|nbsp|colon|tab|newline|lpar|rpar|sol|bsol|num|comma|semi));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
    const code = decimal !== undefined ? Number(decimal) : parseInt(hex ?? "", 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  });
}

const NAMED: Readonly<Record<string, string>> = {
  amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", colon: ":", tab: "\t", newline: "\n", lpar: "(", rpar: ")", sol: "/", bsol: "\\", num: "#", comma: ",", semi: ";",
};

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
