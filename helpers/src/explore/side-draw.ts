import { COLORS, cycle } from "../plots/theme.js";
import { escapeHtml, textWidth } from "../tables/text.js";
import { counted } from "../tables/view.js";
import { BADGE, badge, CELL, code, GREY, MONO } from "./draw-html.js";
import { wrap } from "./layout.js";
import type { SideEnd, SideRow, Sides, SideStep } from "./side-rows.js";
import { folding, heading, region, tag, words } from "./tags.js";

/** Steps before the first difference that a text shows; the others are the same in both runs. */
const LEAD = 2;
/** So few common steps are not folded. */
const FEW = 4;

export function drawSidesText({ name, difference, common, rows, ends }: Sides, width: number): string {
  const digits = Math.max(1, ...[...common, ...rows].map(({ number }) => String(number).length));
  const column = Math.floor((width - digits - 2 - 3) / 2);
  const line = (mark: string, number: string, left: string, right: string): string =>
    `${mark.padEnd(1)}${number.padStart(digits)} ${padded(left, column)} | ${right}`.trimEnd();
  const both = (mark: string, number: string, left: readonly string[], right: readonly string[]): string[] =>
    Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
      line(i === 0 ? mark : "", i === 0 ? number : "", left[i] ?? "", right[i] ?? ""),
    );
  const drawn = (row: SideRow, mark: string): string[] => [
    ...(row.skipped === 0 ? [] : both("", "", [`... ${counted(row.skipped, "step")} left out`], [])),
    ...both(mark, String(row.number), stepLines(row.left, column), stepLines(row.right, column)),
  ];
  const shown = common.slice(-LEAD);
  const hidden = shown[0]?.number ?? 0;
  return [
    ...wrap(`${name === "" ? "" : `${name}: `}${difference}`, width),
    "",
    ...both("", "", ["goes wrong"], ["passes"]),
    ...both("", "-".repeat(digits), ["-".repeat(column)], ["-".repeat(column)]),
    ...(hidden === 0 ? [] : both("", "", [`... ${counted(hidden, "step")}, the same in both`], [])),
    ...shown.flatMap((row) => drawn({ ...row, skipped: 0 }, "")),
    ...rows.flatMap((row, i) => drawn(row, i === 0 ? ">" : "")),
    ...both("", "-".repeat(digits), ["-".repeat(column)], ["-".repeat(column)]),
    ...both("", "", endLines(ends[0], column), endLines(ends[1], column)),
    "",
    `Replay: ${ends[0].replay}`,
    `        ${ends[1].replay}`,
  ].join("\n");
}

function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

function stepLines(step: SideStep | null, width: number): string[] {
  if (step === null) return [];
  const { task, text, changes, mark } = step;
  return [
    ...wrap(`${task}: ${text}`, width, 4),
    ...(changes === "" ? [] : wrap(`  {${changes}}`, width, 4)),
    ...(mark === null ? [] : wrap(`  ^-- ${mark}`, width, 6)),
  ];
}

function endLines({ headline, waiting }: SideEnd, width: number): string[] {
  return [`${headline.word}: ${headline.sentence}`, ...waiting].flatMap((text) => wrap(text, width, 2));
}

const NUMBER = `${CELL}border-left:0;text-align:right;white-space:nowrap;${GREY}`;
const HEAD = `${CELL}background:none;padding-bottom:3px;border-bottom:1px solid #888;font-weight:600`;
const BODY = `${CELL}min-width:18em;`;
const PLAIN = "background:none";
const DIFFERENT = `background:${BADGE.wrong}26`;

/** All styles are inline, and folding needs no script: see draw-html. */
export function drawSidesHtml({ name, difference, common, rows, ends }: Sides): string {
  const head = (text: string, style: string): string => tag("th", { scope: "col", style }, text);
  const heads = [head("#", NUMBER), head("goes wrong", HEAD), head("passes", HEAD)];
  const label = tag("td", { colspan: "2", style: CELL }, badge("the first difference ↓", BADGE.wrong));
  const same = `The same in both: ${counted(rows[0]?.number ?? 0, "step")}`;
  const dimmed = tag(
    "div",
    { style: "opacity:.75" },
    table(
      "",
      common.map((row) => rowHtml(row, PLAIN)),
    ),
  );
  return region(
    `two runs of ${name} side by side`,
    heading(name, words(difference)),
    common.length === 0 ? "" : folding(common.length <= FEW, "margin:0 0 4px", escapeHtml(same), dimmed),
    table(tag("thead", {}, tag("tr", {}, ...heads)), [
      tag("tr", { style: DIFFERENT }, tag("td", { style: NUMBER }), label),
      ...rows.map((row, i) => rowHtml(row, i === 0 ? DIFFERENT : PLAIN)),
      tag("tr", { style: PLAIN }, tag("td", { style: NUMBER }), endHtml(ends[0], "wrong"), endHtml(ends[1], "proved")),
    ]),
  );
}

function table(head: string, body: readonly string[]): string {
  const style = `border-collapse:collapse;margin:0;table-layout:auto;${MONO}`;
  return tag("table", { style }, head, tag("tbody", {}, body.join("\n")));
}

function rowHtml({ number, left, right, skipped }: SideRow, style: string): string {
  const leftOut = `⋮ ${escapeHtml(counted(skipped, "step"))} left out`;
  const gap = tag("td", { colspan: "3", style: `text-align:center;${GREY}` }, leftOut);
  const cells = [tag("td", { style: NUMBER }, String(number)), stepHtml(left), stepHtml(right)];
  return (skipped === 0 ? "" : tag("tr", { style: PLAIN }, gap)) + tag("tr", { style }, ...cells);
}

function stepHtml(step: SideStep | null): string {
  if (step === null) return tag("td", { style: CELL });
  const { task, color, text, changes, mark } = step;
  const below = (content: string): string => tag("span", { style: "display:block;padding-left:1.4em" }, content);
  const square = tag("span", { "aria-hidden": "true", style: `color:${cycle(COLORS, color)}` }, "■");
  return tag(
    "td",
    { style: BODY },
    square,
    " ",
    tag("strong", {}, words(task)),
    " ",
    words(text),
    changes === "" ? "" : below(tag("span", { style: GREY }, words(changes))),
    mark === null ? "" : below(badge(`↑ ${mark}`, BADGE.wrong).replace("white-space:nowrap", "overflow-wrap:anywhere")),
  );
}

function endHtml({ headline, waiting, replay }: SideEnd, tone: "wrong" | "proved"): string {
  const block = (content: string): string => tag("span", { style: "display:block;margin-top:4px" }, content);
  return tag(
    "td",
    { style: `${BODY}border-top:1px solid #888;padding-top:4px` },
    badge(headline.word, BADGE[tone]),
    " ",
    words(headline.sentence),
    ...waiting.map((line) => block(words(line))),
    block(code(replay)),
  );
}
