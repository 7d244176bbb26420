/**
 * Widths of the printable ASCII characters of Helvetica, Arial and Liberation Sans (which agree), in thousandths of
 * the font size. Without a canvas Vega takes 0.8 of the font size for every character, which moves titles far off.
 */
const REGULAR = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  260, 334, 584,
];
/** Bold letters are about this much wider; all that is bold are titles, which nothing is placed behind. */
const BOLD = 1.06;

/** Width in px of a text in a chart's font: exact for ASCII, an estimate for other characters. */
export function chartTextWidth(text: string, fontSize: number, bold = false): number {
  let width = 0;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    width += REGULAR[code - 32] ?? (code > 0x2e7f ? 1000 : 600);
  }
  return (width * fontSize * (bold ? BOLD : 1)) / 1000;
}

/** Lines of at most `width` px, broken at spaces; a word wider than that is cut. At most `lines` lines. */
export function wrapText(text: string, width: number, fontSize: number, lines: number, bold = false): string[] {
  const broken: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && chartTextWidth(longer, fontSize, bold) > width) {
      broken.push(line);
      line = word;
    } else line = longer;
  }
  broken.push(line);
  const kept = broken.slice(0, lines);
  if (broken.length > lines) kept[lines - 1] = `${kept[lines - 1]!}…`;
  return kept.map((l) => cut(l, width, fontSize, bold));
}

function cut(text: string, width: number, fontSize: number, bold: boolean): string {
  if (chartTextWidth(text, fontSize, bold) <= width) return text;
  const chars = Array.from(text);
  let low = 1;
  let high = chars.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (chartTextWidth(`${chars.slice(0, middle).join("")}…`, fontSize, bold) <= width) low = middle;
    else high = middle - 1;
  }
  return `${chars.slice(0, low).join("").replace(/…$/, "")}…`;
}
