/**
 * What the HTML and SVG of outputs and Markdown cells may consist of; everything else is shown as text or left out.
 *
 * Two kinds of elements are missing on purpose and must not be added. A browser reads the content of `style`, `script`, `textarea`,
 * `xmp`, `noscript`, `iframe` and `template` by other rules than the rest of the page, and `math` and `foreignObject` change the
 * rules around them: with these, text that was harmless when it was written can become markup when it is read again.
 */
export const HTML_ELEMENTS = words(`a abbr b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div
  dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img input ins kbd label li mark meter ol p pre progress q rp rt ruby s samp
  section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr`);

export const SVG_ELEMENTS = words(`svg g path line polyline polygon rect circle ellipse text tspan title desc defs clipPath
  mask linearGradient radialGradient stop marker pattern symbol use`);

/** Of every element. `href` and `src` are further checked by their scheme, `style` by {@link STYLES}. */
const GLOBAL = words("aria-* align class dir hidden id lang role style tabindex title valign width height");

const SVG_ATTRIBUTES = words(`clip-path clip-rule clipPathUnits cx cy d dx dy dominant-baseline fill fill-opacity
  fill-rule font-family font-size font-style font-variant font-weight fx fy gradientTransform gradientUnits href letter-spacing
  marker-end marker-mid marker-start markerHeight markerUnits markerWidth mask offset opacity orient paint-order patternUnits
  pointer-events points preserveAspectRatio r refX refY rotate rx ry shape-rendering spreadMethod stop-color stop-opacity stroke
  stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor
  text-decoration textLength transform version viewBox vector-effect visibility x x1 x2 y y1 y2 xmlns xlink:href xmlns:xlink`);

const CELL = words("abbr colspan rowspan headers scope");

/** Attributes by element, in the form that sanitize-html takes them. */
export const ATTRIBUTES: Readonly<Record<string, string[]>> = {
  "*": [...GLOBAL],
  ...Object.fromEntries([...SVG_ELEMENTS].map((name) => [name, [...SVG_ATTRIBUTES]])),
  a: ["href", "rel"],
  img: ["src", "alt"],
  td: [...CELL],
  th: [...CELL],
  col: ["span"],
  colgroup: ["span"],
  ol: ["start", "reversed", "type"],
  li: ["value"],
  details: ["open"],
  input: ["type", "checked", "disabled"],
  meter: ["value", "min", "max", "low", "high", "optimum"],
  progress: ["value", "max"],
  time: ["datetime"],
  del: ["datetime"],
  ins: ["datetime"],
};

/** Names as the page writes them, by their lower-case form: HTML does not tell cases apart, SVG does. */
export const ELEMENT_NAMES = byLowerCase([...HTML_ELEMENTS, ...SVG_ELEMENTS]);
export const ATTRIBUTE_NAMES = byLowerCase(Object.values(ATTRIBUTES).flat());

/**
 * A value of a style property or of an SVG attribute: words, numbers, and the functions named here. A browser fetches for `url()`,
 * `image-set()` and the like, so the only address is `url(#id)`, a gradient or clip path of the same picture. A backslash would
 * spell any of these names in another way.
 */
export const HARMLESS_VALUE =
  /^(?:[\w\s#%.,+*/"'!-]|\)|\b(?:rgba?|hsla?|oklch|oklab|color-mix|light-dark|calc|min|max|clamp|var|minmax|repeat|fit-content|translate|rotate|scale|matrix|skewx|skewy|(?:repeating-)?(?:linear|radial|conic)-gradient)\(|\burl\(["']?#[\w.:-]+["']?\))*$/i;

const PROPERTIES = words(`align-items background background-color border border-bottom border-bottom-color
  border-bottom-left-radius border-bottom-right-radius border-bottom-style border-bottom-width border-collapse border-color
  border-left border-left-color border-left-style border-left-width border-radius border-right border-right-color
  border-right-style border-right-width border-spacing border-style border-top border-top-color border-top-left-radius
  border-top-right-radius border-top-style border-top-width border-width box-sizing caption-side clip-path color column-gap cursor
  direction display dominant-baseline empty-cells fill fill-opacity fill-rule flex flex-basis flex-direction flex-grow flex-shrink
  flex-wrap float clear font font-family font-feature-settings font-size font-style font-variant font-variant-numeric font-weight gap
  grid-column grid-row grid-template-columns grid-template-rows height hyphens justify-content letter-spacing line-height list-style
  list-style-position list-style-type margin margin-bottom margin-left margin-right margin-top max-height max-width min-height
  min-width mix-blend-mode opacity outline overflow overflow-wrap overflow-x overflow-y padding padding-bottom padding-left
  padding-right padding-top row-gap stop-color stop-opacity stroke stroke-dasharray stroke-linecap stroke-linejoin stroke-opacity
  stroke-width tab-size table-layout text-align text-anchor text-decoration text-indent text-overflow text-transform top
  unicode-bidi vertical-align visibility white-space width word-break word-spacing word-wrap z-index`);

/** Style properties with what their value must match. Boxes that leave their place could cover the page. */
export const STYLES: Readonly<Record<string, RegExp[]>> = {
  ...Object.fromEntries([...PROPERTIES].map((name) => [name, [HARMLESS_VALUE]])),
  position: [/^(?:static|sticky)$/i],
};

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

function byLowerCase(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}
