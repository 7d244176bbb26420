import sanitize from "sanitize-html";
import {
  ATTRIBUTE_NAMES,
  ATTRIBUTES,
  ELEMENT_NAMES,
  HARMLESS_VALUE,
  HTML_ELEMENTS,
  STYLES,
  SVG_ELEMENTS,
} from "./allowed-html.js";
import { escapeHtml } from "./html.js";

/**
 * Makes the HTML and SVG of outputs and Markdown cells safe and self-contained: what a page shows may come from a log,
 * a table or a stranger's notebook.
 *
 * The work is that of the library sanitize-html, with the lists of `allowed-html.ts`: the text is parsed and written anew. An unknown
 * element is shown as the text it is, and so is everything where elements are nested too deep. Every element is closed, so one
 * piece can never swallow the next. Scripts, event handlers, style sheets, frames, forms and addresses that a browser would load
 * by itself never survive.
 */
export interface SanitizeOptions {
  /** Gives the data: URL for the source of a picture, or undefined where there is none (the alt text is shown instead). */
  readonly picture?: (source: string) => string | undefined;
  /** Rewrites the target of a link the reader may click, e.g. `other.ipynb` to `other.html`. */
  readonly link?: (target: string) => string;
  /** Put before every id and every reference to one, so that two pictures of a page do not share a clip path. */
  readonly idPrefix?: string;
}

const ELEMENTS = [...HTML_ELEMENTS, ...SVG_ELEMENTS];

const LISTS: sanitize.IOptions & { readonly allowedEmptyAttributes: string[] } = {
  allowedTags: ELEMENTS,
  allowedAttributes: { ...ATTRIBUTES },
  allowedEmptyAttributes: ["alt", "aria-label", "value"],
  allowedStyles: { "*": { ...STYLES } },
  allowedSchemes: ["http", "https", "mailto"],
  allowedSchemesByTag: { img: ["data"] },
  allowProtocolRelative: false,
  disallowedTagsMode: "escape",
  parser: { lowerCaseTags: false, lowerCaseAttributeNames: false, recognizeSelfClosing: true },
};

/** Elements inside each other. Browsers flatten what is nested deeper than about 500, and the time to parse it is quadratic. */
const DEEPEST = 500;

export function sanitizeHtml(html: string, options: SanitizeOptions = {}): string {
  const rewrite: sanitize.Transformer = (name, attributes) => rewritten(name, attributes, options);
  let depth = 0;
  try {
    return sanitize(html.replace(TAG_START, listedTag), {
      ...LISTS,
      transformTags: Object.fromEntries(ELEMENTS.map((name) => [name, rewrite])),
      onOpenTag: () => {
        if (++depth > DEEPEST) throw new TooDeep();
      },
      onCloseTag: () => {
        depth--;
      },
    });
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    return escapeHtml(html); // as the text it is, like all that cannot be shown
  }
}

class TooDeep extends Error {}

const TAG_START = /<(?![!?])(\/?)([a-z][^\s/<>]*)?/gi;

/**
 * What does not begin a listed element is text and is shown as it is written: `Map<String, Page>` is no element of HTML. This only
 * makes the page readable; whatever slips through here is still in none of the library's lists.
 */
function listedTag(start: string, slash: string, name = ""): string {
  const listed = ELEMENT_NAMES.get(name.toLowerCase());
  return listed === undefined ? `&lt;${start.slice(1)}` : `<${slash}${listed}`;
}

/** What the lists cannot say about an element. The library applies them to what this returns. */
function rewritten(name: string, given: sanitize.Attributes, options: SanitizeOptions): sanitize.Tag {
  if (name === "img") return image(rewriteAttributes(name, given, options), options);
  const attribs = rewriteAttributes(name, given, options);
  if (name === "input" && attribs["type"]?.toLowerCase() !== "checkbox") return missing("input", "");
  return { tagName: name, attribs: name === "a" && "href" in attribs ? { ...attribs, rel: "noopener noreferrer" } : attribs };
}

function rewriteAttributes(element: string, given: sanitize.Attributes, options: SanitizeOptions): sanitize.Attributes {
  const kept: sanitize.Attributes = {};
  for (const [written, value] of Object.entries(given)) {
    const name = ATTRIBUTE_NAMES.get(written.toLowerCase()) ?? written.toLowerCase();
    const rewritten = name in kept ? undefined : attributeValue(element, name, value, options);
    if (rewritten !== undefined) kept[name] = rewritten;
  }
  return kept;
}

function attributeValue(element: string, name: string, value: string, options: SanitizeOptions): string | undefined {
  const prefix = options.idPrefix ?? "";
  switch (name) {
    // Names of the page's own elements are kept for the page.
    case "class":
      return value.split(/\s+/).filter((c) => !c.startsWith("mm-")).join(" ");
    case "id":
      return prefix !== "" ? prefix + value : value.startsWith("mm-") ? undefined : value;
    case "href":
    case "xlink:href":
      if (element === "a") return (options.link ?? String)(value);
      return value.startsWith("#") ? `#${prefix}${value.slice(1)}` : undefined;
    case "xmlns":
    case "xmlns:xlink":
      return /^http:\/\/www\.w3\.org\/(2000\/svg|1999\/xlink)$/.test(value) ? value : undefined;
    case "style":
      return withPrefix(value, prefix);
    case "title":
    case "src":
      return value;
    default:
      if (!SVG_ELEMENTS.has(element) || name.startsWith("aria-")) return value;
      return HARMLESS_VALUE.test(value) ? withPrefix(value, prefix) : undefined;
  }
}

function withPrefix(value: string, prefix: string): string {
  return value.replace(/url\((["']?)#/gi, `url($1#${prefix}`);
}

function image(attribs: sanitize.Attributes, options: SanitizeOptions): sanitize.Tag {
  const { src = "", alt = "", ...others } = attribs;
  const data = /^data:image\/(png|jpeg|gif|webp|svg\+xml);base64,[\w+/=\s]*$/.test(src) ? src : options.picture?.(src);
  if (data !== undefined) return { tagName: "img", attribs: { src: data, alt, ...others } };
  return missing("picture", alt);
}

/** Names what a page cannot have, in its place. */
function missing(what: string, label: string): sanitize.Tag {
  const text = `[${what}${label === "" ? "" : `: ${label}`}]`;
  return { tagName: "span", attribs: { class: "mm-missing", role: "img", "aria-label": label }, text };
}
