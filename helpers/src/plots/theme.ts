/**
 * The look of all charts. No background and no text colour is set: the host's theme gives them (black on white, and in
 * a dark JupyterLab white on #333), so the colours here must do on both grounds.
 */

/**
 * Colours for series: Okabe and Ito's set for colour-blind readers, blue and orange shifted in lightness so that each
 * has a contrast of at least 3 on white and on #333.
 */
export const COLORS = ["#1a85c8", "#d55e00", "#009e73", "#cc79a7", "#b88600", "#8c8c8c"] as const;

/** Dash patterns, so that no meaning rests on colour alone. More patterns than colours, so that 24 series all differ. */
export const DASHES: readonly (readonly number[])[] = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
];

/** Marks on lines that have few points. */
export const SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"] as const;

/** Rules, grids and other furniture: visible on light and dark, never louder than the data. */
export const FURNITURE = "#888888";

export const FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif";

/** Item i of a cycle of choices. */
export function cycle<T>(choices: readonly T[], i: number): T {
  return choices[i % choices.length]!;
}

/** Text in the plot in the colour of the host's theme: left unfilled, so that the style of axis labels fills it. */
export const THEME_TEXT = { style: "guide-label", fontSize: 11, filled: false, stroke: null } as const;

export const CONFIG = {
  font: FONT,
  view: { stroke: null },
  title: {
    anchor: "start",
    frame: "group",
    fontSize: 14,
    fontWeight: 600,
    subtitleFontSize: 12,
    subtitlePadding: 4,
    lineHeight: 18,
    subtitleLineHeight: 15,
    offset: 12,
  },
  axis: {
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: "normal",
    titlePadding: 8,
    labelLimit: 220,
    tickSize: 4,
    gridColor: FURNITURE,
    gridOpacity: 0.22,
    domainColor: FURNITURE,
    tickColor: FURNITURE,
  },
  legend: {
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: "normal",
    labelLimit: 220,
    symbolStrokeWidth: 2,
    symbolSize: 120,
  },
  header: {
    titleAnchor: "start",
    titleAlign: "left",
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
    labelFontWeight: 600,
    labelAnchor: "start",
    labelPadding: 6,
  },
  line: { strokeWidth: 2 },
  bar: { discreteBandSize: { band: 0.8 } },
} as const;
