import { textWidth } from "../tables/text.js";

/** Where the columns of a drawing stand, in characters from the left. */
export interface Layout {
  /** Beginning of each task's column. */
  readonly at: readonly number[];
  /** From there to the next column: what a head must fit into. */
  readonly strides: readonly number[];
  /** Characters that a line of the column may take: as one step stands in each row, it may run on to the right. */
  readonly widths: readonly number[];
  /** Columns stand so close that each row shows a rule under the columns to the left of its own. */
  readonly staggered: boolean;
  /** Beginning and width of the column of changes. */
  readonly stateAt: number;
  readonly stateWidth: number;
}

const GAP = 2;
/** Least width for the texts of the last column, which cannot run on. */
const NARROW = 22;
/** Columns closer than this do not look like columns any more. */
const CLOSE = 12;
const STAGGER = 3;

/**
 * Columns as wide as their texts where that fits into `width`; else closer together, so that long texts run on into the
 * columns to the right; and with too many tasks even for that, staggered.
 */
export function layOut(gutter: number, wanted: readonly number[], state: number, width: number): Layout {
  const small = Math.min(state, Math.max(18, Math.floor(width * 0.3)));
  for (const stateWidth of [state, small]) {
    const strides = closer(wanted, width - gutter - stateWidth);
    if (strides === null) continue;
    const at = strides.map((_, i) => gutter + strides.slice(0, i).reduce((sum, stride) => sum + stride + GAP, 0));
    const stateAt = at.at(-1)! + strides.at(-1)! + GAP;
    return { at, strides, widths: at.map((from) => stateAt - GAP - from), staggered: false, stateAt, stateWidth };
  }
  const at = wanted.map((_, i) => gutter + STAGGER * i);
  const stateAt = Math.max(width - small, at.at(-1)! + NARROW + GAP);
  const widths = at.map((from) => stateAt - GAP - from);
  return { at, strides: widths, widths, staggered: true, stateAt, stateWidth: small };
}

/** Widths of at most `wanted` and as even as can be that fit into `room`, the last one as wide as it wants if possible; or null. */
function closer(wanted: readonly number[], room: number): number[] | null {
  const others = wanted.slice(0, -1);
  const last = wanted.at(-1)!;
  const taken = (cap: number): number => others.reduce((sum, w) => sum + Math.min(w, cap) + GAP, 0);
  const rest = room - GAP - taken(CLOSE);
  if (rest < Math.min(last, NARROW)) return null;
  const lastWidth = Math.min(last, rest);
  let cap = CLOSE;
  while (cap < Math.max(0, ...others) && taken(cap + 1) + lastWidth + GAP <= room) cap++;
  return [...others.map((w) => Math.min(w, cap)), lastWidth];
}

/** The text in lines of at most `width` characters, broken after spaces, commas and brackets; lines after the first are indented. */
export function wrap(text: string, width: number, indent = 2): string[] {
  const lines: string[] = [];
  let rest = text;
  for (let room = width; textWidth(rest) > room; room = Math.max(1, width - indent)) {
    const most = prefix(rest, room);
    const nice = Math.max(...[" ", ",", "(", "."].map((sign) => most.lastIndexOf(sign))) + 1;
    const cut = nice >= most.length / 3 ? nice : most.length;
    lines.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  return [...lines, rest].map((line, i) => (i === 0 ? line : " ".repeat(Math.min(indent, width - 1)) + line));
}

/** The longest beginning that takes at most `width` characters, and at least one. */
function prefix(text: string, width: number): string {
  let taken = "";
  for (const char of text) {
    if (taken !== "" && textWidth(taken + char) > width) break;
    taken += char;
  }
  return taken;
}
